package batch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// The store's format. A store without a word of it is of version 1.
//
//	1  partitions and noised shares in the clear; plans without an owner
//	2  both encrypted under the batch's period key; a record has the tallies of its
//	   partitions, the frozen counts and whether the collector is cleared
const schema = 2

// FormerOwner owns the plans of a store of version 1, when a helper had one leader.
const FormerOwner = "leader"

// ErrNewer: the store was written by a later version of dunlin.
var ErrNewer = errors.New("batch: the store is of a later version of dunlin than this: install that version again, or one after it")

var (
	bucketMeta = []byte("meta")
	keySchema  = []byte("schema")
	// keyRemains: the file's free pages hold shares in the clear, from before they were
	// encrypted.
	keyRemains = []byte("remains")
)

// migrate brings the store to this version's format, in the transaction that it is
// called in: afterwards it is whole in one format or the other. It makes the period
// keys that the new format needs.
func (tx txn) migrate() error {
	meta, err := tx.CreateBucketIfNotExists(bucketMeta)
	if err != nil {
		return err
	}
	have := uint64(1)
	if v := meta.Get(keySchema); len(v) == 8 {
		have = binary.BigEndian.Uint64(v)
	} else if k, _ := tx.Bucket(bucketPlans).Cursor().First(); k == nil {
		have = schema // a new store: all that is stored is stored beside a plan
	}
	switch {
	case have > schema:
		return fmt.Errorf("%w: its format is %d, this version reads up to %d", ErrNewer, have, schema)
	case have == 1:
		if err := tx.encrypt(); err != nil {
			return fmt.Errorf("bring the store to format %d: %w", schema, err)
		}
		if err := meta.Put(keyRemains, []byte{1}); err != nil {
			return err
		}
	}
	return meta.Put(keySchema, wire.AppendU64(nil, schema))
}

// clean has the store's file rewritten where its free pages hold what is encrypted now,
// and the former file overwritten.
func (s *Store) clean() error {
	remains := false
	err := s.db.View(func(tx *bolt.Tx) error {
		remains = tx.Bucket(bucketMeta).Get(keyRemains) != nil
		return nil
	})
	if err != nil || !remains {
		return err
	}
	made := s.path + ".compact"
	if err := os.Remove(made); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // a crash left it
	}
	compact, err := bolt.Open(made, 0o600, nil)
	if err != nil {
		return err
	}
	err = bolt.Compact(compact, s.db, 0)
	if err == nil {
		err = compact.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Delete(keyRemains) })
	}
	if err = errors.Join(err, compact.Close()); err != nil {
		return errors.Join(err, os.Remove(made))
	}
	former, err := os.OpenFile(s.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer former.Close()
	if err := s.db.Close(); err != nil {
		return err
	}
	if err := os.Rename(made, s.path); err != nil {
		return err
	}
	// Before the former file is overwritten its name must be the new one's for good.
	if err := syncFolder(filepath.Dir(s.path)); err != nil {
		return err
	}
	if err := overwrite(former); err != nil {
		return err
	}
	if s.db, err = store.Open(s.path, advice); err != nil {
		return err
	}
	return nil
}

// overwrite writes zeros over a file and syncs them.
func overwrite(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	zeros := make([]byte, 1<<16)
	for left := info.Size(); left > 0; left -= int64(len(zeros)) {
		if _, err := f.Write(zeros[:min(left, int64(len(zeros)))]); err != nil {
			return err
		}
	}
	return f.Sync()
}

// encrypt is the way from 1 to 2.
func (tx txn) encrypt() error {
	each := func(bucket []byte, change func(k, v []byte) error) error {
		type pair struct{ k, v []byte }
		var all []pair // a bucket may not be changed while it is walked
		err := tx.Bucket(bucket).ForEach(func(k, v []byte) error {
			content, err := unseal(k, v)
			all = append(all, pair{append([]byte(nil), k...), append([]byte(nil), content...)})
			return err
		})
		for _, p := range all {
			if err == nil {
				err = change(p.k, p.v)
			}
		}
		return err
	}
	err := each(bucketPlans, func(k, v []byte) error {
		in := wire.NewReader(v)
		since := plan.Time(in.U64())
		if in.Err() != nil {
			return ErrStored
		}
		return put(tx.Bucket(bucketPlans), k, appendAccepted(nil, Accepted{v[8:], since, FormerOwner}))
	})
	if err != nil {
		return err
	}
	err = each(bucketBatches, func(k, v []byte) error {
		b, ok := batchOf(k)
		if !ok {
			return ErrStored
		}
		r, err := decodeRecord1(v)
		if err != nil {
			return err
		}
		return tx.putRecord(b, r)
	})
	if err != nil {
		return err
	}
	return each(bucketPartitions, func(k, v []byte) error {
		b, ok := batchOf(k[:max(0, len(k)-1)])
		if !ok || len(v) < 5 || v[4] != 1 {
			return ErrStored
		}
		v[4] = version // a partition's own layout is the same
		p, err := decodePartition(v)
		if err != nil {
			return err
		}
		return tx.putPartition(b, k[len(k)-1], &p)
	})
}

// decodeRecord1 reads a record of version 1.
func decodeRecord1(b []byte) (r Record, err error) {
	in := wire.NewReader(b)
	if string(in.Take(4)) != "DLPB" || in.Byte() != 1 {
		in.Fail(ErrStored)
	}
	r.State = State(in.Byte())
	r.Tally, r.Rejects = readCounts(in)
	r.Own, r.Peer = blob(in, maxAggregate), blob(in, maxAggregate)
	if in.Close() != nil || r.State >= numStates {
		return Record{}, ErrStored
	}
	return r, nil
}

// makeBuckets makes the buckets that a store has.
func makeBuckets(tx *bolt.Tx) error {
	for _, name := range [][]byte{bucketPlans, bucketBatches, bucketPartitions} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}
