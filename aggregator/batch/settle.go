package batch

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

var (
	// ErrUnfinished: a partition has reports that await verdicts.
	ErrUnfinished = errors.New("batch: a partition is not finished")
	// ErrDisagree: the aggregators did not count the same reports.
	ErrDisagree = errors.New("batch: the aggregators do not count the same reports")
	// ErrState: the batch is not so far yet, or is past it.
	ErrState = errors.New("batch: not in the state for this")
)

// Terms are what a plan says about its batches' release.
type Terms struct {
	Cells    int
	Sigma2   uint64
	MinBatch uint64
}

// TermsOf takes them from a plan.
func TermsOf(p *plan.Plan) Terms {
	return Terms{Cells: plan.LayoutOf(p).Cells, Sigma2: p.Sigma2, MinBatch: max(uint64(p.MinBatch), plan.MinBatchFloor)}
}

// EmptyTally is the tally of a partition before its first report: the hash is
// where its chain begins.
func EmptyTally(b message.Batch, p byte) message.Tally {
	return message.Tally{Hash: sha256.Sum256(append(append([]byte("dunlin partition v1"), batchKey(b)...), p))}
}

// totals sums up a batch's partitions; a partition without a record is empty.
func totals(tx txn, b message.Batch, cells int) (r Record, sum *vdaf.AggregateShare, err error) {
	sum = vdaf.NewAggregateShare(cells)
	chain := append([]byte("dunlin batch v1"), batchKey(b)...)
	for n := range Partitions {
		p, err := tx.partition(b, byte(n))
		if err != nil {
			return r, nil, err
		}
		if p.Begun && !p.Finished || p.Sent {
			return r, nil, fmt.Errorf("%w: %d", ErrUnfinished, n)
		}
		chain = append(wire.AppendU64(chain, p.Tally.Count), p.Tally.Hash[:]...)
		r.Partitions = append(r.Partitions, p.Tally)
		r.Tally.Count += p.Tally.Count
		r.Rejects.Add(p.Rejects)
		if len(p.Share) == 0 {
			continue
		}
		share, err := p.Sum(cells)
		if err != nil {
			return r, nil, err
		}
		if err := sum.Merge(share); err != nil {
			return r, nil, err
		}
	}
	r.Tally.Hash = sha256.Sum256(chain)
	return r, sum, nil
}

// Tally returns what this aggregator counts in a batch whose partitions are all
// finished, and after it has left Open what it counted.
//
// Errors: ErrUnfinished.
func (s *Store) Tally(b message.Batch, cells int) (t message.Tally, err error) {
	err = s.view(func(tx txn) error {
		r, err := tx.record(b)
		if err == nil && r.State == Open {
			r, _, err = totals(tx, b, cells)
		}
		t = r.Tally
		return err
	})
	return t, err
}

