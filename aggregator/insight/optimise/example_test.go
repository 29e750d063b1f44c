package optimise_test

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// A mail with two arms that the device picks between. Of new visitors there are
// few, and by their noised sums alone A would be the better one; what everyone else
// says outweighs that.
func Example() {
	p := &plan.Plan{
		Sigma2:    247,
		Segments:  []plan.Segment{{Name: "new"}, {Name: "everyone else"}},
		Campaigns: []plan.Campaign{{Name: "mail", Mode: plan.Chosen, Arms: []string{"A", "B"}, Goals: []plan.Goal{{Name: "visited"}}}},
		Metrics: []plan.Metric{
			{Kind: plan.CampaignExposed, By: plan.BySegment, Most: 1},
			{Kind: plan.CampaignConverted, By: plan.BySegment, Most: 1},
		},
	}
	digest := plan.DigestOf([]byte("the published plan"))
	record := release.Record{
		Plan: digest, Period: plan.Period{Date: 20000, Start: 20000 * plan.Day, End: 20001 * plan.Day}, Weight: 3, Sigma2: 247,
		Cells: []int64{
			20_011,   // present
			412, 377, // new: A, B were seen
			9_630, 9_584, // everyone else
			31, 12, // new: visited after A, after B
			957, 1_462, // everyone else
		},
	}
	r, err := optimise.Of(p, digest, record)
	if err != nil {
		panic(err)
	}
	priors, err := optimise.Fit(p, digest, []optimise.Release{r})
	if err != nil {
		panic(err)
	}
	for s, row := range priors.Places[0].Rates {
		for v, rate := range row {
			fmt.Printf("%s, %s: %.2f\n", p.Segments[s].Name, p.Campaigns[0].Arms[v], rate.Mean)
		}
	}
	// Output:
	// new, A: 0.10
	// new, B: 0.15
	// everyone else, A: 0.10
	// everyone else, B: 0.15
}
