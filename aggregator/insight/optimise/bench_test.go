package optimise_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// half20 is how many daily releases count at most: twenty half-lives.
const half20 = 20*optimise.HalfLife + 1

// largest are plans of 1,024 cells or nearly so, each with most of them in another kind
// of place: what a refit may cost at most.
func largest() map[string]*plan.Plan {
	names := func(name string, n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprint(name, i))
		}
		return out
	}
	base := func() *plan.Plan {
		p := &plan.Plan{Sigma2: 329, Topics: names("topic", 31), Policy: plan.Policy{Lift: 4, Holdout: 2000}}
		for d := range half20 {
			start := plan.Date(20_000 + d)
			p.Periods = append(p.Periods, plan.Period{Date: start, Start: plan.Time(start) * plan.Day, End: plan.Time(start+1) * plan.Day})
		}
		for _, s := range names("segment", 64) {
			p.Segments = append(p.Segments, plan.Segment{Name: s})
		}
		return p
	}
	slot := base()
	slot.Slots = []plan.Slot{{Name: "s", Goal: plan.Trigger{Kind: plan.Click}, Reward: 1}}
	for _, v := range names("variant", 6) {
		slot.Slots[0].Variants = append(slot.Slots[0].Variants, plan.Variant{Name: v})
	}
	for _, by := range []plan.By{plan.BySegment, plan.SiteWide} {
		for _, kind := range []plan.MetricKind{plan.SlotExposed, plan.SlotClicked} {
			slot.Metrics = append(slot.Metrics, plan.Metric{Name: fmt.Sprint(kind, by), Kind: kind, By: by, Most: 2})
		}
	}
	next := base()
	next.Metrics = []plan.Metric{{Name: "next", Kind: plan.Next, By: plan.ByTopic, Most: 4},
		{Name: "topics", Kind: plan.Topics, By: plan.SiteWide, Most: 4}, {Name: "last", Kind: plan.Last, By: plan.SiteWide, Most: 1}}
	items := base()
	items.Lists = []plan.List{{Name: "l", Size: 4, Items: names("item", 14), Reward: 1}}
	items.Metrics = []plan.Metric{{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1},
		{Name: "items", Kind: plan.Items, By: plan.BySegment, Most: 4}}
	return map[string]*plan.Plan{"slot": slot, "next": next, "items": items}
}

// random are a plan's daily releases of so many visitors, evenly over each metric, with
// noise: nothing to be learned from, and all of it to be looked through.
func random(p *plan.Plan, n int) []optimise.Release {
	rng := rand.New(rand.NewPCG(1, 2))
	l := plan.LayoutOf(p)
	var out []optimise.Release
	for _, period := range p.Periods[max(0, len(p.Periods)-n):] {
		r := optimise.Release{Plan: p, Period: period, Cells: make([]int64, l.Cells), Variance: 2 * float64(p.Sigma2)}
		for _, s := range l.Spans {
			for c := range s.Cells() {
				mean := 50_000 * float64(s.Most) / float64(s.Cells()) * (.5 + rng.Float64())
				r.Cells[s.Offset+c] = int64(mean + 25*rng.NormFloat64())
			}
		}
		out = append(out, r)
	}
	return out
}

func checkedIn(t testing.TB) map[string]*plan.Plan {
	out := map[string]*plan.Plan{}
	for name, src := range map[string][]byte{"standard": plans.Standard, "shop": plans.Shop, "demo": plans.Demo, "feed": plans.Feed, "school": plans.School} {
		f, problems := planfile.Parse("dunlin.yaml", src)
		require.Nil(t, problems, name)
		p, err := f.Plan(planfile.BuildInput{
			Leader: plan.Recipient{Type: plan.X25519, Key: "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"},
			Helper: plan.Recipient{Type: plan.X25519, Key: "age1vdv4wgu4zmu6yge9u8gnm3m93tx2al2dv3u3nr3dtj9l5taequuq06pr02"},
			Issued: f.Periods[0].Start,
		})
		require.NoError(t, err, name)
		out[name] = p
	}
	return out
}

// BenchmarkFit times a refit over twenty half-lives of daily releases: of the plans that
// are checked in, and of the largest that any plan may be.
func BenchmarkFit(b *testing.B) {
	all := largest()
	for name, p := range checkedIn(b) {
		all[name] = p
	}
	for name, p := range all {
		releases := random(p, half20)
		b.Run(fmt.Sprintf("%s/%d cells/%d releases", name, plan.LayoutOf(p).Cells, len(releases)), func(b *testing.B) {
			start := time.Now()
			for range b.N {
				if _, err := optimise.Fit(p, plan.Digest{}, releases); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(time.Since(start).Milliseconds())/float64(b.N), "ms/refit")
		})
	}
}
