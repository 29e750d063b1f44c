package measure_test

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// lived is one event of a history: when, in which period (-1: in none), and what topic
// the view before was about. began is set where it began its period.
type lived struct {
	edge.Event
	at      plan.Time
	period  int
	before  int
	began   bool
	segment int
	bins    measure.Bins
	// How the device is sorted: at the period's start, as of this event, and, where it
	// begins a period, in the one before.
	start, end measure.Sorting
	was        measure.Past
}

// naive counts a history by docs/plan.md's rules, looking through all of it for every
// question. It keeps nothing.
type naive struct {
	p       *plan.Plan
	digest  plan.Digest
	held    measure.Held
	history []lived
}

// ones are the columns of a metric in a period, by row, each named once and the first
// most of them.
func (n *naive) ones(m plan.Metric, period int) (out [][2]int) {
	var all [][2]int
	for k, e := range n.history {
		if e.period == period {
			all = append(all, n.counts(m, k)...)
		}
	}
	held, ok := n.p.Holdout(m)
	if !ok || !n.heldIn(m) {
		held = -1
	}
	seen := map[[2]int]bool{}
	for _, c := range all {
		if held >= 0 {
			c[1] = held
		}
		if !seen[c] && len(out) < int(m.Most) {
			seen[c] = true
			out = append(out, c)
		}
	}
	switch m.Kind {
	case plan.Funnel: // the deepest
		for _, c := range all {
			if len(out) == 1 && c[1] > out[0][1] {
				out[0] = c
			}
		}
	case plan.Last:
		if len(all) > 0 {
			out = all[len(all)-1:]
		}
	case plan.Earned: // the period's sum
		if len(all) > 0 {
			out = all[len(all)-1:]
		}
	case plan.Sorted:
		if n.p.Dimensions[m.Source].At == plan.AtEnd && len(all) > 0 {
			out = all[len(all)-1:]
		}
	}
	return out
}

func (n *naive) heldIn(m plan.Metric) bool {
	if m.Kind == plan.CampaignExposed || m.Kind == plan.CampaignConverted {
		return n.held.Plan || n.held.Campaigns>>m.Source&1 == 1
	}
	return n.held.Plan
}

// lastOf returns the last event of a period before event k; nil if there is none.
func (n *naive) lastOf(k int) *lived {
	for k--; k >= 0; k-- {
		if n.history[k].period >= 0 {
			return &n.history[k]
		}
	}
	return nil
}

// topic is the first of several.
func topic(set uint64) int { return bits.TrailingZeros64(set) }

// item finds an item among a list's named ones.
func (n *naive) item(list uint8, key uint64) int {
	for i, id := range n.p.Lists[list].Items {
		if uint64(profile.KeyOf(id)) == key && key != 0 {
			return i
		}
	}
	return -1
}

