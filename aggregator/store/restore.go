package store

import (
	"errors"
	"fmt"
	"io"
	"os"

	bolt "go.etcd.io/bbolt"
)

var (
	// ErrExists: a restored store would take the place of one.
	ErrExists = errors.New("there is a store already: a restored one would forget what that one knows; move it away only if it is damaged")
	// ErrBackup: what is to be restored is no whole backup of this kind of store.
	ErrBackup = errors.New("not a backup of this store")
)

// Restore makes the store at o.Path, where there must be none, of what Backup wrote, and
// brings it to o.Schema. fix, unless nil, then checks and changes it in one transaction.
// The store has its name only when all that is done and durable.
//
// Errors: ErrExists, ErrBackup, ErrNewer, fix's, and the disk's.
func Restore(o Options, r io.Reader, fix func(*bolt.Tx) error) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	made := o
	made.Path, made.Advice, made.Step = o.Path+restored, "take another backup", nil
	defer func() {
		if err = errors.Join(err, remove(made.Path)); err != nil {
			err = fmt.Errorf("restore %s: %w", o.Path, room(err))
		}
	}()
	switch _, err := os.Lstat(o.Path); {
	case err == nil:
		return ErrExists
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if err := made.receive(r); err != nil {
		return err
	}
	db, err := made.Open()
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrKind) {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	if err != nil {
		return err
	}
	if fix != nil {
		err = db.Update(fix)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return o.step("restore", func() error {
		// Link, unlike rename, never replaces a store that was made meanwhile.
		err := os.Link(made.Path, o.Path)
		if errors.Is(err, os.ErrExist) {
			return ErrExists
		}
		return errors.Join(err, syncFolder(o.Path))
	})
}

// receive writes r to the file and requires that it says its format: that of a backup is
// never left out.
func (o *Options) receive(r io.Reader) error {
	if err := remove(o.Path); err != nil { // of a crash
		return err
	}
	f, err := os.OpenFile(o.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	db, err := open(o.Path, o.Advice, true)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	err = db.View(func(tx *bolt.Tx) error {
		f, err := o.read(tx)
		if err == nil && !f.stamped {
			err = errFormat
		}
		return err
	})
	err = errors.Join(err, db.Close())
	if err != nil && !errors.Is(err, ErrNewer) {
		err = fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return err
}
