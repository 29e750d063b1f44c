package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

func ExampleOpen() {
	dir, _ := os.MkdirTemp("", "store")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "x.db")
	_ = os.WriteFile(path, make([]byte, 10_000), 0o600)
	_, err := store.Open(path, "restore it from the other aggregator")
	fmt.Println(errors.Is(err, store.ErrDamaged))
	// Output: true
}
