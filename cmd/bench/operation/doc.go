// Package operation measures what a site runs: how many reports a second a collector
// takes durably, what one batch of many reports costs from the first upload to the
// release, and beside it what a site would otherwise build.
//
// All of it is the product's own, in processes of their own (cmd/rig); reports are
// real ones, made in native code: split, proved and sealed for this run's keys. This
// process is the load generator, on the same machine.
package operation
