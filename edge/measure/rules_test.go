package measure_test

import (
	"fmt"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

const start = edgetest.Start

var (
	onView  = plan.Trigger{Kind: plan.View}
	onCart  = plan.Trigger{Kind: plan.Cart}
	onOrder = plan.Trigger{Kind: plan.Order}
)

// bench is a device's memory and log under a plan with one campaign, one slot
// and the given metrics, site-wide, so that a column is a cell.
type bench struct {
	*measure.Rules
	m measure.Memory
	l measure.Log
}

func newBench(metrics ...plan.Metric) *bench {
	return newBenchOf(func(*plan.Plan) {}, metrics...)
}

func newBenchOf(change func(*plan.Plan), metrics ...plan.Metric) *bench {
	p := edgetest.Bare(1)
	p.Attribution = 100
	p.Stages = []plan.Stage{{Name: "view", On: onView}, {Name: "cart", On: onCart}, {Name: "again", On: onView}, {Name: "order", On: onOrder}}
	p.Campaigns = []plan.Campaign{{Name: "c", Mode: plan.Assigned, Arms: []string{"a", "b", "c", "d"},
		Goals: []plan.Goal{{Name: "cart", On: onCart}, {Name: "order", On: onOrder}}}}
	p.Slots = []plan.Slot{{Name: "s", Goal: onOrder, Reward: 1, Variants: []plan.Variant{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}}}}
	change(p)
	p.Metrics = nil
	for i, m := range metrics {
		m.Name, m.By, m.Most = fmt.Sprint(i), plan.SiteWide, max(m.Most, 1)
		p.Metrics = append(p.Metrics, m)
	}
	p.Chunk = 2
	b := &bench{Rules: measure.RulesOf(p, plan.DigestOf(edgetest.Publish(p)))}
	b.Open(&b.l, p.Periods[0].Date, 0)
	return b
}

// at is an event's moment on the bench.
func (b *bench) at(now plan.Time) measure.Moment {
	return measure.Moment{Memory: &b.m, Log: &b.l, Now: now}
}

// unmeasured is a moment at which only the memory learns.
func unmeasured(m *measure.Memory, now plan.Time) measure.Moment {
	return measure.Moment{Memory: m, Now: now}
}

// columns returns the cells of each metric.
func (b *bench) columns() []string {
	cells := make([]bool, b.Layout().Cells)
	b.Cells(cells, &b.l, &measure.Sorting{})
	var out []string
	for _, s := range b.Layout().Spans[1:] {
		row := ""
		for _, c := range cells[s.Offset : s.Offset+s.Cells()] {
			if c {
				row += "1"
			} else {
				row += "0"
			}
		}
		out = append(out, row)
	}
	return out
}

func TestFunnelKeepsTheDeepestStage(t *testing.T) {
	b := newBench(plan.Metric{Kind: plan.Funnel})
	for _, c := range []struct {
		on   plan.Trigger
		want string
	}{
		{plan.Trigger{Kind: plan.Custom}, "0000"}, {onCart, "0100"},
		{onView, "0010"}, // one event of two stages reaches the deeper
		{onCart, "0010"}, {onOrder, "0001"}, {onView, "0001"},
	} {
		b.Happened(b.at(start), c.on)
		require.Equal(t, []string{c.want}, b.columns())
	}
}

func TestFirstDistinctColumnsCount(t *testing.T) {
	b := newBench(plan.Metric{Kind: plan.SlotExposed}, plan.Metric{Kind: plan.SlotExposed, Most: 2}, plan.Metric{Kind: plan.SlotClicked, Most: 3})
	b.Clicked(b.at(start), 0)
	require.Equal(t, []string{"0000", "0000", "0000"}, b.columns(), "a click before any exposure is nobody's")
	for _, variant := range []int{2, 2, 0, 3, 1} {
		b.Exposed(b.at(start), 0, variant)
		b.Clicked(b.at(start), 0)
	}
	require.Equal(t, []string{"0010", "1010", "1011"}, b.columns())
}

