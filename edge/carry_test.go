package edge_test

import (
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

func export(t testing.TB, d *edge.Device, now plan.Time, seed byte) []byte {
	t.Helper()
	b, err := d.Export(now, edgetest.NewRandom(seed), nil)
	require.NoError(t, err)
	require.LessOrEqual(t, len(b), edge.MaxCarry)
	return b
}

func facts(t testing.TB, d *edge.Device, now plan.Time) []byte {
	t.Helper()
	b, err := d.AppendFacts(now, nil)
	require.NoError(t, err)
	return b
}

// lasting returns what was observed but for what is the running visit's, which is a
// device's own, and what is predicted from it.
func lasting(t testing.TB, facts []byte) map[byte]float64 {
	t.Helper()
	visit := []byte{plan.VarHour, plan.VarWeekday, plan.VarDevice, plan.VarChannel, plan.VarRegion, plan.VarScenario, plan.VarEntry, plan.VarPages, plan.VarLapseRisk, plan.VarBuyChance}
	out := map[byte]float64{}
	r := wire.NewReader(facts)
	for range r.Count(256) {
		variable, ok, value := r.Byte(), r.Bool(), r.Float()
		if ok && !slices.Contains(visit, variable) {
			out[variable] = value
		}
	}
	require.NoError(t, r.Err())
	return out
}

// twice lives two devices of one visitor under one plan, and returns them with the time
// of the later last activity.
func twice(t testing.TB, seed uint64) (p *plan.Plan, a, b *edge.Device, now plan.Time) {
	rng := edgetest.Rand(seed)
	p = edgetest.Wide(rng)
	edgetest.Calendar(p, plan.Daily, 60)
	out := [2]*edge.Device{}
	for i := range out {
		d := device(t, p)
		at := start
		track(t, d, at, edge.Event{Kind: plan.Arrive, Offset: 60})
		for range 40 {
			e := edgetest.Any(rng, p)
			if e.Kind == plan.Arrive {
				e.Offset = 60 // the visitor does not travel
			}
			track(t, d, at, e)
			if places := choose.PlacesOf(p); rng.IntN(4) == 0 {
				decision := pick(t, d, at, places[rng.IntN(len(places))], lots(rng, rng.Uint32()))
				track(t, d, at, edgetest.Shown(&decision))
			}
			at += plan.Time(rng.Int64N(10 * int64(hour)))
		}
		out[i] = d
		now = max(now, at)
	}
	return p, out[0], out[1], now
}

// What two devices carry to each other makes them know the same, once; what is never
// carried stays: ledger, report, holdout. Carrying again changes nothing.
func TestCarry(t *testing.T) {
	segments, changed := 0, 0
	for seed := range uint64(60) {
		p, a, b, now := twice(t, seed)
		track(t, a, now, view)
		send(t, a, now, edgetest.NewRandom(1))
		before := facts(t, a, now)
		ledgers := [2]any{edge.GuardOf(a), edge.GuardOf(b)}
		lots := [2]any{edge.LotOf(a), edge.LotOf(b)}
		fromA, fromB := export(t, a, now, 1), export(t, b, now, 2)
		require.NoError(t, b.Import(now, fromA), "seed %d", seed)
		require.NoError(t, a.Import(now, fromB), "seed %d", seed)
		require.Equal(t, ledgers, [2]any{edge.GuardOf(a), edge.GuardOf(b)}, "seed %d", seed)
		require.Equal(t, lots, [2]any{edge.LotOf(a), edge.LotOf(b)}, "seed %d", seed)
		both := facts(t, a, now)
		require.Equal(t, lasting(t, both), lasting(t, facts(t, b, now)), "seed %d", seed)
		if string(both) != string(before) {
			changed++
		}

		// Once more, and the other way round: nothing is counted twice.
		saved := a.AppendState(nil)
		require.NoError(t, a.Import(now, fromB))
		require.NoError(t, a.Import(now, export(t, b, now, 3)))
		require.NoError(t, a.Import(now, fromA))
		require.Equal(t, saved, a.AppendState(nil), "seed %d", seed)

		// In the next period, which neither has begun, both are in the same segment.
		later := now + 2*day
		if _, ok := p.PeriodAt(later); ok {
			segments++
			arrive := edge.Event{Kind: plan.Arrive, Channel: 2, Region: 3, Offset: 60}
			track(t, a, later, arrive)
			track(t, b, later, arrive)
			require.Equal(t, facts(t, a, later), facts(t, b, later), "seed %d", seed)
		}
	}
	require.Greater(t, segments, 30)
	require.Greater(t, changed, 50)
}

// A slot that sticks for good shows on both devices what was first shown on one.
func TestCarriedChoicesStick(t *testing.T) {
	p := edgetest.Shop()
	p.Slots[0].Sticky = plan.StickAlways
	edgetest.Calendar(p, plan.Daily, 60)
	p.Policy.Holdout = 0
	for seed := range byte(20) {
		a, b := device(t, p), device(t, p)
		r := edgetest.NewRandom(seed)
		first := pick(t, a, start, hero, r)
		track(t, a, start, edgetest.Shown(&first))
		pick(t, b, start, hero, edgetest.NewRandom(seed+100))
		require.NoError(t, b.Import(start+hour, export(t, a, start+hour, 1)))
		for _, at := range []plan.Time{start + hour, start + 30*day} {
			got := pick(t, b, at, hero, edgetest.NewRandom(seed+100))
			require.Equal(t, first.Column, got.Column)
			require.True(t, got.Kept)
		}
	}
}

// What is no carried profile changes nothing: damaged, cut, of another site.
func TestCarryRefuses(t *testing.T) {
	_, a, b, now := twice(t, 1)
	whole := export(t, a, now, 1)
	before := b.AppendState(nil)
	for i := range whole {
		bad := append([]byte(nil), whole...)
		bad[i] ^= 1
		require.ErrorIs(t, b.Import(now, bad), edge.ErrCarry)
		require.ErrorIs(t, b.Import(now, whole[:i]), edge.ErrCarry)
	}
	require.ErrorIs(t, b.Import(now, nil), edge.ErrCarry)
	require.ErrorIs(t, b.Import(now, make([]byte, edge.MaxCarry+1)), edge.ErrCarry)
	require.Equal(t, before, b.AppendState(nil))
	q := edgetest.Wide(edgetest.Rand(1))
	q.Site = "another.example"
	require.ErrorIs(t, device(t, q).Import(now, whole), edge.ErrCarry)
	require.ErrorIs(t, new(edge.Device).Import(now, whole), edge.ErrNoPlan)
	_, err := new(edge.Device).Export(now, edgetest.Rand0(), nil)
	require.ErrorIs(t, err, edge.ErrNoPlan)
}

// Erasing one fact leaves nothing of it, and what can't be erased is said.
func TestErase(t *testing.T) {
	p, a, _, now := twice(t, 3)
	require.ErrorIs(t, a.Erase(now, plan.VarHour+200), edge.ErrFact)
	require.ErrorIs(t, a.Erase(now, plan.VarLapseRisk), edge.ErrFact)
	erased := 0
	x := p.Extent(false)
	for i := range 256 {
		if x.Has(i) && a.Erase(now, i) == nil {
			erased++
			n := device(t, p)
			require.Equal(t, edge.Restored, n.Load(now, a.AppendState(nil)))
		}
	}
	require.Greater(t, erased, 30)
}
