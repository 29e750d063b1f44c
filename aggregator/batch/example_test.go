package batch_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// A batch of which the peer counts something else is not settled.
func ExampleStore_Settle() {
	dir, _ := os.MkdirTemp("", "batch")
	defer os.RemoveAll(dir)
	s, _ := batch.OpenStore(batch.Options{Path: filepath.Join(dir, "batches.db")})
	defer s.CloseStore()
	b := message.Batch{Plan: plan.Digest{1}, Date: 20000}
	_, err := s.Settle(b, batch.Terms{Cells: 4, Sigma2: 97, MinBatch: 100}, message.Tally{Count: 100}, nil)
	fmt.Println(errors.Is(err, batch.ErrDisagree))
	// Output: true
}