// counts are what event k of the history adds to a metric, whatever its most.
func (n *naive) counts(m plan.Metric, k int) (out [][2]int) {
	e := &n.history[k]
	s := e.segment
	if m.By != plan.BySegment {
		s = 0
	}
	add := func(column int) {
		if column >= 0 {
			out = append(out, [2]int{s, column})
		}
	}
	switch m.Kind {
	case plan.Sorted:
		if d := &n.p.Dimensions[m.Source]; d.At == plan.AtEnd {
			add(int(e.end[m.Source]) - 1)
		} else if e.began {
			add(int(e.start[m.Source]) - 1)
		}
	case plan.Returned:
		if b := n.lastOf(k); e.began && b != nil {
			d := &n.p.Dimensions[m.Source]
			if since := e.period - b.period; since > 0 && since <= int(d.Within) {
				add(int(map[plan.Moment]measure.Sorting{plan.AtStart: b.start, plan.AtEnd: b.end}[d.At][m.Source]) - 1)
			}
		}
	case plan.Audience:
		add(0)
	case plan.Funnel:
		for i, stage := range n.p.Stages {
			if n.triggers(e, stage.On) {
				add(i)
			}
		}
	case plan.CampaignExposed, plan.SlotExposed, plan.ListExposed, plan.ReachShown:
		if c, ok := n.exposes(e, m); ok {
			add(c)
		}
	case plan.CampaignConverted, plan.SlotConverted, plan.ListConverted, plan.ReachAnswered:
		if c, ok := n.credited(m, k); ok {
			add(c)
		}
	case plan.SlotClicked, plan.ListClicked:
		in := m.Kind == plan.SlotClicked && e.Kind == plan.Click && e.InSlot && e.Slot == m.Source ||
			m.Kind == plan.ListClicked && e.Kind == plan.Picked && e.List == m.Source
		if c, last := n.exposure(m, k); in && last >= 0 && e.at-n.history[last].at <= plan.Time(n.p.Attribution) {
			add(c)
		}
	case plan.Topics, plan.Last:
		if e.Kind == plan.View && e.Topics != 0 {
			add(topic(e.Topics))
		}
	case plan.Next:
		if e.Kind == plan.View && e.Topics != 0 && e.before != measure.NoTopic && e.before != topic(e.Topics) {
			out = append(out, [2]int{e.before, topic(e.Topics)})
		}
	case plan.Items:
		switch e.Kind {
		case plan.View, plan.Cart, plan.Picked, plan.Attempt:
			add(n.item(m.Source, e.Item))
		}
	case plan.Tried, plan.Solved:
		column := n.item(m.Source, e.Item)
		if e.Kind != plan.Attempt || column < 0 {
			return nil
		}
		tried := map[int]bool{}
		for _, h := range n.history[:k] {
			if h.period == e.period && h.Kind == plan.Attempt {
				tried[n.item(m.Source, h.Item)] = true
			}
		}
		delete(tried, -1)
		if !tried[column] && len(tried) < int(m.Most) && (m.Kind == plan.Tried || e.Right) {
			add(column)
		}
	case plan.State:
		if e.began {
			add(int(e.bins[m.Source]))
		}
	case plan.Outcome:
		add(n.outcome(m, k))
	case plan.SocialActs:
		switch {
		case e.Kind != plan.Social:
		case m.By != plan.ByTopic:
			add(int(e.Act))
		case e.Topics != 0:
			out = append(out, [2]int{topic(e.Topics), int(e.Act)})
		}
	case plan.SharedTo:
		if e.Kind == plan.Social && e.Act == 1 {
			add(int(e.Network) - 1)
		}
	case plan.Earned:
		add(n.earned(m, k))
	case plan.SurveyAsked:
		if e.Kind == plan.Asked && e.Survey == m.Source {
			add(0)
		}
	case plan.SurveyAnswers:
		if e.Kind != plan.Answer || e.Survey != m.Source {
			return nil
		}
		switch n.p.Surveys[m.Source].Kind {
		case plan.CSAT:
			add(int(e.Answer) - 1)
		case plan.Multi:
			for i := range 16 {
				if e.Answer>>i&1 == 1 {
					add(i)
				}
			}
		default:
			add(int(e.Answer))
		}
	}
	return out
}

// earned is the column of a revenue's sum up to event k, or -1.
func (n *naive) earned(m plan.Metric, k int) int {
	one := &n.p.Revenues[m.Source]
	arm, die, sum := 0, uint32(0), 0.
	exposed := plan.Metric{Kind: [...]plan.MetricKind{plan.OfCampaign: plan.CampaignExposed, plan.OfSlot: plan.SlotExposed, plan.OfList: plan.ListExposed, plan.OfSite: 0}[one.Of], Source: one.Source}
	for j, h := range n.history[:k+1] {
		if h.period != n.history[k].period || h.Kind != plan.Order || h.Minor <= 0 {
			continue
		}
		if die == 0 {
			die = measure.Die(n.digest, n.p.Periods[h.period].Date, h.at, h.Minor)
		}
		if one.Of != plan.OfSite {
			c, last := n.exposure(exposed, j)
			if last < 0 || h.at-n.history[last].at > plan.Time(n.p.Attribution) {
				continue
			}
			if arm = c; n.heldIn(exposed) && n.p.Columns(exposed) > arms(n.p, one) {
				arm = arms(n.p, one)
			}
		}
		sum += float64(h.Minor)
	}
	low, column := 0., -1
	for i, g := range one.Grid {
		high := float64(g)
		if share := (sum - low) / (high - low); share > float64(die)/(1<<32) {
			column = i
		}
		low = high
	}
	if column < 0 {
		return -1
	}
	return arm*len(one.Grid) + column
}

