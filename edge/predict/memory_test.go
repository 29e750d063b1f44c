package predict_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/predict"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// site predicts both, lapses after more than two periods.
func site(c plan.Cadence) *plan.Plan {
	bins := []plan.Segment{{Name: "few", Rule: edgetest.NewRule().Var(plan.VarVisits).Num(3).Op(plan.OpLt).Code()}, {Name: "many"}}
	return &plan.Plan{Cadence: c, Predictions: []plan.Prediction{
		{Kind: plan.BuyChance, Bins: bins}, {Kind: plan.LapseRisk, Within: 2, Bins: bins},
	}}
}

// vars has that many visits.
type vars float64

func (v vars) Value(int) (float64, bool) { return float64(v), true }

func read(t testing.TB, m *predict.Memory) *predict.Memory {
	t.Helper()
	b := m.Append(nil)
	require.LessOrEqual(t, len(b), 64)
	var again predict.Memory
	r := wire.NewReader(b)
	again.Decode(r)
	require.NoError(t, r.Close())
	require.Equal(t, *m, again)
	return &again
}

// Own outcomes against the whole history, each faded by the closed form.
func TestMemoryIsTheHistorys(t *testing.T) {
	for seed := range uint64(200) {
		rng := edgetest.Rand(seed)
		cadence := []plan.Cadence{plan.Daily, plan.Weekly}[seed%2]
		p, days := site(cadence), plan.Date(cadence.Days())
		m := &predict.Memory{}
		type past struct {
			date    plan.Date
			ordered bool
		}
		var history []past
		date := plan.Date(20_000)
		for range 2 + rng.IntN(60) {
			date += days * plan.Date(1+rng.IntN(5))
			m.Began(p, date)
			m.Began(p, date) // a second activity of the period changes nothing
			bought := rng.IntN(3) == 0
			if bought {
				m.Bought()
			}
			history = append(history, past{date, bought})
			m = read(t, m)
			if len(history) < 2 {
				continue
			}
			var trials, lapses, orders float64
			for i, h := range history[:len(history)-1] {
				next := history[i+1].date
				w := math.Exp2(-float64(date-next) / predict.HalfLife)
				trials += w
				if next-h.date > 2*days {
					lapses += w
				}
				if h.ordered {
					orders += w
				}
			}
			chance, known := predict.Of(p, nil, m, vars(1))
			require.Equal(t, trials >= predict.Enough, known[0])
			if known[0] {
				require.InDelta(t, (lapses+.5)/(trials+1), chance[plan.LapseRisk-1], 2e-3)
				require.InDelta(t, (orders+.5)/(trials+1), chance[plan.BuyChance-1], 2e-3)
			}
		}
	}
}

func TestOfJoinsTheBinsRate(t *testing.T) {
	p := site(plan.Daily)
	priors := &choose.Priors{Places: []choose.PlacePriors{
		{Place: choose.Place{Kind: choose.Predicted, Index: 1}, Rates: [][]choose.Rate{{{Mean: .75, Strength: 4}, {Mean: .25, Strength: 900}}}},
	}}
	var m predict.Memory
	chance, known := predict.Of(p, priors, &m, vars(1))
	require.Equal(t, [2]bool{true, false}, known, "nothing was released of orders")
	require.Equal(t, .75, chance[0])
	chance, _ = predict.Of(p, priors, &m, vars(3))
	require.Equal(t, .25, chance[0])

	// Two trials, of which one was a lapse.
	for _, d := range []plan.Date{100, 101, 104} {
		m.Began(p, d)
	}
	chance, _ = predict.Of(p, priors, &m, vars(1))
	require.InDelta(t, (4*.75+1)/6, chance[0], .005)
	chance, _ = predict.Of(p, priors, &m, vars(3))
	require.InDelta(t, (predict.PriorWeight*.25+1)/(predict.PriorWeight+2), chance[0], .005)

	none := predict.Memory{}
	_, known = predict.Of(&plan.Plan{}, priors, &none, vars(1))
	require.Equal(t, [2]bool{}, known)
}

// Without predictions nothing is kept; a plan without one of them forgets it.
func TestAdopt(t *testing.T) {
	p := site(plan.Daily)
	var m predict.Memory
	m.Began(&plan.Plan{Cadence: plan.Daily}, 9)
	require.Equal(t, predict.Memory{}, m)
	for _, d := range []plan.Date{100, 109, 118, 127, 136} {
		m.Began(p, d)
		m.Bought()
	}
	_, known := predict.Of(p, nil, &m, vars(1))
	require.Equal(t, [2]bool{true, true}, known)
	one := *p
	one.Predictions = p.Predictions[:1]
	m.Adopt(&one)
	_, known = predict.Of(p, nil, &m, vars(1))
	require.Equal(t, [2]bool{false, true}, known)
	m.Adopt(&plan.Plan{})
	require.Equal(t, predict.Memory{}, m)
}

// A clock that was set back settles nothing.
func TestClockSetBack(t *testing.T) {
	p := site(plan.Daily)
	var m predict.Memory
	for _, d := range []plan.Date{500, 501, 300, 299, 298, 297} {
		m.Began(p, d)
	}
	_, known := predict.Of(p, nil, &m, vars(1))
	require.Equal(t, [2]bool{}, known)
	m.Began(p, -1)
	read(t, &m)
}

// lived is a device's memory after some periods.
func lived(rng *rand.Rand, p *plan.Plan) predict.Memory {
	var m predict.Memory
	date := plan.Date(20_000 + rng.IntN(3))
	for range rng.IntN(12) {
		date += plan.Date(1 + rng.IntN(80))
		m.Began(p, date)
		if rng.IntN(2) == 0 {
			m.Bought()
		}
	}
	return m
}

func TestJoinIsASemilattice(t *testing.T) {
	p := site(plan.Daily)
	join := func(a, b predict.Memory) predict.Memory {
		a.Join(&b)
		return a
	}
	moved := 0
	for seed := range uint64(2000) {
		rng := edgetest.Rand(seed)
		a, b, c := lived(rng, p), lived(rng, p), lived(rng, p)
		require.Equal(t, a, join(a, a))
		require.Equal(t, join(a, b), join(b, a))
		require.Equal(t, join(join(a, b), c), join(a, join(b, c)))
		require.Equal(t, join(a, b), join(join(a, b), b))
		both := join(a, b)
		read(t, &both)
		if both != a && both != b {
			moved++
		}
	}
	require.Greater(t, moved, 100)
}

func FuzzDecode(f *testing.F) {
	rng := edgetest.Rand(1)
	for range 5 {
		m := lived(rng, site(plan.Daily))
		f.Add(m.Append(nil))
	}
	f.Add([]byte{1, 0, 0, 1, 2, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		var m predict.Memory
		r := wire.NewReader(in)
		m.Decode(r)
		if r.Close() != nil {
			return
		}
		require.Equal(t, in, m.Append(nil))
		p := site(plan.Weekly)
		m.Adopt(p)
		m.Began(p, 20_000)
		chance, known := predict.Of(p, nil, &m, vars(1))
		for i := range chance {
			require.True(t, !known[i] || chance[i] > 0 && chance[i] < 1)
		}
	})
}
