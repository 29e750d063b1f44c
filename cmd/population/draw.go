package population

import (
	"math"
	"math/rand/v2"
)

// purpose keeps the draws for different things apart.
type purpose uint64

const (
	forArms purpose = iota + 1
	forVisitor
	forDay
	forResponse
	forAnswer
	forFacts
	forWeather
	forLife
	forItems
	forArrival
	forActs
	forTrade
	forList
	forMood
	forMessage
	forStory
	forArm
)

// mix is one round of SplitMix64 over the words absorbed so far.
func mix(h, word uint64) uint64 {
	h += word + 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// stream gives the randomness of one purpose at one place, the same whenever asked.
func stream(seed uint64, what purpose, at ...int) *rand.Rand {
	h := mix(seed, uint64(what))
	for _, w := range at {
		h = mix(h, uint64(w))
	}
	return rand.New(rand.NewPCG(h, mix(h, seed)))
}

// around is drawn about 1, evenly within by of it.
func around(r *rand.Rand, by float64) float64 { return 1 + by*(2*r.Float64()-1) }

// spread is a factor of mean about 1, log-normal with the given sigma, cut at two.
func spread(r *rand.Rand, sigma float64) float64 {
	z := min(max(r.NormFloat64(), -2), 2)
	return math.Exp(sigma*z - sigma*sigma/2)
}

// gamma draws from the gamma distribution of shape a and scale 1 (Marsaglia and
// Tsang 2000; below 1 by their boost).
func gamma(r *rand.Rand, a float64) float64 {
	boost := 1.
	if a < 1 {
		boost = math.Pow(r.Float64(), 1/a)
		a++
	}
	d := a - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if u := 1 - r.Float64(); math.Log(u) < .5*x*x+d-d*v+d*math.Log(v) {
			return boost * d * v
		}
	}
}

// dirichlet draws weights that sum to 1 about the given ones, which sum to 1; a
// larger concentration stays nearer to them.
func dirichlet(r *rand.Rand, about []float64, concentration float64) []float64 {
	out := make([]float64, len(about))
	sum := 0.
	for t, w := range about {
		out[t] = gamma(r, concentration*w)
		sum += out[t]
	}
	if sum == 0 { // every draw of a tiny shape was below the smallest float
		copy(out, about)
		return out
	}
	for t := range out {
		out[t] /= sum
	}
	return out
}

// pick draws an index by weights that sum to 1.
func pick(r *rand.Rand, weights []float64) int {
	u := r.Float64()
	for i, w := range weights {
		if u -= w; u < 0 {
			return i
		}
	}
	return len(weights) - 1
}
