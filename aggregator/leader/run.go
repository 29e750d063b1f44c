package leader

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/settle"
)

// run takes a batch as far as it goes.
func (l *Leader) run(ctx context.Context, j job) Outcome {
	r, err := l.opt.Batches.Record(j.Batch)
	if err == nil && !r.State.Final() && l.opt.Clock() >= j.period.End+Patience {
		r, err = l.giveUp(ctx, j)
	}
	for err == nil && !r.State.Final() {
		switch {
		case !j.known:
			r, err = l.recover(ctx, j)
		case r.State == batch.Open:
			if r, err = l.regain(j); err == nil && r.State == batch.Open {
				r, err = l.sum(ctx, j)
			}
		case r.State == batch.Closed:
			r, err = l.exchange(ctx, j, r)
		case r.State == batch.Exchanged:
			r, err = l.sign(ctx, j, r)
		}
		switch {
		case errors.Is(err, errClosed):
			r, err = l.recover(ctx, j)
		case errors.Is(err, problem.BatchDeleted), errors.Is(err, problem.BatchLost):
			r, err = l.giveUp(ctx, j) // the collector has nothing whole to sum any more
		}
	}
	switch {
	case err == nil && r.State == batch.Short:
		err = &ShortError{Batch: j.Batch, Count: r.Tally.Count, Need: j.MinBatch}
	case err == nil && r.State == batch.Abandoned:
		err = ErrAbandoned
	}
	return Outcome{j.Batch, r.State, err}
}

// sum prepares every partition, agrees with the helper and settles the batch.
func (l *Leader) sum(ctx context.Context, j job) (batch.Record, error) {
	f, err := l.freeze(ctx, j.Batch)
	if err != nil {
		return batch.Record{}, err
	}
	// What is frozen stays as it is: a collector that has lost reports since must not
	// make a smaller release of it.
	err = l.opt.Batches.SetFrozen(j.Batch, f.Partitions)
	if errors.Is(err, batch.ErrConflict) {
		return batch.Record{}, fmt.Errorf("collector, close: %w", ErrChanged)
	}
	if err != nil {
		return batch.Record{}, err
	}
	if j.keys, err = l.keysOf(j.plan); err != nil {
		return batch.Record{}, err
	}
	if err := l.partitions(ctx, j, f); err != nil {
		return batch.Record{}, err
	}
	own, err := l.opt.Batches.Tally(j.Batch, j.Cells)
	if err != nil {
		return batch.Record{}, err
	}
	ask := message.Close{Batch: j.Batch, Tally: own}
	b, err := l.ask(ctx, j.Batch, "close", ask.Append(nil), message.MaxSmall)
	if err != nil {
		return batch.Record{}, err
	}
	theirs, err := message.ParseTally(b)
	if err != nil {
		return batch.Record{}, err
	}
	return l.opt.Batches.Settle(j.Batch, j.Terms, theirs, l.opt.Noise)
}

// partitions works through all partitions that hold reports, some at a time.
func (l *Leader) partitions(ctx context.Context, j job, f frozen) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done atomic.Uint64
	next := make(chan int)
	var group sync.WaitGroup
	for range l.opt.Workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range next {
				err := l.partition(ctx, j, byte(n), f.Partitions[n], func(reports uint64) {
					l.opt.Progress(Progress{j.Batch, done.Add(reports), f.Reports})
				})
				if err != nil {
					cancel(fmt.Errorf("partition %d: %w", n, err)) // the first is kept
				}
			}
		}()
	}
	for n := range batch.Partitions {
		select {
		case next <- n:
		case <-ctx.Done():
		}
	}
	close(next)
	group.Wait()
	return context.Cause(ctx)
}

// exchange gives the noised share and takes the helper's.
func (l *Leader) exchange(ctx context.Context, j job, r batch.Record) (batch.Record, error) {
	own := message.Exchange{Batch: j.Batch, Share: r.Own}
	b, err := l.ask(ctx, j.Batch, "exchange", own.Append(nil), message.MaxSmall)
	if err != nil {
		return r, err
	}
	theirs, err := message.ParseExchange(b)
	if err != nil || theirs.Batch != j.Batch {
		return r, ErrAnswer
	}
	if _, err := settle.Sums(r.Own, theirs.Share, j.Cells); err != nil {
		return r, fmt.Errorf("the helper's noised share is not of this batch: %w", err)
	}
	return l.opt.Batches.SetPeer(j.Batch, theirs.Share)
}

