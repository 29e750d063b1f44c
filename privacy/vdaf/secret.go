package vdaf

import (
	"fmt"
	"io"
)

// VerifyKey is the aggregators' common secret, the same for all reports of a
// plan. Whoever knows it before making a report can forge a proof.
type VerifyKey [32]byte

// Every secret type answers each verb of fmt with its redacted name. The
// receivers are values, so that a dereferenced pointer is hidden too.

// String, GoString and Format hide the key.
func (VerifyKey) String() string { return "vdaf.VerifyKey(redacted)" }

// GoString is String.
func (k VerifyKey) GoString() string { return k.String() }

// Format is String for every verb.
func (k VerifyKey) Format(f fmt.State, _ rune) { redact(f, k) }

// String, GoString and Format hide the state.
func (State) String() string { return "vdaf.State(redacted)" }

// GoString is String.
func (s State) GoString() string { return s.String() }

// Format is String for every verb.
func (s State) Format(f fmt.State, _ rune) { redact(f, s) }

// String, GoString and Format hide the share.
func (OutputShare) String() string { return "vdaf.OutputShare(redacted)" }

// GoString is String.
func (o OutputShare) GoString() string { return o.String() }

// Format is String for every verb.
func (o OutputShare) Format(f fmt.State, _ rune) { redact(f, o) }

// String, GoString and Format hide the share.
func (AggregateShare) String() string { return "vdaf.AggregateShare(redacted)" }

// GoString is String.
func (a AggregateShare) GoString() string { return a.String() }

// Format is String for every verb.
func (a AggregateShare) Format(f fmt.State, _ rune) { redact(f, a) }

// String, GoString and Format hide the key.
func (Aggregator) String() string { return "vdaf.Aggregator(redacted)" }

// GoString is String.
func (a Aggregator) GoString() string { return a.String() }

// Format is String for every verb.
func (a Aggregator) Format(f fmt.State, _ rune) { redact(f, a) }

func redact(w io.Writer, s fmt.Stringer) { _, _ = io.WriteString(w, s.String()) }
