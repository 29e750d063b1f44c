package recommend

import (
	"strconv"
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

func TestRankAllocatesNothing(t *testing.T) {
	c := invent(7)
	d := decoded(t, c.plan, c.items)
	out := make([]Pick, 0, plan.MaxListSize)
	require.Zero(t, testing.AllocsPerRun(20, func() { out = Rank(out, d, &c.memory, &c.s) }))
}

func BenchmarkRank(b *testing.B) {
	for _, n := range []int{40, MaxCatalogue} {
		for _, p := range []*plan.Plan{shop(), school()} {
			kind := "shop"
			if p.Lists[0].Learning {
				kind = "school"
			}
			b.Run(kind+"/"+strconv.Itoa(n), func(b *testing.B) {
				c := invent(1)
				c.s.Held = false
				list := p.Lists[0]
				list.Size, list.Diversity, list.PerTopic = 12, 3000, 3
				c.s.List = &list
				v, names := visitor(p, 0, 1, 2, 0)
				c.s.View = v.At(now, names)
				d := decoded(b, p, catalogue(newRand(1), p, n))
				out := make([]Pick, 0, plan.MaxListSize)
				b.ReportAllocs()
				for b.Loop() {
					out = Rank(out, d, &c.memory, &c.s)
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	p := shop()
	bytes := Encode(catalogue(newRand(1), p, MaxCatalogue))
	for b.Loop() {
		if _, err := Decode(bytes, p); err != nil {
			b.Fatal(err)
		}
	}
}
