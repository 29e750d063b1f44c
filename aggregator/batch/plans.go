package batch

import (
	"bytes"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Accepted is a signed plan that this store has accepted.
type Accepted struct {
	Signed []byte
	// Since is when it was accepted first, by the aggregator's own clock, or when
	// this store was restored from a backup. Of a period that was over by then the
	// store cannot know what became of it: a store before this one, lost or moved
	// away, may have drawn its noise.
	Since plan.Time
	Owner string // helper: name of the leader that the plan is of; at the leader empty
}

// Knows reports whether all that ever happened to the period is in this store.
func (a *Accepted) Knows(p plan.Period) bool { return a.Since < p.End }

// PutPlan keeps a signed plan that is accepted now; the same file again changes
// nothing, another one for the same digest is ErrConflict.
func (s *Store) PutPlan(d plan.Digest, signed []byte, now plan.Time, owner string) error {
	return s.update("plan", func(tx txn) error {
		b := tx.Bucket(bucketPlans)
		v, err := get(b, d[:])
		if v != nil || err != nil {
			have, err := decodeAccepted(v, err)
			if err == nil && !bytes.Equal(have.Signed, signed) {
				err = ErrConflict
			}
			return err
		}
		return put(b, d[:], appendAccepted(nil, Accepted{signed, now, owner}))
	})
}

// Plan returns an accepted plan.
//
// Errors: ErrNotFound.
func (s *Store) Plan(d plan.Digest) (a Accepted, err error) {
	err = s.view(func(tx txn) error {
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
	err := s.view(func(tx txn) error {
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
	a.Owner = string(in.Blob(maxOwner))
	a.Signed = bytes.Clone(in.Blob(maxSigned))
	if in.Close() != nil || a.Since < 0 {
		return Accepted{}, ErrStored
	}
	return a, nil
}

const (
	maxOwner  = 64
	maxSigned = plan.MaxPlan + 1024
)

func appendAccepted(b []byte, a Accepted) []byte {
	b = wire.AppendU64(b, uint64(a.Since))
	return wire.AppendBlob(wire.AppendBlob(b, []byte(a.Owner)), a.Signed)
}
