package speed

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/prepare"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
	"golang.org/x/sync/errgroup"
)

// PrepareFigures are open and prepare, both roles.
type PrepareFigures struct {
	Cells   int     `json:"cells"`
	Weight  int     `json:"weight"`
	Chunk   int     `json:"chunk"`
	PerCore float64 `json:"reports_per_second_core"`
	Both    float64 `json:"reports_per_second_two_cores"`
	Ratio   float64 `json:"ratio_two_cores"`
	Open    float64 `json:"open_us"`  // age and the comparison of heads, both roles
	Total   float64 `json:"total_us"` // a report, both roles, all stages
}

// ErrCells: no measurement has so many cells.
var ErrCells = errors.New("accepted are 1 to 1024 cells")

// rounds of one goroutine and of two are interleaved, so that a busy moment of the
// machine falls on both.
const rounds = 5

// Prepare measures open and prepare on one goroutine and on two.
func Prepare(cells, reports int) (f PrepareFigures, err error) {
	if cells < 1 || cells > plan.MaxCells {
		return f, fmt.Errorf("%d cells: %w", cells, ErrCells)
	}
	if reports < rounds {
		return f, fmt.Errorf("%d reports: at least %d reports are needed, one a round", reports, rounds)
	}
	weight := min(12, cells)
	params := vdaf.Params{Length: cells, Weight: weight, Chunk: share.DefaultChunk(cells, weight)}
	f.Cells, f.Weight, f.Chunk = cells, weight, params.Chunk
	var one, two, open, total []float64
	for range rounds {
		got, err := prepare.Measure(params, reports/rounds, time.Now)
		if err != nil {
			return f, err
		}
		one = append(one, got.PerSecond)
		open = append(open, float64(got.Open.Nanoseconds())/1e3/float64(got.Reports))
		total = append(total, float64(got.Total.Nanoseconds())/1e3/float64(got.Reports))
		// Each goroutine makes its reports first; only their preparation is timed.
		var both [2]prepare.Figures
		var g errgroup.Group
		for i := range both {
			g.Go(func() error {
				var err error
				both[i], err = prepare.Measure(params, reports/rounds, time.Now)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return f, err
		}
		two = append(two, both[0].PerSecond+both[1].PerSecond)
	}
	f.PerCore, f.Both = middle(one), middle(two)
	f.Open, f.Total = middle(open), middle(total)
	f.Ratio = f.Both / f.PerCore
	return f, nil
}

func middle(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
