package ledger

import (
	"errors"
	"math"
)

// Date is a civil date in days since 1970-01-01: the site-local date on which a
// period starts.
type Date int32

// Days is the length of the rolling window of Cap30, in dates.
const Days = 30

// Reasons to refuse. Nothing is sent then, and nothing in the ledger changes.
var (
	// ErrExhausted: the charge does not fit under CapDay or Cap30, or the
	// ledger is barred because its past is unknown.
	ErrExhausted = errors.New("ledger: budget exhausted")
	// ErrPast: the date is the last charged one or before it.
	ErrPast = errors.New("ledger: date is not after the last one charged")
	// ErrSerial: the plan's serial is below the highest one seen.
	ErrSerial = errors.New("ledger: plan serial is below one already seen")
)

// Ledger is what a device has spent. Its zero value has spent nothing and seen
// no plan. Ledgers may be compared with ==. Not safe for concurrent use.
type Ledger struct {
	state  state
	last   Date          // last date charged, or up to which the ledger is barred
	spent  [Days]NanoRho // spent[i] was charged on last - i
	serial uint64
}

type state byte

const (
	fresh   state = iota // nothing charged yet
	charged              // spent[0] > 0
	barred               // what was spent up to last is unknown
)

// Exhausted returns the ledger of a device whose own was damaged: nothing may
// be sent on now and the 29 dates after it. Charges that are forgotten were
// made on now or before, so they have left every window that ends later.
//
// The serial starts again at 0; the caller accepts that of the plan at hand.
func Exhausted(now Date) Ledger {
	last := Date(math.MaxInt32)
	if now < last-(Days-1) {
		last = now + (Days - 1)
	}
	return Ledger{state: barred, last: last}
}

// Spend charges c for the report of the period that starts on d, before its
// first revision leaves. Later revisions of that period are free.
//
// Errors: ErrCharge, ErrExhausted, ErrPast; the ledger is unchanged then.
func (l *Ledger) Spend(d Date, c NanoRho) error { return l.spend(d, c, CapDay, Cap30) }

// spend is Spend under the given caps. With the compiled ones the cap of a day
// always bites first; the one of 30 dates is checked all the same, so that no
// edit of either constant leaves it unguarded.
func (l *Ledger) spend(d Date, c, capDay, cap30 NanoRho) error {
	switch {
	case c == 0:
		return ErrCharge
	case l.state == barred && d <= l.last:
		return ErrExhausted
	case l.state == charged && d <= l.last:
		return ErrPast
	case c > capDay || c > cap30 || l.Window(d) > cap30-c:
		return ErrExhausted
	}
	var spent [Days]NanoRho
	spent[0] = c
	if l.state == charged {
		if gap := int64(d) - int64(l.last); gap < Days {
			copy(spent[gap:], l.spent[:])
		}
	}
	l.state, l.last, l.spent = charged, d, spent
	return nil
}

// Spent returns what was charged on d, as far as the ledger remembers: 0 for
// dates more than 29 before the last one charged.
func (l *Ledger) Spent(d Date) NanoRho {
	back := int64(l.last) - int64(d)
	if back < 0 || back >= Days {
		return 0
	}
	return l.spent[back]
}

// Charged reports whether the period that starts on d has been paid for, so
// that revisions of its report may leave. It is false while the ledger is
// barred.
func (l *Ledger) Charged(d Date) bool { return l.Spent(d) > 0 }

// Window returns what counts against Cap30 on d: what was charged on the 30
// dates that end with d. It is exact from the last date charged on, may miss
// forgotten charges for earlier ones, and is Cap30 while the ledger is barred.
func (l *Ledger) Window(d Date) NanoRho {
	if l.state == barred && d <= l.last {
		return Cap30
	}
	sum := NanoRho(0)
	for i, c := range l.spent {
		if back := int64(d) - int64(l.last) + int64(i); back >= 0 && back < Days {
			sum += c
		}
	}
	return sum
}

// Last returns the date at or before which every period is refused: the last
// one charged, or the end of the bar; ok is false when there is none.
func (l *Ledger) Last() (d Date, ok bool) { return l.last, l.state != fresh }

// Serial returns the highest plan serial accepted, 0 before the first.
func (l *Ledger) Serial() uint64 { return l.serial }

// Accept takes note of the serial of a plan whose signature was checked. A plan
// that it refuses must not be used (PRIVACY.md, section 3, rule 11).
//
// Errors: ErrSerial if a higher serial was accepted before.
func (l *Ledger) Accept(serial uint64) error {
	if serial < l.serial {
		return ErrSerial
	}
	l.serial = serial
	return nil
}
