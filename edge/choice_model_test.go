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

// date is by which a naive reader counts trials at t: the period's, or the UTC day.
func (n *naive) date(t plan.Time) plan.Date {
	for _, q := range n.plan.Periods {
		if t >= q.Start && t < q.End {
			return q.Date
		}
	}
	return plan.Date(t / 86400)
}

// shown returns the column of a place that act j exposed, or -1.
func (n *naive) shown(j int, at choose.Place) int {
	e := n.acts[j].e
	switch {
	case at.Kind == choose.Slot && e.Kind == plan.Exposure && e.Slot == at.Index:
		return int(e.Variant)
	case at.Kind == choose.Campaign && e.Kind == plan.Assign && e.Campaign == at.Index:
		return int(e.Arm)
	}
	return -1
}

// own counts, at now, the trials and successes of a column: one each a date, halving
// every 28 days. The clock has only gone forward.
func (n *naive) own(at choose.Place, column int, now plan.Time) (shown, won float64) {
	goal := plan.Trigger{}
	if at.Kind == choose.Slot {
		goal = n.plan.Slots[at.Index].Goal
	} else {
		goal = n.plan.Campaigns[at.Index].Goals[0].On
	}
	k := len(n.acts)
	tried, gained := map[plan.Date]bool{}, map[plan.Date]bool{}
	for j := range k {
		date, worth := n.date(n.acts[j].raw), math.Exp2(-n.days(j, k, now)/28)
		if n.shown(j, at) == column && !tried[date] {
			tried[date] = true
			shown += worth
		}
		if x := n.credited(j, at.Kind == choose.Campaign, at.Index, goal); x >= 0 && n.shown(x, at) == column && !gained[date] {
			gained[date] = true
			won += worth
		}
	}
	return shown, min(won, shown)
}

// usual is the match of what nobody knows.
const usual = .25

// match is the share of the interest, at now, that topics hold: what is not known of it
// lies there as usual.
func (n *naive) match(topics []uint8, now plan.Time) float64 {
	k := len(n.acts)
	if k == 0 || len(topics) == 0 {
		return usual
	}
	lasting, latest, all := n.affinity(k, now), make([]float64, len(n.plan.Topics)), 0.0
	for j := range k {
		of := n.topics(j)
		if kind := n.acts[j].e.Kind; of == 0 || kind == plan.Dwell || signs[kind].adds == 0 {
			continue
		}
		for t := range latest {
			latest[t] /= 2
			if of>>t&1 == 1 {
				latest[t]++
			}
		}
	}
	for _, l := range latest {
		all += l
	}
	recent, known := float64(n.plan.Policy.Recent)/10_000, 0.0
	for _, l := range lasting {
		known += l
	}
	sum := usual * (1 - recent) * (1 - known)
	if all == 0 {
		sum += usual * recent
	}
	for _, t := range topics {
		sum += (1 - recent) * lasting[t]
		if all > 0 {
			sum += recent * latest[t] / all
		}
	}
	return sum
}

// segmentAt is the running period's, or the one that a view at now would begin.
func (n *naive) segmentAt(now plan.Time) (segment int, sure bool) {
	n.near = false
	first, acts := n.period(now)
	if acts != nil {
		return n.segment(first), !n.near
	}
	next := newNaive(n.plan)
	next.acts, next.said = slices.Clone(n.acts), n.said
	next.track(now, view)
	segment = next.segment(len(next.acts) - 1)
	return segment, !next.near
}

// stands tells whether a choice made at an instant stands at now: no act opened a visit
// half an hour after it or more, and the visit is not over.
func (n *naive) stands(at, now plan.Time) bool {
	last := at
	for _, k := range n.visits(len(n.acts) - 1) {
		if n.acts[k].raw-at >= 1800 {
			return false
		}
	}
	if len(n.acts) > 0 {
		last = max(at, n.acts[len(n.acts)-1].raw)
	}
	return now-last < 1800
}

// saw tells whether the place's last exposure was to that column, at since or later.
func (n *naive) saw(at choose.Place, column int, since plan.Time) bool {
	for _, a := range slices.Backward(n.acts) {
		switch {
		case at.Kind == choose.Slot && a.e.Kind == plan.Exposure && a.e.Slot == at.Index:
			return int(a.e.Variant) == column && a.raw >= since
		case at.Kind == choose.Campaign && a.e.Kind == plan.Assign && a.e.Campaign == at.Index:
			return int(a.e.Arm) == column && a.raw >= since
		}
	}
	return false
}

