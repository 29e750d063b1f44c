package batch

import (
	"errors"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// errFormer: backups began with format 2.
var errFormer = errors.New("it is of a format before backups")

// Backup writes a copy of what may be kept in a backup, beside a running service: the
// accepted plans and the records of batches that have ended. It holds no partition,
// no share and no key (PRIVACY.md section 3, rule 10).
func (s *Store) Backup(w io.Writer) error { return store.Backup(s.db, w, ended) }

// ended keeps what a backup may hold.
func ended(bucket, key, value []byte) (bool, error) {
	switch string(bucket) {
	case string(bucketPlans):
		return true, nil
	case string(bucketBatches):
		r, err := storedRecord(key, value)
		return r.State.Final(), err
	}
	return false, nil
}

// storedRecord reads a record without its shares.
func storedRecord(key, value []byte) (Record, error) {
	b, ok := batchOf(key)
	content, err := unseal(key, value)
	if !ok || err != nil {
		return Record{}, ErrStored
	}
	return decodeRecord(content, b, nil)
}

// Restore makes a store at path from a backup. It knows nothing of what happened
// between the backup and now: every period that is over by now, and was not ended in
// the backup, is unknown to it (Accepted.Knows), and is released only if the peer has
// its release.
//
// Errors: store.ErrExists, store.ErrBackup, store.ErrNewer, and the disk's.
func Restore(path string, r io.Reader, now plan.Time) error {
	file := format(path)
	file.Migrate = []func(*bolt.Tx) error{func(*bolt.Tx) error { return errFormer }}
	return store.Restore(file, r, func(tx *bolt.Tx) error { return forget(tx, now) })
}

// forget has a copy know of nothing that happened before now, and refuses one that
// holds what no backup may hold.
func forget(tx *bolt.Tx, now plan.Time) error {
	if k, _ := tx.Bucket(bucketPartitions).Cursor().First(); k != nil {
		return fmt.Errorf("%w: it holds partitions", store.ErrBackup)
	}
	err := tx.Bucket(bucketBatches).ForEach(func(k, v []byte) error {
		r, err := storedRecord(k, v)
		if err == nil && !r.State.Final() {
			err = fmt.Errorf("%w: it holds a batch that has not ended", store.ErrBackup)
		}
		return err
	})
	if err != nil {
		return err
	}
	plans, restored := tx.Bucket(bucketPlans), map[plan.Digest]Accepted{}
	err = plans.ForEach(func(k, v []byte) error {
		a, err := decodeAccepted(unseal(k, v))
		if err != nil || len(k) != len(plan.Digest{}) {
			return ErrStored
		}
		a.Since = max(a.Since, now)
		restored[plan.Digest(k)] = a
		return nil
	})
	if err != nil {
		return err
	}
	for d, a := range restored {
		if err := put(plans, d[:], appendAccepted(nil, a)); err != nil {
			return err
		}
	}
	return nil
}
