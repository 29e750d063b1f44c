package edge_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

const minute = plan.Time(plan.Minute)

var hero = choose.Place{Kind: choose.Slot}

// picking returns the shop's plan with so many days, no holdout, nothing explored, and
// a chosen campaign after the assigned one; changed.
func picking(days int, change func(*plan.Plan)) *plan.Plan {
	p := edgetest.Shop()
	edgetest.Calendar(p, plan.Daily, days)
	p.Campaigns = append(p.Campaigns, plan.Campaign{Name: "banner", Mode: plan.Chosen, Arms: []string{"off", "on"},
		Goals: []plan.Goal{{Name: "bought", On: plan.Trigger{Kind: plan.Order}}}})
	if change != nil {
		change(p)
	}
	return p
}

// priors publishes, for the first slot and all segments, a rate of each variant.
func priors(p *plan.Plan, version uint64, strength uint32, means ...float64) []byte {
	var row []choose.Rate
	for _, m := range means {
		row = append(row, choose.Rate{Mean: m, Strength: strength})
	}
	return edgetest.PublishPriors(choose.Priors{
		Version: version, Plan: plan.DigestOf(edgetest.Publish(p)),
		Places: []choose.PlacePriors{{Place: hero, Rates: [][]choose.Rate{row}}},
	})
}

func pick(t testing.TB, d *edge.Device, now plan.Time, at choose.Place, r edge.Rand) choose.Decision {
	t.Helper()
	var out choose.Decision
	require.NoError(t, d.Choose(now, at, r, &out))
	return out
}

// spent is randomness that must not be needed.
var spent = iotest.ErrReader(errors.New("drawn again"))

func TestChooseRefuses(t *testing.T) {
	p := picking(60, nil)
	untouched := choose.Decision{Column: 7, Options: []choose.Option{{Match: 1}}}
	for name, c := range map[string]struct {
		at   choose.Place
		now  plan.Time
		rand edge.Rand
		want error
	}{
		"no such slot":             {at: choose.Place{Kind: choose.Slot, Index: 1}, want: edge.ErrPlace},
		"a campaign of the site's": {at: choose.Place{Kind: choose.Campaign}, want: edge.ErrPlace},
		"no such campaign":         {at: choose.Place{Kind: choose.Campaign, Index: 2}, want: edge.ErrPlace},
		"no such kind":             {at: choose.Place{Kind: 2}, want: edge.ErrPlace},
		"the plan is over":         {now: p.Expires, want: edge.ErrPlanExpired},
		"randomness fails":         {rand: iotest.ErrReader(io.ErrUnexpectedEOF), want: edge.ErrRandom},
		"randomness ends":          {rand: bytes.NewReader(make([]byte, choose.LotSize-1)), want: edge.ErrRandom},
		"randomness gives nothing": {rand: reader(func([]byte) (int, error) { return 0, nil }), want: edge.ErrRandom},
	} {
		t.Run(name, func(t *testing.T) {
			if c.now == 0 {
				c.now = start
			}
			if c.rand == nil {
				c.rand = edgetest.Rand0()
			}
			d := device(t, p)
			track(t, d, start, view)
			before, out := d.AppendState(nil), untouched
			require.ErrorIs(t, d.Choose(c.now, c.at, c.rand, &out), c.want)
			require.Equal(t, before, d.AppendState(nil))
			require.Equal(t, untouched, out)
			require.True(t, edge.ScratchClear(d))
		})
	}
	var d edge.Device
	require.ErrorIs(t, d.Choose(start, hero, edgetest.Rand0(), new(choose.Decision)), edge.ErrNoPlan)
	require.ErrorIs(t, d.UsePriors(priors(p, 1, 1, .1, .1, .1)), edge.ErrNoPlan)

	newer := device(t, picking(60, func(p *plan.Plan) { p.Serial = 2 }))
	old := device(t, p)
	require.Equal(t, edge.Restored, old.Load(start, newer.AppendState(nil)))
	require.ErrorIs(t, old.Choose(start, hero, edgetest.Rand0(), new(choose.Decision)), edge.ErrPlanSerial)
}

