package batch

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/periodkey"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

var (
	// ErrClosed: the batch has left Open; nothing can be added any more.
	ErrClosed = errors.New("batch: closed")
	// ErrConflict: something else is stored already.
	ErrConflict = errors.New("batch: a different one is stored already")
	// ErrLost: the key of what is stored of the batch is gone.
	ErrLost = errors.New("batch: the key of its shares is gone; it is never released unless the peer has its release")
	// ErrNotFound: nothing is stored under that name.
	ErrNotFound = errors.New("batch: not found")
)

var (
	bucketPlans      = []byte("plans")
	bucketBatches    = []byte("batches")
	bucketPartitions = []byte("partitions")
)

const advice = "its open batches cannot be finished: move the file away, start again, and let those periods go unreleased; releases lie in a file of their own"

// Options of a Store.
type Options struct {
	Path string // of batches.db
	// Keys is the folder of the period keys, which no backup may hold. Default:
	// KeysFolder beside the file.
	Keys string
	Rand io.Reader // of period keys. Default: the system's
	// Step is called right before and right after each durable step, as
	// "batch.settle before". What it returns the call returns, and nothing more of
	// that call becomes durable: tests crash a service there. Optional.
	Step func(point string) error
}

// KeysFolder is the name of the period keys' folder beside batches.db.
const KeysFolder = "period-keys"

// Store is one aggregator's batches.db with its period keys. It is safe for
// concurrent use.
type Store struct {
	db   *bolt.DB
	keys *periodkey.Keys
	step func(string) error
}

