package optimise

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// HalfLife is how many days old a release is when it counts half.
const HalfLife = 14

// rounds is how often segments and variants are fitted by turns at most: what one
// of them is, is measured against the other. Where each segment is shown what it
// likes the two are hard to tell apart, and it takes many.
const rounds = 100

// settled is the change of a level below which another round is of no use.
const settled = 1e-6

// oldest is how many half-lives old a release may be: one before that counts less
// than a millionth, and is left out.
const oldest = 20

// leastRate and mostRate bound what a rate is taken to be.
const (
	leastRate = 1e-6
	mostRate  = .95
)

// enough is how many standard deviations of its noise a place's exposures must be
// above zero before anything is said of it.
const enough = 4

// ErrNothing: the releases say nothing of what the plan lets a device pick, list,
// predict or reach by: there is no such place, none is measured, or the noise drowns all
// of it. Devices then go by their own evidence alone.
var ErrNothing = errors.New("optimise: the releases hold nothing to choose by")

// Fit computes the priors of a plan from releases, of that plan or of earlier ones
// of the site. Their order does not matter.
//
// Shape:  one entry for each place with enough data; a row a segment where the
// plan measures by segment (of moves, a row a topic), one row otherwise; a column a
// variant, item, topic, bin or channel, without the holdout's.
// Claim:  a function of the releases alone, the same on every machine of one kind.
// Errors: ErrNothing.
func Fit(p *plan.Plan, digest plan.Digest, releases []Release) (choose.Priors, error) {
	out := choose.Priors{Plan: digest}
	var newest plan.Time
	for _, r := range releases {
		newest = max(newest, r.Period.End)
	}
	out.Version = uint64(newest)
	if n := len(p.Periods); n > 0 {
		// A plan that went before may outlive this one; its devices know no later end.
		out.Version = min(out.Version, uint64(p.Periods[n-1].End))
	}
	weight := func(r Release) float64 {
		return math.Exp2(-float64(newest-r.Period.End) / (HalfLife * plan.Day))
	}
	releases = slices.DeleteFunc(slices.Clone(releases), func(r Release) bool {
		return newest-r.Period.End > oldest*HalfLife*plan.Day
	})
	slices.SortFunc(releases, earlier)
	for _, at := range placesOf(p) {
		sum := tableOf
		if at.Kind == choose.Next {
			sum = movesOf
		}
		t, ok := sum(p, at, settledBy(p, at, releases), weight)
		if !ok {
			continue
		}
		if at.Kind == choose.Slot && p.Policy.Lift > 0 {
			t.selection = Selection
		}
		if rates, ok := t.fit(); ok {
			t.finish(p, rates)
			out.Places = append(out.Places, choose.PlacePriors{Place: at, Rates: rates})
		}
	}
	if len(out.Places) == 0 {
		return choose.Priors{}, ErrNothing
	}
	return out, nil
}

// earlier orders releases, so that sums are the same to the last bit in whatever
// order they come.
func earlier(a, b Release) int {
	return cmp.Or(cmp.Compare(a.Period.End, b.Period.End), cmp.Compare(a.Plan.Serial, b.Plan.Serial),
		cmp.Compare(a.Variance, b.Variance), slices.Compare(a.Cells, b.Cells))
}

// fit fits the model of the package comment; ok is false where the noise drowns
// everything.
func (t *table) fit() (rates [][]choose.Rate, ok bool) {
	var all pair
	for _, p := range t.totals {
		all.add(p)
	}
	if n := all.exposed; n.value < 1 || n.value < enough*math.Sqrt(n.noise) || t.place.Kind == choose.Next && !t.moved() {
		return nil, false
	}
	variants := len(t.totals)
	level := make([]float64, t.segments) // r(s)
	for s := range level {
		level[s] = 1
	}
	var global float64
	var arm []effect // 1 + a(v)
	for range rounds {
		// A variant's exposures, each counted by the level of its segment.
		total := make([]residual, variants)
		sumK, sumX := 0.0, 0.0
		scale := make([]float64, variants)
		for v := range total {
			scale[v] = t.meanLevel(v, level)
			sumK += t.totals[v].converted.value
			sumX += scale[v] * t.totals[v].exposed.value
		}
		// Half a conversion in ten exposures more keeps the rate inside (0, 1).
		global = math.Min(math.Max((sumK+.5)/(math.Max(sumX, 0)+10), leastRate), mostRate)
		for v := range total {
			total[v] = residualOf(t.totals[v], global*scale[v], t.selection)
		}
		arm = shrink(total)
		if t.segments == 1 {
			break
		}
		rows := make([]residual, t.segments)
		for s := range rows {
			for v := range variants {
				rows[s].add(residualOf(t.pairs[s][v], global*arm[v].factor, t.selection))
			}
		}
		next, moved := centred(shrink(rows), rows), 0.0
		for s := range level {
			moved = math.Max(moved, math.Abs(next[s]-level[s]))
		}
		level = next
		if moved < settled {
			break
		}
	}
	cells := make([]residual, 0, t.segments*variants)
	for s := range t.segments {
		for v := range variants {
			cells = append(cells, residualOf(t.pairs[s][v], global*level[s]*arm[v].factor, t.selection))
		}
	}
	taste := make([]effect, len(cells))
	for i := range taste {
		taste[i] = effect{factor: 1}
	}
	if t.segments > 1 {
		taste = shrink(cells)
	}
	rates = make([][]choose.Rate, t.segments)
	for s := range rates {
		for v := range variants {
			d := taste[s*variants+v]
			mean := global * level[s] * arm[v].factor * d.factor
			rates[s] = append(rates[s], rateOf(mean, arm[v].variance/sq(arm[v].factor)+d.variance/sq(d.factor)))
		}
	}
	return rates, true
}

// centred are the factors of effects, divided by their mean over what is expected:
// the global rate carries that. Else both could grow against each other from round
// to round, and a segment that nobody is in would keep the level 1 of a global rate
// which fits nobody.
func centred(effects []effect, rows []residual) []float64 {
	out := make([]float64, len(effects))
	sum, weights := 0.0, 0.0
	for s, e := range effects {
		w := math.Max(rows[s].expected, 0)
		sum += w * e.factor
		weights += w
	}
	for s, e := range effects {
		out[s] = e.factor
		if weights > 0 {
			out[s] *= weights / sum
		}
	}
	return out
}

// meanLevel is the mean level of the segments in which a variant was exposed. The
// cells are noisy, the mean of positive parts is not far off, and where nothing
// is left of them it is 1.
func (t *table) meanLevel(v int, level []float64) float64 {
	sum, weights := 0.0, 0.0
	for s := range level {
		n := math.Max(t.pairs[s][v].exposed.value, 0)
		sum += n * level[s]
		weights += n
	}
	if weights == 0 {
		return 1
	}
	return sum / weights
}

// rateOf states a rate and the relative variance of what is unsure in it as a
// Beta distribution's mean and strength.
func rateOf(mean, variance float64) choose.Rate {
	mean = math.Min(math.Max(mean, leastRate), mostRate)
	strength := float64(choose.MaxStrength)
	switch {
	case variance > 0:
		strength = math.Min(strength, (1-mean)/(mean*variance)-1)
	case math.IsNaN(variance):
		strength = 1
	}
	return choose.Rate{
		Mean:     onGrid(mean),
		Strength: uint32(math.Max(1, math.Round(strength))),
	}
}

// onGrid rounds a share to the steps that priors are written in, none of them 0 or 1.
func onGrid(mean float64) float64 {
	const steps = 1 << 32
	return min(max(math.Round(mean*steps), 1), steps-1) / steps
}
