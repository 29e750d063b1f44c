package batch

import (
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

var (
	// ErrClosed: the batch has left Open; nothing can be added any more.
	ErrClosed = errors.New("batch: closed")
	// ErrConflict: something else is stored already.
	ErrConflict = errors.New("batch: a different one is stored already")
	// ErrNotFound: nothing is stored under that name.
	ErrNotFound = errors.New("batch: not found")
)

var (
	bucketPlans      = []byte("plans")
	bucketBatches    = []byte("batches")
	bucketPartitions = []byte("partitions")
)

const advice = "its open batches cannot be finished: move the file away, start again, and let those periods go unreleased; releases lie in a file of their own"

// Store is one aggregator's batches.db. It is safe for concurrent use.
type Store struct{ db *bolt.DB }

// OpenStore opens or makes the file. A damaged one is store.ErrDamaged.
func OpenStore(path string) (*Store, error) {
	db, err := store.Open(path, advice)
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketPlans, bucketBatches, bucketPartitions} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the batch store: %w", err), db.Close())
	}
	return &Store{db}, nil
}

// CloseStore closes the file.
func (s *Store) CloseStore() error { return s.db.Close() }

func batchKey(b message.Batch) []byte {
	return wire.AppendU32(append(make([]byte, 0, 37), b.Plan[:]...), uint32(b.Date))
}

func partitionKey(b message.Batch, p byte) []byte { return append(batchKey(b), p) }

func getRecord(tx *bolt.Tx, b message.Batch) (Record, error) {
	v, err := get(tx.Bucket(bucketBatches), batchKey(b))
	if v == nil || err != nil {
		return Record{}, err
	}
	return decodeRecord(v)
}

func putRecord(tx *bolt.Tx, b message.Batch, r Record) error {
	return put(tx.Bucket(bucketBatches), batchKey(b), r.append(nil))
}

// Record returns a batch's state; a batch never heard of is Open.
func (s *Store) Record(b message.Batch) (r Record, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		r, err = getRecord(tx, b)
		return err
	})
	return r, err
}

func getPartition(tx *bolt.Tx, b message.Batch, p byte) (Partition, error) {
	v, err := get(tx.Bucket(bucketPartitions), partitionKey(b, p))
	if err != nil {
		return Partition{}, err
	}
	if v == nil {
		return Partition{Tally: EmptyTally(b, p)}, nil
	}
	return decodePartition(v)
}

// Partition returns a partition's state.
func (s *Store) Partition(b message.Batch, p byte) (state Partition, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		state, err = getPartition(tx, b, p)
		return err
	})
	return state, err
}

// Update changes a partition in one transaction. When change fails nothing is
// stored.
//
// Errors: ErrClosed when the batch has left Open, and change's own.
func (s *Store) Update(b message.Batch, p byte, change func(*Partition) error) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		r, err := getRecord(tx, b)
		if err != nil {
			return err
		}
		if r.State != Open {
			return ErrClosed
		}
		state, err := getPartition(tx, b, p)
		if err != nil {
			return err
		}
		if err := change(&state); err != nil {
			return err
		}
		return put(tx.Bucket(bucketPartitions), partitionKey(b, p), state.append(nil))
	})
}
