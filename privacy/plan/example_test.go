package plan_test

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// A plan of one day, three segments' audience and nothing else: four cells.
func Example() {
	start := plan.Time(1795305600)
	p := &plan.Plan{
		Site: "shop.example", Serial: 1, Issued: start, Expires: start + plan.Day,
		TimeZone: "UTC", Cadence: plan.Daily,
		Periods: []plan.Period{{Date: 20779, Start: start, End: start + plan.Day}},
		Sigma2:  42, MinBatch: plan.MinBatchFloor, Chunk: 2,
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"},
		Consent: plan.ConsentAsk,
		Segments: []plan.Segment{
			{Name: "seen often", Rule: plan.Rule{plan.OpVar, plan.VarVisits, plan.OpConst, 0x40, 0x24, 0, 0, 0, 0, 0, 0, plan.OpGe}}, // visits >= 10
			{Name: "buyers", Rule: plan.Rule{plan.OpVar, plan.VarOrders, plan.OpSet}},
			{Name: "everyone else"},
		},
		Metrics: []plan.Metric{{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1}},
	}
	published, err := plan.Encode(p)
	if err != nil {
		panic(err)
	}
	again, err := plan.Decode(published)
	if err != nil {
		panic(err)
	}
	layout := plan.LayoutOf(again)
	period, ok := again.PeriodAt(start + plan.Hour)
	fmt.Println(layout.Cells, layout.Weight, period.Date, ok)
	for _, s := range again.Segments {
		fmt.Println(s.Name, s.Rule.Match(known{plan.VarVisits: 12, plan.VarOrders: 0}))
	}
	// Output:
	// 4 2 2026-11-22 true
	// seen often true
	// buyers false
	// everyone else true
}
