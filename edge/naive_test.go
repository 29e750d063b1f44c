package edge_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// naive is docs/plan.md read as a specification over the visitor's whole
// history: it keeps every event for ever and works each number out anew, in
// quadratic time, without any of the code under test.
type naive struct {
	plan *plan.Plan
	acts []act
	said [][]float64 // every value declared, by attribute
	held bool        // of the holdout, known since the first choice
	near bool        // an interest that was asked for is too close to call
}

type act struct {
	raw  plan.Time // the clock as given
	e    edge.Event
	said []int // how many values of each attribute had been declared by then
	held bool  // of the holdout, as far as was known in its period
}

func newNaive(p *plan.Plan) *naive {
	return &naive{plan: p, said: make([][]float64, len(p.Attributes))}
}

func (n *naive) track(now plan.Time, e edge.Event) {
	if e.Kind == plan.Declare {
		n.said[e.Attribute] = append(n.said[e.Attribute], e.Value)
		return
	}
	a := act{raw: now, e: e, held: n.held}
	for _, s := range n.said {
		a.said = append(a.said, len(s))
	}
	n.acts = append(n.acts, a)
}

// asked takes in a choice, the first of which tells whether the device is held: then
// it is from the start of the running period on.
func (n *naive) asked(now plan.Time, held bool) {
	if n.held = held; held {
		_, acts := n.period(now)
		for _, k := range acts {
			n.acts[k].held = true
		}
	}
}

// seen is when act j happened as act k must believe: no later than anything
// that followed it up to k.
func (n *naive) seen(j, k int) plan.Time {
	t := n.acts[j].raw
	for _, a := range n.acts[j : k+1] {
		t = min(t, a.raw)
	}
	return t
}

// visits lists the acts up to k that opened one.
func (n *naive) visits(k int) []int {
	var out []int
	for i := 0; i <= k; i++ {
		if i == 0 || n.acts[i].raw-n.seen(i-1, i) >= 1800 {
			out = append(out, i)
		}
	}
	return out
}

// before is what segment rules see at act k.
type before struct {
	*naive
	k int
}

func (b before) Value(index int) (float64, bool) {
	count, last, sum := map[plan.EventKind]int{}, map[plan.EventKind]int{}, int64(0)
	for i, a := range b.acts[:b.k] {
		count[a.e.Kind]++
		last[a.e.Kind] = i
		if a.e.Kind == plan.Order {
			sum = min(sum+a.e.Minor, 100_000_000_000_000)
		}
	}
	ago := func(t plan.Time) float64 { return float64(min(36500, int64(b.acts[b.k].raw-t)/86400)) }
	visits := b.visits(b.k)
	orders := count[plan.Order]
	switch index {
	case plan.VarVisits:
		return float64(len(visits)), true
	case plan.VarViews:
		return float64(count[plan.View]), true
	case plan.VarClicks:
		return float64(count[plan.Click]), true
	case plan.VarCarts:
		return float64(count[plan.Cart]), true
	case plan.VarOrders:
		return float64(orders), true
	case plan.VarRevenue:
		return float64(sum) / 100, true
	case plan.VarAverageOrder:
		if orders == 0 {
			return 0, false
		}
		return float64(sum) / float64(orders*100), true
	case plan.VarLastOrder:
		if orders == 0 {
			return 0, false
		}
		return float64(b.acts[last[plan.Order]].e.Minor) / 100, true
	case plan.VarDaysSinceFirst:
		return ago(b.seen(0, b.k)), true
	case plan.VarDaysSinceVisit:
		if len(visits) < 2 {
			return 0, false
		}
		running, earlier := visits[len(visits)-1], visits[len(visits)-2]
		return float64(min(36500, int64(b.seen(running, b.k)-b.seen(earlier, b.k))/86400)), true
	case plan.VarDaysSinceOrder:
		return ago(b.seen(last[plan.Order], b.k)), orders > 0
	case plan.VarDaysSinceCart:
		return ago(b.seen(last[plan.Cart], b.k)), count[plan.Cart] > 0
	case plan.VarActiveDays:
		days := map[plan.Time]bool{}
		for _, a := range b.acts[:b.k+1] {
			today := a.raw / 86400
			for d := range days {
				if d > today || d <= today-30 {
					delete(days, d)
				}
			}
			days[today] = true
		}
		return float64(len(days)), true
	case plan.VarTopTopic:
		return b.topTopic(b.k, b.acts[b.k].raw)
	}
	if index >= plan.VarAffinity {
		return b.affinity(b.k, b.acts[b.k].raw)[index-plan.VarAffinity], true
	}
	i := index - plan.VarAttribute
	if b.acts[b.k].said[i] == 0 {
		return 0, false
	}
	v := b.said[i][b.acts[b.k].said[i]-1]
	if a := b.plan.Attributes[i]; a.Type == plan.Number {
		v = max(a.Min, min(a.Max, v))
	}
	return v, true
}