// arms are those without the holdout's.
func arms(p *plan.Plan, r *plan.Revenue) int {
	switch r.Of {
	case plan.OfCampaign:
		return len(p.Campaigns[r.Source].Arms)
	case plan.OfSlot:
		return len(p.Slots[r.Source].Variants)
	}
	return 1
}

// outcome is the bin of a prediction that came out by event k, or -1.
func (n *naive) outcome(m plan.Metric, k int) int {
	e, which := &n.history[k], &n.p.Predictions[m.Source]
	before := -1 // the first event of the period of activity before; of this one for orders
	for j, h := range n.history[:k+1] {
		if h.began && (which.Kind == plan.BuyChance || j < k) {
			before = j
		}
	}
	switch {
	case which.Kind == plan.BuyChance && e.Kind == plan.Order:
		return int(n.history[before].bins[m.Source])
	case which.Kind == plan.LapseRisk && e.began && before >= 0:
		away := n.p.Periods[e.period].Date - n.p.Periods[n.history[before].period].Date
		if int(away) <= int(which.Within)*n.p.Cadence.Days() {
			return int(n.history[before].bins[m.Source])
		}
	}
	return -1
}

// triggers tells whether an event reaches a stage or a campaign's goal.
func (n *naive) triggers(e *lived, on plan.Trigger) bool {
	switch e.Kind {
	case plan.Picked:
		return on.Kind == plan.Click
	case plan.Custom:
		return on == plan.Trigger{Kind: plan.Custom, Event: e.Event.Event}
	case plan.View, plan.Click, plan.Cart, plan.Order, plan.Search, plan.Social, plan.Media, plan.Refund, plan.Answer, plan.Attempt:
		return on.Kind == e.Kind
	}
	return false
}

// exposes tells whether an event shows a metric's source, and in which column.
func (n *naive) exposes(e *lived, m plan.Metric) (column int, ok bool) {
	switch m.Kind {
	case plan.CampaignExposed, plan.CampaignConverted:
		return int(e.Arm), e.Kind == plan.Assign && e.Campaign == m.Source
	case plan.ListExposed, plan.ListClicked, plan.ListConverted:
		return 0, e.Kind == plan.Listed && e.List == m.Source
	case plan.ReachShown, plan.ReachAnswered:
		if e.Kind != plan.Reached || e.Message != m.Source {
			return 0, false
		}
		return bits.OnesCount8(n.p.Messages[m.Source].Channels & (1<<e.Channel - 1)), true
	}
	return int(e.Variant), e.Kind == plan.Exposure && e.Slot == m.Source
}

// exposure is the last one of a metric's source before event k, -1 if there was none.
func (n *naive) exposure(m plan.Metric, k int) (column, last int) {
	last = -1
	for j := range n.history[:k] {
		if c, ok := n.exposes(&n.history[j], m); ok {
			column, last = c, j
		}
	}
	return column, last
}

