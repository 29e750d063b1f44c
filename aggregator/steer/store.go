package steer

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// File is the name of a leader's log of orders in its data folder.
const File = "steer.db"

// ErrFull: the log has as many orders as it takes.
var ErrFull = fmt.Errorf("steer: the log has %d orders and takes no more: move %s away while the leader rests, after which nothing is stopped", mostOrders, File)

// mostOrders bounds the log, which is read whole.
const mostOrders = 10_000

const advice = "move it away: the leader then goes on with nothing stopped or rolled back, and orders have to be given again"

var orders = []byte("orders")

// Store is the log in a bbolt file. It is open only while something is read or written,
// so that the console writes beside the serving leader. Safe for concurrent use.
type Store struct{ file store.Options }

// Open returns the store in a file, and makes it if need be.
//
// Errors: store.ErrDamaged, store.ErrLocked, store.ErrNewer and store.ErrKind, as all that
// read or write.
func Open(path string) (*Store, error) {
	s := &Store{fileOf(path)}
	return s, s.file.Make()
}

func fileOf(path string) store.Options {
	return store.Options{Path: path, Advice: advice, Schema: 1, Buckets: []string{string(orders)}, Name: "steer"}
}

// Give adds an order, with the next ID, and returns it as it is kept: on disk. Whether it
// fits a plan is asked before (Order.Fits).
//
// Errors: ErrOrder, ErrFull, and those of Open.
func (s *Store) Give(o Order) (Order, error) {
	if err := o.check(); err != nil {
		return Order{}, err
	}
	o.At = o.At.UTC()
	err := s.file.Update("give", func(tx *bolt.Tx) error {
		b := tx.Bucket(orders)
		if b.Sequence() >= mostOrders {
			return ErrFull
		}
		var err error
		if o.ID, err = b.NextSequence(); err != nil {
			return err
		}
		text, err := json.Marshal(o)
		if err != nil {
			return err
		}
		return b.Put(keyOf(o.ID), text)
	})
	return o, err
}

// List returns the whole log, the oldest first.
func (s *Store) List() (all []Order, err error) {
	err = s.file.View(func(tx *bolt.Tx) (err error) {
		all, err = read(tx)
		return err
	})
	return all, err
}

func read(tx *bolt.Tx) (all []Order, err error) {
	err = tx.Bucket(orders).ForEach(func(k, v []byte) error {
		var o Order
		err := json.Unmarshal(v, &o)
		if err == nil {
			err = o.check()
		}
		if err == nil && (!bytes.Equal(k, keyOf(o.ID)) || o.ID != uint64(len(all)+1)) {
			err = errors.New("its number is another")
		}
		if err != nil {
			return fmt.Errorf("%w: order %x: %w; %s", store.ErrDamaged, k, err, advice)
		}
		all = append(all, o)
		return nil
	})
	return all, err
}

func keyOf(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

// Backup writes a copy of the log.
func (s *Store) Backup(w io.Writer) error {
	if err := s.file.Backup(w); err != nil {
		return fmt.Errorf("back up orders: %w", err)
	}
	return nil
}

// Restore makes the store at path, where there must be none, of what Backup wrote.
//
// Errors: store.ErrExists, store.ErrBackup, store.ErrNewer, and the disk's.
func Restore(path string, r io.Reader) error {
	return store.Restore(fileOf(path), r, func(tx *bolt.Tx) error {
		if _, err := read(tx); err != nil {
			return fmt.Errorf("%w: %w", store.ErrBackup, err)
		}
		return nil
	})
}
