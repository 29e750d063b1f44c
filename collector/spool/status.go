package spool

import (
	"errors"
	"os"
)

// State is where a batch stands.
type State string

// The states of a batch that the spool holds, or should.
const (
	Resting State = "resting" // not used since Open, so its file was not read
	Taking  State = "taking"  // reports can be appended
	Frozen  State = "frozen"
	Damaged State = "damaged" // or of a newer version
	Lost    State = "lost"
)

// Standing is what an operator sees of a batch.
type Standing struct {
	Key     Key
	State   State
	Reports uint64 // arrivals, revisions and repeated ones too; of Taking and Frozen
	Bytes   int64  // of its file
}

// Standings returns all batches that have a file or lost it, in no order.
func (s *Spool) Standings() ([]Standing, error) {
	keys, err := s.Keys()
	if err != nil {
		return nil, err
	}
	var all []Standing
	for _, key := range keys {
		if s.Deleted(key) {
			continue
		}
		file, err := os.Stat(s.File(key))
		if err != nil {
			// Its file may just be going, with the batch.
			if errors.Is(s.marks.gone(key, s.File(key)), ErrLost) {
				all = append(all, Standing{Key: key, State: Lost})
			}
			continue
		}
		one := Standing{Key: key, State: Resting, Bytes: file.Size()}
		s.mu.RLock()
		b := s.batches[key]
		s.mu.RUnlock()
		if b != nil {
			b.standing(&one)
		}
		all = append(all, one)
	}
	return all, nil
}

func (b *batch) standing(one *Standing) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	switch {
	case b.damage != nil:
		one.State = Damaged
		return
	case b.db == nil:
		return
	case b.frozen != nil:
		one.State = Frozen
	default:
		one.State = Taking
	}
	one.Reports = b.arrived.Load()
}

// Waiting returns how many reports wait for the disk, and how many may.
func (s *Spool) Waiting() (waiting, limit int64) { return s.waiting.Load(), s.queueLimit }
