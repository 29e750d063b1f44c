package release

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

var (
	// ErrConflict: another record of the same plan and period, or another file
	// for the same plan, is stored already. The first one stands.
	ErrConflict = errors.New("release: a different one is stored already")
	// ErrNotFound: nothing is stored under that key.
	ErrNotFound = errors.New("release: not found")
)

// A record's key is its period's date (4 bytes, big endian) and its plan's
// digest, so that a walk is in order of time.
var (
	bucketReleases = []byte("releases")
	bucketPlans    = []byte("plans")
)

const advice = "move it away and start again with a copy: every release is kept, byte for byte, by the other aggregator too"

// schema is the version of the store's format: there is one so far.
const schema = 1

// Store keeps the signed records, and the signed plans that give their cells a
// meaning, in one bbolt file. It is safe for concurrent use.
//
// The file is open only while something is read or written: a release is written
// once a period, and in between the command line and the console read beside the
// serving aggregator, which bbolt's lock on an open file would keep out. Checking the
// whole file each time costs about as much as reading it (BenchmarkGet).
type Store struct{ file store.Options }

// Open returns the store in a file (releases.db), and makes it if need be.
//
// Errors: store.ErrDamaged, store.ErrLocked, store.ErrNewer and store.ErrKind, as all
// that read or write.
func Open(path string) (*Store, error) { return OpenSteps(path, nil) }

// OpenSteps is Open with a step that is called right before and right after all that
// becomes durable, as "release.put before": tests crash a service there (store.Update).
func OpenSteps(path string, step func(point string) error) (*Store, error) {
	s := &Store{fileOf(path)}
	s.file.Step = step
	return s, s.file.Make()
}

// OpenRead returns the store in a file that exists, for reading: writing to it
// fails where the file may not be written.
//
// Errors: as Open, and store.ErrOlder.
func OpenRead(path string) (*Store, error) {
	s := &Store{fileOf(path)}
	return s, s.file.View(func(*bolt.Tx) error { return nil })
}

func fileOf(path string) store.Options {
	return store.Options{Path: path, Advice: advice, Schema: schema, Buckets: []string{string(bucketReleases), string(bucketPlans)}, Name: "release"}
}

// Put stores a record, once: the same bytes again change nothing, other bytes
// for its plan and period are ErrConflict. Check the signatures before.
func (s *Store) Put(r Signed) error {
	b, err := r.Append(nil)
	if err != nil {
		return err
	}
	return s.put("put", bucketReleases, recordKey(r.Plan, r.Period.Date), b)
}

// PutPlan stores a signed plan's bytes under the plan's digest, once.
func (s *Store) PutPlan(d plan.Digest, signed []byte) error {
	return s.put("plan", bucketPlans, d[:], signed)
}

func (s *Store) put(step string, bucket, key, value []byte) error {
	return s.file.Update(step, func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		switch have := b.Get(key); {
		case have == nil:
			return b.Put(key, value)
		case !bytes.Equal(have, value):
			return ErrConflict
		}
		return nil
	})
}

// Get returns the record of a plan and period.
//
// Errors: ErrNotFound, ErrRecord when the stored bytes are damaged.
func (s *Store) Get(d plan.Digest, period plan.Date) (Signed, error) {
	b, err := s.get(bucketReleases, recordKey(d, period))
	if err != nil {
		return Signed{}, err
	}
	return Parse(b)
}

// Plan returns the signed plan's bytes.
func (s *Store) Plan(d plan.Digest) ([]byte, error) { return s.get(bucketPlans, d[:]) }

func (s *Store) get(bucket, key []byte) (v []byte, err error) {
	err = s.file.View(func(tx *bolt.Tx) error {
		if v = bytes.Clone(tx.Bucket(bucket).Get(key)); v == nil {
			return ErrNotFound
		}
		return nil
	})
	return v, err
}

// List returns all records, ascending by period and then by plan digest.
func (s *Store) List() ([]Signed, error) {
	var all []Signed
	err := s.file.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketReleases).ForEach(func(k, v []byte) error {
			r, err := Parse(bytes.Clone(v))
			if err != nil {
				return fmt.Errorf("stored release %x: %w", k, err)
			}
			all = append(all, r)
			return nil
		})
	})
	return all, err
}

func recordKey(d plan.Digest, period plan.Date) []byte {
	return append(wire.AppendU32(nil, uint32(period)), d[:]...)
}
