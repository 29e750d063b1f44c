package device

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// catalogue invents items of p, those that edgetest's events are about among them.
func catalogue(r *rand.Rand, p *plan.Plan, n int) []byte {
	items := make([]recommend.Item, n)
	for i := range items {
		it := &items[i]
		it.Key = uint64(profile.KeyOf(fmt.Sprint("item", i)))
		for range r.IntN(4) {
			it.Topics |= 1 << r.IntN(len(p.Topics))
		}
		it.Price, it.Added = r.Int64N(9_000), int32(edgetest.Start/plan.Day)-int32(r.IntN(60))
		if it.Skill = uint8(r.IntN(len(p.Skills) + 1)); it.Skill > 0 {
			it.Difficulty = 6*r.Float64() - 3
		}
	}
	return recommend.Encode(items)
}

// listPriors are of all that lists go by.
func listPriors(tb testing.TB, r *rand.Rand, p *plan.Plan, published []byte) []byte {
	out := choose.Priors{Version: 1, Plan: plan.DigestOf(published)}
	for _, kind := range []choose.Kind{choose.Items, choose.Topics, choose.Next, choose.Difficulty} {
		for i := range uint8(len(p.Lists)) {
			at := choose.Place{Kind: kind, Index: i}
			columns, rows := at.Columns(p), 1
			if columns == 0 || columns == 1 && kind != choose.Items || r.IntN(4) == 0 {
				continue
			}
			if kind == choose.Next {
				rows = len(p.Topics)
			}
			here := choose.PlacePriors{Place: at}
			for range rows {
				var row []choose.Rate
				for range columns {
					row = append(row, choose.Rate{Mean: .001 + .99*r.Float64(), Strength: 1 << r.IntN(21)})
				}
				here.Rates = append(here.Rates, row)
			}
			out.Places = append(out.Places, here)
		}
	}
	b, err := choose.Encode(out)
	require.NoError(tb, err)
	return b
}

func pickBits(picks []recommend.Pick) (bits []uint64) {
	for _, p := range picks {
		bits = append(bits, uint64(p.Item)<<16|uint64(p.Reason)<<8|uint64(p.Topic))
		for _, v := range []float64{p.Score, p.Interest, p.Popular, p.Price, p.Fresh, p.Rotation} {
			bits = append(bits, math.Float64bits(v))
		}
	}
	return bits
}

// Lists are the same natively and in the module, to the bit, whatever the plan, the
// catalogue and the visit.
func TestListsEqualNative(t *testing.T) {
	d, random := scripted(t)
	ctx := t.Context()
	listed, refused, held := 0, 0, 0
	reasons := map[recommend.Reason]int{}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 77))
		p := edgetest.Wide(r)
		for len(p.Lists) == 0 {
			p = edgetest.Wide(r)
		}
		published := edgetest.Publish(p)
		var native edge.Device
		require.NoError(t, d.Reset(ctx))
		same := func(a, b error) bool {
			t.Helper()
			if a == nil || b == nil {
				require.Equal(t, a, b, "seed %d", seed)
				return a == nil
			}
			require.ErrorIs(t, b, a, "seed %d", seed)
			return false
		}
		require.True(t, same(native.UsePlan(published), d.UsePlan(ctx, published)))
		priors := listPriors(t, r, p, published)
		if r.IntN(4) > 0 {
			require.True(t, same(native.UsePriors(priors), d.UsePriors(ctx, priors)))
		}
		now := p.Periods[0].Start + plan.Hour
		for range 60 {
			now += plan.Time(r.IntN(3 * plan.Hour))
			list := r.IntN(len(p.Lists) + 1)
			switch r.IntN(8) {
			case 0:
				b := catalogue(r, p, r.IntN(60))
				if r.IntN(4) == 0 {
					b[r.IntN(len(b))] ^= 1 << r.IntN(8)
				}
				if !same(native.UseCatalogue(list, b), d.UseCatalogue(ctx, list, b)) {
					refused++
				}
			case 1, 2, 3:
				a := edge.Ask{List: list, Page: r.Uint64() >> (64 - len(p.Topics)), Current: uint64(profile.KeyOf(fmt.Sprint("item", r.IntN(20))))}
				var mine, its []recommend.Pick
				random.set(seed)
				ours := &script{}
				ours.set(seed)
				if !same(native.Recommend(now, a, ours, &mine), d.Recommend(ctx, now, a, &its)) {
					refused++
					continue
				}
				require.Equal(t, pickBits(mine), pickBits(its), "seed %d", seed)
				for _, pick := range mine {
					reasons[pick.Reason]++
				}
				listed += len(mine)
				if len(mine) > 0 && mine[0].Score == mine[0].Popular && mine[0].Popular > 0 {
					held++
				}
			default:
				e := edgetest.Any(r, p)
				same(native.Track(now, e), d.Track(ctx, now, e))
			}
		}
		b, err := d.AppendState(ctx, nil)
		require.NoError(t, err)
		require.Equal(t, native.AppendState(nil), b)
	}
	t.Logf("listed %d items, refused %d, popularity alone %d, reasons %v", listed, refused, held, reasons)
	require.Greater(t, listed, 5000)
	require.Greater(t, refused, 100)
	require.Positive(t, held)
	require.Len(t, reasons, 8, "each of them is given")
}

// What ranking takes, of a catalogue of a page and of the largest.
func BenchmarkRecommend(b *testing.B) {
	for _, n := range []int{40, recommend.MaxCatalogue} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 77))
			p := edgetest.Shop()
			p.Lists = []plan.List{{Name: "list", Size: 12, PerTopic: 6, Diversity: 3000, Goal: plan.Trigger{Kind: plan.Click}, Reward: 1, Items: []string{"item1", "item2"}}}
			published := edgetest.Publish(p)
			d, _ := scripted(b)
			require.NoError(b, d.UsePlan(b.Context(), published))
			require.NoError(b, d.UsePriors(b.Context(), listPriors(b, r, p, published)))
			require.NoError(b, d.UseCatalogue(b.Context(), 0, catalogue(r, p, n)))
			now := p.Periods[0].Start + plan.Hour
			for i := range 20 {
				require.NoError(b, d.Track(b.Context(), now, edge.Event{Kind: plan.View, Topics: 1 << (i % 3)}))
			}
			var picks []recommend.Pick
			for b.Loop() {
				require.NoError(b, d.Recommend(b.Context(), now, edge.Ask{Page: 1}, &picks))
			}
			require.Len(b, picks, 12)
		})
	}
}
