package site_test

import (
	"fmt"
	"os"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// What an owner reads before anything is written.
func ExampleExpect() {
	e, err := site.Expect(site.Answers{
		Domain: "shop.example", Visitors: 250, Period: site.Recommended(250), Consent: plan.ConsentAsk, TimeZone: "Asia/Shanghai",
	}, plan.Date(20780)) // Monday 2026-11-23
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := e.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// What to expect
	// 250 visitors a day are at most 7,000 devices in four weeks (who comes back in it counts
	// once, who refuses not at all). If 3 in 100 order and 5 in 100 click what a slot shows them,
	// then of 100 releases 95 will say:
	//
	//   7,000 visitors in four weeks:                       between 6,975 and 7,025  +-0.4 %: good
	//   210 orders in four weeks:                           between 185 and 235      +-12 %: an idea
	//   105 clicks on one of three variants in four weeks:  between 80 and 130       +-24 %: an idea
	//
	// That is the noise, of standard deviation 12.9 on every number, large or small: a number
	// is right to 10 % from 253 on. A longer period and fewer metrics help; a larger epsilon
	// is not to be had, devices refuse it. What a device picks by what it knows itself works
	// from the first day, whatever the size of the site.
	// One device's reports tell of it, against everyone if one aggregator is honest: epsilon 1.0
	// for one report, at most 1.4 over 30 days, 4.2 over a year.
}
