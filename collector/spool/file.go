package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// pageSize of 16 KiB lets a page hold several small reports, and so fewer of
// them be written and walked; behind reports of 6 KB it leaves a quarter unused.
// In speed sizes from 4 to 64 KiB differ less than runs do (BenchmarkPageSize).
const pageSize = 16 << 10

const temporary = ".new"

func fileOptions() *bolt.Options {
	return &bolt.Options{
		Timeout:      time.Second, // for another process to let go of the file
		PageSize:     pageSize,
		FreelistType: bolt.FreelistMapType,
		// The memory map is not remapped until a file is this large; what is
		// mapped beyond the file's end costs addresses, not memory.
		InitialMmapSize: 1 << 30,
		NoStatistics:    true,
		// The free list is kept on disk although appending would be a little
		// faster without: it lets check account for every page.
	}
}

// openFile opens a batch's file, made when it does not exist and never did.
//
// Errors: a DamageError, a LostError, ErrNewer, and the disk's.
func openFile(path string, key Key, m *marks, step Step) (*bolt.DB, error) {
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := m.gone(key, path); err != nil {
			return nil, err
		}
		err = createFile(path, key, step)
	}
	if err != nil {
		return nil, fmt.Errorf("spool: open %s: %w", path, err)
	}
	// Before any report in it is acknowledged: from now on the file is missed.
	if err := m.set(key, begun); err != nil {
		return nil, err
	}
	if err := check(path, key); err != nil {
		return nil, err
	}
	var db *bolt.DB
	err = guarded(path, func() (err error) {
		db, err = bolt.Open(path, 0o600, fileOptions())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("spool: open %s: %w", path, err)
	}
	return db, nil
}

// createFile makes a file that appears under its name only when it is whole.
func createFile(path string, key Key, step Step) error {
	made := path + temporary
	if err := os.Remove(made); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	defer os.Remove(made)
	if err := step.Around("spool.create", func() error { return writeEmpty(made, key) }); err != nil {
		return err
	}
	return step.Around("spool.link", func() error {
		// Link, unlike rename, never replaces a file that another process made.
		if err := os.Link(made, path); err != nil {
			return err
		}
		return syncDir(filepath.Dir(path))
	})
}

// writeEmpty makes a batch file without reports.
func writeEmpty(path string, key Key) error {
	o := fileOptions()
	o.InitialMmapSize = 0
	db, err := bolt.Open(path, 0o600, o)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketReports, bucketIndex} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		b, err := tx.CreateBucket(bucketBatch)
		if err != nil {
			return err
		}
		return b.Put(keyHead, seal(keyHead, key.head()))
	})
	return errors.Join(err, db.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
