package approx_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/approx"
)

func ExampleLog2() {
	fmt.Println(approx.Log2(8), approx.Exp2(-3), approx.Exp2(approx.Log2(81)/4))
	// Output: 3 0.125 3
}

// precise has more than twice a float64's digits.
const precise = 160

func number(x float64) *big.Float { return new(big.Float).SetPrec(precise).SetFloat64(x) }

// ln is the natural logarithm of m in [1/2, 2], by the series of atanh.
func ln(m *big.Float) *big.Float {
	one := number(1)
	s := new(big.Float).Quo(new(big.Float).Sub(m, one), new(big.Float).Add(m, one))
	square := new(big.Float).Mul(s, s)
	sum, power := number(0), number(0).Set(s)
	for k := 1.0; k < 120; k += 2 {
		sum.Add(sum, new(big.Float).Quo(power, number(k)))
		power.Mul(power, square)
	}
	return sum.Mul(sum, number(2))
}

var ln2 = ln(number(2))

// log2 is the truth to at least 30 digits.
func log2(x float64) *big.Float {
	m, e := math.Frexp(x)
	if e == 1 { // around 1, so that no digits cancel
		m, e = 2*m, 0
	}
	v := new(big.Float).Quo(ln(number(m)), ln2)
	return v.Add(v, number(float64(e)))
}

// exp2 is the truth to at least 30 digits.
func exp2(x float64) *big.Float {
	n := math.Round(x)
	r := new(big.Float).Mul(number(x-n), ln2)
	sum, term := number(1), number(1)
	for k := 1.0; k < 40; k++ {
		term.Mul(term, r)
		term.Quo(term, number(k))
		sum.Add(sum, term)
	}
	return sum.SetMantExp(sum, int(n))
}

// relative returns how far got is from want, relative to want.
func relative(got float64, want *big.Float) float64 {
	off := new(big.Float).Sub(number(got), want)
	off.Quo(off, want)
	v, _ := off.Float64()
	return math.Abs(v)
}

func TestLog2(t *testing.T) {
	const claimed = 6e-16
	rng := rand.New(rand.NewPCG(1, 1))
	points := []float64{
		0x1p-1022, math.MaxFloat64, math.Nextafter(1, 2), math.Nextafter(1, 0), math.Sqrt2, math.Nextafter(math.Sqrt2, 0), math.Sqrt2 / 2, 3, 10, 1e-300,
	}
	for range 10_000 {
		points = append(points,
			math.Float64frombits(rng.Uint64N(0x7fe<<52)+1<<52), // any normal number
			rng.Float64()+.5,
			1+(rng.Float64()-.5)*math.Exp2(-rng.Float64()*50), // close to 1
		)
	}
	worst, at := 0.0, 0.0
	for _, x := range points {
		if x == 1 {
			continue
		}
		if off := relative(approx.Log2(x), log2(x)); off > worst {
			worst, at = off, x
		}
	}
	t.Logf("worst relative error %.3g, at %v", worst, at)
	require.LessOrEqual(t, worst, claimed)
}

func TestLog2OfPowersIsExact(t *testing.T) {
	for n := -1022; n <= 1023; n++ {
		require.Equal(t, float64(n), approx.Log2(math.Ldexp(1, n)))
	}
}

func TestExp2(t *testing.T) {
	const claimed = 4e-16
	rng := rand.New(rand.NewPCG(1, 2))
	points := []float64{-1000, 1000, .5, -.5, math.Nextafter(.5, 1), math.Nextafter(-.5, -1), 1e-300, -1e-300, 1.0 / 3}
	for range 10_000 {
		points = append(points, (rng.Float64()-.5)*2000, rng.Float64()*4-2, (rng.Float64()-.5)*math.Exp2(-rng.Float64()*60))
	}
	worst, at := 0.0, 0.0
	for _, x := range points {
		if off := relative(approx.Exp2(x), exp2(x)); off > worst {
			worst, at = off, x
		}
	}
	t.Logf("worst relative error %.3g, at %v", worst, at)
	require.LessOrEqual(t, worst, claimed)
}

func TestExp2OfIntegersIsExact(t *testing.T) {
	for n := -1000; n <= 1000; n++ {
		require.Equal(t, math.Ldexp(1, n), approx.Exp2(float64(n)))
	}
	require.Equal(t, 1.0, approx.Exp2(math.Copysign(0, -1)))
}

func TestExp2Outside(t *testing.T) {
	for _, x := range []float64{math.Nextafter(-1000, -2000), -1e300, math.Inf(-1)} {
		require.Zero(t, approx.Exp2(x), "%v", x)
	}
	for _, x := range []float64{math.Nextafter(1000, 2000), 1e300, math.Inf(1), math.NaN()} {
		require.Equal(t, math.Inf(1), approx.Exp2(x), "%v", x)
	}
}

// Results on which a machine that fuses or rounds otherwise would differ: taken
// once and compared everywhere, bit for bit.
func TestBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	sum := uint64(0xcbf29ce484222325)
	mix := func(v float64) { sum = (sum ^ math.Float64bits(v)) * 0x100000001b3 }
	for range 100_000 {
		mix(approx.Log2(rng.Float64() + 0x1p-60))
		mix(approx.Exp2(float64(rng.IntN(1_000_000)-500_000) / 1024))
	}
	require.Equal(t, uint64(0x3b66df53b1565fad), sum)
}

func BenchmarkLog2(b *testing.B) {
	x, sum := .1, 0.0
	for b.Loop() {
		sum += approx.Log2(x)
		x += .001
	}
	require.NotZero(b, sum)
}

func BenchmarkExp2(b *testing.B) {
	x, sum := .1, 0.0
	for b.Loop() {
		sum += approx.Exp2(x)
		x += .001
		if x > 50 {
			x = -50
		}
	}
	require.NotZero(b, sum)
}
