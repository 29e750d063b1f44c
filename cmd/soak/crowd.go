package soak

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// maxRevisions is how often a device reports in a period at most.
const maxRevisions = 4

// crowd makes the sealed reports of n devices for one period of a plan: each device
// has one to maxRevisions of them, as somebody's visits would have it.
func crowd(p rig.Published, period plan.Period, n int, seed uint64) (*book, error) {
	b := &book{Batch: message.Batch{Plan: plan.DigestOf(p.Bytes), Date: period.Date}, devices: make([]*device, n)}
	var to [2]seal.Recipient
	for role, r := range []plan.Recipient{p.Plan.Leader, p.Plan.Helper} {
		var err error
		if to[role], err = seal.ParseRecipient(r); err != nil {
			return nil, err
		}
	}
	var work errgroup.Group
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		work.Go(func() error {
			m, err := newMaker(p.Plan, to)
			if err != nil {
				return err
			}
			dice := mathrand.New(mathrand.NewPCG(seed, uint64(w)))
			for i := w; i < n; i += workers {
				if b.devices[i], err = m.device(b.Batch, 1+dice.IntN(maxRevisions), dice); err != nil {
					return fmt.Errorf("make a report of %s: %w", b.Batch, err)
				}
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	b.sort()
	return b, nil
}

// maker makes reports as a device's module and its host do, in native code.
type maker struct {
	sharder     *share.Sharder
	measurement []bool
	ones        int
	to          [2]seal.Recipient
}

func newMaker(p *plan.Plan, to [2]seal.Recipient) (*maker, error) {
	l := plan.LayoutOf(p)
	s, err := share.New(share.Params{Length: l.Cells, Weight: l.Weight, Chunk: int(p.Chunk)})
	return &maker{sharder: s, measurement: make([]bool, l.Cells), ones: l.Weight, to: to}, err
}

func (m *maker) device(b message.Batch, revisions int, dice *mathrand.Rand) (*device, error) {
	d := &device{}
	if _, err := rand.Read(d.id[:]); err != nil {
		return nil, err
	}
	for k := range revisions {
		p, err := m.report(report.Head{Plan: b.Plan, Period: b.Date, ID: d.id, Revision: uint32(k + 1)}, dice)
		if err != nil {
			return nil, err
		}
		d.revisions = append(d.revisions, p)
	}
	return d, nil
}

// report makes one of present, and of as many other cells as may be.
func (m *maker) report(h report.Head, dice *mathrand.Rand) (*parcel, error) {
	clear(m.measurement)
	m.measurement[0] = true
	for range m.ones - 1 {
		m.measurement[dice.IntN(len(m.measurement))] = true
	}
	var randomness [share.RandSize]byte
	for _, b := range [][]byte{h.Nonce[:], randomness[:]} {
		if _, err := rand.Read(b); err != nil {
			return nil, err
		}
	}
	var shares share.Shares
	if err := m.sharder.Shard(&shares, report.Context(h.Plan, h.Period), m.measurement, &h.Nonce, &randomness); err != nil {
		return nil, err
	}
	h.Public = shares.Public
	r := report.Report{Head: h}
	for role, input := range [][]byte{shares.Leader, shares.Helper[:]} {
		sealed, err := m.to[role].Seal(nil, report.AppendPlain(nil, report.Role(role), &h, input))
		if err != nil {
			return nil, err
		}
		if role == int(report.Leader) {
			r.Leader = sealed
		} else {
			r.Helper = sealed
		}
	}
	bytes, err := r.Append(nil)
	return &parcel{head: h, bytes: bytes}, err
}
