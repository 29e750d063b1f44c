package decay_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

const (
	week = decay.HalfLife(7 * plan.Day)
	full = math.MaxUint32
	// relative bounds the error of a factor.
	relative = 1.5e-5
)

var halfLives = []decay.HalfLife{1, 2, 3, 64, 1000, 3600, week, 2 * week, 60 * plan.Day, 1 << 31, full}

// at returns a clock of half-life h at a phase.
func at(h decay.HalfLife, phase plan.Time) decay.Clock {
	var c decay.Clock
	c.Advance(h, phase)
	return c
}

// passed lets age go by for one sum.
func passed(c *decay.Clock, h decay.HalfLife, age plan.Time, sum *uint32) {
	*sum >>= c.Advance(h, age)
}

func TestFactor(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	worst := 0.0
	for _, h := range halfLives {
		phases := []plan.Time{0, plan.Time(h) - 1, plan.Time(h) / 2, plan.Time(h) / 128}
		for range 20_000 {
			phases = append(phases, plan.Time(rng.Int64N(int64(h))))
		}
		for _, phase := range phases {
			f := at(h, phase).Factor(h)
			require.GreaterOrEqual(t, uint32(f), uint32(1<<30))
			require.LessOrEqual(t, uint32(f), uint32(1<<31))
			want := math.Exp2(float64(phase) / float64(h))
			worst = math.Max(worst, math.Abs(float64(f)/(1<<30)/want-1))
		}
	}
	t.Logf("worst relative error %.3g", worst)
	require.LessOrEqual(t, worst, relative)
	require.Greater(t, worst, relative/2, "the worst places were not tried")
}

func TestFactorNeverFalls(t *testing.T) {
	const h = 100_003
	before := decay.Factor(1 << 30)
	for phase := range plan.Time(h) {
		f := at(h, phase).Factor(h)
		require.GreaterOrEqual(t, f, before)
		before = f
	}
}

// Time passes in one piece or in many: the same, to the bit.
func TestAdvanceAdds(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for range 2000 {
		h := halfLives[rng.IntN(len(halfLives))]
		var one, many decay.Clock
		start := rng.Uint32()
		a, b := start, start
		total := plan.Time(0)
		for range 1 + rng.IntN(20) {
			age := plan.Time(rng.Uint64N(1 << rng.IntN(40)))
			total += age
			passed(&many, h, age, &b)
		}
		passed(&one, h, total, &a)
		require.Equal(t, one, many)
		require.Equal(t, a, b)
	}
}

func TestHugeAndNegativeAges(t *testing.T) {
	for _, h := range halfLives {
		c := at(h, plan.Time(h)/3)
		before, sum := c, uint32(full)
		for _, age := range []plan.Time{0, -1, math.MinInt64} {
			require.Zero(t, c.Advance(h, age))
			require.Equal(t, before, c, "time that runs backwards is none")
		}
		passed(&c, h, math.MaxInt64, &sum)
		require.Zero(t, sum, "h=%d", h)
	}
	c := decay.Clock{}
	sum := uint32(full)
	passed(&c, week, 31*7*plan.Day, &sum)
	require.Equal(t, uint32(1), sum)
	passed(&c, week, 7*plan.Day-1, &sum)
	require.Equal(t, uint32(1), sum)
	passed(&c, week, 1, &sum)
	require.Zero(t, sum)
	require.Equal(t, decay.Clock{}, c)
}

func TestHalfLifeIsExact(t *testing.T) {
	for _, h := range halfLives {
		c, sum := at(h, plan.Time(h)/2), uint32(0)
		f := c.Factor(h)
		f.Add(&sum, 1000*decay.One)
		passed(&c, h, plan.Time(h), &sum)
		require.InDelta(t, 500*decay.One, c.Factor(h).Read(sum), 1)
	}
}

func TestAddedIsReadExactly(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for range 100_000 {
		h := halfLives[rng.IntN(len(halfLives))]
		f := at(h, plan.Time(rng.Int64N(int64(h)))).Factor(h)
		amount, sum := rng.Uint32()>>(1+rng.IntN(31)), uint32(0)
		f.Add(&sum, amount)
		require.Equal(t, amount, f.Read(sum))
	}
}