// A choice stands for the visit, whatever the page asks and however long the visit
// is, over midnight too; the next visit decides anew.
func TestChoiceStandsForTheVisit(t *testing.T) {
	p := picking(60, func(p *plan.Plan) { p.Policy.Explore = 5000 })
	changed, nights := 0, 0
	for seed := range byte(40) {
		d := device(t, p)
		now := start + 20*hour
		first := pick(t, d, now, hero, edgetest.NewRandom(seed)) // before the view that opens the visit
		require.False(t, first.Kept)
		track(t, d, now, edgetest.Shown(&first))
		for range 20 {
			track(t, d, now, view)
			again := pick(t, d, now, hero, spent)
			require.True(t, again.Kept)
			require.Equal(t, [2]any{first.Column, first.Reason}, [2]any{again.Column, again.Reason})
			for _, o := range again.Options {
				require.Zero(t, o.Draw, "nothing is drawn again")
			}
			require.Equal(t, edge.Restored, d.Load(now, d.AppendState(nil)))
			now += 29 * minute
		}
		if now > start+day {
			nights++
		}
		// Thirty minutes after the last activity the visit is over, seen by an event or not.
		now += minute
		fresh := pick(t, d, now, hero, spent)
		require.False(t, fresh.Kept)
		track(t, d, now+5, view, edgetest.Shown(&fresh))
		after := pick(t, d, now+10*minute, hero, spent)
		require.True(t, after.Kept, "chosen just before the view that opened the visit")
		require.Equal(t, fresh.Column, after.Column)
		if fresh.Column != first.Column {
			changed++
		}
	}
	require.Equal(t, 40, nights)
	require.Greater(t, changed, 5, "another period, other draws")
}

// What was chosen and not yet seen is chosen anew, by the same draws and by what the
// visitor has come to like since; what another place showed, or the slot showed before,
// does not count as seen.
func TestUnseenChoiceIsMadeAnew(t *testing.T) {
	p := picking(60, func(p *plan.Plan) { p.Policy.Lift, p.Policy.Recent = 1000, 10_000 })
	moved, shoes := 0, 0
	for seed := range byte(40) {
		d := device(t, p)
		track(t, d, start, view)
		first := pick(t, d, start, hero, edgetest.NewRandom(seed))
		same := pick(t, d, start+1, hero, spent)
		require.False(t, same.Kept)
		require.Equal(t, first.Column, same.Column, "nothing was learnt")
		for i := range 3 {
			track(t, d, start+plan.Time(2+i), edge.Event{Kind: plan.View, Topics: 1}) // shoes
		}
		track(t, d, start+5, edge.Event{Kind: plan.Assign, Campaign: 1, Arm: 1}, edge.Event{Kind: plan.Exposure, Variant: uint8((first.Column + 1) % 3)})
		then := pick(t, d, start+6, hero, spent)
		require.False(t, then.Kept)
		if then.Column == 1 {
			shoes++
		}
		if then.Column != first.Column {
			moved++
		}
		track(t, d, start+7, edgetest.Shown(&then), edge.Event{Kind: plan.View, Topics: 2}, edge.Event{Kind: plan.View, Topics: 2})
		stands := pick(t, d, start+8, hero, spent)
		require.True(t, stands.Kept)
		require.Equal(t, then.Column, stands.Column)
	}
	require.Greater(t, moved, 10)
	require.Greater(t, shoes, 25)
}

// Within a period the draws are the same: a visit later the same day decides as the
// one before did if nothing was learnt, and the next day does not always.
func TestDrawsArePeriods(t *testing.T) {
	p := picking(60, func(p *plan.Plan) { p.Policy.Explore = 2000 })
	other := 0
	for seed := range byte(60) {
		d := device(t, p)
		morning := pick(t, d, start, hero, edgetest.NewRandom(seed))
		evening := pick(t, d, start+20*hour, hero, spent)
		require.False(t, evening.Kept)
		require.Equal(t, morning, evening)
		if pick(t, d, start+day, hero, spent).Column != morning.Column {
			other++
		}
	}
	require.Greater(t, other, 15)
}

