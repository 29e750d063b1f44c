package leader_test

import (
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// A caller tells a short batch, which is no failure, from all else by its type.
func ExampleShortError() {
	var err error = fmt.Errorf("step: %w", &leader.ShortError{Batch: message.Batch{Plan: plan.Digest{0xab}, Date: 20000}, Count: 87, Need: 100})
	var short *leader.ShortError
	fmt.Println(errors.As(err, &short), short.Count, short.Need)
	// Output: true 87 100
}
