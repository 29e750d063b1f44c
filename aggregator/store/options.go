package store

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

var (
	// ErrOptions: an option is missing, or there are not as many migrations as formats
	// before Schema.
	ErrOptions = errors.New("store: options")
	// ErrNewer: a later version of dunlin wrote the store.
	ErrNewer = errors.New("the store's format is newer than this program")
	// ErrOlder: the store has to be migrated, which a reader does not do.
	ErrOlder = errors.New("the store's format is older than this program")
	// ErrKind: the file is a store of something else.
	ErrKind = errors.New("the file is a store of another kind")
)

// Options of a store that says its format.
type Options struct {
	Path   string // of the file; required
	Advice string // what the operator may do about a damaged file; required
	// Schema is the version of the format that this program reads and writes, 1 or
	// more; required.
	Schema uint64
	// Migrate[i] takes a store from format i+1 to i+2, in a transaction in which it may
	// change, make and delete buckets. It is called again when a crash or another failure
	// came after it, so what it does beside the transaction must bear that. Migrate[0]
	// must refuse what is not of format 1: a store whose word of its format has gone
	// looks like one. It keeps no bytes of the transaction. Required: Schema-1 of them.
	Migrate []func(*bolt.Tx) error
	Buckets []string // of format Schema, without "meta"; required
	// Also tells of other buckets that the format knows, made as need be; nil: of none.
	Also func(name string) bool
	// Step is called right before and right after each durable step of opening and
	// restoring, as "Name.migrate before" (see Update). Optional.
	Step func(point string) error
	Name string // of the store, in Step's points: "release"; required with Step
}

func (o *Options) check() error {
	if o.Path == "" || o.Advice == "" || o.Schema == 0 || len(o.Buckets) == 0 || o.Step != nil && o.Name == "" {
		return fmt.Errorf("%w: one that is required is missing", ErrOptions)
	}
	if uint64(len(o.Migrate)) != o.Schema-1 {
		return fmt.Errorf("%w: %d migrations to format %d", ErrOptions, len(o.Migrate), o.Schema)
	}
	return nil
}

// Open opens the store for reading and writing, makes it if need be, and brings one of
// an older format to Schema.
//
// Errors: ErrOptions, ErrDamaged, ErrLocked, ErrNewer, ErrKind, a migration's and the
// file's own.
func (o Options) Open() (*bolt.DB, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	_, err := os.Stat(o.Path)
	if errors.Is(err, os.ErrNotExist) {
		err = o.step("create", func() error { return create(o.Path, o.begin) })
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", room(err))
	}
	return o.openExisting()
}

func (o *Options) openExisting() (*bolt.DB, error) {
	for {
		db, err := open(o.Path, o.Advice, false)
		if err != nil {
			return nil, err
		}
		former, err := o.prepare(db)
		if err == nil && former == nil {
			return db, nil
		}
		err = errors.Join(err, db.Close())
		if former != nil {
			err = errors.Join(err, overwrite(former)) // the next round opens the new one
		}
		if err != nil {
			return nil, err
		}
	}
}

// OpenRead opens the store, which must exist, for reading beside other readers.
//
// Errors: as Open, and ErrOlder.
func (o Options) OpenRead() (*bolt.DB, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	db, err := open(o.Path, o.Advice, true)
	if err != nil {
		return nil, err
	}
	err = db.View(func(tx *bolt.Tx) error {
		f, err := o.read(tx)
		switch {
		case err != nil:
			return err
		case f.schema < o.Schema:
			return fmt.Errorf("%w: %s is of format %d, this program's is %d: start the service that writes it once, which brings it there", ErrOlder, o.Path, f.schema, o.Schema)
		}
		return o.checkBuckets(tx)
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Make opens the store as Open does, and closes it.
func (o Options) Make() error {
	db, err := o.Open()
	if err != nil {
		return err
	}
	return db.Close()
}

// Update opens the store, which must exist, changes it in one transaction, and closes it.
// One that has gone since Make is not made anew: what it held would be forgotten.
func (o Options) Update(name string, fn func(*bolt.Tx) error) error {
	if err := o.check(); err != nil {
		return err
	}
	db, err := o.openExisting()
	if err != nil {
		return err
	}
	return errors.Join(Update(db, o.Step, o.Name+"."+name, fn), db.Close())
}

// View opens the store for reading, reads, and closes it.
func (o Options) View(fn func(*bolt.Tx) error) error {
	db, err := o.OpenRead()
	if err != nil {
		return err
	}
	return errors.Join(db.View(fn), db.Close())
}

// prepare brings a store that was just opened to Schema. If it had to make another file
// for that, it returns db's, which has lost its name.
func (o *Options) prepare(db *bolt.DB) (former *os.File, err error) {
	var f format
	var empty bool
	err = db.View(func(tx *bolt.Tx) error {
		if f, err = o.read(tx); err != nil {
			return err
		}
		if k, _ := tx.Cursor().First(); k == nil {
			empty = true
			return nil
		}
		if f.schema == o.Schema {
			return o.checkBuckets(tx)
		}
		return nil
	})
	switch {
	case err != nil || f.stamped && f.schema == o.Schema:
		return nil, err
	case empty: // made by a program that then crashed
		return nil, Update(db, o.Step, o.Name+".begin", o.begin)
	case f.schema == o.Schema: // the first format, from before it was written down
		return nil, Update(db, o.Step, o.Name+".stamp", func(tx *bolt.Tx) error { return stamp(tx, o.Schema) })
	}
	return o.migrate(db, f.schema)
}

// begin makes a new store's content.
func (o *Options) begin(tx *bolt.Tx) error {
	for _, name := range o.Buckets {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return stamp(tx, o.Schema)
}

// read returns the store's format, and refuses one that this program does not know.
func (o *Options) read(tx *bolt.Tx) (f format, err error) {
	f, err = readFormat(tx)
	switch {
	case err != nil:
		return f, damaged(o.Path, o.Advice, err)
	case f.schema > o.Schema:
		return f, fmt.Errorf("%w: %s is of format %d, this program's is %d: install at least %s, or go back to a backup of before",
			ErrNewer, o.Path, f.schema, o.Schema, f.program)
	}
	return f, nil
}

// checkBuckets refuses a store of this format that lacks a bucket or has one too many:
// to make it anew would forget what it held.
func (o *Options) checkBuckets(tx *bolt.Tx) error {
	var missing, strange []string
	for _, name := range o.Buckets {
		if tx.Bucket([]byte(name)) == nil {
			missing = append(missing, name)
		}
	}
	err := tx.ForEach(func(name []byte, _ *bolt.Bucket) error {
		if n := string(name); n != string(bucketMeta) && !slices.Contains(o.Buckets, n) && (o.Also == nil || !o.Also(n)) {
			strange = append(strange, fmt.Sprintf("%.20q", n))
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case len(missing) > 0 && len(strange) > 0:
		return fmt.Errorf("%w: %s has %s and not %s: give the path of the right file; if this is it, it is damaged: %s",
			ErrKind, o.Path, strings.Join(strange, ", "), strings.Join(missing, ", "), o.Advice)
	case len(missing) > 0:
		return damaged(o.Path, o.Advice, "it lacks "+strings.Join(missing, ", "))
	case len(strange) > 0:
		return damaged(o.Path, o.Advice, "no version knows its "+strings.Join(strange, ", "))
	}
	return nil
}