func TestSaturation(t *testing.T) {
	for _, phase := range []plan.Time{0, 1, 7 * plan.Day / 2, 7*plan.Day - 1} {
		c, sum := at(week, phase), uint32(0)
		f := c.Factor(week)
		for range 3 {
			f.Add(&sum, full)
		}
		require.Equal(t, uint32(full), sum)
		require.GreaterOrEqual(t, f.Read(sum), uint32(1<<31-1))
		f.Add(&sum, 1)
		require.Equal(t, uint32(full), sum, "full stays full")
		sum = full - 1
		f.Add(&sum, 1)
		require.Equal(t, uint32(full), sum)
	}
}

func TestReadNeverGrows(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for range 500 {
		h := halfLives[rng.IntN(len(halfLives))]
		c, sum := at(h, plan.Time(rng.Int64N(int64(h)))), rng.Uint32()>>rng.IntN(32)
		before := c.Factor(h).Read(sum)
		for range 100 {
			passed(&c, h, plan.Time(rng.Int64N(int64(h)/4+2)), &sum)
			now := c.Factor(h).Read(sum)
			require.LessOrEqual(t, now, before)
			before = now
		}
	}
	// Across the half-life, second by second, where the origin moves.
	for sum := range uint32(2000) {
		c, s := at(week, 7*plan.Day-2), sum
		before := c.Factor(week).Read(s)
		for range 3 {
			passed(&c, week, 1, &s)
			now := c.Factor(week).Read(s)
			require.LessOrEqual(t, now, before)
			before = now
		}
	}
}

// Any sequence of amounts is the sum of w * 2^(-age/h), within the bound that
// doc.go states, and the order of amounts at one instant does not matter.
func TestClosedForm(t *testing.T) {
	type addition struct {
		at     plan.Time
		amount uint32
	}
	worst := 0.0
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 2))
		h := halfLives[rng.IntN(len(halfLives))]
		c := at(h, plan.Time(rng.Int64N(int64(h)))) // wherever the origin is
		twin := c
		var sum, shuffled uint32
		var all []addition
		now := plan.Time(0)
		for range 1 + rng.IntN(60) {
			age := plan.Time(rng.Int64N(int64(h)*3/2 + 1))
			now += age
			passed(&c, h, age, &sum)
			passed(&twin, h, age, &shuffled)
			var here []uint32
			for range 1 + rng.IntN(4) {
				here = append(here, rng.Uint32N(8*decay.One))
			}
			for _, w := range here {
				c.Factor(h).Add(&sum, w)
				all = append(all, addition{now, w})
			}
			for _, i := range rng.Perm(len(here)) {
				twin.Factor(h).Add(&shuffled, here[i])
			}
			require.Equal(t, sum, shuffled)

			want := 0.0
			for _, a := range all {
				want += float64(a.amount) * math.Exp2(-float64(now-a.at)/float64(h))
			}
			got := float64(c.Factor(h).Read(sum))
			bound := relative*want + float64(len(all))/2 + 2.5
			require.InDelta(t, want, got, bound, "seed %d", seed)
			worst = math.Max(worst, math.Abs(got-want))
		}
	}
	t.Logf("worst difference %.2f units of 1/%d", worst, decay.One)
	require.Less(t, worst, 10.0)
}

func TestClockBytes(t *testing.T) {
	for _, h := range halfLives {
		c := at(h, plan.Time(h)-1)
		r := wire.NewReader(c.Append(nil))
		require.Equal(t, c, decay.ReadClock(r, h))
		require.NoError(t, r.Close())
		r = wire.NewReader(wire.AppendUvarint(nil, uint64(h)))
		require.Equal(t, decay.Clock{}, decay.ReadClock(r, h))
		require.ErrorIs(t, r.Close(), wire.ErrForm)
	}
}

func BenchmarkReadNow(b *testing.B) {
	c, sum := at(week, 100_000), uint32(12345678)
	for b.Loop() {
		sum = c.Factor(week).Read(sum) | 1<<20
	}
}

func ExampleClock() {
	var clock decay.Clock
	var interest uint32
	f := clock.Factor(week)
	f.Add(&interest, 4*decay.One)
	interest >>= clock.Advance(week, 21*plan.Day/2) // a week and a half
	fmt.Printf("%.3f\n", float64(clock.Factor(week).Read(interest))/decay.One)
	// Output: 1.414
}
