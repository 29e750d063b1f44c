package edge_test

import (
	"errors"
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

const (
	start = edgetest.Start
	day   = plan.Time(plan.Day)
	hour  = plan.Time(plan.Hour)
)

var (
	view  = edge.Event{Kind: plan.View}
	cart  = edge.Event{Kind: plan.Cart}
	order = edge.Event{Kind: plan.Order, Minor: 1999}
)

// device returns one under p, and never fails.
func device(t testing.TB, p *plan.Plan) *edge.Device {
	d := new(edge.Device)
	require.NoError(t, d.UsePlan(edgetest.Publish(p)))
	return d
}

func track(t testing.TB, d *edge.Device, now plan.Time, events ...edge.Event) {
	for _, e := range events {
		require.NoError(t, d.Track(now, e))
	}
}

// with returns a copy of the shop's plan, changed.
func with(change func(*plan.Plan)) *plan.Plan {
	p := edgetest.Shop()
	change(p)
	return p
}

func TestPlanInForce(t *testing.T) {
	var d edge.Device
	p, digest := d.Plan()
	require.Nil(t, p)
	require.Zero(t, digest)
	published := edgetest.Publish(edgetest.Shop())
	require.NoError(t, d.UsePlan(published))
	require.Error(t, d.UsePlan([]byte("no plan")))
	d.Load(start, nil)
	p, digest = d.Plan()
	require.Equal(t, plan.DigestOf(published), digest)
	again, err := plan.Encode(p)
	require.NoError(t, err)
	require.Equal(t, published, again)
}

func TestPlanIsRefused(t *testing.T) {
	d := device(t, with(func(p *plan.Plan) { p.Serial = 5 }))
	older := edgetest.Publish(with(func(p *plan.Plan) { p.Serial = 4 }))
	require.ErrorIs(t, d.UsePlan(older), edge.ErrPlanSerial)
	require.NoError(t, d.Track(start, view), "the plan before stays in force")
	require.Error(t, d.UsePlan([]byte("no plan")))
	require.NoError(t, d.UsePlan(edgetest.Publish(with(func(p *plan.Plan) { p.Serial = 5; p.MinBatch = 200 }))), "an equal serial is not lower")
	require.NoError(t, d.Track(start, view))

	// The visitor, not the instance, remembers the serial: also when the plan was there first.
	state := d.AppendState(nil)
	var other edge.Device
	require.NoError(t, other.UsePlan(older))
	require.Equal(t, edge.Restored, other.Load(start, state))
	before := other.AppendState(nil)
	require.ErrorIs(t, other.Track(start, view), edge.ErrPlanSerial)
	require.ErrorIs(t, other.Report(start, start, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrPlanSerial)
	_, ok := other.Measurement(start)
	require.False(t, ok)
	require.Equal(t, before, other.AppendState(nil))
	require.Equal(t, edge.Fresh, other.Load(start, nil))
	require.NoError(t, other.Track(start, view), "another visitor has not seen the newer plan")
}

func TestPlanExpires(t *testing.T) {
	d := device(t, with(func(p *plan.Plan) { p.Expires = start + hour }))
	track(t, d, start, view)
	before := d.AppendState(nil)
	require.ErrorIs(t, d.Track(start+hour, view), edge.ErrPlanExpired)
	require.ErrorIs(t, d.Report(start+hour, start, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrPlanExpired)
	require.ErrorIs(t, d.Report(start, start+hour, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrPlanExpired, "by the collector's clock")
	_, ok := d.Measurement(start + hour)
	require.False(t, ok)
	require.Equal(t, before, d.AppendState(nil))
}

// Outside the plan's periods the profile learns, and nothing is measured.
func TestProfileLearnsBetweenPeriods(t *testing.T) {
	d := device(t, edgetest.Shop())
	for i := range plan.Time(3) {
		track(t, d, start-3*day+i*hour, view, order)
	}
	_, ok := d.Measurement(start - hour)
	require.False(t, ok)
	require.ErrorIs(t, d.Report(start-hour, start-hour, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrNoPeriod)
	track(t, d, start, view)
	cells, ok := d.Measurement(start)
	require.True(t, ok)
	require.Equal(t, []int{0, 1, 5}, ones(cells), "present, a regular, who viewed")
}

// Declaring an attribute makes nobody present, opens no visit and is seen by the
// first activity's segment only if it came before.
func TestDeclare(t *testing.T) {
	member := edge.Event{Kind: plan.Declare, Value: 1}
	d := device(t, edgetest.Shop())
	track(t, d, start, member)
	_, ok := d.Measurement(start)
	require.False(t, ok)
	require.ErrorIs(t, d.Report(start, start, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrNothing)
	track(t, d, start+1, view)
	cells, _ := d.Measurement(start + 1)
	require.True(t, cells[2], "a member")

	d = device(t, edgetest.Shop())
	track(t, d, start, view, member)
	cells, _ = d.Measurement(start)
	require.True(t, cells[3], "new: the declaration came too late")
	track(t, d, start+day, view)
	cells, _ = d.Measurement(start + day)
	require.True(t, cells[2], "a member in the next period")
}

// A plan that lists the same names in another order, or other types, finds what
// the device remembers under the name, or nothing.
func TestMemorySurvivesAnotherPlan(t *testing.T) {
	old := edgetest.Shop()
	d := device(t, old)
	track(t, d, start, edge.Event{Kind: plan.Declare, Attribute: 0, Value: 1}, edge.Event{Kind: plan.Declare, Attribute: 1, Value: 2},
		edge.Event{Kind: plan.Declare, Attribute: 2, Value: 500}, edge.Event{Kind: plan.Assign, Arm: 2}, edge.Event{Kind: plan.Exposure, Variant: 1})

	rule := func(v int, n float64) plan.Rule { return edgetest.NewRule().Var(v).Num(n).Op(plan.OpEq).Code() }
	turned := with(func(p *plan.Plan) {
		p.Serial = 2
		p.Attributes = []plan.Attribute{
			{Name: "loyalty_points", Type: plan.Number, Min: 0, Max: 100},                      // smaller range
			{Name: "age_band", Type: plan.Choice, Values: []string{"45 and over", "under 45"}}, // other order
			{Name: "member", Type: plan.Number, Min: 0, Max: 1},                                // other type
		}
		p.Segments = []plan.Segment{
			{Name: "a flag is no number", Rule: edgetest.NewRule().Var(plan.VarAttribute + 2).Num(-1).Op(plan.OpGt).Code()},
			{Name: "both", Rule: append(append(rule(plan.VarAttribute, 100), rule(plan.VarAttribute+1, 0)...), plan.OpAnd)},
			{Name: "else"},
		}
		p.Campaigns[0].Arms = []string{"mail_b", "none"}
		p.Slots[0].Variants = p.Slots[0].Variants[:1:1]
		p.Slots[0].Variants = append(p.Slots[0].Variants, plan.Variant{Name: "hats"})
		p.Metrics = []plan.Metric{
			{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1},
			{Name: "bought", Kind: plan.CampaignConverted, By: plan.SiteWide, Goal: 1, Most: 1},
			{Name: "hero", Kind: plan.SlotConverted, By: plan.SiteWide, Most: 1},
		}
	})
	next := start + day
	for name, load := range map[string]func() *edge.Device{
		"same instance": func() *edge.Device {
			require.NoError(t, d.UsePlan(edgetest.Publish(turned)))
			return d
		},
		"plan, then state": func() *edge.Device {
			n := device(t, turned)
			require.Equal(t, edge.Restored, n.Load(next, d.AppendState(nil)))
			return n
		},
		"state, then plan": func() *edge.Device {
			n := new(edge.Device)
			require.Equal(t, edge.Restored, n.Load(next, d.AppendState(nil)))
			require.NoError(t, n.UsePlan(edgetest.Publish(turned)))
			return n
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := load()
			track(t, n, next, order)
			cells, ok := n.Measurement(next)
			require.True(t, ok)
			require.Equal(t, []int{0, 2, 4}, ones(cells), "present, segment both, bought after mail_b; the variant is gone")
		})
	}
}

// One running period, whatever plans: changed before the first report, the log
// starts anew; changed after it, nothing is measured until the period ends.
func TestPlanChangesWithinAPeriod(t *testing.T) {
	weekly := edgetest.Bare(1)
	edgetest.Calendar(weekly, plan.Weekly, 4)
	daily := with(func(p *plan.Plan) { p.Serial = 2 })

	d := device(t, weekly)
	track(t, d, start, view)
	require.NoError(t, d.UsePlan(edgetest.Publish(daily)))
	_, ok := d.Measurement(start)
	require.False(t, ok, "the other plan's log says nothing under this one")
	track(t, d, start+60, cart)
	cells, ok := d.Measurement(start + 60)
	require.True(t, ok)
	require.Equal(t, []int{0, 3, 12}, ones(cells), "present, new, at the cart: the view was of the other plan's log")

	d = device(t, weekly)
	track(t, d, start, view)
	var first, second edge.Outgoing
	r := edgetest.Rand0()
	require.NoError(t, d.Report(start, start, r, &first))
	require.NoError(t, d.UsePlan(edgetest.Publish(daily)))
	for at := start + hour; at < start+7*day; at += day {
		track(t, d, at, view, order)
		require.ErrorIs(t, d.Report(at, at, edgetest.Rand0(), &second), edge.ErrPlanChanged)
		_, ok := d.Measurement(at)
		require.False(t, ok)
	}
	end := start + 7*day
	require.ErrorIs(t, d.Report(end, end, edgetest.Rand0(), &second), edge.ErrNothing)
	track(t, d, end, view)
	require.NoError(t, d.Report(end, end, r, &second))
	require.NotEqual(t, first.Head.ID, second.Head.ID)
	cells, _ = d.Measurement(end)
	require.True(t, cells[1], "a regular: the profile learned meanwhile")
}

// A clock out of any bounds is taken as the nearest that can be kept.
func TestImpossibleClock(t *testing.T) {
	d := device(t, edgetest.Shop())
	times := []plan.Time{math.MinInt64, -1, 0, 1, start, 1 << 36, 1<<36 + 1, math.MaxInt64}
	for _, a := range times {
		for _, b := range times {
			for _, at := range []plan.Time{a, b} {
				err := d.Track(at, order)
				require.True(t, err == nil || errors.Is(err, edge.ErrPlanExpired))
			}
			_ = d.Report(a, b, edgetest.Rand0(), new(edge.Outgoing))
			_, _ = d.Measurement(a)
			state := d.AppendState(nil)
			require.Equal(t, edge.Restored, d.Load(b, state))
			require.Equal(t, state, d.AppendState(nil))
		}
	}
	d.Forget(math.MaxInt64)
	d.Forget(math.MinInt64)
}

// ones lists the cells that are set.
func ones(cells []bool) []int {
	var out []int
	for i, c := range cells {
		if c {
			out = append(out, i)
		}
	}
	return out
}
