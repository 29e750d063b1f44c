package problem_test

import (
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/problem"
)

func ExampleNew() {
	err := fmt.Errorf("close: %w", problem.New(problem.PeriodOpen, "the period ends in %d s: ask again then", 60))
	fmt.Println(errors.Is(err, problem.PeriodOpen), err)
	// Output: true close: the period ends in 60 s: ask again then (urn:dunlin:problem:period-open)
}
