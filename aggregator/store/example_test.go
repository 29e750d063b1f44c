package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

func ExampleOptions_OpenRead() {
	dir, _ := os.MkdirTemp("", "store")
	defer os.RemoveAll(dir)
	o := store.Options{Path: filepath.Join(dir, "x.db"), Advice: "restore it from the other aggregator", Schema: 1, Buckets: []string{"counts"}}
	_ = os.WriteFile(o.Path, make([]byte, 10_000), 0o600)
	_, err := o.OpenRead()
	fmt.Println(errors.Is(err, store.ErrDamaged))
	// Output: true
}

// The second format counts in bytes, the first one in words.
func ExampleOptions_Open() {
	dir, _ := os.MkdirTemp("", "store")
	defer os.RemoveAll(dir)
	o := store.Options{Path: filepath.Join(dir, "x.db"), Advice: "count again", Schema: 1, Buckets: []string{"counts"}}
	put := func(tx *bolt.Tx) error { return tx.Bucket([]byte("counts")).Put([]byte("visits"), []byte("three")) }
	fmt.Println(errors.Join(o.Make(), o.Update("put", put)))

	o.Schema, o.Migrate = 2, []func(*bolt.Tx) error{func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("counts")).Put([]byte("visits"), []byte{3})
	}}
	fmt.Println(o.Update("read", func(tx *bolt.Tx) error {
		fmt.Println(tx.Bucket([]byte("counts")).Get([]byte("visits")))
		return nil
	}))

	o.Schema, o.Migrate = 1, nil
	fmt.Println(errors.Is(o.View(put), store.ErrNewer))
	// Output:
	// <nil>
	// [3]
	// <nil>
	// true
}
