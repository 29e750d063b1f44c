package operation

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// Figures are all of a run.
type Figures struct {
	Ingest    []IngestFigures    `json:"ingest"`
	Beside    Comparison         `json:"beside"`
	Aggregate []AggregateFigures `json:"aggregate"`
	// Growth is reports, time and peak memory of the larger batch by those of the smaller.
	Growth map[string]float64 `json:"growth"`
}

// What Run measures, and what ingest is to reach (DESIGN.md "Numbers to hold").
var (
	bodies = []struct {
		body, reports int
		perSecond     float64
	}{{2500, 50_000, 10_000}, {6000, 40_000, 8_000}, {13_500, 20_000, 4_500}}
	counts = []int{10_000, 100_000}
)

const (
	runConnections = 64
	p99            = 15 // ms, at most
)

// ErrTarget: a figure misses its target. All of them are measured and returned.
var ErrTarget = errors.New("a target is missed")

// Run measures ingest of three sizes, what a site would otherwise build, and two batches,
// one after the other.
//
// Errors: ErrTarget with whole figures.
func Run(ctx context.Context, o Options, peers string, views int) (f Figures, err error) {
	var missed []error
	dir := o.Dir
	at := func(name string, args ...any) Options {
		o.Dir = filepath.Join(dir, fmt.Sprintf(name, args...))
		return o
	}
	for _, b := range bodies {
		got, err := Ingest(ctx, at("ingest-%d", b.body), Near(b.body), runConnections, b.reports)
		if err != nil {
			return f, err
		}
		f.Ingest = append(f.Ingest, got)
		if got.PerSecond < b.perSecond || got.P99 > p99 {
			missed = append(missed, fmt.Errorf("%w: %d bytes: %.0f a second of %.0f, p99 %.1f ms of %d", ErrTarget, got.Body, got.PerSecond, b.perSecond, got.P99, p99))
		}
	}
	if f.Beside, err = Compare(ctx, at("peers"), peers, runConnections, views, f.Ingest[1]); err != nil {
		return f, err
	}
	for _, n := range counts {
		got, err := Aggregate(ctx, at("aggregate-%d", n), n)
		if err != nil {
			return f, err
		}
		f.Aggregate = append(f.Aggregate, got)
	}
	small, large := f.Aggregate[0], f.Aggregate[1]
	f.Growth = map[string]float64{"reports": float64(large.Reports) / float64(small.Reports), "seconds": large.Released / small.Released, "peak_mb": large.PeakMB / small.PeakMB}
	return f, errors.Join(missed...)
}