// A decision says whose priors it went by, what each option's prior, own evidence and
// match were, how it was made, and by which version.
func TestWhy(t *testing.T) {
	p := picking(60, func(p *plan.Plan) { p.Policy.Lift, p.Policy.Recent = 4, 5000 })
	d := device(t, p)
	require.NoError(t, d.UsePriors(edgetest.PublishPriors(choose.Priors{
		Version: 77, Plan: plan.DigestOf(edgetest.Publish(p)),
		Places: []choose.PlacePriors{{Place: hero, Rates: [][]choose.Rate{
			{{Mean: .5, Strength: 1}, {Mean: .5, Strength: 1}, {Mean: .5, Strength: 1}},
			{{Mean: .5, Strength: 1}, {Mean: .5, Strength: 1}, {Mean: .5, Strength: 1}},
			{{Mean: .125, Strength: 1000}, {Mean: .25, Strength: 10}, {Mean: .0625, Strength: 1 << 20}},
			{{Mean: .5, Strength: 1}, {Mean: .5, Strength: 1}, {Mean: .5, Strength: 1}},
		}}},
	})))
	// One trial of shoes that the visitor bought after, and five views of shoes.
	track(t, d, start, edge.Event{Kind: plan.Exposure, Variant: 1}, edge.Event{Kind: plan.Order, Minor: 1})
	for range 5 {
		track(t, d, start, edge.Event{Kind: plan.View, Topics: 1})
	}
	out := pick(t, d, start, hero, edgetest.Rand0())
	require.Equal(t, hero, out.Place)
	require.Equal(t, choose.Sampled, out.Reason)
	require.Equal(t, 2, out.Segment, "new")
	require.Equal(t, uint64(77), out.Version)
	require.Equal(t, choose.Rate{Mean: .125, Strength: 1000}, out.Options[0].Prior)
	require.Equal(t, choose.Rate{Mean: .25, Strength: 10}, out.Options[1].Prior)
	require.Equal(t, choose.Rate{Mean: .0625, Strength: 1 << 20}, out.Options[2].Prior)
	// Half by affinity, half by the latest pages. The 1 in affinity's denominator is
	// interest that is not on record, and the usual quarter of it lies anywhere.
	const unknown = .25 * .5 * 1. / 6
	const match = .5*5./6 + .5*1 + unknown
	odds := func(prior, match float64) float64 { return prior / (1 - prior) * (1 + 4*match) / (1 + 4*.25) }
	shoes, bags := odds(.25, match), odds(.0625, unknown)
	for i, want := range []struct{ shown, won, match, mean, strength float64 }{
		{0, 0, .25, .125, 1000}, // no topics: as usual
		{1, 1, match, (10*shoes/(1+shoes) + 1) / 11, 11},
		{0, 0, unknown, bags / (1 + bags), 1 << 20},
	} {
		o := out.Options[i]
		require.InDelta(t, want.shown, o.Shown, 1e-3)
		require.InDelta(t, want.won, o.Won, 1e-3)
		require.InDelta(t, want.match, o.Match, 1e-3)
		require.InDelta(t, want.mean, o.Mean, 1e-3)
		require.InDelta(t, want.strength, o.Strength, 1e-2)
		require.Equal(t, o.Draw, o.Value, "reward 1, cost 0")
		require.LessOrEqual(t, o.Value, out.Options[out.Column].Value)
	}

	// The campaign has no priors, so that little is known of it, and version 0.
	arm := pick(t, d, start, choose.Place{Kind: choose.Campaign, Index: 1}, spent)
	require.Zero(t, arm.Version)
	require.Len(t, arm.Options, 2)
	for _, o := range arm.Options {
		require.Equal(t, choose.Bare(), o.Prior)
	}
}

