package release

import (
	"bytes"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// Backup writes a copy of all releases and plans, beside a serving aggregator. Nothing in
// it is secret: records and plans are what an aggregator publishes (PRIVACY.md section 3,
// rule 10).
//
// The file is free again before w gets its first byte: no slow reader keeps a release from
// being stored.
func (s *Store) Backup(w io.Writer) error {
	if err := s.file.Backup(w); err != nil {
		return fmt.Errorf("back up releases: %w", err)
	}
	return nil
}

// Restore makes the store at path, where there must be none, of what Backup wrote. Each
// record must be whole and stand under its own plan and period. It does not check the
// signatures: who reads a record does.
//
// Errors: store.ErrExists, store.ErrBackup, store.ErrNewer, ErrRecord, and the disk's.
func Restore(path string, r io.Reader) error {
	return store.Restore(fileOf(path), r, func(tx *bolt.Tx) error {
		return tx.Bucket(bucketReleases).ForEach(func(k, v []byte) error {
			s, err := Parse(v)
			if err == nil && !bytes.Equal(k, recordKey(s.Plan, s.Period.Date)) {
				err = ErrRecord
			}
			if err != nil {
				return fmt.Errorf("%w: stored release %x: %w", store.ErrBackup, k, err)
			}
			return nil
		})
	})
}
