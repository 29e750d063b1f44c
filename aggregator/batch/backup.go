package batch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ErrExists: a restored store would replace one.
var ErrExists = errors.New("batch: there is a store already: a restored one would forget what that one knows; move it away only if it is damaged")

// ErrBackup: a file is not what Backup wrote.
var ErrBackup = errors.New("batch: not a backup of a batch store")

// Backup writes a copy of what may be kept in a backup, beside a running service: the
// accepted plans and the records of batches that have ended. It holds no partition,
// no share and no key (PRIVACY.md section 3, rule 10).
func (s *Store) Backup(w io.Writer) (err error) {
	dir, err := os.MkdirTemp(filepath.Dir(s.path), ".backup-*")
	if err != nil {
		return fmt.Errorf("copy the batch store: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "batches.db")
	copied, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return fmt.Errorf("copy the batch store: %w", err)
	}
	err = s.view(func(from txn) error {
		return copied.Update(func(to *bolt.Tx) error { return from.copyEnded(to) })
	})
	if err = errors.Join(err, copied.Close()); err != nil {
		return fmt.Errorf("copy the batch store: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("copy the batch store: %w", err)
	}
	defer f.Close()
	if _, err := io.Copy(w, f); err != nil {
		return fmt.Errorf("copy the batch store: %w", err)
	}
	return nil
}

func (from txn) copyEnded(to *bolt.Tx) error {
	if err := makeBuckets(to); err != nil {
		return err
	}
	for _, name := range [][]byte{bucketMeta, bucketPlans} {
		b, err := to.CreateBucketIfNotExists(name)
		if err != nil {
			return err
		}
		if err := from.Bucket(name).ForEach(b.Put); err != nil {
			return err
		}
	}
	return from.Bucket(bucketBatches).ForEach(func(k, v []byte) error {
		b, ok := batchOf(k)
		if !ok {
			return ErrStored
		}
		r, err := from.record(b)
		if err != nil || !r.State.Final() {
			return err
		}
		return to.Bucket(bucketBatches).Put(k, v)
	})
}

// Restore makes a store at path from a backup. It knows nothing of what happened
// between the backup and now: every period that is over by now, and was not ended in
// the backup, is unknown to it (Accepted.Knows), and is released only if the peer has
// its release.
//
// Errors: ErrExists, ErrBackup, and the disk's.
func Restore(path string, r io.Reader, now plan.Time) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrExists, path)
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".restore-*")
	if err != nil {
		return fmt.Errorf("restore the batch store: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	made := filepath.Join(dir, "batches.db")
	f, err := os.OpenFile(made, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("restore the batch store: %w", err)
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("restore the batch store: %w", err)
	}
	db, err := store.Open(made, "take another backup")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	err = db.Update(func(tx *bolt.Tx) error { return forget(tx, now) })
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("restore the batch store: %w", err)
	}
	// Link, unlike rename, never replaces a store that was made meanwhile.
	if err := os.Link(made, path); err != nil {
		return fmt.Errorf("restore the batch store: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes what a folder names durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// forget has a copy know of nothing that happened before now, and refuses one that
// holds what no backup may hold.
func forget(tx *bolt.Tx, now plan.Time) error {
	plans, records, partitions := tx.Bucket(bucketPlans), tx.Bucket(bucketBatches), tx.Bucket(bucketPartitions)
	if plans == nil || records == nil || partitions == nil || tx.Bucket(bucketMeta) == nil {
		return ErrBackup
	}
	if v := tx.Bucket(bucketMeta).Get(keySchema); string(v) != string(wire.AppendU64(nil, schema)) {
		return fmt.Errorf("%w of this version of dunlin", ErrBackup)
	}
	if k, _ := partitions.Cursor().First(); k != nil {
		return fmt.Errorf("%w: it holds partitions", ErrBackup)
	}
	err := records.ForEach(func(k, v []byte) error {
		b, ok := batchOf(k)
		content, err := unseal(k, v)
		if !ok || err != nil {
			return ErrStored
		}
		r, err := decodeRecord(content, b, nil)
		if err == nil && !r.State.Final() {
			err = fmt.Errorf("%w: it holds a batch that has not ended", ErrBackup)
		}
		return err
	})
	if err != nil {
		return err
	}
	restored := map[plan.Digest]Accepted{}
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
