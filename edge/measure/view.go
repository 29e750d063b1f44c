package measure

import (
	"math/bits"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// NoTopic is the topic before the first of a visit.
const NoTopic = -1

// Viewed takes in a view for the metrics of topics; of several topics the first in the
// plan's order. before is that of the view before in the same visit, or NoTopic.
func (r *Rules) Viewed(at Moment, topics uint64, before int) {
	if at.Log == nil || topics == 0 {
		return
	}
	topic := bits.TrailingZeros64(topics)
	r.mark(at, plan.Topics, 0, 0, topic)
	for i := range r.plan.Metrics {
		if r.plan.Metrics[i].Kind == plan.Last {
			at.Log.columns[i] = 1 << topic
		}
	}
	if r.next >= 0 && before != NoTopic && before != topic {
		at.Log.moved(move{uint8(before), uint8(topic)}, int(r.plan.Metrics[r.next].Most))
	}
}

// move is one from a topic to another.
type move struct{ from, to uint8 }

// moved notes a move unless it is there, or the most are.
func (l *Log) moved(m move, most int) {
	for _, had := range l.moves[:l.count] {
		if had == m {
			return
		}
	}
	if int(l.count) < min(most, len(l.moves)) {
		l.moves[l.count] = m
		l.count++
	}
}

// Used takes in that an item was viewed, put in the cart or picked: the key of its id.
func (r *Rules) Used(at Moment, item uint64) {
	for i := range r.items {
		r.mark(at, plan.Items, i, 0, profile.Key(item).IndexOf(r.items[i]))
	}
}

// Tried takes in an attempt at an item. Of each list's named items the first most that
// are tried in the period count, and as solved those of them that were right at the
// first try: so solved by tried is a share.
func (r *Rules) Tried(at Moment, item uint64, right bool) {
	if at.Log == nil {
		return
	}
	for i := range r.items {
		column := profile.Key(item).IndexOf(r.items[i])
		if column < 0 || !r.plan.Lists[i].Learning || at.Log.tried[i]>>column&1 == 1 {
			continue
		}
		before := ones(at.Log.tried[i])
		at.Log.tried[i] |= 1 << column
		for k := range r.plan.Metrics {
			m := &r.plan.Metrics[k]
			if int(m.Source) == i && before < int(m.Most) && (m.Kind == plan.Tried || m.Kind == plan.Solved && right) {
				at.Log.columns[k] |= 1 << column
			}
		}
	}
}

// Socialized takes in a social act about some topics, of which the first in the plan's
// order counts, and the network that it went to, by its index plus one, or 0.
func (r *Rules) Socialized(at Moment, act, network int, topics uint64) {
	for i := range r.plan.Metrics {
		m := &r.plan.Metrics[i]
		switch {
		case at.Log == nil || m.Kind != plan.SocialActs || ones(at.Log.columns[i]) >= int(m.Most):
		case m.By != plan.ByTopic:
			at.Log.columns[i] |= 1 << act
		case topics != 0:
			at.Log.columns[i] |= 1 << (bits.TrailingZeros64(topics)*plan.Acts + act)
		}
	}
	if act == plan.Sharing {
		r.mark(at, plan.SharedTo, 0, 0, network-1)
	}
}

// Asked takes in that a survey was shown.
func (r *Rules) Asked(at Moment, survey int) { r.mark(at, plan.SurveyAsked, survey, 0, 0) }

// Answered takes in the answer to a survey, which the survey accepts. Of several answers
// at once the first in the plan's order count.
func (r *Rules) Answered(at Moment, survey int, answer uint64) {
	kind := plan.SurveyAnswers
	switch r.plan.Surveys[survey].Kind {
	case plan.CSAT:
		r.mark(at, kind, survey, 0, int(answer)-1)
	case plan.Multi:
		for ; answer != 0; answer &= answer - 1 {
			r.mark(at, kind, survey, 0, bits.TrailingZeros64(answer))
		}
	default:
		r.mark(at, kind, survey, 0, int(answer))
	}
}