// The device and a naive reading of docs/plan.md ("How a device chooses") agree on what
// every decision goes by (segment, prior, own evidence, match, posterior mean) and on
// what must follow from it, over random plans, priors and days.
func TestChoicesAreThePlans(t *testing.T) {
	count := map[string]int{}
	for seed := range uint64(400) {
		rng := edgetest.Rand(seed)
		p := edgetest.Plan(rng)
		p.Policy.Lift = min(p.Policy.Lift, 4) // a larger one magnifies the rounding of interests
		digest := plan.DigestOf(edgetest.Publish(p))
		d, model, lot := device(t, p), newNaive(p), rng.Uint32()
		var fitted *choose.Priors
		if rng.IntN(3) > 0 {
			published := edgetest.Priors(rng, p, digest, 1+uint64(rng.IntN(1000)))
			require.NoError(t, d.UsePriors(published))
			fitted, _ = choose.Decode(published)
		}
		type made struct {
			at     plan.Time
			column int
			reason choose.Reason
		}
		stood := map[choose.Place]made{}
		places := choose.PlacesOf(p)
		now := start - day + plan.Time(rng.Int64N(int64(3*day)))
		var out choose.Decision
		for range 40 {
			at := places[rng.IntN(len(places))]
			require.NoError(t, d.Choose(now, at, lots(rng, lot), &out))
			model.held = float64(lot)/(1<<32) < float64(p.Policy.Holdout)/10_000
			before, kept := stood[at]
			kept = kept && !model.held && model.stands(before.at, now) && model.saw(at, before.column, before.at)
			require.Equal(t, kept, out.Kept, "seed %d", seed)
			switch {
			case model.held:
				require.Equal(t, [2]any{0, choose.Held}, [2]any{out.Column, out.Reason})
				count["held"]++
			case kept:
				require.Equal(t, [2]any{before.column, before.reason}, [2]any{out.Column, out.Reason})
				count["kept"]++
			case out.Reason == choose.Explored:
				require.Positive(t, p.Policy.Explore+p.Policy.Floor)
				count["explored"]++
			default:
				require.Equal(t, choose.Sampled, out.Reason)
				best := 0
				for i, o := range out.Options {
					if o.Value > out.Options[best].Value {
						best = i
					}
				}
				require.Equal(t, best, out.Column)
				count["sampled"]++
			}
			stood[at] = made{now, out.Column, out.Reason}
			if kept {
				stood[at] = before
			}
			checkOptions(t, model, fitted, &out, now, count)

			for range rng.IntN(3) {
				e := edgetest.Event(rng, p)
				if rng.IntN(2) == 0 {
					e = edgetest.Shown(&out)
				}
				track(t, d, now, e)
				model.track(now, e)
			}
			if rng.IntN(4) == 0 {
				require.Equal(t, edge.Restored, d.Load(now, d.AppendState(nil)))
			}
			now += plan.Time(rng.Int64N([]int64{60, 2400, 86_400, 4 * 86_400}[rng.IntN(4)]))
		}
	}
	t.Log(count)
	for _, what := range []string{"held", "kept", "explored", "sampled", "prior", "bare", "own", "won", "match", "segment"} {
		require.Greater(t, count[what], 500, what)
	}
	require.Less(t, 20*count["too close to call"], count["segment"])
}

// checkOptions compares what a decision says of each option with the model.
func checkOptions(t *testing.T, model *naive, fitted *choose.Priors, out *choose.Decision, now plan.Time, count map[string]int) {
	p, at := model.plan, out.Place
	require.Len(t, out.Options, at.Columns(p))
	if segment, sure := model.segmentAt(now); sure {
		require.Equal(t, segment, out.Segment)
		count["segment"]++
	} else {
		count["too close to call"]++
	}
	var rows [][]choose.Rate
	if fitted != nil {
		for _, here := range fitted.Places {
			if here.Place == at {
				rows = here.Rates
			}
		}
	}
	for i, o := range out.Options {
		prior, version, topics, lift, reward, cost := choose.Rate{Mean: .05, Strength: 2}, uint64(0), []uint8(nil), 0.0, 1.0, 0.0
		if rows != nil {
			prior, version = rows[min(out.Segment, len(rows)-1)][i], fitted.Version
			count["prior"]++
		} else {
			count["bare"]++
		}
		if at.Kind == choose.Slot {
			s := p.Slots[at.Index]
			topics, lift, reward, cost = s.Variants[i].Topics, p.Policy.Lift, s.Reward, s.Variants[i].Cost
		}
		shown, won := model.own(at, i, now)
		match := model.match(topics, now)
		require.Equal(t, version, out.Version)
		require.Equal(t, prior, o.Prior)
		require.InDelta(t, shown, o.Shown, .005)
		require.InDelta(t, won, o.Won, .005)
		require.InDelta(t, match, o.Match, 2*close)

		odds := prior.Mean / (1 - prior.Mean) * (1 + lift*o.Match) / (1 + lift*usual)
		weight := min(float64(prior.Strength), 20)
		mean := (weight*odds/(1+odds) + o.Won) / (weight + o.Shown)
		require.InDelta(t, mean, o.Mean, 1e-12)
		require.InDelta(t, float64(prior.Strength)+o.Shown, o.Strength, 1e-6)
		rate := o.Mean
		if out.Reason == choose.Sampled && !out.Kept {
			rate = o.Draw
		}
		require.InDelta(t, reward*rate-cost, o.Value, 1e-9*(reward+cost))
		if o.Shown > 0 {
			count["own"]++
		}
		if o.Won > 0 {
			count["won"]++
		}
		if math.Abs(o.Match-usual) > .1 {
			count["match"]++
		}
	}
}
