package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/dunlin-analytics/dunlin/privacy/pages"
)

var (
	// ErrDamaged: the file is no whole store, or not in its last state.
	ErrDamaged = errors.New("the store is damaged")
	// ErrLocked: another process has the file open.
	ErrLocked = errors.New("the store is in use by another process")

	// errReplaced: while the lock was waited for, another file took the name.
	errReplaced = errors.New("the file was replaced meanwhile")
)

// lockWait is how long opening waits for another process to let go of the file.
const lockWait = 2 * time.Second

// What a file is called before it stands under its own name.
const (
	created  = ".new"
	migrated = ".migrated"
	restored = ".restored"
)

// OpenRead opens the store at path, which must exist, for reading beside other readers,
// whatever its kind and format: to see whether it is whole. advice tells the operator what
// may be done when it is not.
//
// Errors: ErrDamaged, ErrLocked, and the file's own.
func OpenRead(path, advice string) (*bolt.DB, error) { return open(path, advice, true) }

func open(path, advice string, readOnly bool) (db *bolt.DB, err error) {
	for range 3 { // no more migrations than that follow each other within a wait
		if db, err = openOnce(path, advice, readOnly); !errors.Is(err, errReplaced) {
			break
		}
	}
	return db, err
}

func openOnce(path, advice string, readOnly bool) (*bolt.DB, error) {
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
			err = checkFile(f, name)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return f, nil
	}
	db, err := bolt.Open(path, 0o600, o)
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s; stop that process, or give this one a folder of its own", ErrLocked, path)
	case errors.Is(err, pages.ErrDamaged), errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, damaged(path, advice, err)
	}
	return nil, fmt.Errorf("open store: %w", err)
}

func damaged(path, advice string, why any) error {
	return fmt.Errorf("%w: %s: %v; %s", ErrDamaged, path, why, advice)
}

// checkFile refuses a damaged file, and one that has lost its name to another since it was
// opened: what would be written to it nobody would ever read.
func checkFile(f *os.File, name string) error {
	have, err := f.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !os.SameFile(have, named) {
		return errReplaced
	}
	return pages.Walk(f, have.Size(), nil)
}

// create makes a store, filled by begin, that appears under its name only when it is whole.
func create(path string, begin func(*bolt.Tx) error) error {
	made := path + created
	if err := remove(made); err != nil {
		return err // what a crash left half made was never used
	}
	defer os.Remove(made)
	db, err := bolt.Open(made, 0o600, &bolt.Options{Timeout: lockWait})
	if err != nil {
		return err
	}
	if err := errors.Join(db.Update(begin), db.Close()); err != nil {
		return err
	}
	// Link, unlike rename, never replaces a file that another process made.
	if err := os.Link(made, path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncFolder(path)
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// syncFolder makes the names in path's folder durable.
func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
