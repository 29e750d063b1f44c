package soak

import (
	"bytes"
	"slices"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// parcel is one sealed report and what the load generator knows of it.
type parcel struct {
	head  report.Head
	bytes []byte
	fate  atomic.Uint32 // what is known, the surest of all its tries
}

// What is known of a parcel. More is surer: acknowledged stays, whatever a repeat is
// answered, and a try that was left open is not made up for by one that is refused.
const (
	unsent       = iota // no byte of it has left, or all of its tries were refused
	open                // the connection broke: it may have arrived or not
	acknowledged        // 202
)

// learn keeps the surest of what is known.
func (p *parcel) learn(fate uint32) {
	for before := p.fate.Load(); fate > before; before = p.fate.Load() {
		if p.fate.CompareAndSwap(before, fate) {
			return
		}
	}
}

// device is one report ID in one batch, with its revisions in ascending order.
type device struct {
	id        plan.ReportID
	revisions []*parcel
}

// allowed returns which of the device's reports may be the one that counts, in
// ascending order of revision; may is false when one must.
func (d *device) allowed() (which []*parcel, may bool) {
	may = true
	for _, p := range d.revisions {
		switch p.fate.Load() {
		case acknowledged:
			which, may = append(which[:0], p), false
		case open:
			which = append(which, p)
		}
	}
	return which, may
}

// book is the load generator's log of one batch.
type book struct {
	message.Batch
	devices []*device // in ascending order of ID
}

// sort brings the devices into the order in which aggregators count.
func (b *book) sort() {
	slices.SortFunc(b.devices, func(x, y *device) int { return bytes.Compare(x.id[:], y.id[:]) })
}

// partition returns the devices whose IDs lie in partition n.
func (b *book) partition(n int) []*device {
	from, _ := slices.BinarySearchFunc(b.devices, n, func(d *device, n int) int { return int(d.id.Partition()) - n })
	to := from
	for to < len(b.devices) && int(b.devices[to].id.Partition()) == n {
		to++
	}
	return b.devices[from:to]
}

// Tally is what a log says of a batch.
type Tally struct {
	Acknowledged uint64 `json:"acknowledged"` // IDs, of which one revision or more was
	Sent         uint64 `json:"sent"`         // reports, revisions too
	Open         uint64 `json:"open"`         // reports that were never answered
	Counted      uint64 `json:"counted"`      // by both aggregators
	Arrived      uint64 `json:"arrived"`      // of the open reports, how many are the ones that count
}

func (t *Tally) add(o Tally) {
	t.Acknowledged += o.Acknowledged
	t.Sent += o.Sent
	t.Open += o.Open
	t.Counted += o.Counted
	t.Arrived += o.Arrived
}

// check holds what an aggregator counted in each partition against the log.
//
// Errors: ErrCounted, naming the first partition that no reading of the log explains.
func (b *book) check(counted []message.Tally) (t Tally, err error) {
	if len(counted) != batch.Partitions {
		return t, errCounted(b, "it says what it counted of %d partitions in place of %d", len(counted), batch.Partitions)
	}
	for n, want := range counted {
		devices := b.partition(n)
		chosen, err := explain(devices, batch.EmptyTally(b.Batch, byte(n)), want)
		if err != nil {
			return t, errCounted(b, "partition %d: %w", n, err)
		}
		t.Counted += want.Count
		for i, d := range devices {
			if _, may := d.allowed(); !may {
				t.Acknowledged++
			}
			for _, p := range d.revisions {
				switch p.fate.Load() {
				case acknowledged:
					t.Sent++
				case open:
					t.Sent++
					t.Open++
				}
			}
			if chosen[i] != nil && chosen[i].fate.Load() == open {
				t.Arrived++
			}
		}
	}
	return t, nil
}
