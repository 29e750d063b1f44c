package operation

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"golang.org/x/sync/errgroup"
)

// makeReports hands n reports of the running period, of as many devices, to each, from as
// many goroutines as there are processors.
func makeReports(ctx context.Context, r *rig.Rig, n int, each func(i int, sealed []byte) error) error {
	var to [2]seal.Recipient
	for role, recipient := range []plan.Recipient{r.Plan.Leader, r.Plan.Helper} {
		var err error
		if to[role], err = seal.ParseRecipient(recipient); err != nil {
			return err
		}
	}
	var next atomic.Int64
	work, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() error {
			l := plan.LayoutOf(r.Plan)
			s, err := share.New(share.Params{Length: l.Cells, Weight: l.Weight, Chunk: int(r.Plan.Chunk)})
			if err != nil {
				return err
			}
			m := maker{r: r, sharder: s, to: to, measurement: make([]bool, l.Cells)}
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return nil
				}
				sealed, err := m.report(i)
				if err != nil {
					return fmt.Errorf("make report %d: %w", i, err)
				}
				if err := each(i, sealed); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	return work.Wait()
}

type maker struct {
	r           *rig.Rig
	sharder     *share.Sharder
	to          [2]seal.Recipient
	measurement []bool
}

// report makes the i-th device's: present, in the audience, and one variant that i
// picks in each histogram that is left.
func (m *maker) report(i int) ([]byte, error) {
	l := plan.LayoutOf(m.r.Plan)
	clear(m.measurement)
	m.measurement[0] = true
	for _, s := range l.Spans {
		m.measurement[s.Cell(0, i%s.Columns)] = true
	}
	var r report.Report
	r.Plan, r.Period, r.Revision = plan.DigestOf(m.r.Published), m.r.Period.Date, 1
	var randomness [share.RandSize]byte
	for _, b := range [][]byte{r.ID[:], r.Nonce[:], randomness[:]} {
		if _, err := rand.Read(b); err != nil {
			return nil, err
		}
	}
	var shares share.Shares
	if err := m.sharder.Shard(&shares, report.Context(r.Plan, r.Period), m.measurement, &r.Nonce, &randomness); err != nil {
		return nil, err
	}
	r.Public = shares.Public
	var err error
	if r.Leader, err = m.to[report.Leader].Seal(nil, report.AppendPlain(nil, report.Leader, &r.Head, shares.Leader)); err != nil {
		return nil, err
	}
	if r.Helper, err = m.to[report.Helper].Seal(nil, report.AppendPlain(nil, report.Helper, &r.Head, shares.Helper[:])); err != nil {
		return nil, err
	}
	return r.Append(nil)
}

// sums are the exact ones of the first n devices' reports.
func sums(r *rig.Rig, n int) []int64 {
	l := plan.LayoutOf(r.Plan)
	all := make([]int64, l.Cells)
	all[0] = int64(n)
	for _, s := range l.Spans {
		for column := range s.Columns {
			all[s.Cell(0, column)] = int64((n + s.Columns - 1 - column) / s.Columns)
		}
	}
	return all
}
