package store

import (
	"errors"
	"fmt"
	"io"
	"os"

	bolt "go.etcd.io/bbolt"
)

// migrate makes the file anew in format Schema, puts it in db's place and returns db's,
// to be overwritten when db is closed. Till then db keeps the lock: nobody writes to the
// former file meanwhile, and who waits for it finds that it lost its name (checkFile).
func (o *Options) migrate(db *bolt.DB, have uint64) (former *os.File, err error) {
	made := o.Path + migrated
	defer func() {
		if err != nil {
			err = fmt.Errorf("bring %s from format %d to %d: %w", o.Path, have, o.Schema, room(errors.Join(err, remove(made))))
		}
	}()
	if err := remove(made); err != nil { // of a crash
		return nil, err
	}
	if err := o.remake(made, db, have); err != nil {
		return nil, err
	}
	if former, err = os.OpenFile(o.Path, os.O_WRONLY, 0); err != nil {
		return nil, err
	}
	err = o.step("migrate", func() error {
		if err := os.Rename(made, o.Path); err != nil {
			return err
		}
		return syncFolder(o.Path)
	})
	if err != nil {
		// Not overwritten: unless the name is the new file's for good, it may be needed.
		return nil, errors.Join(err, former.Close())
	}
	return former, nil
}

// remake writes db's content, in format Schema, to a new file.
func (o *Options) remake(made string, db *bolt.DB, have uint64) (err error) {
	// Never committed: bbolt then writes nothing to the old file.
	tx, err := db.Begin(true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	for n := have; n < o.Schema; n++ {
		if err := o.Migrate[n-1](tx); err != nil {
			return err
		}
	}
	if err := errors.Join(stamp(tx, o.Schema), o.checkBuckets(tx)); err != nil {
		return err
	}
	to, err := bolt.Open(made, 0o600, &bolt.Options{Timeout: lockWait, NoSync: true})
	if err != nil {
		return err
	}
	return errors.Join(rewrite(tx, to, nil), to.Sync(), to.Close())
}

// overwrite writes zeros over a file and closes it. A disk that writes elsewhere keeps
// what was there: the proof that something is gone is a key that is.
func overwrite(f *os.File) error {
	info, err := f.Stat()
	if err == nil {
		_, err = io.CopyN(f, zeros{}, info.Size())
	}
	return errors.Join(err, f.Sync(), f.Close())
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
