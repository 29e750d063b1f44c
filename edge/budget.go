package edge

import (
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// blockDays and blocks: what a device spent is kept for a year in 13 blocks of 28
// days. The caps need none of it (the ledger remembers 30 dates); it is what the
// visitor is told, and stays with the ledger when all else is erased.
const (
	blockDays = 28
	blocks    = 13
)

// year is what was charged: in each of the latest blocks of days, the newest first.
type year struct {
	newest int64 // number of the newest block, counted from 1970
	spent  [blocks]ledger.NanoRho
}

// turn makes the block of a date, which is not before the newest, the newest.
func (y *year) turn(date plan.Date) {
	block := int64(date) / blockDays
	if block <= y.newest {
		return
	}
	var moved [blocks]ledger.NanoRho
	if passed := block - y.newest; passed < blocks {
		copy(moved[passed:], y.spent[:])
	}
	y.newest, y.spent = block, moved
}

func (y *year) charge(date plan.Date, c ledger.NanoRho) {
	y.turn(date)
	y.spent[0] += c
}

func (y *year) append(b []byte) []byte {
	b = wire.AppendUvarint(b, uint64(y.newest))
	for _, c := range y.spent {
		b = wire.AppendUvarint(b, uint64(c))
	}
	return b
}

func (y *year) read(r *wire.Reader) {
	y.newest = int64(r.Max(1 << 31))
	for i := range y.spent {
		// A block's dates hold no more than one charge at the cap each.
		y.spent[i] = ledger.NanoRho(r.Max(blockDays * uint64(ledger.CapDay)))
	}
}

// Budget is what a device has spent of its privacy budget, in nano-rho. Rho adds up;
// epsilon follows from each sum (PRIVACY.md section 2) and does not.
type Budget struct {
	Today ledger.NanoRho // on the running period's date
	Month ledger.NanoRho // on the 30 dates that end with it: what counts against ledger.Cap30
	Year  ledger.NanoRho // in the running 28 days and the twelve times 28 before
	// Reports is how many of those 30 dates have a report.
	Reports uint8
}

// Budget returns what was spent, by the date of the period at now. A ledger that was
// damaged counts as full for 30 dates.
func (d *Device) Budget(now plan.Time) Budget {
	date := plan.Date(clamp(now) / plan.Day)
	if d.plan != nil {
		date = d.dateOf(clamp(now))
	}
	m := &d.mind
	b := Budget{Today: m.ledger.Spent(ledger.Date(date)), Month: m.ledger.Window(ledger.Date(date))}
	for i := range ledger.Date(ledger.Days) {
		if m.ledger.Spent(ledger.Date(date)-i) > 0 {
			b.Reports++
		}
	}
	y := m.year
	y.turn(date)
	for _, c := range y.spent {
		b.Year += c
	}
	return b
}
