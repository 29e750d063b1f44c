package device_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/wasm/device"
	"github.com/dunlin-analytics/dunlin/wasm/module"
)

// One visitor opens a page; the device makes the day's report.
func Example() {
	ctx := context.Background()
	built, err := module.Bytes()
	if err != nil {
		log.Fatal(err)
	}
	engine, err := device.Open(ctx, built, device.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close(ctx)
	d, err := engine.Instance(ctx)
	if err != nil {
		log.Fatal(err)
	}

	// A host gets the published bytes from planfile.Verify; here they are made up.
	const morning plan.Time = 1_796_112_000
	if err := d.UsePlan(ctx, examplePlan(morning)); err != nil {
		log.Fatal(err)
	}
	if _, err := d.Load(ctx, morning, nil); err != nil {
		log.Fatal(err)
	}
	if err := d.Track(ctx, morning, edge.Event{Kind: plan.View}); err != nil {
		log.Fatal(err)
	}
	sealTo := func(_ report.Role, to plan.Recipient, plaintext []byte) ([]byte, error) {
		r, err := seal.ParseRecipient(to)
		if err != nil {
			return nil, err
		}
		return r.Seal(nil, plaintext)
	}
	sent, state, err := d.SealedReport(ctx, morning+60, morning+60, sealTo)
	if err != nil {
		log.Fatal(err)
	}
	// Store state, then send.
	r, err := report.Parse(sent)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Period, "revision", r.Revision, "state stored:", len(state) > 0)
	// Output: 2026-12-01 revision 1 state stored: true
}

func examplePlan(at plan.Time) []byte {
	_, leader, err := seal.GenerateIdentity()
	if err != nil {
		log.Fatal(err)
	}
	_, helper, err := seal.GenerateIdentity()
	if err != nil {
		log.Fatal(err)
	}
	midnight := at / plan.Day * plan.Day
	published, err := plan.Encode(&plan.Plan{
		Site: "shop.example", Serial: 1, Issued: midnight - plan.Day, Expires: midnight + 30*plan.Day,
		TimeZone: "UTC", Cadence: plan.Daily,
		Periods: []plan.Period{{Date: plan.Date(midnight / plan.Day), Start: midnight, End: midnight + plan.Day}},
		Sigma2:  42, MinBatch: 100, Chunk: 2, Leader: leader, Helper: helper,
		VerifyKey: plan.Commitment{1}, Consent: plan.ConsentAsk,
		Segments: []plan.Segment{{Name: "everyone"}},
		Metrics:  []plan.Metric{{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return published
}