// The segment whose priors are used is the one that the period is counted in, also
// before the visit's first event, and after the visitor would belong to another.
func TestChoiceGoesByThePeriodsSegment(t *testing.T) {
	p := picking(60, nil)
	d := device(t, p)
	r := edgetest.Rand0()
	segment := func(now plan.Time) int {
		s := pick(t, d, now, hero, r).Segment
		require.True(t, edge.ScratchClear(d))
		return s
	}
	const regulars, fresh, rest = 0, 2, 3
	require.Equal(t, fresh, segment(start), "nothing was seen yet; a view will open the first visit")
	before := d.AppendState(nil)
	require.Equal(t, fresh, segment(start))
	require.Equal(t, before, d.AppendState(nil), "nobody visited")
	track(t, d, start, view, order, order, order)
	require.Equal(t, fresh, segment(start+hour), "as the period began")
	require.Equal(t, regulars, segment(start+day), "as the next one would begin")

	d = device(t, p)
	track(t, d, start, view)
	require.Equal(t, rest, segment(start+day), "a view will open the second visit")
	track(t, d, start+day, view)
	require.Equal(t, rest, segment(start+day))
}

// The same state at the same time gives the same answers, on whatever instance.
func TestChoiceIsDeterministic(t *testing.T) {
	for seed := range uint64(60) {
		rng := edgetest.Rand(seed)
		p := edgetest.Plan(rng)
		edgetest.Calendar(p, plan.Daily, 60)
		digest := plan.DigestOf(edgetest.Publish(p))
		fitted := edgetest.Priors(rng, p, digest, 9)
		d := lived(t, p, seed)
		pick(t, d, start, choose.PlacesOf(p)[0], edgetest.NewRandom(byte(seed)))
		state := d.AppendState(nil)
		var answers [2][]choose.Decision
		var states [2][]byte
		for i := range answers {
			n := device(t, p)
			if i == 0 { // priors and visitor may come in either order
				require.NoError(t, n.UsePriors(fitted))
			}
			require.Equal(t, edge.Restored, n.Load(start, state))
			if i == 1 {
				require.NoError(t, n.UsePriors(fitted))
			}
			for step := range plan.Time(4) {
				for _, at := range choose.PlacesOf(p) {
					answers[i] = append(answers[i], pick(t, n, start+step*7*hour, at, spent))
				}
			}
			states[i] = n.AppendState(nil)
		}
		require.Equal(t, answers[0], answers[1])
		require.Equal(t, states[0], states[1])
	}
}

// The options' room is used again, and nothing else is allocated.
func TestChooseReusesTheOptions(t *testing.T) {
	p := picking(60, nil)
	d := device(t, p)
	out := choose.Decision{Options: make([]choose.Option, 0, 3)}
	room := &out.Options[:1][0]
	r := edgetest.Rand0()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if d.Choose(start, hero, r, &out) != nil {
			panic("refused")
		}
	}))
	require.Same(t, room, &out.Options[0])
	require.Len(t, out.Options, 3)
	require.NoError(t, d.Choose(start, choose.Place{Kind: choose.Campaign, Index: 1}, r, &out))
	require.Same(t, room, &out.Options[0])
	require.Len(t, out.Options, 2)
}

// Seed, lot, evidence and choices go with the rest; the next choice draws anew.
func TestForgetErasesChoices(t *testing.T) {
	p := picking(60, func(p *plan.Plan) { p.Policy.Holdout = 1000 })
	d := device(t, p)
	r := edgetest.Rand0()
	out := pick(t, d, start, hero, r)
	track(t, d, start, edgetest.Shown(&out), order)
	d.Forget(start)
	require.Equal(t, edge.MindOf(device(t, p)), edge.MindOf(d))
	require.ErrorIs(t, d.Choose(start, hero, spent, new(choose.Decision)), edge.ErrRandom, "a new lot")
	held := 0
	for range 1000 {
		if pick(t, d, start, hero, r).Reason == choose.Held {
			held++
		}
		d.Forget(start)
	}
	require.InDelta(t, 100, held, 4.5*math.Sqrt(1000*.1*.9))

	// Priors are no visitor's: they stay in force, and are not older than themselves.
	require.NoError(t, d.UsePriors(priors(p, 5, 10, .1, .2, .3)))
	d.Forget(start)
	require.Equal(t, uint64(5), pick(t, d, start, hero, r).Version)
}