func (n *naive) is(k int, on plan.Trigger) bool {
	e := n.acts[k].e
	return e.Kind == on.Kind && (e.Kind != plan.Custom || e.Event == on.Event)
}

// exposure returns the last act before k that exposed something of a source.
func (n *naive) exposure(k int, campaign bool, source uint8) int {
	for j := k - 1; j >= 0; j-- {
		e := n.acts[j].e
		if campaign && e.Kind == plan.Assign && e.Campaign == source || !campaign && e.Kind == plan.Exposure && e.Slot == source {
			return j
		}
	}
	return -1
}

// within tells whether the exposure j is young enough at k to be credited.
func (n *naive) within(j, k int) bool {
	return n.acts[k].raw-n.seen(j, k) <= plan.Time(n.plan.Attribution)
}

// credited returns the exposure that act k is the first goal event of, or -1.
func (n *naive) credited(k int, campaign bool, source uint8, on plan.Trigger) int {
	is := func(i int) bool {
		e := n.acts[i].e
		elsewhere := !campaign && on.Kind == plan.Click && !(e.InSlot && e.Slot == source)
		return n.is(i, on) && !elsewhere
	}
	j := n.exposure(k, campaign, source)
	if j < 0 || !is(k) || !n.within(j, k) {
		return -1
	}
	for i := j + 1; i < k; i++ {
		if is(i) && n.within(j, i) {
			return -1
		}
	}
	return j
}

// column returns the arm or variant that act k counts for under a metric, or -1.
func (n *naive) column(k int, m plan.Metric) int {
	e := n.acts[k].e
	pick := func(j int) int {
		if j < 0 {
			return -1
		}
		if n.acts[j].e.Kind == plan.Assign {
			return int(n.acts[j].e.Arm)
		}
		return int(n.acts[j].e.Variant)
	}
	switch m.Kind {
	case plan.CampaignExposed:
		if e.Kind == plan.Assign && e.Campaign == m.Source {
			return int(e.Arm)
		}
	case plan.SlotExposed:
		if e.Kind == plan.Exposure && e.Slot == m.Source {
			return int(e.Variant)
		}
	case plan.SlotClicked:
		if e.Kind == plan.Click && e.InSlot && e.Slot == m.Source {
			if j := n.exposure(k, false, m.Source); j >= 0 && n.within(j, k) {
				return pick(j)
			}
		}
	case plan.CampaignConverted:
		return pick(n.credited(k, true, m.Source, n.plan.Campaigns[m.Source].Goals[m.Goal].On))
	case plan.SlotConverted:
		return pick(n.credited(k, false, m.Source, n.plan.Slots[m.Source].Goal))
	}
	return -1
}

// columns returns how many a metric has, and whether the last one is the holdout's.
func (n *naive) columns(m plan.Metric) (columns int, holdout bool) {
	picked := n.plan.Policy.Holdout > 0
	switch m.Kind {
	case plan.Audience:
		return 1, false
	case plan.Funnel:
		return len(n.plan.Stages), false
	case plan.CampaignExposed, plan.CampaignConverted:
		c := n.plan.Campaigns[m.Source]
		columns, picked = len(c.Arms), picked && c.Mode == plan.Chosen
	default:
		columns = len(n.plan.Slots[m.Source].Variants)
	}
	if picked {
		columns++
	}
	return columns, picked
}

// segment is decided at the act that opened a period.
func (n *naive) segment(first int) int {
	s := 0
	for s < len(n.plan.Segments)-1 && !n.plan.Segments[s].Rule.Match(before{n, first}) {
		s++
	}
	return s
}

// vectors lists the measurements that the plan allows at now, none if there is
// nothing to say: one, or one for each segment where interests are too close to call.
func (n *naive) vectors(now plan.Time) [][]bool {
	first, acts := n.period(now)
	if acts == nil {
		return nil
	}
	n.near = false
	segment := n.segment(first)
	if !n.near {
		return [][]bool{n.vector(acts, segment)}
	}
	var out [][]bool
	for s := range n.plan.Segments {
		out = append(out, n.vector(acts, s))
	}
	return out
}

// period lists the acts of the period at now, since the device last was in another.
func (n *naive) period(now plan.Time) (first int, acts []int) {
	period := func(t plan.Time) int {
		for i, q := range n.plan.Periods {
			if t >= q.Start && t < q.End {
				return i
			}
		}
		return -1
	}
	at := period(now)
	first = len(n.acts)
	for k := len(n.acts) - 1; k >= 0; k-- {
		if q := period(n.acts[k].raw); q == at {
			first, acts = k, append([]int{k}, acts...)
		} else if q >= 0 {
			break
		}
	}
	if at < 0 {
		return first, nil
	}
	return first, acts
}

