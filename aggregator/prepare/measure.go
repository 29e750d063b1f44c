package prepare

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// Figures are what Measure measured, on one goroutine.
type Figures struct {
	Reports   int
	Total     time.Duration // both roles, all stages
	Open      time.Duration // of Total: age and the comparison of heads, both roles
	PerSecond float64       // reports a second a core, both roles
}

// variety is how many different reports Measure goes round.
const variety = 32

// Measure opens, prepares and sums n reports in both roles on the calling
// goroutine, each with age's and the VDAF's full work, and tells how long it
// took. clock is a monotonic clock, time.Now in cmd.
func Measure(params vdaf.Params, n int, clock func() time.Time) (Figures, error) {
	bench, err := newBench(params, clock)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{Reports: n}
	start := clock()
	for i := range n {
		if err := bench.one(i % variety); err != nil {
			return f, err
		}
	}
	f.Total, f.Open = clock().Sub(start), bench.opening
	f.PerSecond = float64(n) / f.Total.Seconds()
	return f, nil
}

// bench holds sealed reports and both aggregators of a made-up batch.
type bench struct {
	heads   []report.Head
	sealed  [2][][]byte
	workers [2]*Worker
	sums    [2]*vdaf.AggregateShare
	clock   func() time.Time
	opening time.Duration // spent so far in opening
}

func newBench(params vdaf.Params, clock func() time.Time) (*bench, error) {
	b := bench{clock: clock}
	batch := message.Batch{Plan: plan.DigestOf([]byte("bench")), Date: 20000}
	var key vdaf.VerifyKey
	var to [2]seal.Recipient
	_, _ = rand.Read(key[:]) // never fails
	for i := range b.workers {
		file, r, err := seal.GenerateIdentity()
		if err != nil {
			return nil, err
		}
		id, err := seal.ParseIdentity(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		if to[i], err = seal.ParseRecipient(r); err != nil {
			return nil, err
		}
		if b.workers[i], err = NewWorker(Spec{batch, report.Role(i), params, id, key}); err != nil {
			return nil, err
		}
		b.sums[i] = vdaf.NewAggregateShare(params.Length)
	}
	sharder, err := share.New(params)
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	for i := range variety {
		h := report.Head{Plan: batch.Plan, Period: batch.Date, Revision: 1}
		var r [128]byte
		_, _ = rand.Read(r[:]) // never fails
		_, _ = rand.Read(h.ID[:])
		_, _ = rand.Read(h.Nonce[:])
		m := make([]bool, params.Length)
		for w := range params.Weight {
			m[(i+w*7)%params.Length] = true
		}
		var s share.Shares
		if err := sharder.Shard(&s, report.Context(batch.Plan, batch.Date), m, &h.Nonce, &r); err != nil {
			return nil, fmt.Errorf("measure: %w", err)
		}
		h.Public = s.Public
		b.heads = append(b.heads, h)
		for role, input := range [][]byte{s.Leader, s.Helper[:]} {
			sealed, err := to[role].Seal(nil, report.AppendPlain(nil, report.Role(role), &h, input))
			if err != nil {
				return nil, err
			}
			b.sealed[role] = append(b.sealed[role], sealed)
		}
	}
	return &b, nil
}

var errMeasure = errors.New("measure: a good report was rejected")

// one takes report i all the way at both aggregators.
func (b *bench) one(i int) error {
	h := &b.heads[i]
	start := b.clock()
	first, bad := b.workers[0].open(h, b.sealed[0][i])
	second, worse := b.workers[1].open(h, b.sealed[1][i])
	b.opening += b.clock().Sub(start)
	if bad != message.None || worse != message.None {
		return errMeasure
	}
	leader, bad := b.workers[0].prepare(h, first)
	helper, worse := b.workers[1].prepare(h, second)
	if bad != message.None || worse != message.None {
		return errMeasure
	}
	m, bad := b.workers[1].Combine(leader.PrepShare, helper.PrepShare)
	if bad != message.None {
		return errMeasure
	}
	for role, begun := range []Begun{leader, helper} {
		out, bad := b.workers[role].Finish(begun, m)
		if bad != message.None {
			return errMeasure
		}
		if err := b.sums[role].Add(out); err != nil {
			return err
		}
	}
	return nil
}
