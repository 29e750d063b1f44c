package operation

import (
	"context"
	"fmt"
	"path/filepath"
)

// Figures are all of a run.
type Figures struct {
	Ingest    []IngestFigures    `json:"ingest"`
	Beside    Comparison         `json:"beside"`
	Aggregate []AggregateFigures `json:"aggregate"`
	// Growth is the time and the peak memory of the larger batch by those of the smaller;
	// Reports grow by 10.
	Growth map[string]float64 `json:"growth"`
}

// What Run measures.
var (
	bodies = []struct{ body, reports int }{{2500, 50_000}, {6000, 40_000}, {13_500, 20_000}}
	counts = []int{10_000, 100_000}
)

const runConnections = 64

// Run measures ingest of three sizes, what a site would otherwise build, and two batches,
// one after the other.
func Run(ctx context.Context, o Options, peers string, views int) (f Figures, err error) {
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
	f.Growth = map[string]float64{"reports": 10, "seconds": large.Released / small.Released, "peak_mb": large.PeakMB / small.PeakMB}
	return f, nil
}
