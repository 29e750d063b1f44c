package batch

import (
	"encoding/hex"
	"errors"
	"math"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/periodkey"
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
	Reports  uint64          `json:"reports"`         // leader, while open: in the frozen period
	Hash     string          `json:"hash,omitempty"`  // over the counted reports, once settled
	Lost     bool            `json:"lost"`            // its shares' key is gone
	Cleared  bool            `json:"cleared"`         // leader: the collector holds no sealed report of it
	Owner    string          `json:"owner,omitempty"` // helper: the leader that the plan is of
	// Waits says what keeps the batch from its end; the aggregator fills it in.
	Waits string `json:"waits,omitempty"`
}

// Views returns one View for each batch of which something is stored, by plan
// and period.
func (s *Store) Views() ([]View, error) {
	all := []View{}
	at := map[message.Batch]int{}
	plans, err := s.Plans()
	if err != nil {
		return nil, err
	}
	owners := map[plan.Digest]string{}
	for d, a := range plans {
		owners[d] = a.Owner
	}
	view := func(key []byte) (*View, error) {
		b, ok := batchOf(key)
		if !ok {
			return nil, ErrStored
		}
		if _, ok := at[b]; !ok {
			at[b] = len(all)
			all = append(all, View{Plan: b.Plan, Period: b.Date.String(), Owner: owners[b.Plan]})
		}
		return &all[at[b]], nil
	}
	err = s.view(func(tx txn) error {
		err := tx.Bucket(bucketBatches).ForEach(func(k, _ []byte) error {
			w, err := view(k)
			if err != nil {
				return err
			}
			b, _ := batchOf(k)
			r, err := tx.record(b)
			w.State, w.Accepted, w.Rejected, w.Lost, w.Cleared = r.State, r.Tally.Count, r.Rejects, r.Lost, r.Cleared
			if r.State != Open && r.Tally.Hash != [32]byte{} {
				w.Hash = hex.EncodeToString(r.Tally.Hash[:])
			}
			for _, n := range r.Frozen {
				w.Reports += n
			}
			return err
		})
		if err != nil {
			return err
		}
		return tx.Bucket(bucketPartitions).ForEach(func(k, _ []byte) error {
			w, err := view(k[:max(0, len(k)-1)])
			if err != nil {
				return err
			}
			b, _ := batchOf(k[:len(k)-1])
			p, err := tx.partition(b, k[len(k)-1])
			if errors.Is(err, periodkey.ErrGone) {
				w.Lost = true
				return nil
			}
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