// A slot's click metric and a slot's goal `click` mean a click inside that slot,
// within the window; the funnel and a campaign's goal mean a click anywhere.
func TestClicks(t *testing.T) {
	click := plan.Trigger{Kind: plan.Click}
	clicks := func(p *plan.Plan) {
		p.Stages[3].On = click
		p.Campaigns[0].Goals[0].On = click
		p.Slots[0].Goal = click
		other := p.Slots[0]
		other.Name = "other"
		p.Slots = append(p.Slots, other)
	}
	metrics := []plan.Metric{{Kind: plan.Funnel}, {Kind: plan.CampaignConverted}, {Kind: plan.SlotClicked},
		{Kind: plan.SlotConverted}, {Kind: plan.SlotClicked, Source: 1}, {Kind: plan.SlotConverted, Source: 1}}
	const deepest, arm, none = "0001", "0100", "0000"
	for name, c := range map[string]struct {
		after plan.Time
		slot  int
		want  []string
	}{
		"in no slot":            {1, measure.NoSlot, []string{deepest, arm, none, none, none, none}},
		"in the first":          {1, 0, []string{deepest, arm, "0010", "0010", none, none}},
		"in the other":          {1, 1, []string{deepest, arm, none, none, "1000", "1000"}},
		"at the window's end":   {100, 0, []string{deepest, arm, "0010", "0010", none, none}},
		"too late for credit":   {101, 0, []string{deepest, none, none, none, none, none}},
		"too late in no slot":   {101, measure.NoSlot, []string{deepest, none, none, none, none, none}},
		"too late in the other": {101, 1, []string{deepest, none, none, none, none, none}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBenchOf(clicks, metrics...)
			b.Assigned(b.at(start), 0, 1)
			b.Exposed(b.at(start), 0, 2)
			b.Exposed(b.at(start), 1, 0)
			b.Clicked(b.at(start+c.after), c.slot)
			require.Equal(t, c.want, b.columns())
		})
	}
}

func TestCredit(t *testing.T) {
	metrics := []plan.Metric{{Kind: plan.CampaignConverted, Goal: 0, Most: 4}, {Kind: plan.CampaignConverted, Goal: 1, Most: 4}}
	type step struct {
		at  plan.Time
		arm int // -1: on
		on  plan.Trigger
	}
	arm := func(at plan.Time, i int) step { return step{at, i, plan.Trigger{}} }
	goal := func(at plan.Time, on plan.Trigger) step { return step{at, -1, on} }
	for name, c := range map[string]struct {
		steps []step
		want  []string
	}{
		"no exposure":                      {[]step{goal(0, onOrder)}, []string{"0000", "0000"}},
		"at once":                          {[]step{arm(0, 1), goal(0, onOrder)}, []string{"0000", "0100"}},
		"at the end of the window":         {[]step{arm(0, 1), goal(100, onOrder)}, []string{"0000", "0100"}},
		"after the window":                 {[]step{arm(0, 1), goal(101, onOrder)}, []string{"0000", "0000"}},
		"the last exposure only":           {[]step{arm(0, 1), arm(1, 2), goal(2, onOrder)}, []string{"0000", "0010"}},
		"each goal once":                   {[]step{arm(0, 1), goal(1, onCart), goal(2, onOrder), goal(3, onCart)}, []string{"0100", "0100"}},
		"a new exposure is credited again": {[]step{arm(0, 1), goal(1, onOrder), arm(2, 2), goal(3, onOrder)}, []string{"0000", "0110"}},
		"an old one is not":                {[]step{arm(0, 1), arm(1, 2), goal(2, onOrder), goal(3, onOrder)}, []string{"0000", "0010"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(metrics...)
			for _, s := range c.steps {
				if s.arm >= 0 {
					b.Assigned(b.at(start+s.at), 0, s.arm)
				} else {
					b.Happened(b.at(start+s.at), s.on)
				}
				// The memory is the same after a visit to storage.
				r := wire.NewReader(b.m.Append(nil))
				b.m = measure.ReadMemory(r)
				require.NoError(t, r.Close())
			}
			require.Equal(t, c.want, b.columns())
		})
	}
}