// sign exchanges signatures of the record and stores it.
func (l *Leader) sign(ctx context.Context, j job, r batch.Record) (batch.Record, error) {
	record, err := settle.Record(j.Batch, j.plan, j.period, r.Own, r.Peer)
	if err != nil {
		return r, err
	}
	body, err := record.Append(nil)
	if err != nil {
		return r, err
	}
	own := message.Sign{Batch: j.Batch}
	copy(own.Signature[:], l.opt.Signer.Sign(release.Message(body)))
	b, err := l.ask(ctx, j.Batch, "sign", own.Append(nil), message.MaxSmall)
	if err != nil {
		return r, err
	}
	theirs, err := message.ParseSign(b)
	if err != nil || theirs.Batch != j.Batch {
		return r, ErrAnswer
	}
	if !l.opt.Peer.Verify(release.Message(body), theirs.Signature[:]) {
		return r, release.ErrSignature
	}
	if err := l.opt.Releases.Put(release.Signed{Record: record, Leader: own.Signature, Helper: theirs.Signature}); err != nil {
		return r, fmt.Errorf("store release: %w", err)
	}
	return l.opt.Batches.SetReleased(j.Batch)
}

// ErrAbandoned: the batch is never released. It may have been closed without this
// leader's store knowing, and the helper has no release of it: the store was lost, or
// restored from an older copy, or the plan was accepted when the period was over; noise
// that is drawn anew would cost the visitors more than the plan says, so it never is.
// Or its reports are gone from the collector, or it waited for longer than Patience.
var ErrAbandoned = errors.New("leader: this batch is given up: it may have been closed before, its reports are gone, or it waited for too long; it stays unreleased")

// verifier of this leader's own signature, by signing again: Ed25519 is
// deterministic.
type self struct{ Signer }

func (s self) Verify(message, signature []byte) bool {
	return string(s.Sign(message)) == string(signature)
}

// regain looks, before anything is counted, whether the batch's release is stored: then
// the batch store is older than the releases. It returns an open record when not.
func (l *Leader) regain(j job) (batch.Record, error) {
	_, err := l.opt.Releases.Get(j.Plan, j.Date)
	switch {
	case errors.Is(err, release.ErrNotFound):
		return l.opt.Batches.Record(j.Batch)
	case err != nil:
		return batch.Record{}, fmt.Errorf("look for a release: %w", err)
	}
	return l.opt.Batches.Recover(j.Batch)
}

// giveUp ends a batch that cannot be finished, on both sides. A helper that is not
// there does it by itself once its own Patience is over.
func (l *Leader) giveUp(ctx context.Context, j job) (batch.Record, error) {
	if r, err := l.regain(j); err != nil || r.State == batch.Released {
		return r, err // a crash came between the release and the record's end
	}
	err := l.abandon(ctx, j.Batch)
	if errors.Is(err, problem.BatchClosed) {
		return l.recover(ctx, j) // it has the release
	}
	return l.opt.Batches.Abandon(j.Batch)
}

// abandon has the helper end a batch.
func (l *Leader) abandon(ctx context.Context, b message.Batch) error {
	_, err := l.opt.Helper.call(ctx, http.MethodPost, pathOf(b)+"/abandon", nil, 0)
	return err
}

// recover takes the signed release from a helper that has closed the batch, if
// both signatures are on it: then this leader agreed to it once and lost it. If
// there is none the batch is abandoned.
func (l *Leader) recover(ctx context.Context, j job) (batch.Record, error) {
	if r, err := l.regain(j); err != nil || r.State == batch.Released {
		return r, err
	}
	b, err := l.opt.Helper.call(ctx, http.MethodGet, pathOf(j.Batch)+"/release", nil, release.MaxSize)
	if errors.Is(err, problem.NotFound) || errors.Is(err, problem.PlanUnknown) {
		// Its shares go too. If it does not hear this it abandons them by itself.
		_ = l.abandon(ctx, j.Batch)
		return l.opt.Batches.Abandon(j.Batch)
	}
	if err != nil {
		return batch.Record{}, fmt.Errorf("helper, release: %w", err)
	}
	s, err := release.Parse(b)
	if err != nil {
		return batch.Record{}, fmt.Errorf("helper, release: %w", err)
	}
	if s.Plan != j.Plan || s.Period != j.period {
		return batch.Record{}, fmt.Errorf("helper, release: %w", ErrAnswer)
	}
	if err := s.Verify(l.opt.Own, l.opt.Peer); err != nil {
		return batch.Record{}, fmt.Errorf("helper, release: %w", err)
	}
	if err := l.opt.Releases.Put(s); err != nil {
		return batch.Record{}, fmt.Errorf("store release: %w", err)
	}
	return l.opt.Batches.Recover(j.Batch)
}
