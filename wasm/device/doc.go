// Package device hosts the device module in Go, under wazero: tests, simulation,
// replay and audit run the very bytes that browsers run.
//
//	b, err := module.Bytes()
//	e, err := device.Open(ctx, b, device.Options{})
//	d, err := e.Instance(ctx)
//	err = d.UsePlan(ctx, published) // signature verified by the caller
//	_, err = d.Load(ctx, now, state)
//	err = d.Track(ctx, now, event)
//	report, state, err := d.SealedReport(ctx, now, collectorNow, seal)
//	// store state, then send report
//
// The package trusts the module's bytes as far as the ten imports reach, which
// Open checks: time comes with each call, randomness from Options.Rand, and there
// is nothing else. It does what a host must do and the module cannot: it has the
// plaintexts sealed, stores nothing, sends nothing, and drops an instance that
// trapped. Byte layouts are package abi's.
//
// One instance may serve many devices in turn, by Load and AppendState: what it
// answers after Load does not depend on the device before, and of that one's
// report ID, randomness, shares and state no copy stays in the instance's memory
// once Load and Clear have run. Single values of a profile may stay in the free
// heap until their place is used again: do not lend an instance that served a
// visitor to somebody who may read its memory.
package device
