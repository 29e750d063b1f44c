// Package store opens an aggregator's bbolt files, and refuses a damaged one
// with an error that says which file and what to do, before bbolt maps it.
//
// What an aggregator must never forget is that it drew a batch's noise and what
// it counted (PRIVACY.md section 3, rules 1 to 3). bbolt by itself would forget:
// a file whose newest meta page is damaged opens at the transaction before, and
// an emptied file opens as a new store. Both are refused here. It also maps its
// file into memory and follows page numbers, so that a file cut off in the middle
// (a full disk, a copy broken off) would end the process by a fault.
//
// So Open, holding the file's lock, reads both meta pages (meta.go), compares the
// pages in use with the file's length, and then lets bbolt check every page. A
// new file appears under its name only when it is whole, so no crash leaves one
// that is neither new nor sound. What pages cannot tell, an older copy of the
// whole file put in its place, is for the aggregators to refuse.
package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

var (
	// ErrDamaged: the file is no whole store, or not in its last state.
	ErrDamaged = errors.New("the store is damaged")
	// ErrLocked: another process has the file open.
	ErrLocked = errors.New("the store is in use by another process")
)

// lockWait is how long Open waits for another process to let go of the file.
const lockWait = 2 * time.Second

const temporary = ".new"

// Open opens the store at path, or makes it, readable for its owner alone.
// advice tells the operator what may be done when the file is damaged; it
// depends on what the file holds.
//
// Errors: ErrDamaged, ErrLocked, and the file's own.
func Open(path, advice string) (db *bolt.DB, err error) {
	_, err = os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		err = create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return open(path, advice, false)
}

// OpenRead opens the store at path, which must exist, for reading beside other
// readers.
//
// Errors: as Open.
func OpenRead(path, advice string) (db *bolt.DB, err error) { return open(path, advice, true) }

func open(path, advice string, readOnly bool) (db *bolt.DB, err error) {
	damaged := func(why any) error {
		return fmt.Errorf("%w: %s: %v; %s", ErrDamaged, path, why, advice)
	}
	var file *os.File // kept to let go of the lock when bbolt panics
	defer func() {
		if p := recover(); p != nil {
			// The damage is the error to report. Closing is not enough: the map that
			// bbolt leaves behind keeps the file, and with it the lock.
			_ = errors.Join(unlock(file), file.Close())
			db, err = nil, damaged(p)
		}
	}()
	o := &bolt.Options{Timeout: lockWait, ReadOnly: readOnly}
	// bbolt calls this and then takes the lock that is held already: a page that
	// another process is just writing is not taken for a damaged one.
	o.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
		if err != nil {
			return nil, err
		}
		err = lock(f, !readOnly, lockWait)
		if err == nil {
			err = checkMeta(f)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		file = f
		return f, nil
	}
	db, err = bolt.Open(path, 0o600, o)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s; stop that process, or give this one a folder of its own", ErrLocked, path)
	case errors.Is(err, errMeta), errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
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

// create makes an empty store that appears under its name only when it is whole.
func create(path string) error {
	made := path + temporary
	if err := os.Remove(made); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // what a crash left half made was never used
	}
	defer os.Remove(made)
	db, err := bolt.Open(made, 0o600, &bolt.Options{Timeout: lockWait})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	// Link, unlike rename, never replaces a file that another process made.
	if err := os.Link(made, path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
