package spool

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"sort"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// entries is the index of one partition, as stored.
type entries []byte

func (e entries) len() int { return len(e) / entrySize }

func (e entries) id(i int) []byte { return e[i*entrySize : i*entrySize+16] }

func (e entries) key(i int) []byte { return e[i*entrySize+16 : (i+1)*entrySize] }

// search returns the index of the first entry at or above id.
func (e entries) search(id plan.ReportID) int {
	return sort.Search(e.len(), func(i int) bool { return bytes.Compare(e.id(i), id[:]) >= 0 })
}

func (e entries) holds(i int, id plan.ReportID) bool {
	return i < e.len() && plan.ReportID(e.id(i)) == id
}

// report finds what counts, or would count if the batch were frozen now, under an
// ID: by the index, or in an open file by looking at every report.
func (b *batch) report(id plan.ReportID) (raw []byte, err error) {
	err = b.read(func(tx *bolt.Tx, frozen bool) error {
		if !frozen {
			raw, err = b.running(tx, id)
			return err
		}
		e, err := b.index(tx, id.Partition())
		if err != nil {
			return err
		}
		i := e.search(id)
		if !e.holds(i, id) {
			return ErrUnknown
		}
		found, err := b.raw(tx, e.key(i))
		raw = slices.Clone(found)
		return err
	})
	return raw, err
}

// running scans an open file: the highest revision of an ID, of it the first
// arrival.
func (b *batch) running(tx *bolt.Tx, id plan.ReportID) (found []byte, err error) {
	var revision uint32
	c := tx.Bucket(bucketReports).Cursor()
	for key, _ := c.First(); key != nil; key, _ = c.Next() {
		raw, err := b.raw(tx, key)
		if err != nil {
			return nil, err
		}
		h, err := report.ParseHead(raw)
		if err != nil {
			return nil, damaged(b.path, "report %d is none", binary.BigEndian.Uint64(key))
		}
		if h.ID == id && h.Revision > revision {
			found, revision = slices.Clone(raw), h.Revision
		}
	}
	if found == nil {
		return nil, ErrUnknown
	}
	return found, nil
}

func (b *batch) page(partition byte, after *plan.ReportID, limit, maxBytes int, each func([]byte) error) (more bool, err error) {
	err = b.read(func(tx *bolt.Tx, frozen bool) error {
		if !frozen {
			return ErrOpen
		}
		e, err := b.index(tx, partition)
		if err != nil {
			return err
		}
		i := 0
		if after != nil {
			if i = e.search(*after); e.holds(i, *after) {
				i++
			}
		}
		size := 0
		for ; i < e.len() && limit > 0 && size < maxBytes; i++ {
			raw, err := b.raw(tx, e.key(i))
			if err != nil {
				return err
			}
			if err := each(raw); err != nil {
				return err
			}
			limit--
			size += len(raw)
			// Behind each report's page the system maps some that were not asked for.
			b.mapped.touch(tx, 4*pageSize)
		}
		more = i < e.len()
		return nil
	})
	return more, err
}

// read runs a read transaction, and tells it whether the file is frozen.
func (b *batch) read(f func(tx *bolt.Tx, frozen bool) error) error {
	b.mu.RLock()
	err := b.damage
	switch {
	case err != nil:
	case b.db == nil:
		if err = b.marks.gone(b.key, b.path); err == nil {
			err = ErrOpen
		}
	default:
		frozen := b.frozen != nil
		err = guarded(b.path, func() error { return b.db.View(func(tx *bolt.Tx) error { return f(tx, frozen) }) })
	}
	b.mu.RUnlock()
	switch {
	case errors.Is(err, bolterrors.ErrDatabaseNotOpen):
		return ErrClosed
	case errors.Is(err, ErrDamaged):
		return b.note(err)
	}
	return err
}

func (b *batch) index(tx *bolt.Tx, partition byte) (entries, error) {
	key := []byte{partition}
	content, ok := unseal(key, tx.Bucket(bucketIndex).Get(key))
	if !ok {
		return nil, damaged(b.path, "the index of partition %d has a wrong checksum", partition)
	}
	return content, nil
}

func (b *batch) raw(tx *bolt.Tx, key []byte) ([]byte, error) {
	raw, ok := unseal(key, tx.Bucket(bucketReports).Get(key))
	if !ok {
		return nil, damaged(b.path, "the checksum of report %d is wrong", binary.BigEndian.Uint64(key))
	}
	return raw, nil
}