// vector is the measurement of a period's acts in a segment.
func (n *naive) vector(acts []int, segment int) []bool {
	out := []bool{true}
	for _, m := range n.plan.Metrics {
		columns, picked := n.columns(m)
		row := make([]bool, columns)
		switch m.Kind {
		case plan.Audience:
			row[0] = true
		case plan.Funnel:
			deepest := -1
			for i, s := range n.plan.Stages {
				for _, k := range acts {
					if n.is(k, s.On) {
						deepest = i
					}
				}
			}
			if deepest >= 0 {
				row[deepest] = true
			}
		default:
			distinct := 0
			for _, k := range acts {
				c := n.column(k, m)
				if c >= 0 && picked && n.acts[k].held {
					c = columns - 1
				}
				if c >= 0 && !row[c] && distinct < int(m.Most) {
					row[c] = true
					distinct++
				}
			}
		}
		if m.By == plan.SiteWide {
			out = append(out, row...)
			continue
		}
		for s := range n.plan.Segments {
			if s == segment {
				out = append(out, row...)
			} else {
				out = append(out, make([]bool, columns)...)
			}
		}
	}
	return out
}

// The device and the naive reading agree on every vector, over random plans and
// days with a clock that jumps, while the state is saved and loaded in between;
// and every vector keeps the bounds that the guarantee rests on.
func TestMeasurementIsThePlans(t *testing.T) {
	sequences := 6000
	if testing.Short() {
		sequences = 600
	}
	ones, empty, sure, near := 0, 0, 0, 0
	for seed := range uint64(sequences) {
		rng := edgetest.Rand(seed)
		p := edgetest.Plan(rng)
		layout := plan.LayoutOf(p)
		var d edge.Device
		require.NoError(t, d.UsePlan(edgetest.Publish(p)))
		model, lot := newNaive(p), rng.Uint32()
		places := choose.PlacesOf(p)
		now := edgetest.Start + plan.Time(rng.Int64N(int64(6*plan.Day))) - plan.Day
		for range 1 + rng.IntN(50) {
			if rng.IntN(5) == 0 {
				place := places[rng.IntN(len(places))]
				require.NoError(t, d.Choose(now, place, lots(rng, lot), new(choose.Decision)))
				model.asked(now, float64(lot)/(1<<32) < float64(p.Policy.Holdout)/10_000)
			}
			e := edgetest.Event(rng, p)
			require.NoError(t, d.Track(now, e), "seed %d: %+v", seed, e)
			model.track(now, e)
			if rng.IntN(4) == 0 {
				state := d.AppendState(nil)
				require.Equal(t, edge.Restored, d.Load(now, state))
				require.Equal(t, state, d.AppendState(nil))
			}
			want := model.vectors(now)
			got, ok := d.Measurement(now)
			require.Equal(t, want != nil, ok, "seed %d", seed)
			switch {
			case !ok:
				empty++
			case len(want) > 1:
				require.Contains(t, want, got, "seed %d", seed)
				near++
			default:
				require.Equal(t, want[0], got, "seed %d", seed)
				sure++
				ones += checkBounds(t, layout, got)
			}
			now = edgetest.Later(rng, now)
		}
	}
	t.Logf("%d vectors the same, %d too close to call", sure, near)
	require.Greater(t, sure, 20*near)
	require.Greater(t, ones, 10*sequences, "the days were too empty to show anything")
	require.Greater(t, empty, sequences/10, "no day lay outside the periods")
}

// lots gives a device its seed and the lot.
func lots(rng *rand.Rand, lot uint32) edge.Rand {
	var b [choose.LotSize]byte
	binary.BigEndian.PutUint64(b[:], rng.Uint64())
	binary.BigEndian.PutUint64(b[8:], rng.Uint64())
	binary.BigEndian.PutUint32(b[16:], lot)
	return bytes.NewReader(b[:])
}

// checkBounds returns the number of ones beyond present.
func checkBounds(t *testing.T, l plan.Layout, cells []bool) int {
	require.Len(t, cells, l.Cells)
	require.True(t, cells[0], "present")
	total := 0
	for _, s := range l.Spans {
		n := 0
		for _, c := range cells[s.Offset : s.Offset+s.Cells()] {
			if c {
				n++
			}
		}
		require.LessOrEqual(t, n, s.Most)
		total += n
	}
	require.LessOrEqual(t, total, l.Weight)
	return total - 1
}
