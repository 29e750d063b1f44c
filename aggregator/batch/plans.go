package batch

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Accepted is a signed plan that this store has accepted.
type Accepted struct {
	Signed []byte
	// Since is when it was accepted first, by the aggregator's own clock. Of a
	// period that was over by then the store cannot know what became of it: a
	// store before this one, lost or moved away, may have drawn its noise.
	Since plan.Time
}

// Knows reports whether all that ever happened to the period is in this store.
func (a *Accepted) Knows(p plan.Period) bool { return a.Since < p.End }

// PutPlan keeps a signed plan that is accepted now; the same file again changes
// nothing, another one for the same digest is ErrConflict.
func (s *Store) PutPlan(d plan.Digest, signed []byte, now plan.Time) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketPlans)
		v, err := get(b, d[:])
		if v != nil || err != nil {
			have, err := decodeAccepted(v, err)
			if err == nil && !bytes.Equal(have.Signed, signed) {
				err = ErrConflict
			}
			return err
		}
		return put(b, d[:], append(wire.AppendU64(nil, uint64(now)), signed...))
	})
}

// Plan returns an accepted plan.
//
// Errors: ErrNotFound.
func (s *Store) Plan(d plan.Digest) (a Accepted, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		v, err := get(tx.Bucket(bucketPlans), d[:])
		if v == nil && err == nil {
			return ErrNotFound
		}
		a, err = decodeAccepted(v, err)
		return err
	})
	return a, err
}

// Plans returns all accepted plans by digest.
func (s *Store) Plans() (map[plan.Digest]Accepted, error) {
	all := map[plan.Digest]Accepted{}
	err := s.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketPlans).ForEach(func(k, v []byte) error {
			a, err := decodeAccepted(unseal(k, v))
			if len(k) != len(plan.Digest{}) || err != nil {
				return ErrStored
			}
			all[plan.Digest(k)] = a
			return nil
		})
	})
	return all, err
}

// decodeAccepted copies: what a transaction reads dies with it.
func decodeAccepted(v []byte, err error) (a Accepted, _ error) {
	if err != nil {
		return a, err
	}
	in := wire.NewReader(v)
	a.Since = plan.Time(in.U64())
	if in.Err() != nil || a.Since < 0 {
		return Accepted{}, ErrStored
	}
	a.Signed = bytes.Clone(v[8:])
	return a, nil
}