// OpenStore opens or makes the store, and destroys the keys of batches that have
// ended. A damaged file is store.ErrDamaged, one of a later version store.ErrNewer.
func OpenStore(o Options) (*Store, error) {
	if o.Keys == "" {
		o.Keys = filepath.Join(filepath.Dir(o.Path), KeysFolder)
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Step == nil {
		o.Step = func(string) error { return nil }
	}
	keys, err := periodkey.Open(periodkey.Options{Dir: o.Keys, Rand: o.Rand, Step: o.Step})
	if err != nil {
		return nil, err
	}
	file := format(o.Path)
	file.Migrate = []func(*bolt.Tx) error{func(tx *bolt.Tx) error { return txn{tx, keys}.encrypt() }}
	file.Step = o.Step
	db, err := file.Open()
	if err != nil {
		return nil, err
	}
	s := &Store{db, keys, o.Step}
	if err := s.Sweep(); err != nil {
		return nil, errors.Join(fmt.Errorf("open the batch store %s: %w", o.Path, err), db.Close())
	}
	return s, nil
}

// CloseStore closes the file.
func (s *Store) CloseStore() error { return s.db.Close() }

// txn is a transaction with the keys that its values are encrypted under.
type txn struct {
	*bolt.Tx
	keys *periodkey.Keys
}

func (s *Store) view(f func(txn) error) error {
	return s.db.View(func(tx *bolt.Tx) error { return f(txn{tx, s.keys}) })
}

// update runs a durable step.
func (s *Store) update(name string, f func(txn) error) error {
	return store.Update(s.db, s.step, "batch."+name, func(tx *bolt.Tx) error { return f(txn{tx, s.keys}) })
}

func batchKey(b message.Batch) []byte {
	return wire.AppendU32(append(make([]byte, 0, 37), b.Plan[:]...), uint32(b.Date))
}

func partitionKey(b message.Batch, p byte) []byte { return append(batchKey(b), p) }

// key returns a batch's key, nil when it is gone.
func (tx txn) key(b message.Batch) (*periodkey.Key, error) {
	key, err := tx.keys.Get(b)
	if errors.Is(err, periodkey.ErrGone) {
		return nil, nil
	}
	return key, err
}

func (tx txn) record(b message.Batch) (r Record, err error) {
	key, err := tx.key(b)
	if err != nil {
		return r, err
	}
	v, err := get(tx.Bucket(bucketBatches), batchKey(b))
	if err != nil {
		return r, err
	}
	if v != nil {
		if r, err = decodeRecord(v, b, key); err != nil {
			return r, err
		}
	}
	if r.State == Open {
		// A key that says that noise was drawn belongs to a later store than this.
		r.Lost = key == nil && tx.partitioned(b) || key != nil && key.Closed()
	}
	return r, nil
}

// marked has the batch's key say that the noise is drawn, before anybody hears of it.
func (s *Store) marked(b message.Batch, r Record) error {
	if r.Lost || r.State != Closed && r.State != Exchanged {
		return nil
	}
	return s.keys.Close(b)
}

// partitioned reports whether a partition of the batch is stored.
func (tx txn) partitioned(b message.Batch) bool {
	k, _ := tx.Bucket(bucketPartitions).Cursor().Seek(batchKey(b))
	return bytes.HasPrefix(k, batchKey(b))
}

func (tx txn) putRecord(b message.Batch, r Record) (err error) {
	var key *periodkey.Key
	if len(r.Own)+len(r.Peer) > 0 {
		if key, err = tx.keys.Make(b); err != nil {
			return err
		}
	}
	return put(tx.Bucket(bucketBatches), batchKey(b), r.append(nil, b, key))
}

// Record returns a batch's state; a batch never heard of is Open.
func (s *Store) Record(b message.Batch) (r Record, err error) {
	err = s.view(func(tx txn) error {
		r, err = tx.record(b)
		return err
	})
	if err == nil {
		err = s.marked(b, r)
	}
	return r, err
}

func (tx txn) partition(b message.Batch, p byte) (Partition, error) {
	at := partitionKey(b, p)
	sealed := tx.Bucket(bucketPartitions).Get(at)
	if sealed == nil {
		return Partition{Tally: EmptyTally(b, p)}, nil
	}
	key, err := tx.keys.Get(b)
	if err != nil {
		return Partition{}, err
	}
	v, ok := key.Open(at, sealed)
	if !ok {
		return Partition{}, ErrStored
	}
	return decodePartition(v)
}

func (tx txn) putPartition(b message.Batch, p byte, state *Partition) error {
	key, err := tx.keys.Make(b)
	if err != nil {
		return err
	}
	at := partitionKey(b, p)
	return tx.Bucket(bucketPartitions).Put(at, key.Seal(at, state.append(nil)))
}

func (tx txn) dropPartitions(b message.Batch) error {
	for n := range Partitions {
		if err := tx.Bucket(bucketPartitions).Delete(partitionKey(b, byte(n))); err != nil {
			return err
		}
	}
	return nil
}

// Partition returns a partition's state.
func (s *Store) Partition(b message.Batch, p byte) (state Partition, err error) {
	err = s.view(func(tx txn) error {
		state, err = tx.partition(b, p)
		return err
	})
	return state, err
}

// Update changes a partition in one transaction. When change fails nothing is
// stored.
//
// Errors: ErrClosed when the batch has left Open, ErrLost, and change's own.
func (s *Store) Update(b message.Batch, p byte, change func(*Partition) error) error {
	return s.update("partition", func(tx txn) error {
		r, err := tx.record(b)
		switch {
		case err != nil:
			return err
		case r.State != Open:
			return ErrClosed
		case r.Lost:
			return ErrLost
		}
		state, err := tx.partition(b, p)
		if err != nil {
			return err
		}
		if err := change(&state); err != nil {
			return err
		}
		return tx.putPartition(b, p, &state)
	})
}

// Sweep destroys the keys of batches that have ended: a crash may have come
// between the two.
func (s *Store) Sweep() error {
	kept, err := s.keys.Batches()
	if err != nil {
		return err
	}
	for _, b := range kept {
		r, err := s.Record(b)
		if err != nil {
			return err
		}
		if r.State.Final() {
			if err := s.keys.Destroy(b); err != nil {
				return err
			}
		}
	}
	return nil
}
