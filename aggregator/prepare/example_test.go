package prepare_test

import (
	"fmt"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/prepare"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

func ExampleMeasure() {
	f, err := prepare.Measure(vdaf.Params{Length: 64, Weight: 4, Chunk: 10}, 5, time.Now)
	fmt.Println(f.Reports, f.PerSecond > 0, err)
	// Output: 5 true <nil>
}
