// Package demo is the whole of Dunlin on one machine, for somebody who wants to see
// it: a shop to walk through, a dashboard over 90 days, and a button that closes the
// day.
//
//	/                   dashboard and its API (package console), signed in by a link
//	/demo/shop/         the shop, with the script in its pages
//	/dunlin/            what the script loads, and where reports go: the collector
//	/demo/api/state     where the demo stands
//	/demo/api/next      GET: how far the closing of a day is; POST with ?date=, today's: begin it
//
// Start makes new keys, pairs leader and helper and has a plan signed, as a site would;
// all of it is the product's own. It listens to this machine alone, by this machine's
// own names.
//
// # The 90 days
//
// The folder data holds what an invented shop released on 90 days before the demo's
// first. Make measured it, once, through the real path: every visitor of package
// population has a native device that chooses, is measured and sends one sealed
// report a day to collector, leader and helper over HTTP; each day is released, and
// its priors go back to the devices of the next. Checked in are the signed plan, the
// signed releases and the keys to check them with, and of two days the exact sums,
// which a test computes again and holds the releases against.
//
// # The days after
//
// The demo's plan is the history's with other keys and later dates, so that releases of
// both are one series and the first priors know 90 days. The day is 2026-11-22, whatever
// the date on the wall: a clock of the demo's own begins it at nine in the morning, and
// the pages tell the script how far that is from the browser's.
//
// Beside the person's browser some 20,000 invented visitors live the day, the same as
// before. What their devices knew is not checked in: after the start they relive the 90
// days, but for the reports: some 25 seconds of one processor. Then, and from each
// morning on, they live the day and send their real reports while the person looks
// around. The end of a day waits for what is left of them, has the batch released with
// the person's report in it, and begins the next morning.
package demo