// wins tells whether an event reaches the goal that a metric counts.
func (n *naive) wins(m plan.Metric, e *lived) bool {
	inside := func(goal plan.Trigger, there bool) bool {
		if goal.Kind == plan.Click {
			return there
		}
		return e.Kind != plan.Picked && n.triggers(e, goal)
	}
	switch m.Kind {
	case plan.CampaignConverted:
		return n.triggers(e, n.p.Campaigns[m.Source].Goals[m.Goal].On)
	case plan.ListConverted:
		return inside(n.p.Lists[m.Source].Goal, e.Kind == plan.Picked && e.List == m.Source)
	case plan.ReachAnswered:
		mine := e.Kind == plan.Responded && e.Message == m.Source
		return mine || inside(n.p.Messages[m.Source].Goal, mine)
	}
	return inside(n.p.Slots[m.Source].Goal, e.Kind == plan.Click && e.InSlot && e.Slot == m.Source)
}

// credited tells whether event k is the first since the source's last exposure that
// reaches the goal, within the window.
func (n *naive) credited(m plan.Metric, k int) (column int, ok bool) {
	column, last := n.exposure(m, k)
	if last < 0 || !n.wins(m, &n.history[k]) || n.history[k].at-n.history[last].at > plan.Time(n.p.Attribution) {
		return 0, false
	}
	for j := last + 1; j < k; j++ {
		if n.wins(m, &n.history[j]) {
			return 0, false
		}
	}
	return column, true
}

// tell gives an event to the rules, as package edge does.
func tell(r *measure.Rules, at measure.Moment, e *lived) {
	switch e.Kind {
	case plan.Exposure:
		r.Exposed(at, int(e.Slot), int(e.Variant))
	case plan.Assign:
		r.Assigned(at, int(e.Campaign), int(e.Arm))
	case plan.Click:
		slot := measure.NoSlot
		if e.InSlot {
			slot = int(e.Slot)
		}
		r.Clicked(at, slot)
	case plan.Listed:
		r.Listed(at, int(e.List))
	case plan.Picked:
		r.Picked(at, int(e.List), e.Item)
	case plan.Reached:
		r.Reached(at, int(e.Message), int(e.Channel))
	case plan.Responded:
		r.Responded(at, int(e.Message))
	case plan.Asked:
		r.Asked(at, int(e.Survey))
	case plan.Dwell, plan.Arrive, plan.Declare, plan.History:
	default:
		on := plan.Trigger{Kind: e.Kind}
		switch e.Kind {
		case plan.View:
			r.Viewed(at, e.Topics, e.before)
		case plan.Attempt:
			r.Tried(at, e.Item, e.Right)
		case plan.Answer:
			r.Answered(at, int(e.Survey), e.Answer)
		case plan.Social:
			r.Socialized(at, int(e.Act), int(e.Network), e.Topics)
		case plan.Order:
			r.Ordered(at, e.Minor)
		case plan.Custom:
			on.Event = e.Event.Event
		}
		if e.Item != 0 {
			r.Used(at, e.Item)
		}
		r.Happened(at, on)
	}
}

