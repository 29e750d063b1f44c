package population_test

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// A driver goes through a visitor's day: it tells each event to the device, and at
// a slot shows what the device picks.
func Example() {
	p := &plan.Plan{
		Cadence: plan.Daily,
		Periods: []plan.Period{{Date: 20454, Start: 20454 * plan.Day, End: 20455 * plan.Day}},
		Topics:  []string{"shoes", "bags"},
		Slots: []plan.Slot{{Name: "hero", Goal: plan.Trigger{Kind: plan.Click}, Variants: []plan.Variant{
			{Name: "plain"}, {Name: "shoes", Topics: []uint8{0}}, {Name: "bags", Topics: []uint8{1}},
		}}},
	}
	shop, err := population.New(p, population.Options{Seed: 1, Visitors: 1000})
	if err != nil {
		panic(err)
	}
	views, choices, clicks := 0, 0, 0
	for i := range shop.Visitors() {
		v := shop.Visitor(i)
		for _, visit := range v.Day(0) {
			for _, action := range visit.Actions {
				switch action.Kind {
				case population.Choose:
					choices++
					const picked = 1 // the device's decision
					if len(v.Answer(visit, action, picked)) > 0 {
						clicks++
					}
				case plan.View:
					views++
				}
			}
		}
	}
	truth := shop.Truth(1).Slots[0]
	fmt.Println(choices == truth.Decisions, views > 2*choices)
	fmt.Println(clicks > 0 && float64(clicks) < 2*truth.Fixed[1].Goals)
	fmt.Println(truth.Uniform.Goals < truth.Best.Goals, truth.Best.Goals < truth.Individual.Goals)
	// Output:
	// true true
	// true
	// true true
}
