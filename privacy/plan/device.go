package plan

import "math/bits"

// What a device does beside picking variants: it asks, lists, reaches and predicts.
// docs/plan.md says how.

// Sticky says for how long a slot's choice stands once it was seen.
type Sticky byte

// The three: for the visit, for the period, for good.
const (
	StickVisit  Sticky = 0
	StickPeriod Sticky = 1
	StickAlways Sticky = 2
)

// Promotion is who may be given a chosen campaign, and how often. The zero value is
// everyone, always.
type Promotion struct {
	When    Rule   // eligible; empty: everyone
	Ladder  []Rule // nil, or one an arm: who may be given it; that of the first arm is empty
	Cap     uint8  // showings in 30 days; 0 for no bound
	Rest    uint32 // seconds between two showings, at most MaxRest
	Group   uint8  // campaigns of one group exclude each other; 0 for none
	Holdout Share  // of this campaign, beside the plan's; at most half
}

// Set tells whether there is anything in it.
func (o *Promotion) Set() bool {
	return len(o.When) > 0 || o.Ladder != nil || o.Cap != 0 || o.Rest != 0 || o.Group != 0 || o.Holdout != 0
}

// MaxRest is the longest time in seconds between two showings of a campaign, or between
// askings of a survey, and the longest span of a message's cap.
const MaxRest = 400 * Day

// SurveyKind is what a survey asks for.
type SurveyKind byte

// The kinds. Answers are 1 to 5, 0 to 10, the index of one named answer, or a set
// of them as bits, not empty.
const (
	CSAT  SurveyKind = 1
	NPS   SurveyKind = 2
	One   SurveyKind = 3
	Multi SurveyKind = 4
)

// Survey is a question that the device may ask.
type Survey struct {
	Name     string
	Kind     SurveyKind
	Answers  []string // One, Multi: 2 or more
	Exit     bool     // asked when the visitor turns to leave, and not otherwise
	Stage    uint8    // index + 1 of the funnel's stage that must have been reached in the period; 0: any
	Segments uint64   // who is asked, as bits; 0: everyone
	When     Rule     // who is asked; empty: everyone
	Every    uint32   // seconds between two askings, at most MaxRest
	Cap      uint8    // askings in all; 0 for no bound
}

// Columns returns the number of answers that are counted apart.
func (s *Survey) Columns() int {
	switch s.Kind {
	case CSAT:
		return 5
	case NPS:
		return 11
	}
	return len(s.Answers)
}

// Column names an answer: its number, or its name.
func (s *Survey) Column(column int) string {
	switch s.Kind {
	case CSAT:
		return string(rune('1' + column))
	case NPS:
		if column == 10 {
			return "10"
		}
		return string(rune('0' + column))
	}
	return s.Answers[column]
}

// Accepts tells whether the survey has such an answer.
func (s *Survey) Accepts(answer uint64) bool {
	switch s.Kind {
	case CSAT:
		return answer >= 1 && answer <= 5
	case NPS:
		return answer <= 10
	case One:
		return answer < uint64(len(s.Answers))
	}
	return answer != 0 && answer>>len(s.Answers) == 0
}

// List is a place that shows items of a public catalogue.
type List struct {
	Name      string
	Size      uint8    // items that it shows, 1 to MaxListSize
	PerTopic  uint8    // most of them about one topic; 0 for no bound
	Diversity Share    // weight of being unlike those before
	Learning  bool     // the items are exercises
	Items     []string // ids of the items that are measured by name
	Goal      Trigger
	Reward    float64 // as a slot's
}

// Message is what may reach the visitor by one of several channels.
type Message struct {
	Name     string
	Channels uint8 // bits of Plan.Channels, at least one
	When     Rule  // to whom; empty: everyone
	// QuietFrom and QuietTo bound the visitor's own hours in which nothing comes,
	// 0 to 23, over midnight where the first is the larger; equal for none.
	QuietFrom, QuietTo uint8
	Cap                uint8  // at most so many in Every seconds; 0 for no bound
	Every              uint32 // seconds, at most MaxRest
	Goal               Trigger
}

// Columns returns the number of the message's channels.
func (m *Message) Columns() int { return bits.OnesCount8(m.Channels) }

// Channel returns the index in Plan.Channels of the message's channel in a column.
func (m *Message) Channel(column int) int {
	set := m.Channels
	for range column {
		set &= set - 1
	}
	return bits.TrailingZeros8(set)
}

// Column returns the column of one of Plan.Channels; ok is false if the message has
// it not.
func (m *Message) Column(channel int) (column int, ok bool) {
	return bits.OnesCount8(m.Channels & (1<<channel - 1)), m.Channels>>channel&1 == 1
}

// PredictionKind is what is predicted.
type PredictionKind byte

// LapseRisk is the chance that the visitor stays away for more than Within periods,
// BuyChance that there is an order in the period.
const (
	LapseRisk PredictionKind = 1
	BuyChance PredictionKind = 2
)

// Prediction is a chance that is known from released counts, by bin.
type Prediction struct {
	Kind   PredictionKind
	Within uint8     // LapseRisk: periods, 1 to 28; else 0
	Bins   []Segment // the first that matches; the last has no rule
}

// PredictionOf returns the index of the prediction of a kind; ok is false without one.
func (p *Plan) PredictionOf(k PredictionKind) (index int, ok bool) {
	for i := range p.Predictions {
		if p.Predictions[i].Kind == k {
			return i, true
		}
	}
	return 0, false
}

// widened tells whether the plan has anything that format 2 cannot say.
func (p *Plan) widened() bool {
	if len(p.Networks)+len(p.Payments)+len(p.Pages)+len(p.Skills)+len(p.Channels)+
		len(p.Surveys)+len(p.Lists)+len(p.Messages)+len(p.Predictions) > 0 {
		return true
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		if c.Promotion.Set() {
			return true
		}
		for g := range c.Goals {
			if c.Goals[g].On.Kind > Custom {
				return true
			}
		}
	}
	for i := range p.Slots {
		if p.Slots[i].Sticky != 0 || p.Slots[i].Goal.Kind > Custom {
			return true
		}
	}
	for _, s := range p.Stages {
		if s.On.Kind > Custom {
			return true
		}
	}
	for _, m := range p.Metrics {
		if m.Kind > SlotConverted {
			return true
		}
	}
	for _, s := range p.Segments {
		if s.Rule.widened() {
			return true
		}
	}
	return false
}

// widened tells whether a rule names a variable that format 2 had not.
func (code Rule) widened() bool {
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case OpConst:
			i += 8
		case OpVar:
			if i++; i < len(code) && variableIsNew(int(code[i])) {
				return true
			}
		}
	}
	return false
}
