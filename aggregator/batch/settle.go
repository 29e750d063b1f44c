package batch

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"

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
func totals(tx *bolt.Tx, b message.Batch, cells int) (r Record, sum *vdaf.AggregateShare, err error) {
	sum = vdaf.NewAggregateShare(cells)
	chain := append([]byte("dunlin batch v1"), batchKey(b)...)
	for n := range Partitions {
		p, err := getPartition(tx, b, byte(n))
		if err != nil {
			return r, nil, err
		}
		if p.Begun && !p.Finished || p.Sent {
			return r, nil, fmt.Errorf("%w: %d", ErrUnfinished, n)
		}
		chain = append(wire.AppendU64(chain, p.Tally.Count), p.Tally.Hash[:]...)
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
	err = s.db.View(func(tx *bolt.Tx) error {
		r, err := getRecord(tx, b)
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
	err = s.db.Update(func(tx *bolt.Tx) error {
		if r, err = getRecord(tx, b); err != nil {
			return err
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
		for n := range Partitions {
			if err := tx.Bucket(bucketPartitions).Delete(partitionKey(b, byte(n))); err != nil {
				return err
			}
		}
		return putRecord(tx, b, r)
	})
	if err != nil {
		return Record{}, err
	}
	return r, nil
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
// Errors: ErrState before the batch is Closed and after its release,
// ErrConflict for another share than before.
func (s *Store) SetPeer(b message.Batch, share []byte) (Record, error) {
	return s.move(b, func(r *Record) error {
		switch {
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
	return s.move(b, func(r *Record) error {
		if r.State != Exchanged && r.State != Released {
			return ErrState
		}
		r.State, r.Own, r.Peer = Released, nil, nil
		return nil
	})
}

func (s *Store) move(b message.Batch, change func(*Record) error) (r Record, err error) {
	err = s.db.Update(func(tx *bolt.Tx) error {
		if r, err = getRecord(tx, b); err != nil {
			return err
		}
		if err := change(&r); err != nil {
			return err
		}
		return putRecord(tx, b, r)
	})
	return r, err
}

// Recover ends a batch whose state was lost but whose release both aggregators
// have signed: the caller has stored that record. Whatever shares are left go.
func (s *Store) Recover(b message.Batch) (Record, error) { return s.end(b, Released) }

// Abandon ends a batch without a release, for good. Whatever shares are left go.
func (s *Store) Abandon(b message.Batch) (Record, error) { return s.end(b, Abandoned) }

// end takes a batch to a final state; one that has ended stays as it is.
func (s *Store) end(b message.Batch, state State) (r Record, err error) {
	err = s.db.Update(func(tx *bolt.Tx) error {
		r, err = getRecord(tx, b)
		if err != nil || r.State.Final() {
			return err
		}
		for n := range Partitions {
			if err := tx.Bucket(bucketPartitions).Delete(partitionKey(b, byte(n))); err != nil {
				return err
			}
		}
		r.State, r.Own, r.Peer = state, nil, nil
		return putRecord(tx, b, r)
	})
	return r, err
}
