package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

var errNested = errors.New("it has a bucket within a bucket, or a value without one, which no store of dunlin has")

// Keep says whether a copy takes a value; the bytes are the transaction's.
type Keep func(bucket, key, value []byte) (bool, error)

// piece is how much is copied in one transaction, which has it in memory.
const piece = 1 << 20

// Snapshot is a copy of a store as it was at one moment, in a file without a name. Close
// it.
type Snapshot struct {
	db   *bolt.DB
	file *os.File
	size int64
}

// Backup writes a copy of the whole store. The file is free again before w gets its first
// byte: no slow reader keeps anything from being stored.
//
// Errors: as OpenRead, and w's.
func (o Options) Backup(w io.Writer) error {
	db, err := o.OpenRead()
	if err != nil {
		return err
	}
	copied, err := Take(db, nil)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	_, err = copied.WriteTo(w)
	return errors.Join(err, copied.Close())
}

// Take copies db as it is at this moment, while it is used: all buckets, and of the values
// those that keep takes (nil: all). It is a file of its own, so nothing else of db's file,
// such as what its free pages still hold, is in it. It takes as much disk as it writes, in
// db's folder. db may be closed before the copy is read.
//
// Errors: ErrFull, keep's and the disk's.
func Take(db *bolt.DB, keep Keep) (*Snapshot, error) {
	s := &Snapshot{}
	if err := s.take(db, keep); err != nil {
		return nil, fmt.Errorf("copy store: %w", room(errors.Join(err, s.Close())))
	}
	return s, nil
}

func (s *Snapshot) take(db *bolt.DB, keep Keep) (err error) {
	o := &bolt.Options{Timeout: lockWait, NoSync: true}
	// The file loses its name while it is open, so that no crash leaves it behind; where
	// the system wants it closed for that, Close removes it.
	o.OpenFile = func(string, int, os.FileMode) (f *os.File, err error) {
		if f, err = os.CreateTemp(filepath.Dir(db.Path()), ".backup-*"); err == nil {
			s.file = f
			_ = os.Remove(f.Name())
		}
		return f, err
	}
	if s.db, err = bolt.Open("backup", 0o600, o); err != nil {
		return err
	}
	if err := db.View(func(tx *bolt.Tx) error { return rewrite(tx, s.db, keep) }); err != nil {
		return err
	}
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	s.size = info.Size()
	return nil
}

// Size is the copy's length in bytes.
func (s *Snapshot) Size() int64 { return s.size }

// WriteTo writes the copy.
func (s *Snapshot) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, io.NewSectionReader(s.file, 0, s.size))
}

// Close lets go of the file, and the disk of it.
func (s *Snapshot) Close() (err error) {
	if s.db != nil {
		err = s.db.Close()
	}
	if s.file != nil {
		err = errors.Join(err, remove(s.file.Name()))
	}
	return err
}

// Backup writes what Take copies.
//
// Errors: as Take, and w's.
func Backup(db *bolt.DB, w io.Writer, keep Keep) error {
	s, err := Take(db, keep)
	if err != nil {
		return err
	}
	_, err = s.WriteTo(w)
	return errors.Join(err, s.Close())
}

// rewrite copies what keep takes; of "meta" all.
func rewrite(from *bolt.Tx, to *bolt.DB, keep Keep) error {
	return from.ForEach(func(name []byte, b *bolt.Bucket) error {
		if b == nil {
			return errNested
		}
		c := b.Cursor()
		k, v := c.First()
		for more := true; more; more = k != nil {
			err := to.Update(func(tx *bolt.Tx) error {
				into, err := tx.CreateBucketIfNotExists(name)
				if err != nil {
					return err
				}
				if err := into.SetSequence(b.Sequence()); err != nil {
					return err
				}
				into.FillPercent = 1 // keys come in their order
				for size := 0; k != nil && size < piece; k, v = c.Next() {
					if v == nil {
						return errNested
					}
					taken := true
					if keep != nil && string(name) != string(bucketMeta) {
						if taken, err = keep(name, k, v); err != nil {
							return err
						}
					}
					if !taken {
						continue
					}
					if err := into.Put(k, v); err != nil {
						return err
					}
					size += len(k) + len(v)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
