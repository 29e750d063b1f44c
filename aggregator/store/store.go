// Package store opens an aggregator's bbolt files, and refuses a damaged one
// with an error that says which file and what to do, before bbolt maps it.
//
// bbolt maps its file into memory and follows page numbers: a file cut off in
// the middle (a full disk, a copy broken off, a restored half) would end the
// process by a fault rather than with an error. So Open first reads both meta
// pages from the file, compares the pages in use with the file's length, and
// then lets bbolt check every page.
//
//	page p:     8 number | 2 flags | 2 count | 4 overflow
//	meta:       4 magic | 4 version | 4 page size | 4 flags | 16 root
//	            8 freelist | 8 pages in use | 8 transaction | 8 checksum (FNV-1a 64)
//
// (bbolt 1.5, internal/common; integers in the machine's order, little endian on
// all that Dunlin runs on.)
package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

var (
	// ErrDamaged: the file is no whole store.
	ErrDamaged = errors.New("the store is damaged")
	// ErrLocked: another process has the file open.
	ErrLocked = errors.New("the store is in use by another process")
)

// lockWait is how long Open waits for another process to let go of the file.
const lockWait = 2 * time.Second

// Open opens the store at path, or makes it, readable for its owner alone.
// advice tells the operator what may be done when the file is damaged; it
// depends on what the file holds.
//
// Errors: ErrDamaged, ErrLocked, and the file's own.
func Open(path, advice string) (db *bolt.DB, err error) { return open(path, advice, false) }

// OpenRead opens the store at path, which must exist, for reading beside other
// readers.
//
// Errors: as Open.
func OpenRead(path, advice string) (db *bolt.DB, err error) { return open(path, advice, true) }

func open(path, advice string, readOnly bool) (db *bolt.DB, err error) {
	damaged := func(why any) error {
		return fmt.Errorf("%w: %s: %v; %s", ErrDamaged, path, why, advice)
	}
	if why, err := cutOff(path); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	} else if why != "" {
		return nil, damaged(why)
	}
	var file *os.File // kept to let go of bbolt's lock when bbolt panics
	defer func() {
		if p := recover(); p != nil {
			_ = file.Close() // the damage is the error to report
			db, err = nil, damaged(p)
		}
	}()
	db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: lockWait, ReadOnly: readOnly, OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
		var err error
		file, err = os.OpenFile(name, flag, mode)
		return file, err
	}})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s; stop that process, or give this one a folder of its own", ErrLocked, path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, damaged(err)
	case err != nil:
		return nil, fmt.Errorf("open store: %w", err)
	}
	var first error
	err = db.View(func(tx *bolt.Tx) error {
		for e := range tx.Check() {
			if first == nil {
				first = e
			}
		}
		return nil
	})
	if first == nil {
		first = err
	}
	if first != nil {
		_ = db.Close() // the damage is the error to report
		return nil, damaged(first)
	}
	return db, nil
}

const (
	magic      = 0xED0CDAED
	pageHeader = 16
	metaSize   = 64
)

// cutOff says why the file cannot be whole, or nothing. A missing or empty file
// is a store to be made.
func cutOff(path string) (why string, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return "", err
	}
	var latest, pages, pageSize uint64
	found := false
	// The second meta page lies one page after the first; its place depends on
	// the page size, which only an intact meta page tells. All that bbolt uses
	// are tried.
	at := []int64{0}
	for size := int64(1024); size <= 64<<10; size *= 2 {
		at = append(at, size)
	}
	for _, off := range at {
		b := make([]byte, metaSize)
		if _, err := f.ReadAt(b, off+pageHeader); err != nil {
			if err == io.EOF {
				continue
			}
			return "", err
		}
		size, txid := uint64(binary.LittleEndian.Uint32(b[8:])), binary.LittleEndian.Uint64(b[48:])
		sum := fnv.New64a()
		_, _ = sum.Write(b[:56]) // a hash never fails
		if binary.LittleEndian.Uint32(b) != magic || binary.LittleEndian.Uint64(b[56:]) != sum.Sum64() ||
			off != 0 && uint64(off) != size || found && txid < latest {
			continue
		}
		found, latest, pageSize, pages = true, txid, size, binary.LittleEndian.Uint64(b[40:])
	}
	switch {
	case !found:
		return "it has no valid meta page", nil
	case uint64(info.Size()) < pages*pageSize:
		return fmt.Sprintf("it is cut off: %d bytes of at least %d", info.Size(), pages*pageSize), nil
	}
	return "", nil
}
