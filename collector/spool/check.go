package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/pages"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// Check reads a whole batch file and returns a DamageError unless every page,
// key and checksum of it is right. It needs no lock and changes nothing; a file
// that a running collector writes may look damaged to it.
func Check(path string) error {
	key, err := keyOf(path)
	if err != nil {
		return err
	}
	return check(path, key)
}

func keyOf(path string) (Key, error) {
	stem, ok := strings.CutSuffix(filepath.Base(path), extension)
	if !ok {
		return Key{}, fmt.Errorf("spool: %s is not a batch file's name: it ends in %s", path, extension)
	}
	key, err := ParseKey(stem)
	if err != nil {
		return Key{}, fmt.Errorf("spool: %s is not a batch file's name: %w", path, err)
	}
	return key, nil
}

func check(path string, key Key) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	err = checkFile(f, info.Size(), key)
	var failed *os.PathError // the disk cannot read: not for this package to call damage
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed):
		return fmt.Errorf("spool: %w", err)
	case errors.Is(err, ErrNewer):
		return fmt.Errorf("spool file %s: %w", path, err)
	}
	return damaged(path, "%v", err)
}

func checkFile(f io.ReaderAt, size int64, key Key) error {
	c := checker{key: key}
	if err := pages.Walk(f, size, c.pair); err != nil {
		return err
	}
	return c.end()
}

// checker holds what the pairs seen so far must agree with.
type checker struct {
	key      Key
	buckets  map[string]bool
	head     bool
	sequence uint64 // of the bucket of reports
	reports  uint64
	frozen   *Summary
	index    [Partitions]uint64
	indexed  int
}

// ErrNewer: a file was written by a newer Dunlin. It is whole, and left alone.
var ErrNewer = errors.New("spool: written by a newer version")

var errContent = errors.New("its content is inconsistent")

func (c *checker) pair(bucket string, sequence uint64, key, value []byte) error {
	if key == nil { // the bucket itself
		if c.buckets == nil {
			c.buckets = make(map[string]bool)
		}
		c.buckets[bucket] = true
		if bucket == string(bucketReports) {
			c.sequence = sequence
		}
		return nil
	}
	content, ok := unseal(key, value)
	if !ok {
		return fmt.Errorf("%w: a checksum in %q is wrong", errContent, bucket)
	}
	switch bucket {
	case string(bucketReports):
		c.reports++
		if len(key) != 8 || binary.BigEndian.Uint64(key) != c.reports {
			return fmt.Errorf("%w: report %d is missing", errContent, c.reports)
		}
		// What was appended had been parsed; a head that is not one anymore
		// would have a wrong checksum, so this is a defect rather than damage.
		if _, err := report.ParseHead(content); err != nil {
			return fmt.Errorf("%w: report %d: %w", errContent, c.reports, err)
		}
		return nil
	case string(bucketIndex):
		if len(key) != 1 || len(content)%entrySize != 0 {
			return fmt.Errorf("%w: the index is malformed", errContent)
		}
		c.index[key[0]] = uint64(len(content) / entrySize)
		c.indexed++
		return nil
	case string(bucketBatch):
		switch string(key) {
		case string(keyHead):
			if len(content) > 0 && content[0] > version {
				return fmt.Errorf("%w: it has version %d, this Dunlin reads %d; start the newer Dunlin again, nothing was changed", ErrNewer, content[0], version)
			}
			c.head = string(content) == string(c.key.head())
			return nil
		case string(keyFrozen):
			s, err := decodeSummary(content)
			if err != nil {
				return fmt.Errorf("%w: %w", errContent, err)
			}
			c.frozen = &s
			return nil
		}
	}
	return fmt.Errorf("%w: a key in %q is unknown", errContent, bucket)
}

func (c *checker) end() error {
	switch {
	case len(c.buckets) != 3 || !c.head:
		return fmt.Errorf("%w: it is not this batch's file", errContent)
	case c.sequence != c.reports:
		return fmt.Errorf("%w: %d reports of %d", errContent, c.reports, c.sequence)
	case c.frozen == nil && c.indexed > 0, c.frozen != nil && (c.indexed != Partitions || c.index != c.frozen.Partition):
		return fmt.Errorf("%w: index and mark of a closed period differ", errContent)
	}
	return nil
}
