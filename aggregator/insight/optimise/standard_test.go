package optimise_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// reference builds one of the reference plans. Its recipients seal nothing here.
func reference(t testing.TB, src []byte) *plan.Plan {
	t.Helper()
	f, problems := planfile.Parse("dunlin.yaml", src)
	require.Nil(t, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"},
		Issued: f.Periods[0].Start,
	})
	require.NoError(t, err)
	return p
}

// visited is a world for the plan: 1,000 devices a pair and day, at rates that
// differ by variant and segment.
func visited(seed uint64, p *plan.Plan) world {
	r := randomOf(seed)
	rates := map[string]float64{}
	for _, s := range p.Segments {
		for _, slot := range p.Slots {
			for _, v := range slot.Variants {
				rates[s.Name+v.Name] = .05 * max(1+.3*r.NormFloat64(), .2)
			}
		}
	}
	return world{func(string, string) float64 { return 1000 }, func(s, v string) float64 { return rates[s+v] }}
}

// Both slots of the standard plan get priors: hero by segment, shelf, whose goal
// is counted site-wide, for all.
func TestReferencePlansGetPriors(t *testing.T) {
	for _, c := range []struct {
		name string
		src  []byte
		rows []int // of each slot
	}{
		{"standard", plans.Standard, []int{8, 1}},
		{"shop", plans.Shop, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := reference(t, c.src)
			w := visited(1, p)
			got := fit(t, p, w.history(t, p, 30, draw{noise: seeded(1), hold: .5}))
			require.Len(t, got.Places, len(p.Slots))
			for i, at := range got.Places {
				require.Equal(t, choose.Place{Kind: choose.Slot, Index: uint8(i)}, at.Place)
				if c.rows != nil {
					require.Len(t, at.Rates, c.rows[i])
				}
				require.Len(t, at.Rates[0], len(p.Slots[i].Variants))
			}
			published, err := choose.Encode(got)
			require.NoError(t, err)
			t.Logf("%d bytes of priors", len(published))
		})
	}
}

// BenchmarkFitStandard refits the standard plan from releases of a month and of
// more than a year, as a leader does after each release: at most 50 ms.
func BenchmarkFitStandard(b *testing.B) {
	for _, n := range []int{30, 400} {
		b.Run(strconv.Itoa(n)+" releases", func(b *testing.B) {
			p := reference(b, plans.Standard)
			releases := visited(1, p).history(b, p, n, draw{noise: seeded(1)})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := optimise.Fit(p, digest, releases); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(strconv.Itoa(n)+" releases, a plan each", func(b *testing.B) {
			p := reference(b, plans.Standard)
			var releases []optimise.Release
			for d, r := range visited(1, p).history(b, p, n, draw{noise: seeded(1)}) {
				own := *p
				own.Serial = uint64(d)
				r.Plan = &own
				releases = append(releases, r)
			}
			for b.Loop() {
				if _, err := optimise.Fit(p, digest, releases); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
