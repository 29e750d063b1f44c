package noise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const delta Delta = 1e-6

// The table of PRIVACY.md, section 2.
func TestSigmaSquaredTable(t *testing.T) {
	weights := []int{1, 2, 4, 5, 8, 9, 12, 16}
	for _, row := range []struct {
		epsilon Epsilon
		rho     string
		sigma2  []uint64
	}{
		{0.5, "0.00664152", []uint64{76, 151, 302, 377, 603, 678, 904, 1205}},
		{1, "0.02435597", []uint64{21, 42, 83, 103, 165, 185, 247, 329}},
		{2, "0.08815269", []uint64{6, 12, 23, 29, 46, 52, 69, 91}},
		{4, "0.31106495", []uint64{2, 4, 7, 9, 13, 15, 20, 26}},
	} {
		rho, err := RhoFor(row.epsilon, delta)
		require.NoError(t, err)
		require.Equal(t, row.rho, fmt.Sprintf("%.8f", rho))
		var got []uint64
		for _, w := range weights {
			s, err := SigmaSquared(w, row.epsilon, delta)
			require.NoError(t, err)
			got = append(got, s)
		}
		require.Equal(t, row.sigma2, got, "epsilon %v", row.epsilon)
	}
}

// Section 2, "eps over 1 / 7 / 30 / 365 daily reports", and section 3, rule 1:
// the mean of n redraws for one batch carries noise of variance sigma^2/n, so
// it costs what n releases cost.
func TestEpsilonOfManyReports(t *testing.T) {
	daily := RhoOf(12, 247)
	for n, want := range map[int]string{1: "0.9986", 7: "2.8634", 30: "6.4706", 365: "29.7547"} {
		require.Equal(t, want, fmt.Sprintf("%.4f", daily.Times(n).Epsilon(delta)), "%d reports", n)
	}
	for n, want := range map[int]string{4: "2.11", 16: "4.53"} {
		require.Equal(t, want, fmt.Sprintf("%.2f", daily.Times(n).Epsilon(delta)), "%d redraws", n)
	}
	// Weekly with w 4, sigma^2 83, "about 8.9 a year".
	s, err := SigmaSquared(4, 1, delta)
	require.NoError(t, err)
	require.Equal(t, "8.9", fmt.Sprintf("%.1f", RhoOf(4, s).Times(52).Epsilon(delta)))
}

// Section 9.
func TestEpsilonTable(t *testing.T) {
	for rho, want := range map[Rho]string{.01: "0.62169", .05: "1.47159", .5: "5.22153", 1: "7.76622"} {
		require.Equal(t, want, fmt.Sprintf("%.5f", rho.Epsilon(delta)), "rho %v", rho)
	}
}

// Epsilon is the minimum over alpha: no alpha of a fine grid does better, and
// one comes close.
func TestEpsilonIsTheMinimumOverAlpha(t *testing.T) {
	for _, rho := range []float64{1e-6, 1e-3, .0243, .5, 3, 40, 900} {
		for _, d := range []Delta{1e-12, 1e-6, 1e-2, .3} {
			e, best := float64(Rho(rho).Epsilon(d)), math.Inf(1)
			l := -math.Log(float64(d))
			for x := 1e-4; x < 1e9; x *= 1.001 {
				alpha := 1 + x
				f := alpha*rho + math.Log(1-1/alpha) + (l-math.Log(alpha))/(alpha-1)
				best = min(best, f)
			}
			require.InDelta(t, max(best, 0), e, 1e-5*max(1, e), "rho %v delta %v", rho, d)
			require.LessOrEqual(t, e, max(best, 0)+1e-9*max(1, e), "rho %v delta %v", rho, d)
		}
	}
}

func TestRhoForIsTheInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		e, d := Epsilon(math.Exp(12*r.Float64()-7)), Delta(math.Exp(-1-25*r.Float64()))
		rho, err := RhoFor(e, d)
		require.NoError(t, err)
		require.LessOrEqual(t, rho.Epsilon(d), e, "must err on the cheap side")
		require.InEpsilon(t, float64(e), float64(rho.Epsilon(d)), 1e-9)

		w := 1 + r.IntN(16)
		s, err := SigmaSquared(w, e, d)
		if err != nil {
			require.ErrorIs(t, err, ErrSigma)
			require.Greater(t, RhoOf(w, MaxSigmaSquared).Epsilon(d), e, "refused though it fits")
			continue
		}
		require.LessOrEqual(t, RhoOf(w, s).Epsilon(d), e)
		require.True(t, s == 1 || RhoOf(w, s-1).Epsilon(d) > e, "sigma^2 %d is not the smallest", s)
	}
}

func TestNothingProvedIsInfinite(t *testing.T) {
	inf := math.Inf(1)
	for name, e := range map[string]Epsilon{
		"no noise":         RhoOf(12, 0).Epsilon(delta),
		"negative weight":  RhoOf(-1, 247).Epsilon(delta),
		"negative rho":     Rho(-1).Epsilon(delta),
		"rho NaN":          Rho(math.NaN()).Epsilon(delta),
		"negative times":   RhoOf(12, 247).Times(-1).Epsilon(delta),
		"delta 0":          Rho(1).Epsilon(0),
		"delta 1":          Rho(1).Epsilon(1),
		"delta NaN":        Rho(1).Epsilon(Delta(math.NaN())),
		"delta negative":   Rho(1).Epsilon(-1),
		"largest rho":      Rho(math.MaxFloat64).Times(2).Epsilon(delta),
		"infinitely often": Rho(inf).Times(3).Epsilon(delta),
	} {
		require.True(t, math.IsInf(float64(e), 1), "%s: %v", name, e)
	}
	require.Zero(t, RhoOf(0, 247).Epsilon(delta))
	require.Zero(t, RhoOf(12, 0).Times(0).Epsilon(delta), "nothing released, nothing spent")
	for _, rho := range []Rho{5e-324, 1e-300, math.MaxFloat64} {
		for _, d := range []Delta{5e-324, 1e-6, 1 - 1e-16} {
			require.GreaterOrEqual(t, float64(rho.Epsilon(d)), 0.0, "rho %v delta %v", rho, d)
		}
	}
}

func TestBudgetsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		w    int
		e    Epsilon
		d    Delta
		want error
	}{
		"weight 0":         {0, 1, delta, ErrBudget},
		"epsilon 0":        {12, 0, delta, ErrBudget},
		"epsilon negative": {12, -1, delta, ErrBudget},
		"epsilon NaN":      {12, Epsilon(math.NaN()), delta, ErrBudget},
		"epsilon infinite": {12, Epsilon(math.Inf(1)), delta, ErrBudget},
		"delta 0":          {12, 1, 0, ErrBudget},
		"delta 1":          {12, 1, 1, ErrBudget},
		"delta NaN":        {12, 1, Delta(math.NaN()), ErrBudget},
		"too much noise":   {12, 1e-4, delta, ErrSigma},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := SigmaSquared(c.w, c.e, c.d)
			require.ErrorIs(t, err, c.want)
		})
	}
	s, err := SigmaSquared(1, 1e300, delta)
	require.NoError(t, err)
	require.Equal(t, uint64(1), s)
}

func ExampleSigmaSquared() {
	sigma2, err := SigmaSquared(12, 1, 1e-6)
	if err != nil {
		panic(err)
	}
	daily := RhoOf(12, sigma2)
	fmt.Printf("sigma^2 %d: epsilon %.4f a day, %.4f over 30 days, %.4f a year\n", sigma2,
		daily.Epsilon(1e-6), daily.Times(30).Epsilon(1e-6), daily.Times(365).Epsilon(1e-6))
	// Output: sigma^2 247: epsilon 0.9986 a day, 6.4706 over 30 days, 29.7547 a year
}
