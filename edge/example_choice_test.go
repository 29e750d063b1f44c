package edge_test

import (
	"bytes"
	"fmt"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// What a slot shows to a visitor who has looked at shoes, and why.
func ExampleDevice_Choose() {
	shop := edgetest.Shop()
	shop.Policy = plan.Policy{Holdout: 1000, Explore: 500, Floor: 100, Lift: 4, Recent: 5000}
	published := edgetest.Publish(shop)
	hero := choose.Place{Kind: choose.Slot}
	everyone := []choose.Rate{{Mean: .03, Strength: 9000}, {Mean: .025, Strength: 2000}, {Mean: .02, Strength: 2000}}
	fitted, err := choose.Encode(choose.Priors{
		Version: uint64(edgetest.Start), Plan: plan.DigestOf(published),
		Places: []choose.PlacePriors{{Place: hero, Rates: [][]choose.Rate{everyone}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	var d edge.Device
	if err := d.UsePlan(published); err != nil {
		fmt.Println(err)
		return
	}
	if err := d.UsePriors(fitted); err != nil {
		fmt.Println(err)
		return
	}
	now := edgetest.Start + 9*plan.Hour
	for range 3 {
		if err := d.Track(now, edge.Event{Kind: plan.View, Topics: 1 << 0}); err != nil {
			fmt.Println(err)
			return
		}
	}
	random := bytes.NewReader(bytes.Repeat([]byte{0xd0}, choose.LotSize)) // real hosts draw it
	var out choose.Decision
	if err := d.Choose(now, hero, random, &out); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(shop.Slots[0].Variants[out.Column].Name, "sampled:", out.Reason == choose.Sampled, "segment:", shop.Segments[out.Segment].Name)
	for i, o := range out.Options {
		fmt.Printf("%s: prior %.3f, interest %.2f, mean %.3f\n", shop.Slots[0].Variants[i].Name, o.Prior.Mean, o.Match, o.Mean)
	}
	// Once the page has shown it, it says so.
	fmt.Println(d.Track(now, edge.Event{Kind: plan.Exposure, Slot: 0, Variant: uint8(out.Column)}))
	// Output:
	// shoes sampled: true segment: new
	// plain: prior 0.030, interest 0.25, mean 0.030
	// shoes: prior 0.025, interest 0.91, mean 0.056
	// bags: prior 0.020, interest 0.03, mean 0.011
	// <nil>
}
