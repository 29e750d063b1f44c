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

// Backup writes a copy of db as it is at this moment, while it is used: all buckets, and
// of the values those that keep takes (nil: all). It is a file of its own, so nothing
// else of db's file, such as what its free pages still hold, is in it. It takes as much
// disk as it writes, in db's folder, for as long as it takes.
//
// Errors: keep's, w's and the disk's.
func Backup(db *bolt.DB, w io.Writer, keep Keep) (err error) {
	var file *os.File
	defer func() {
		if err != nil {
			err = fmt.Errorf("copy store: %w", err)
		}
	}()
	o := &bolt.Options{Timeout: lockWait, NoSync: true}
	// The file loses its name while it is open, so that no crash leaves it behind; where
	// the system wants it closed for that, it is removed at the end.
	o.OpenFile = func(string, int, os.FileMode) (f *os.File, err error) {
		if f, err = os.CreateTemp(filepath.Dir(db.Path()), ".backup-*"); err == nil {
			file = f
			_ = os.Remove(f.Name())
		}
		return f, err
	}
	to, err := bolt.Open("backup", 0o600, o)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, to.Close(), remove(file.Name()))
	}()
	err = db.View(func(tx *bolt.Tx) error { return rewrite(tx, to, keep) })
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	_, err = io.Copy(w, io.NewSectionReader(file, 0, info.Size()))
	return err
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