// An exposure of an earlier period is credited in the period of the conversion;
// a credit while nothing is measured is used up.
func TestCreditAcrossPeriods(t *testing.T) {
	b := newBench(plan.Metric{Kind: plan.SlotConverted}, plan.Metric{Kind: plan.SlotExposed})
	b.Exposed(b.at(start), 0, 3)
	b.Open(&b.l, 2, 0)
	b.Happened(b.at(start+99), onOrder)
	require.Equal(t, []string{"0001", "0000"}, b.columns())

	b.Open(&b.l, 3, 0)
	b.Exposed(unmeasured(&b.m, start+100), 0, 1)
	b.Happened(unmeasured(&b.m, start+101), onOrder)
	b.Happened(b.at(start+102), onOrder)
	require.Equal(t, []string{"0000", "0000"}, b.columns())
}

func TestRewind(t *testing.T) {
	b := newBench(plan.Metric{Kind: plan.SlotConverted})
	b.Exposed(b.at(start+1000), 0, 1)
	b.m.Rewind(start)
	b.Happened(b.at(start+101), onOrder)
	require.Equal(t, []string{"0000"}, b.columns(), "exposed at the rewound time, so out of the window")
	b.Exposed(b.at(start+1000), 0, 1)
	b.m.Rewind(start)
	b.Happened(b.at(start+100), onOrder)
	require.Equal(t, []string{"0100"}, b.columns())
}

// Another plan keeps the exposures of the names that it has, and of their
// credits those of its goals: eight goals that are gone leave room for eight new.
func TestAdoptDropsCredits(t *testing.T) {
	eight := func(prefix string) *measure.Rules {
		p := edgetest.Bare(1)
		c := plan.Campaign{Name: "c", Mode: plan.Assigned, Arms: []string{"a", "b"}}
		for i := range plan.MaxGoals {
			c.Goals = append(c.Goals, plan.Goal{Name: prefix + fmt.Sprint(i), On: onOrder})
		}
		p.Campaigns = []plan.Campaign{c}
		return measure.RulesOf(p, plan.DigestOf(edgetest.Publish(p)))
	}
	one, two := eight("one"), eight("two")
	var m, n measure.Memory
	one.Assigned(unmeasured(&m, start), 0, 1)
	one.Happened(unmeasured(&m, start), onOrder)
	full := m.Append(nil)
	one.Adopt(&m)
	require.Equal(t, full, m.Append(nil))
	two.Adopt(&m)
	two.Assigned(unmeasured(&n, start), 0, 1)
	require.Equal(t, n.Append(nil), m.Append(nil))
	two.Happened(unmeasured(&m, start), onOrder)
	require.Len(t, m.Append(nil), len(full))
}

// A log that no device under the plan can have is not taken for the plan's.
func TestFits(t *testing.T) {
	b := newBench(plan.Metric{Kind: plan.Funnel}, plan.Metric{Kind: plan.SlotExposed, Most: 2})
	b.Exposed(b.at(start), 0, 3)
	b.Happened(b.at(start), onOrder)
	good := b.l.Append(nil)
	read := func(in []byte) measure.Log {
		r := wire.NewReader(in)
		l := measure.ReadLog(r)
		require.NoError(t, r.Close())
		return l
	}
	l := read(good)
	require.True(t, b.Fits(&l))
	tail := len(good) - 5 // segment, stage, count, two sets
	for name, c := range map[string]struct {
		at   int
		with byte
	}{
		"another plan": {1, good[1] + 1}, "segment": {tail, 1}, "stage": {tail + 1, 5}, "a column of the funnel": {tail + 3, 1},
		"a fifth variant": {tail + 4, 1 << 4}, "three of two": {tail + 4, 7},
	} {
		bad := append([]byte(nil), good...)
		bad[c.at] = c.with
		l := read(bad)
		require.False(t, b.Fits(&l), name)
	}
	l = read(append(good[:tail+2:tail+2], 1, 0))
	require.False(t, b.Fits(&l), "fewer metrics")
	l = measure.Log{}
	require.False(t, b.Fits(&l), "none")
}

