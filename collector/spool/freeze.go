package spool

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// arrival is what the index needs to know of one report.
type arrival struct {
	id       plan.ReportID
	revision uint32
	sequence uint64
}

// freeze writes index and mark in one transaction. Only run calls it, so no
// append is under way, and each one that was acknowledged is read.
func (b *batch) freeze() (Summary, error) {
	if err := b.open(); err != nil {
		return Summary{}, err
	}
	if b.frozen != nil {
		return *b.frozen, nil
	}
	var summary Summary
	err := b.update("spool.freeze", func(tx *bolt.Tx) error {
		all, err := arrivals(tx, b.path, &b.mapped)
		if err != nil {
			return err
		}
		var counted []arrival
		counted, summary = count(all)
		return writeIndex(tx, counted, &summary)
	})
	if err != nil {
		return Summary{}, err
	}
	b.mu.Lock()
	b.frozen = &summary
	b.mu.Unlock()
	return summary, nil
}

// arrivals reads the head of each report, in order, and checks every checksum:
// what is frozen can be handed out.
func arrivals(tx *bolt.Tx, path string, m *mapped) ([]arrival, error) {
	bucket := tx.Bucket(bucketReports)
	all := make([]arrival, 0, bucket.Sequence())
	c := bucket.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		raw, ok := unseal(k, v)
		if !ok {
			return nil, damaged(path, "the checksum of report %d is wrong", len(all)+1)
		}
		head, err := report.ParseHead(raw)
		if err != nil {
			return nil, damaged(path, "report %d: %v", len(all)+1, err)
		}
		m.touch(tx, len(raw))
		all = append(all, arrival{head.ID, head.Revision, binary.BigEndian.Uint64(k)})
	}
	if n := bucket.Sequence(); uint64(len(all)) != n {
		return nil, damaged(path, "%d reports of %d", len(all), n)
	}
	return all, nil
}

// count sorts all and keeps for each ID the highest revision, and of that the
// first arrival (DESIGN.md "Reports and the spool").
func count(all []arrival) ([]arrival, Summary) {
	slices.SortFunc(all, func(a, b arrival) int {
		if c := bytes.Compare(a.id[:], b.id[:]); c != 0 {
			return c
		}
		if c := cmp.Compare(b.revision, a.revision); c != 0 {
			return c
		}
		return cmp.Compare(a.sequence, b.sequence)
	})
	var s Summary
	counted := all[:0]
	var before arrival // in the sorted order; all[:0] is overwritten from the front
	for i, a := range all {
		switch {
		case i == 0 || a.id != before.id:
			counted = append(counted, a)
			s.Reports++
			s.Partition[a.id.Partition()]++
		case a.revision == before.revision:
			s.Repeated++
		default:
			s.Superseded++
		}
		before = a
	}
	return counted, s
}

func writeIndex(tx *bolt.Tx, counted []arrival, s *Summary) error {
	index := tx.Bucket(bucketIndex)
	index.FillPercent = 1
	for p := range Partitions {
		n := s.Partition[p]
		value := make([]byte, 0, n*entrySize+sumSize)
		for _, a := range counted[:n] {
			value = binary.BigEndian.AppendUint64(append(value, a.id[:]...), a.sequence)
		}
		counted = counted[n:]
		key := []byte{byte(p)}
		if err := index.Put(key, seal(key, value)); err != nil {
			return err
		}
	}
	return tx.Bucket(bucketBatch).Put(keyFrozen, seal(keyFrozen, s.append(nil)))
}

// readState returns the mark of a frozen file, nil for one that is not, and how many
// reports have arrived.
func readState(db *bolt.DB, path string) (frozen *Summary, reports uint64, err error) {
	err = guarded(path, func() error {
		return db.View(func(tx *bolt.Tx) error {
			reports = tx.Bucket(bucketReports).Sequence()
			sealed := tx.Bucket(bucketBatch).Get(keyFrozen)
			if sealed == nil {
				return nil
			}
			content, ok := unseal(keyFrozen, sealed)
			s, err := decodeSummary(content)
			if !ok || err != nil {
				return damaged(path, "the mark of a closed period is malformed")
			}
			frozen = &s
			return nil
		})
	})
	if err != nil {
		return nil, 0, fmt.Errorf("spool: read %s: %w", path, err)
	}
	return frozen, reports, nil
}
