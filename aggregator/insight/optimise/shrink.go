package optimise

import "math"

// residual compares conversions with those expected: value = expected x effect +
// noise, where effect has mean 0 over the residuals that are shrunk together.
type residual struct {
	value    float64 // conversions less those expected
	expected float64 // rate x exposures
	noise    float64 // variance of value where the effect is 0
	blur     float64 // variance of expected, which a noised cell gives
}

// Selection is the relative standard deviation of what no release shows where
// devices choose by interests (plan.Policy.Lift): that those who were shown a variant
// are not those whom a coin would have picked, and visitors of one interest may click
// more than others whatever they see. A comparison of such exposures can be wrong by
// it however many there are. Without it the shop without differences
// (population.Options.Null) elected a variant in one of ten runs of 14 days, with it
// in none of 24; the shop with differences gained 1 % less.
const Selection = .07

// residualOf compares a pair with a rate; selection is 0 where a coin picked.
func residualOf(p pair, rate, selection float64) residual {
	return residual{
		value:    p.converted.value - rate*p.exposed.value,
		expected: rate * p.exposed.value,
		noise: p.converted.noise + rate*rate*p.exposed.noise + sampling(rate)*p.exposed.sampled() +
			sq(selection*rate*math.Max(p.exposed.value, 0)),
		blur: rate * rate * p.exposed.noise,
	}
}

// sampling is the variance of one device's conversion. A product of effects may say
// a rate that no rate can be; the variance stays above zero.
func sampling(rate float64) float64 {
	rate = math.Min(rate, mostRate)
	return rate * (1 - rate)
}

func (r *residual) add(o residual) {
	r.value += o.value
	r.expected += o.expected
	r.noise += o.noise
	r.blur += o.blur
}

// effect is a shrunk one: the factor that a rate is multiplied by, and the
// posterior variance of it.
type effect struct{ factor, variance float64 }

// iterations of the moment equation; it settles within a few.
const iterations = 25

// maxSpread bounds the spread of relative effects: more than a factor of some
// seven up is no effect but a fault in the data.
const maxSpread = 4

// leastFactor keeps a rate positive whatever the noise says.
const leastFactor = .05

// usual is the spread that effects may have as long as nothing shows how large it
// is: one in three of them is beyond 30 %.
const usual = .3 * .3

// spread estimates the variance of the effects by the method of moments: the
// weighted sum of value^2 is that of noise + spread x expected^2, with the weights
// that normal residuals would have at the spread itself. One standard error is
// taken off, so that noise alone seldom looks like an effect. Never negative.
//
// high is how large it may as well be: a standard error more than the moments say,
// or usual where that is less. What is shrunk by a spread that may be too small is
// less sure than it looks.
//
// Source: DerSimonian and Kacker 2007, "Random-effects model for meta-analysis of
// clinical trials: an update" (the iterated moment estimator), for known noise.
func spread(all []residual) (v, high float64) {
	doubt, moment := 0.0, 0.0
	for i := range iterations {
		up, down := 0.0, 0.0
		for _, r := range all {
			square := r.square()
			if square == 0 || r.noise == 0 {
				continue
			}
			w := square / sq(r.noise+v*square)
			up += w * (sq(r.value) - r.noise)
			down += w * square
		}
		if down == 0 {
			return 0, usual
		}
		if i == 0 {
			doubt = math.Sqrt(2 / down)
		}
		moment = up / down
		next := math.Min(math.Max(moment-doubt, 0), maxSpread)
		settled := math.Abs(next-v) <= 1e-9*(1+v)
		v = next
		if settled {
			break
		}
	}
	return v, math.Max(v, math.Min(math.Max(moment, 0)+doubt, usual))
}

// square is what is known of expected^2, less what its noise alone makes of it.
func (r residual) square() float64 {
	if r.expected <= 0 {
		return 0
	}
	return math.Max(sq(r.expected)-r.blur, 0)
}

// shrink returns each residual's posterior effect under their common spread. The
// variance is the mean square error of the shrunk effect where the spread is as
// large as it may be.
func shrink(all []residual) []effect {
	v, high := spread(all)
	out := make([]effect, len(all))
	for i, r := range all {
		e := math.Max(r.expected, 0)
		out[i] = effect{factor: 1, variance: high}
		if d := e*e*v + r.noise; d > 0 && v > 0 {
			out[i].factor = math.Max(1+e*v*r.value/d, leastFactor)
			out[i].variance = high*sq(r.noise/d) + r.noise*sq(e*v/d)
		}
	}
	return out
}

func sq(x float64) float64 { return x * x }