// Settle ends a batch, in one transaction: if the peer counts what this
// aggregator counts, and it is min batch or more, it draws the noise of every
// cell, stores the noised share and drops all partitions; if it is fewer, it
// drops them and the batch is Short. Once settled, the same agreement gives the
// same Record again and no noise is drawn.
//
// Errors: ErrUnfinished, ErrDisagree, and the noise source's.
// Source: PRIVACY.md section 3, rules 1, 2, 4 and 5.
func (s *Store) Settle(b message.Batch, terms Terms, peer message.Tally, rand io.Reader) (r Record, err error) {
	err = s.update("settle", func(tx txn) error {
		if r, err = tx.record(b); err != nil {
			return err
		}
		if r.Lost {
			return ErrLost
		}
		if r.State != Open {
			if r.Tally != peer {
				return ErrDisagree
			}
			return nil
		}
		var sum *vdaf.AggregateShare
		if r, sum, err = totals(tx, b, terms.Cells); err != nil {
			return err
		}
		if r.Tally != peer {
			return ErrDisagree
		}
		if r.Tally.Count < terms.MinBatch {
			r.State = Short
		} else if err := r.close(sum, terms, rand); err != nil {
			return err
		}
		if err := tx.dropPartitions(b); err != nil {
			return err
		}
		return tx.putRecord(b, r)
	})
	if err == nil {
		err = s.marked(b, r)
	}
	if err == nil {
		err = s.ended(b, r)
	}
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

// ended destroys the key of a batch that has come to its end.
func (s *Store) ended(b message.Batch, r Record) error {
	if !r.State.Final() {
		return nil
	}
	return s.keys.Destroy(b)
}

// close adds the noise and keeps the noised share alone.
func (r *Record) close(sum *vdaf.AggregateShare, terms Terms, rand io.Reader) error {
	drawn, err := noise.NewSource(rand).Vector(terms.Cells, terms.Sigma2)
	if err != nil {
		return fmt.Errorf("draw noise: %w", err)
	}
	if err := sum.AddNoise(drawn); err != nil {
		return fmt.Errorf("add noise: %w", err)
	}
	if r.Own, err = sum.MarshalBinary(); err != nil {
		return fmt.Errorf("encode noised share: %w", err)
	}
	r.State = Closed
	return nil
}

// SetPeer stores the peer's noised share. The same again changes nothing.
//
// Errors: ErrState before the batch is Closed and after its release, ErrLost,
// ErrConflict for another share than before.
func (s *Store) SetPeer(b message.Batch, share []byte) (Record, error) {
	return s.move("exchange", b, func(r *Record) error {
		switch {
		case r.Lost:
			return ErrLost
		case r.State == Exchanged && !bytes.Equal(r.Peer, share):
			return ErrConflict
		case r.State == Exchanged:
			return nil
		case r.State != Closed:
			return ErrState
		}
		r.State, r.Peer = Exchanged, bytes.Clone(share)
		return nil
	})
}

// SetReleased drops the noised shares: the release record is stored.
//
// Errors: ErrState unless the batch is Exchanged or Released.
func (s *Store) SetReleased(b message.Batch) (Record, error) {
	return s.move("release", b, func(r *Record) error {
		if r.State != Exchanged && r.State != Released {
			return ErrState
		}
		r.end(Released)
		return nil
	})
}

// SetFrozen remembers how many reports each partition has, as the collector said
// when it first froze the period. The same again changes nothing.
//
// Errors: ErrConflict for other counts than before, ErrClosed after Open.
func (s *Store) SetFrozen(b message.Batch, counts []uint64) error {
	r, err := s.Record(b)
	if err != nil {
		return err
	}
	if r.State == Open && slices.Equal(r.Frozen, counts) {
		return nil
	}
	_, err = s.move("frozen", b, func(r *Record) error {
		switch {
		case r.State != Open:
			return ErrClosed
		case r.Frozen != nil && !slices.Equal(r.Frozen, counts):
			return ErrConflict
		}
		r.Frozen = slices.Clone(counts)
		return nil
	})
	return err
}

// SetCleared remembers that the collector has deleted an ended batch's reports.
//
// Errors: ErrState for a batch that has not ended.
func (s *Store) SetCleared(b message.Batch) error {
	_, err := s.move("cleared", b, func(r *Record) error {
		if !r.State.Final() {
			return ErrState
		}
		r.Cleared = true
		return nil
	})
	return err
}

// end takes the record to a final state, in which no share is left.
func (r *Record) end(state State) {
	r.State, r.Own, r.Peer, r.Frozen, r.Lost = state, nil, nil, nil, false
}

func (s *Store) move(name string, b message.Batch, change func(*Record) error) (r Record, err error) {
	err = s.update(name, func(tx txn) error {
		if r, err = tx.record(b); err != nil {
			return err
		}
		if err := change(&r); err != nil {
			return err
		}
		if r.State.Final() {
			if err := tx.dropPartitions(b); err != nil {
				return err
			}
		}
		return tx.putRecord(b, r)
	})
	if err == nil {
		err = s.ended(b, r)
	}
	return r, err
}

// Recover ends a batch whose state was lost, or that was given up for lost, but
// whose release both aggregators have signed: the caller has stored that record.
// Whatever shares are left go.
func (s *Store) Recover(b message.Batch) (Record, error) {
	return s.move("recover", b, func(r *Record) error {
		r.end(Released)
		return nil
	})
}

// Abandon ends a batch without a release, for good. One that has ended stays as it
// is. Whatever shares are left go.
func (s *Store) Abandon(b message.Batch) (Record, error) {
	return s.move("abandon", b, func(r *Record) error {
		if !r.State.Final() {
			r.end(Abandoned)
		}
		return nil
	})
}
