package demo

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The story is the same at every start: 90 days, whose last is the day before the
// demo's first.
const (
	historyLast = "2026-11-21"
	historyDays = 90 // so that it begins on a Monday, 2026-08-24
	planName    = "plans/demo.yaml"

	// seed makes the visitors. Of a few it is the one whose promotion differs enough
	// between its variants for the dashboard to tell.
	seed = 8
)

// Visitors is how many there ever are: with the turnover below 35,000 on the first
// day and 2,400 new ones on each of 180, so that close to 20,000 come on a day, and
// the demo can go on for 90 days before no new ones come.
const Visitors = 466_500

// visitors are the shop's population. With fewer than Visitors the shop is smaller
// and its days are alike.
func visitors(n int) population.Options {
	return population.Options{Seed: seed, Visitors: n, Late: .926, Horizon: 180, Turnover: 20, Weather: .02, Story: &population.Story{
		// From 2026-10-23 on deliveries are late, and those who buy for children come half as often.
		Leaving: "parent", From: 60, Fade: .5, Hazard: .01, Reason: delivery, Sour: .3,
		// From 2026-10-08 to 2026-11-06 every second visitor has a voucher.
		Starts: 45, Stops: 75, Extra: .012,
	}}
}

// delivery is that answer of the plan's survey.
const delivery = 2

var (
	serialLine = regexp.MustCompile(`(?m)^serial: \d+`)
	startsLine = regexp.MustCompile(`(?m)^starts: [-\d]+`)
	endsLine   = regexp.MustCompile(`(?m)^ends: [-\d]+`)
)

// historyYAML is plans/demo.yaml with the serial and the dates of a history of so many
// days.
func historyYAML(days int) ([]byte, error) {
	last, err := plan.ParseDate(historyLast)
	if err != nil {
		return nil, err
	}
	first := last - plan.Date(days-1)
	y := serialLine.ReplaceAll(plans.Demo, []byte("serial: 1"))
	y = startsLine.ReplaceAll(y, []byte("starts: "+first.String()))
	return endsLine.ReplaceAll(y, []byte("ends: "+historyLast)), nil
}

// calendar is the one run of days that visitors know: the history's and the demo's.
// Both plans name the same topics and slots.
func calendar(history, now *plan.Plan) (*plan.Plan, error) {
	last, first := history.Periods[len(history.Periods)-1], now.Periods[0]
	if last.End != first.Start {
		return nil, fmt.Errorf("the history ends on %s and the demo begins on %s: make it again with `make demo-data`", last.Date, first.Date)
	}
	both := *now
	both.Periods = slices.Concat(history.Periods, now.Periods)
	return &both, nil
}
