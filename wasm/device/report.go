package device

import (
	"context"
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// Outgoing is a report before it is sealed: all its slices are copies.
//
// State must be stored before the report leaves: it says that the ledger was
// charged and which revision this was.
type Outgoing = abi.Outgoing

// Report makes the running period's report, or its next revision. The
// collector's time is what its Date header said.
func (d *Device) Report(ctx context.Context, now, collector plan.Time) (Outgoing, error) {
	return d.report(ctx, abi.OpReport, now, collector)
}

// ReportAgain makes it in place of the last one, which has not left the device: under
// the same revision (edge.Device.ReportAgain).
func (d *Device) ReportAgain(ctx context.Context, now, collector plan.Time) (Outgoing, error) {
	return d.report(ctx, abi.OpAgain, now, collector)
}

func (d *Device) report(ctx context.Context, op abi.Op, now, collector plan.Time) (Outgoing, error) {
	m := abi.ReportMessage{Now: now, Collector: collector}
	b, err := d.run(ctx, op, m.Append(d.message()))
	if err != nil {
		return Outgoing{}, err
	}
	// One copy of the whole answer: what is parsed aliases it, not the module.
	return abi.ReadOutgoing(append([]byte(nil), b...))
}

// Frame joins the sealed shares to the bytes that the collector takes. It
// accepts the head of the last Report only, and that once.
func (d *Device) Frame(ctx context.Context, head [abi.HeadSize]byte, leader, helper []byte) ([]byte, error) {
	m := abi.FrameMessage{Head: head, Leader: leader, Helper: helper}
	b, err := d.run(ctx, abi.OpFrame, m.Append(d.message()))
	return append([]byte(nil), b...), err
}

// Sealer seals a plaintext so that only the recipient can open it.
type Sealer func(role report.Role, to plan.Recipient, plaintext []byte) ([]byte, error)

// SealedReport makes a report and has both its plaintexts sealed. The caller
// stores state first, then sends the report.
func (d *Device) SealedReport(ctx context.Context, now, collector plan.Time, seal Sealer) (sealed, state []byte, err error) {
	out, err := d.Report(ctx, now, collector)
	if err != nil {
		return nil, nil, err
	}
	defer clear(out.Leader.Plaintext)
	defer clear(out.Helper.Plaintext)
	leader, err := seal(report.Leader, out.Leader.To, out.Leader.Plaintext)
	if err != nil {
		return nil, out.State, fmt.Errorf("seal the leader's share: %w", err)
	}
	helper, err := seal(report.Helper, out.Helper.To, out.Helper.Plaintext)
	if err != nil {
		return nil, out.State, fmt.Errorf("seal the helper's share: %w", err)
	}
	sealed, err = d.Frame(ctx, out.Head, leader, helper)
	return sealed, out.State, err
}
