package edge_test

import (
	"bytes"
	"fmt"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// A whole day of one device: the page's events, the visitor's look at what would
// be sent, two revisions of the day's report, and the state between visits.
func ExampleDevice() {
	shop := edgetest.Shop() // the example of docs/plan.md
	var d edge.Device
	if err := d.UsePlan(edgetest.Publish(shop)); err != nil {
		fmt.Println(err)
		return
	}
	morning := edgetest.Start + 9*plan.Hour
	fmt.Println(d.Load(morning, nil))

	// The page's messages, as the module gets them.
	for _, message := range [][]byte{{byte(plan.View), 0}, {byte(plan.Exposure), 0, 1}, {byte(plan.Click), 1, 0}} {
		e, err := edge.DecodeEvent(message)
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := d.Track(morning, e); err != nil {
			fmt.Println(err)
			return
		}
	}
	show(&d, shop, morning)
	random := bytes.NewReader(make([]byte, 1024)) // real hosts draw it
	var out edge.Outgoing
	if err := d.Report(morning, morning, random, &out); err != nil {
		fmt.Println(err)
		return
	}
	state := d.AppendState(nil) // stored before anything is sent
	fmt.Println(out.Head.Period, "revision", out.Head.Revision)
	out.Wipe() // after sealing

	// In the evening the visitor comes back and buys.
	evening := morning + 10*plan.Hour
	fmt.Println(d.Load(evening, state))
	if err := d.Track(evening, edge.Event{Kind: plan.Order, Minor: 4990}); err != nil {
		fmt.Println(err)
		return
	}
	show(&d, shop, evening)
	err := d.Report(evening, evening, random, &out)
	fmt.Println("revision", out.Head.Revision, err)
	// Output:
	// fresh
	// present
	// audience: new
	// funnel: new, visit
	// exposed: hero: new, shoes
	// clicked: hero: new, shoes
	// 2026-11-23 revision 1
	// restored
	// present
	// audience: new
	// funnel: new, order
	// exposed: hero: new, shoes
	// clicked: hero: new, shoes
	// converted: hero: new, shoes
	// revision 2 <nil>
}

// show prints the report in the clear.
func show(d *edge.Device, p *plan.Plan, now plan.Time) {
	cells, _ := d.Measurement(now)
	for _, s := range plan.LayoutOf(p).Spans {
		for i := range s.Cells() {
			if !cells[s.Offset+i] {
				continue
			}
			if s.Metric < 0 {
				fmt.Println("present")
				continue
			}
			m := p.Metrics[s.Metric]
			fmt.Print(m.Name, ": ", p.Segments[i/s.Columns].Name)
			if c := p.Column(m, i%s.Columns); c != "" {
				fmt.Print(", ", c)
			}
			fmt.Println()
		}
	}
}
