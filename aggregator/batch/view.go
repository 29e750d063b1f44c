package batch

import (
	"math"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// View is what an operator of this aggregator may see of a batch. The counts are
// exact: they are for operators alone, never for analysts (PRIVACY.md section 3,
// rule 6).
type View struct {
	Plan     plan.Digest     `json:"plan"`
	Period   string          `json:"period"`
	State    State           `json:"state"`
	Accepted uint64          `json:"accepted"`
	Rejected message.Rejects `json:"rejected"`
	Finished int             `json:"partitions_finished"` // while open: of those that were begun
	Begun    int             `json:"partitions_begun"`
}

// Views returns one View for each batch of which something is stored, by plan
// and period.
func (s *Store) Views() ([]View, error) {
	all := []View{}
	at := map[message.Batch]int{}
	view := func(key []byte) (*View, error) {
		b, ok := batchOf(key)
		if !ok {
			return nil, ErrStored
		}
		if _, ok := at[b]; !ok {
			at[b] = len(all)
			all = append(all, View{Plan: b.Plan, Period: b.Date.String()})
		}
		return &all[at[b]], nil
	}
	err := s.db.View(func(tx *bolt.Tx) error {
		err := tx.Bucket(bucketBatches).ForEach(func(k, v []byte) error {
			w, err := view(k)
			if err != nil {
				return err
			}
			if v, err = unseal(k, v); err != nil {
				return err
			}
			r, err := decodeRecord(v)
			w.State, w.Accepted, w.Rejected = r.State, r.Tally.Count, r.Rejects
			return err
		})
		if err != nil {
			return err
		}
		return tx.Bucket(bucketPartitions).ForEach(func(k, v []byte) error {
			w, err := view(k[:max(0, len(k)-1)])
			if err != nil {
				return err
			}
			if v, err = unseal(k, v); err != nil {
				return err
			}
			p, err := decodePartition(v)
			w.Accepted += p.Tally.Count
			w.Rejected.Add(p.Rejects)
			w.Begun++
			if p.Finished {
				w.Finished++
			}
			return err
		})
	})
	return all, err
}

func batchOf(key []byte) (b message.Batch, ok bool) {
	if len(key) != len(b.Plan)+4 {
		return b, false
	}
	copy(b.Plan[:], key)
	d := key[len(b.Plan):]
	date := uint32(d[0])<<24 | uint32(d[1])<<16 | uint32(d[2])<<8 | uint32(d[3])
	b.Date = plan.Date(date)
	return b, date <= math.MaxInt32
}
