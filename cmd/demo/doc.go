// Package demo is the whole of Dunlin on one machine, for somebody who wants to see
// it: a shop to walk through, a dashboard over 90 days, and a button that closes the
// day.
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
package demo
