package helper_test

import (
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/helper"
)

// What is required has no default: without a noise source there is no helper.
func ExampleNew() {
	_, err := helper.New(helper.Options{})
	fmt.Println(errors.Is(err, helper.ErrOptions))
	// Output: true
}
