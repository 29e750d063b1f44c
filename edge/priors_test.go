package edge_test

import (
	"math"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// spoilt returns published priors with other bytes from at on, from the end if below 0.
func spoilt(published []byte, at int, with ...byte) []byte {
	b := slices.Clone(published)
	if at < 0 {
		at += len(b)
	}
	copy(b[at:], with)
	return b
}

// Priors that are malformed, of another plan, shaped for none, or older are refused,
// and those before stay in force.
func TestPriorsAreRefused(t *testing.T) {
	p := picking(60, nil)
	digest := plan.DigestOf(edgetest.Publish(p))
	good := priors(p, 10, 100, .1, .2, .3)
	rates := func(rows, columns int) [][]choose.Rate {
		out := make([][]choose.Rate, rows)
		for i := range out {
			for range columns {
				out[i] = append(out[i], choose.Rate{Mean: .5, Strength: 1})
			}
		}
		return out
	}
	of := func(at choose.Place, rows, columns int) []byte {
		return edgetest.PublishPriors(choose.Priors{Version: 11, Plan: digest, Places: []choose.PlacePriors{{Place: at, Rates: rates(rows, columns)}}})
	}
	banner := choose.Place{Kind: choose.Campaign, Index: 1}
	for name, c := range map[string]struct {
		published []byte
		want      error
	}{
		"nothing":                    {nil, choose.ErrPriors},
		"cut short":                  {good[:len(good)-1], choose.ErrPriors},
		"longer":                     {append(good[:len(good):len(good)], 0), choose.ErrPriors},
		"no strength":                {spoilt(good, -1, 0), choose.ErrPriors},
		"another plan's":             {priors(picking(59, nil), 11, 100, .1, .2, .3), choose.ErrForeign},
		"a variant too many":         {of(hero, 1, 4), choose.ErrPriors},
		"a variant too few":          {of(hero, 4, 2), choose.ErrPriors},
		"a segment too few":          {of(hero, 3, 3), choose.ErrPriors},
		"no such slot":               {of(choose.Place{Kind: choose.Slot, Index: 1}, 1, 3), choose.ErrPriors},
		"the campaign of the site's": {of(choose.Place{Kind: choose.Campaign}, 1, 3), choose.ErrPriors},
		"a holdout's column":         {of(banner, 1, 3), choose.ErrPriors},
		"strength above the largest": {spoilt(priors(p, 11, 1<<20, .1, .2, .3), -3, 0x81, 0x80, 0x40), choose.ErrPriors},
		"a mean of 0":                {spoilt(good, -5, 0, 0, 0, 0), choose.ErrPriors},
		"a version after the plan":   {priors(p, uint64(p.Periods[59].End)+1, 100, .1, .2, .3), choose.ErrPriors},
		"the largest version":        {priors(p, 1<<36, 100, .1, .2, .3), choose.ErrPriors},
		"older":                      {priors(p, 9, 100, .1, .2, .3), choose.ErrOlder},
	} {
		t.Run(name, func(t *testing.T) {
			d := device(t, p)
			require.NoError(t, d.UsePriors(good))
			before := d.AppendState(nil)
			require.ErrorIs(t, d.UsePriors(c.published), c.want)
			require.Equal(t, before, d.AppendState(nil))
			out := pick(t, d, start, hero, edgetest.Rand0())
			require.Equal(t, uint64(10), out.Version)
			require.InDelta(t, .3, out.Options[2].Prior.Mean, 1e-9)
		})
	}
	d := device(t, p)
	require.NoError(t, d.UsePriors(good))
	require.NoError(t, d.UsePriors(good), "the same again")
	require.NoError(t, d.UsePriors(of(banner, 4, 2)))
	require.Equal(t, uint64(11), pick(t, d, start, banner, edgetest.Rand0()).Version)
	require.Zero(t, pick(t, d, start, hero, spent).Version, "these say nothing of the slot")
	last := uint64(p.Periods[59].End)
	require.NoError(t, d.UsePriors(priors(p, last, 100, .1, .2, .3)), "of all periods")
	require.Zero(t, pick(t, d, plan.Time(last)-plan.Day-1, hero, spent).Version, "a version more than a day ahead is of no period that is over")
	require.Equal(t, last, pick(t, d, plan.Time(last)-plan.Day, hero, spent).Version)
}

// What version a visitor has seen is the visitor's: an instance whose priors are
// older than that goes without them for this visitor, and has them for the next.
func TestPriorsOlderThanTheVisitorHasSeen(t *testing.T) {
	p := picking(60, nil)
	d := device(t, p)
	require.NoError(t, d.UsePriors(priors(p, 20, 100, .1, .2, .3)))
	require.Equal(t, uint64(20), pick(t, d, start, hero, edgetest.Rand0()).Version)
	state := d.AppendState(nil)

	n := device(t, p)
	require.NoError(t, n.UsePriors(priors(p, 10, 100, .1, .2, .3)))
	require.Equal(t, edge.Restored, n.Load(start, state))
	require.Zero(t, pick(t, n, start, hero, edgetest.Rand0()).Version)
	require.ErrorIs(t, n.UsePriors(priors(p, 19, 100, .1, .2, .3)), choose.ErrOlder)
	require.Zero(t, pick(t, n, start, hero, spent).Version)
	n.Forget(start)
	require.Equal(t, uint64(10), pick(t, n, start, hero, edgetest.Rand0()).Version, "what was seen is forgotten too")
	require.ErrorIs(t, n.UsePriors(priors(p, 9, 100, .1, .2, .3)), choose.ErrOlder, "but not what is in force")
	n.Load(start, nil)
	require.Equal(t, uint64(10), pick(t, n, start, hero, edgetest.Rand0()).Version)
	n.Load(start, state)
	require.NoError(t, n.UsePriors(priors(p, 21, 100, .1, .2, .3)))
	require.Equal(t, uint64(21), pick(t, n, start, hero, edgetest.Rand0()).Version)
}

// Another plan drops the priors of the one before and keeps evidence, choices and lot
// by name: a variant that is gone takes its own along, and a new one has none.
func TestChoicesSurviveAnotherPlan(t *testing.T) {
	old := picking(60, nil)
	next := picking(60, func(p *plan.Plan) {
		p.Serial = 2
		plain, shoes := p.Slots[0].Variants[0], p.Slots[0].Variants[1]
		p.Slots[0].Variants = []plan.Variant{{Name: "hats"}, shoes, plain} // without bags
		p.Campaigns = p.Campaigns[1:]
		p.Campaigns[0].Arms = []string{"on", "off"}
		p.Metrics = p.Metrics[:2]
	})
	for column, name := range []string{"plain", "shoes", "bags"} {
		d := device(t, old)
		fitted := priors(old, 10, 1<<20, .01, .01, .01)
		switch column {
		case 0:
			fitted = priors(old, 10, 1<<20, .9, .01, .01)
		case 1:
			fitted = priors(old, 10, 1<<20, .01, .9, .01)
		case 2:
			fitted = priors(old, 10, 1<<20, .01, .01, .9)
		}
		require.NoError(t, d.UsePriors(fitted))
		require.Equal(t, column, pick(t, d, start, hero, edgetest.Rand0()).Column)
		track(t, d, start, edge.Event{Kind: plan.Exposure, Variant: 0}, edge.Event{Kind: plan.Exposure, Variant: 2}, edge.Event{Kind: plan.Exposure, Variant: 1}, order,
			edge.Event{Kind: plan.Assign, Campaign: 1, Arm: 1}, order, edge.Event{Kind: plan.Exposure, Variant: uint8(column)})

		require.NoError(t, d.UsePlan(edgetest.Publish(next)))
		require.ErrorIs(t, d.UsePriors(fitted), choose.ErrForeign)
		out := pick(t, d, start+minute, hero, spent)
		require.Zero(t, out.Version)
		if name == "bags" {
			require.False(t, out.Kept, "what was chosen is gone")
		} else {
			require.True(t, out.Kept)
			require.Equal(t, map[string]int{"shoes": 1, "plain": 2}[name], out.Column)
		}
		for i, want := range [][2]float64{{0, 0}, {1, 1}, {1, 0}} { // hats, shoes, plain
			require.InDelta(t, want[0], out.Options[i].Shown, 1e-3)
			require.InDelta(t, want[1], out.Options[i].Won, 1e-3)
			require.Equal(t, choose.Bare(), out.Options[i].Prior)
		}
		arm := pick(t, d, start+minute, choose.Place{Kind: choose.Campaign}, spent)
		require.InDelta(t, 1, arm.Options[0].Won, 1e-3, "on, now the first arm of the first campaign")
		require.Zero(t, arm.Options[1].Shown)
	}
}

// A variant that is gone takes its evidence along for good: when it comes back it is a
// new one. What stayed meanwhile is as it was.
func TestVariantGoneAndBack(t *testing.T) {
	plans := [3]*plan.Plan{}
	for i := range plans {
		plans[i] = picking(60, func(p *plan.Plan) {
			p.Serial = uint64(1 + i)
			if i == 1 {
				p.Slots[0].Variants = p.Slots[0].Variants[:2] // without bags
			}
		})
	}
	d := device(t, plans[0])
	track(t, d, start, edge.Event{Kind: plan.Exposure, Variant: 1}, order, edge.Event{Kind: plan.Exposure, Variant: 2}, order)
	require.InDelta(t, 1, pick(t, d, start, hero, edgetest.Rand0()).Options[2].Won, 1e-3)
	for i, want := range []int{2, 3} {
		require.NoError(t, d.UsePlan(edgetest.Publish(plans[1+i])))
		require.Equal(t, edge.Restored, d.Load(start, d.AppendState(nil)))
		out := pick(t, d, start+minute, hero, spent)
		require.Len(t, out.Options, want)
		require.InDelta(t, 1, out.Options[1].Shown, 1e-3)
		require.InDelta(t, 1, out.Options[1].Won, 1e-3)
		if want == 3 {
			require.Zero(t, out.Options[2].Shown)
			require.Zero(t, out.Options[2].Won)
		}
	}
	// Nothing that happens under the plan without it is credited to what is gone.
	track(t, d, start+minute, order)
	require.Zero(t, pick(t, d, start+minute, hero, spent).Options[2].Won)
}

// A plan of four weeks that replaces one of days stands in a period whose date may be
// long past: one trial of each variant in it, stored and read back or not.
func TestEvidenceUnderLongerPeriods(t *testing.T) {
	days := picking(60, nil)
	weeks := picking(60, func(p *plan.Plan) {
		p.Serial = 2
		edgetest.Calendar(p, plan.FourWeekly, 3)
	})
	for age := range plan.Time(30) {
		var answers [2]choose.Decision
		for i := range answers {
			d := device(t, days)
			now := start + age*day
			track(t, d, now, edge.Event{Kind: plan.Exposure, Variant: 0})
			require.NoError(t, d.UsePlan(edgetest.Publish(weeks)))
			for range 3 {
				now += 20 * minute
				for v := range uint8(3) {
					track(t, d, now, edge.Event{Kind: plan.Exposure, Variant: v}, order)
				}
				if i == 1 {
					require.Equal(t, edge.Restored, d.Load(now, d.AppendState(nil)))
				}
			}
			answers[i] = pick(t, d, now, hero, edgetest.Rand0())
		}
		require.Equal(t, answers[0], answers[1])
		for v, o := range answers[0].Options {
			require.InDelta(t, 1, o.Shown, .01, "after %d days: variant %d", age, v)
			require.InDelta(t, 1, o.Won, .01, "after %d days: variant %d", age, v)
		}
	}
}

// A slot and a campaign of one name, with arms of one name, know nothing of each other.
func TestSlotAndCampaignOfOneName(t *testing.T) {
	p := picking(60, func(p *plan.Plan) {
		p.Campaigns[1].Name, p.Campaigns[1].Arms = p.Slots[0].Name, []string{"plain", "shoes", "bags"}
	})
	d := device(t, p)
	track(t, d, start, edge.Event{Kind: plan.Exposure, Variant: 1}, order)
	arm := pick(t, d, start, choose.Place{Kind: choose.Campaign, Index: 1}, edgetest.Rand0())
	require.Zero(t, arm.Options[1].Shown)
	require.InDelta(t, 1, pick(t, d, start, hero, spent).Options[1].Won, 1e-3)
}

// Two visitors who take turns in one instance are as two on instances of their own:
// nothing of one is in the other's decisions, state or report.
func TestVisitorsInTurn(t *testing.T) {
	for seed := range uint64(30) {
		rng := edgetest.Rand(seed)
		p := edgetest.Plan(rng)
		edgetest.Calendar(p, plan.Daily, 60)
		digest := plan.DigestOf(edgetest.Publish(p))
		shared := device(t, p)
		alone := [2]*edge.Device{device(t, p), device(t, p)}
		fitted := edgetest.Priors(rng, p, digest, 7)
		for _, d := range []*edge.Device{shared, alone[0], alone[1]} {
			require.NoError(t, d.UsePriors(fitted))
		}
		var states [2][]byte
		var random [2][2]*edgetest.Random
		for v := range random {
			random[v] = [2]*edgetest.Random{edgetest.NewRandom(byte(v)), edgetest.NewRandom(byte(v))}
		}
		var got choose.Decision // one room for both visitors
		now := start
		for range 60 {
			v := rng.IntN(2)
			shared.Load(now, states[v])
			for range 1 + rng.IntN(3) {
				places := choose.PlacesOf(p)
				at := places[rng.IntN(len(places))]
				require.NoError(t, shared.Choose(now, at, random[v][0], &got))
				require.Equal(t, pick(t, alone[v], now, at, random[v][1]), got)
				e := edgetest.Event(rng, p)
				if rng.IntN(2) == 0 {
					e = edgetest.Shown(&got)
				}
				track(t, shared, now, e)
				track(t, alone[v], now, e)
			}
			states[v] = shared.AppendState(nil)
			require.Equal(t, alone[v].AppendState(nil), states[v])
			want, ok := alone[v].Measurement(now)
			cells, same := shared.Measurement(now)
			require.Equal(t, ok, same)
			require.Equal(t, want, cells)
			now += plan.Time(rng.Int64N(int64(10 * hour)))
		}
	}
}

// A clock that jumps a year: defined answers, nothing panics, every number is one, and
// no choice stands because its time has not come yet.
func TestChoicesUnderAJumpingClock(t *testing.T) {
	const year = 365 * day
	p := picking(800, func(p *plan.Plan) {
		p.Policy = plan.Policy{Holdout: 1000, Explore: 500, Floor: 100, Lift: 4, Recent: 5000}
	})
	sane := func(out choose.Decision) {
		require.Less(t, out.Column, len(out.Options))
		for _, o := range out.Options {
			for _, v := range []float64{o.Shown, o.Won, o.Match, o.Mean, o.Strength, o.Draw, o.Value} {
				require.True(t, v >= 0 && v < 1<<21, "%+v", o)
			}
			require.LessOrEqual(t, o.Won, o.Shown)
			require.LessOrEqual(t, o.Match, 1.)
		}
	}
	for _, at := range [][]plan.Time{
		{start, start + year, start, start + year, start},
		{start + year, start, start + 2*year, start - year},
		{0, start, 1 << 36, start},
		{-1 << 62, start, 1 << 62, start},
	} {
		for seed := range uint64(30) {
			rng := edgetest.Rand(seed)
			d := device(t, p)
			r := edgetest.NewRandom(byte(seed))
			for _, now := range at {
				for range 5 {
					var out choose.Decision
					if err := d.Choose(now, hero, r, &out); err != nil {
						require.ErrorIs(t, err, edge.ErrPlanExpired)
						continue
					}
					sane(out)
					if rng.IntN(3) > 0 {
						track(t, d, now, edgetest.Shown(&out), edgetest.Event(rng, p), order)
					}
					require.Equal(t, edge.Restored, d.Load(now, d.AppendState(nil)))
					now += plan.Time(rng.Int64N(int64(40 * minute)))
				}
			}
		}
	}

	// Chosen by a clock a year ahead, with or without a view then; back in time the
	// choice is made anew, and that one ends with its visit.
	for _, seen := range []bool{false, true} {
		d := device(t, picking(800, nil))
		track(t, d, start, view)
		pick(t, d, start+year, hero, edgetest.Rand0())
		if seen {
			track(t, d, start+year, view)
		}
		back := pick(t, d, start+hour, hero, spent)
		require.False(t, back.Kept)
		track(t, d, start+hour, view, edgetest.Shown(&back))
		require.True(t, pick(t, d, start+hour+minute, hero, spent).Kept)
		require.False(t, pick(t, d, start+hour+30*minute, hero, spent).Kept)
		track(t, d, start+3*hour, view)
		require.False(t, pick(t, d, start+4*hour, hero, spent).Kept)
	}
	// A clock that is set back by minutes neither ends the visit nor makes it longer.
	d := device(t, picking(60, nil))
	ahead := pick(t, d, start+hour, hero, edgetest.Rand0())
	track(t, d, start+hour, view, edgetest.Shown(&ahead))
	require.True(t, pick(t, d, start+40*minute, hero, spent).Kept)
	track(t, d, start+40*minute, view)
	require.True(t, pick(t, d, start+69*minute, hero, spent).Kept)
	require.False(t, pick(t, d, start+70*minute, hero, spent).Kept)

	// A trial of a day to come counts as today's, and the next day's counts again.
	d = device(t, picking(60, nil))
	for _, now := range []plan.Time{start + 10*day, start, start + day} {
		track(t, d, now, edge.Event{Kind: plan.Exposure, Variant: 1})
	}
	require.InDelta(t, 1+math.Exp2(-1./28), pick(t, d, start+day, hero, edgetest.Rand0()).Options[1].Shown, 1e-3)

	// Own evidence fades while the clock is away, before any event says so.
	d = device(t, picking(800, nil))
	track(t, d, start, edge.Event{Kind: plan.Exposure, Variant: 1}, order)
	require.InDelta(t, 1, pick(t, d, start, hero, edgetest.Rand0()).Options[1].Won, 1e-3)
	require.InDelta(t, .5, pick(t, d, start+28*day, hero, spent).Options[1].Won, 1e-3)
	require.InDelta(t, math.Exp2(-365./28), pick(t, d, start+year, hero, spent).Options[1].Shown, 1e-3)
	require.InDelta(t, 1, pick(t, d, start, hero, spent).Options[1].Shown, 1e-3, "looking ahead forgets nothing")
}

// An activity under a clock a year ahead: interest and own evidence have faded by that
// year, and do not come back with the clock. The jump back itself fades nothing.
func TestWhatAYearAheadCosts(t *testing.T) {
	const year = 365 * day
	p := picking(800, nil)
	seen := edge.Event{Kind: plan.Exposure, Variant: 1}
	lived := func(days plan.Time) *edge.Device {
		d := device(t, p)
		for i := range days {
			track(t, d, start+i*day, seen, edge.Event{Kind: plan.Order, Topics: 1})
		}
		return d
	}
	d := lived(60)
	now := start + 59*day
	before := pick(t, d, now, hero, edgetest.Rand0()).Options[1]
	require.Greater(t, before.Shown, 30.)
	require.Greater(t, before.Match, .9)

	track(t, d, now+year, view)
	ahead := pick(t, d, now+year, hero, spent).Options[1]
	require.InDelta(t, before.Shown*math.Exp2(-365./28), ahead.Shown, 1e-3)
	track(t, d, now, view)
	back := pick(t, d, now, hero, spent).Options[1]
	require.Equal(t, [3]float64{ahead.Shown, ahead.Won, ahead.Match}, [3]float64{back.Shown, back.Won, back.Match})

	// A clock that was only slow before: set back by a year and on again from there.
	d = lived(60)
	track(t, d, now-year, view)
	back = pick(t, d, now-year, hero, edgetest.Rand0()).Options[1]
	require.InDelta(t, before.Shown, back.Shown, 1e-9)
	require.InDelta(t, before.Match, back.Match, 1e-6, "the sums have another origin: their last digit is rounded")
	for i := range plan.Time(3) {
		track(t, d, now-year+(i+1)*day, seen)
	}
	require.Greater(t, pick(t, d, now-year+3*day, hero, spent).Options[1].Shown, before.Shown, "trials count on, from the first day")
}

// Priors from the future are not used and not noted, so that whoever publishes some
// by mistake does not shut out the true ones of all days until then.
func TestPriorsFromTheFuture(t *testing.T) {
	p := picking(60, nil)
	d := device(t, p)
	require.NoError(t, d.UsePriors(priors(p, uint64(p.Periods[40].End), 100, .1, .2, .3)))
	require.Zero(t, pick(t, d, start, hero, edgetest.Rand0()).Version)
	state := d.AppendState(nil)
	next := device(t, p)
	next.Load(start, state)
	true1 := uint64(p.Periods[0].Start)
	require.NoError(t, next.UsePriors(priors(p, true1, 100, .1, .2, .3)))
	require.Equal(t, true1, pick(t, next, start, hero, spent).Version)
}

// A page shows the default before it asks. If the answer is that the device is held
// out, what it saw before is counted there too: a device is in one group, not in two.
func TestHeldFromThePeriodsFirstExposureOn(t *testing.T) {
	p := picking(60, func(p *plan.Plan) { p.Policy.Holdout = plan.MaxShare })
	l := plan.LayoutOf(p)
	for name, c := range map[string]struct {
		lot  uint32
		held bool
	}{"held": {0, true}, "not held": {1<<32 - 1, false}} {
		t.Run(name, func(t *testing.T) {
			d := device(t, p)
			require.NoError(t, d.Track(start, edge.Event{Kind: plan.View}))
			require.NoError(t, d.Track(start, edge.Event{Kind: plan.Exposure}))
			out := new(choose.Decision)
			require.NoError(t, d.Choose(start+1, hero, lots(edgetest.Rand(1), c.lot), out))
			require.Equal(t, c.held, out.Reason == choose.Held)
			require.NoError(t, d.Track(start+2, edge.Event{Kind: plan.Exposure, Variant: uint8(out.Column)}))
			cells, ok := d.Measurement(start + 3)
			require.True(t, ok)
			for _, s := range l.Spans[1:] {
				m := p.Metrics[s.Metric]
				if m.Kind != plan.SlotExposed {
					continue
				}
				column, _ := p.Holdout(m)
				held, others := 0, 0
				for segment := range s.Segments {
					for i := range s.Columns {
						if cells[s.Cell(segment, i)] && i == column {
							held++
						} else if cells[s.Cell(segment, i)] {
							others++
						}
					}
				}
				if c.held {
					require.Equal(t, [2]int{1, 0}, [2]int{held, others})
				} else {
					require.Zero(t, held)
					require.Positive(t, others)
				}
			}
		})
	}
}