// Random sequences of all events under plans that measure all kinds, against the naive
// count; every measurement keeps its weight and every metric its most, whatever happens;
// what is stored is read again as it was.
func TestMeasurementsAreTheHistorys(t *testing.T) {
	cells := map[plan.MetricKind]int{}
	for seed := range uint64(200) {
		rng := edgetest.Rand(seed)
		p := edgetest.Wide(rng)
		layout := plan.LayoutOf(p)
		digest := plan.DigestOf(edgetest.Publish(p))
		r := measure.RulesOf(p, digest)
		n := &naive{p: p, digest: digest, held: measure.Held{Plan: p.Policy.Holdout > 0 && rng.IntN(4) == 0, Campaigns: uint16(rng.IntN(1 << 16))}}
		var m measure.Memory
		var l measure.Log
		now := edgetest.Start
		for range 120 {
			now += plan.Time(rng.IntN(int(3 * plan.Hour * plan.Time(p.Cadence.Days()))))
			e := n.next(rng, now, &l, digest)
			if e.was = r.PastOf(&l); e.began && e.was.Known {
				for i, d := range p.Dimensions {
					if d.At == plan.AtEnd {
						e.was.Bins[i] = n.lastOf(len(n.history)).end[i]
					}
				}
			}
			n.history = append(n.history, e)
			at := measure.Moment{Memory: &m, Now: now, Held: n.held}
			if e.period >= 0 {
				if e.began {
					r.Open(&l, p.Periods[e.period].Date, e.segment)
				}
				at.Log = &l
				if e.began {
					r.Began(at, e.bins, e.start, e.was)
				}
			}
			tell(r, at, &e)
			stored(t, &m, &l)
			r.Adopt(&m)
			require.True(t, !l.Of(digest, l.Period()) || r.Fits(&l))
			if e.period < 0 {
				continue
			}
			want := make([]bool, layout.Cells)
			total := 0
			for _, span := range layout.Spans {
				ones := [][2]int{{0, 0}}
				if span.Metric >= 0 {
					ones = n.ones(p.Metrics[span.Metric], e.period)
					cells[p.Metrics[span.Metric].Kind] += len(ones)
				}
				require.LessOrEqual(t, len(ones), span.Most)
				for _, c := range ones {
					want[span.Cell(c[0], c[1])] = true
					total++
				}
			}
			require.LessOrEqual(t, total, layout.Weight)
			got := make([]bool, layout.Cells)
			r.Cells(got, &l, &e.end)
			require.Equal(t, want, got, "seed %d, event %d: %+v", seed, len(n.history), e.Event)
		}
	}
	for kind := plan.Audience; kind <= plan.SharedTo; kind++ {
		require.Greater(t, cells[kind], 100, "metrics of kind %d count", kind)
	}
}

// next invents an event: of a period, its first activity decides segment and bins.
func (n *naive) next(rng *rand.Rand, now plan.Time, l *measure.Log, digest plan.Digest) lived {
	e := lived{Event: edgetest.Any(rng, n.p), at: now, period: -1, before: measure.NoTopic}
	if rng.IntN(2) == 0 {
		e.before = rng.IntN(len(n.p.Topics))
	}
	for i, period := range n.p.Periods {
		if now < period.Start || now >= period.End {
			continue
		}
		e.period = i
		if l.Of(digest, period.Date) {
			last := n.history[len(n.history)-1]
			e.segment, e.bins, e.start = last.segment, last.bins, last.start
			continue
		}
		e.began, e.segment = true, rng.IntN(len(n.p.Segments))
		for b := range n.p.Predictions {
			e.bins[b] = uint8(rng.IntN(len(n.p.Predictions[b].Bins)))
		}
		e.start = n.sorting(rng, plan.AtStart)
	}
	e.end = n.sorting(rng, plan.AtEnd)
	return e
}

func stored(t *testing.T, m *measure.Memory, l *measure.Log) {
	t.Helper()
	b := l.Append(m.Append(nil))
	r := wire.NewReader(b)
	m2 := measure.ReadMemory(r)
	l2 := measure.ReadLog(r)
	require.NoError(t, r.Close())
	require.Equal(t, *m, m2)
	require.Equal(t, *l, l2)
}

// sorting invents how a device is sorted at a moment.
func (n *naive) sorting(rng *rand.Rand, at plan.Moment) (out measure.Sorting) {
	for i, d := range n.p.Dimensions {
		if d.At == at {
			out[i] = uint8(1 + rng.IntN(len(d.Bins)))
		}
	}
	return out
}

// The mean of the points over all dice is the value, at most the grid's last point.
func TestPointsAreRightInTheMean(t *testing.T) {
	grid := []uint32{1000, 2500, 10_000}
	const dice = 1 << 12
	for _, value := range []uint64{0, 1, 999, 1000, 1001, 2499, 7000, 10_000, 20_000} {
		sum, before := 0., -1
		for d := range uint64(dice) {
			i := measure.Point(grid, value, uint32(d<<20|1<<19))
			if i > 0 {
				sum += float64(grid[i-1])
			}
			require.True(t, before < 0 || i <= before, "a larger die never rounds up what a smaller one did not")
			before = i
		}
		require.InDelta(t, float64(min(value, 10_000)), sum/dice, 2, "%d", value)
	}
}
