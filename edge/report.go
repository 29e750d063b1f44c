package edge

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// maxSkew is how far the device's clock may be from the collector's, in seconds.
const maxSkew = plan.Day

// Rand gives randomness as io.Reader does. It must be uniform and secret.
type Rand interface {
	Read(p []byte) (n int, err error)
}

// Outgoing is a report ready to be sealed. Leader and Helper are the plaintexts
// of report.AppendPlain, whose lengths depend on the plan alone; the room that
// they have is used again by the next Report.
type Outgoing struct {
	Head           report.Head
	Leader, Helper []byte
}

// Wipe overwrites the plaintexts; to be called once they are sealed.
func (o *Outgoing) Wipe() {
	clear(o.Leader[:cap(o.Leader)])
	clear(o.Helper[:cap(o.Helper)])
	o.Leader, o.Helper = o.Leader[:0], o.Helper[:0]
}

// scratch is what a Report, or the choice of a segment, computes with: secret, and
// cleared when it returns.
type scratch struct {
	cells   []bool
	shares  share.Shares
	fresh   fresh
	view    profile.View    // what segment rules look through; empty between calls
	touched profile.Profile // as the next activity would make it; empty between calls
	lot     [choose.LotSize]byte
}

// fresh is all the randomness of one Report, drawn in this order.
type fresh struct {
	id    plan.ReportID
	nonce [share.NonceSize]byte
	shard [share.RandSize]byte
}

func (s *scratch) wipe() {
	clear(s.cells)
	clear(s.shares.Leader)
	s.shares.Public, s.shares.Helper = [share.PublicSize]byte{}, [share.HelperSize]byte{}
	s.fresh = fresh{}
}

// Measurement returns the vector that Report would share at now: the visitor's
// own report in the clear. ok is false if Report would send nothing, whatever
// budget and collector say. The slice is the caller's.
func (d *Device) Measurement(now plan.Time) (cells []bool, ok bool) {
	now = clamp(now)
	if d.usable(now) != nil {
		return nil, false
	}
	period, err := d.periodAt(now)
	if err != nil || !d.reportable(period) {
		return nil, false
	}
	cells = make([]bool, d.rules.Layout().Cells)
	d.cells(cells)
	return cells, true
}

// cells writes the measurement of the running period.
func (d *Device) cells(dst []bool) {
	m := &d.mind
	var end measure.Sorting
	if d.rules.Ends() && m.log.Plan() == d.digest {
		d.sort(plan.AtEnd, &m.log, &end)
	}
	d.rules.Cells(dst, &m.log, &end)
}

// reportable tells whether the period has something to say: its log, or that
// the visitor's data was erased.
func (d *Device) reportable(period plan.Period) bool {
	m := &d.mind
	return m.log.Of(d.digest, period.Date) || m.running.of(d.digest, period.Date) && m.running.erased
}

// Report makes the next revision of the running period's report and shares it
// into out. The first of a period draws the report ID and charges the ledger. The
// state changes: the host must store it before it sends anything, or it might
// send two reports for one charge.
//
// now is the device's clock, collector the collector's, 0 if it is not known.
//
// Errors: ErrNoPlan, ErrPlanSerial, ErrPlanExpired, ErrPlanChanged, ErrClock,
// ErrNoPeriod, ErrPast, ErrNothing, ErrExhausted, ErrRandom. On each of them the
// state is as before and out is untouched.
func (d *Device) Report(now, collector plan.Time, r Rand, out *Outgoing) error {
	return d.report(now, collector, false, r, out)
}

// ReportAgain makes the running period's report anew in place of the last one, which
// has not left the device and never will: under the same revision, with fresh nonce and
// randomness. So a host may renew a report as often as something happens, and its
// revision, which stands in the clear, tells how often it was sent and nothing of what
// was done. Without a report of the period it is Report.
//
// Where the last one did leave after all, this one is a repeat to the collector, which
// keeps the first: something is not counted, and nothing is counted twice.
//
// Errors: Report's.
func (d *Device) ReportAgain(now, collector plan.Time, r Rand, out *Outgoing) error {
	return d.report(now, collector, true, r, out)
}

func (d *Device) report(now, collector plan.Time, again bool, r Rand, out *Outgoing) error {
	now, collector = clamp(now), clamp(collector)
	if err := d.usable(now); err != nil {
		return err
	}
	if collector == 0 || now-collector > maxSkew || collector-now > maxSkew {
		return ErrClock
	}
	if err := d.usable(collector); err != nil {
		return err
	}
	period, err := d.periodAt(now)
	if err != nil {
		return err
	}
	if !d.reportable(period) {
		return ErrNothing
	}
	s := &d.scratch
	defer s.wipe()
	// Randomness comes before the charge: a host that has none has sent nothing.
	for _, p := range [][]byte{s.fresh.id[:], s.fresh.nonce[:], s.fresh.shard[:]} {
		if !fill(r, p) {
			return ErrRandom
		}
	}
	run := &d.mind.running
	if !run.of(d.digest, period.Date) {
		if err := d.mind.ledger.Spend(ledger.Date(period.Date), d.charge); errors.Is(err, ledger.ErrPast) {
			return ErrPast
		} else if err != nil {
			return ErrExhausted
		}
		d.mind.year.charge(period.Date, d.charge)
		*run = running{open: true, plan: d.digest, date: period.Date, end: period.End, id: s.fresh.id}
		again = false
	} else if run.revision == maxRevision && !again || !d.mind.ledger.Charged(ledger.Date(period.Date)) {
		return ErrExhausted
	}
	if !again {
		run.revision++
	}

	d.cells(s.cells)
	err = d.sharder.Shard(&s.shares, report.Context(d.digest, period.Date), s.cells, &s.fresh.nonce, &s.fresh.shard)
	if err != nil {
		// The rules give no measurement that the plan's parameters refuse.
		panic(err)
	}
	out.Head = report.Head{
		Plan: d.digest, Period: period.Date, ID: run.id, Revision: run.revision,
		Nonce: s.fresh.nonce, Public: s.shares.Public,
	}
	out.Leader = plaintext(out.Leader, report.Leader, &out.Head, s.shares.Leader)
	out.Helper = plaintext(out.Helper, report.Helper, &out.Head, s.shares.Helper[:])
	return nil
}

const maxRevision = 1<<32 - 1

// plaintext writes a role's plaintext over dst. Room that is too small is cleared
// and replaced here, so that append never leaves a share behind.
func plaintext(dst []byte, role report.Role, h *report.Head, share []byte) []byte {
	if need := report.PlainHead + len(share); cap(dst) < need {
		clear(dst[:cap(dst)])
		dst = make([]byte, 0, need)
	}
	return report.AppendPlain(dst[:0], role, h, share)
}

// fill reads len(p) bytes. A reader that gives neither bytes nor an error, or
// more than was asked for, has failed.
func fill(r Rand, p []byte) bool {
	for len(p) > 0 {
		n, err := r.Read(p)
		if n < 0 || n > len(p) || n == 0 || n < len(p) && err != nil {
			return false
		}
		p = p[n:]
	}
	return true
}