// wideLogs are states under a plan that has some of everything, and its rules.
func wideLogs() (*measure.Rules, [][]byte) {
	rng := edgetest.Rand(3)
	p := edgetest.Wide(rng)
	digest := plan.DigestOf(edgetest.Publish(p))
	r := measure.RulesOf(p, digest)
	n := &naive{p: p}
	var m measure.Memory
	var l measure.Log
	var out [][]byte
	for i := range 90 {
		e := n.next(rng, start+plan.Time(i)*plan.Hour, &l, digest)
		n.history = append(n.history, e)
		at := measure.Moment{Memory: &m, Now: e.at}
		if e.period >= 0 {
			at.Log = &l
			if e.began {
				r.Open(&l, p.Periods[e.period].Date, e.segment)
				r.Began(at, e.bins, e.start, e.was)
			}
		}
		tell(r, at, &e)
		if i%30 == 20 {
			out = append(out, l.Append(m.Append(nil)))
		}
	}
	return r, out
}

// Whatever is read encodes to the same bytes.
func FuzzRead(f *testing.F) {
	b := newBench(plan.Metric{Kind: plan.Funnel}, plan.Metric{Kind: plan.SlotExposed, Most: 2})
	f.Add((&measure.Log{}).Append((&measure.Memory{}).Append(nil)))
	b.Exposed(b.at(start), 0, 3)
	b.Assigned(b.at(start), 0, 1)
	b.Happened(b.at(start), onCart)
	b.Happened(b.at(start), onOrder)
	f.Add(b.l.Append(b.m.Append(nil)))
	wide, some := wideLogs()
	for _, in := range some {
		f.Add(in)
	}
	f.Add([]byte{17})
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		m := measure.ReadMemory(r)
		l := measure.ReadLog(r)
		if r.Close() != nil {
			return
		}
		require.Equal(t, in, l.Append(m.Append(nil)))
		if layout := wide.Layout(); wide.Fits(&l) {
			cells := make([]bool, layout.Cells)
			wide.Cells(cells, &l, &measure.Sorting{})
			ones := 0
			for _, c := range cells {
				if c {
					ones++
				}
			}
			require.LessOrEqual(t, ones, layout.Weight, "what fits keeps its weight")
		}
		n := m
		n.Join(&m)
		require.LessOrEqual(t, len(n.Append(nil)), len(in))
		b := newBench(plan.Metric{Kind: plan.Funnel}, plan.Metric{Kind: plan.SlotExposed, Most: 2})
		b.Adopt(&m)
		once := m.Append(nil)
		b.Adopt(&m)
		require.Equal(t, once, m.Append(nil))
		b.Happened(measure.Moment{Memory: &m, Log: &b.l, Now: start}, onOrder)
		b.Clicked(measure.Moment{Memory: &m, Log: &b.l, Now: start}, 0)
		b.columns()
	})
}

func ExampleRules_Cells() {
	p := edgetest.Shop()
	r := measure.RulesOf(p, plan.DigestOf(edgetest.Publish(p)))
	var m measure.Memory
	var l measure.Log
	r.Open(&l, p.Periods[0].Date, 2)
	r.Happened(measure.Moment{Memory: &m, Log: &l, Now: start}, onView)
	cells := make([]bool, r.Layout().Cells)
	r.Cells(cells, &l, &measure.Sorting{})
	for i, c := range cells {
		if c {
			fmt.Print(i, " ")
		}
	}
	fmt.Println("of", len(cells))
	// Output: 0 3 11 of 68
}
