package leave

import (
	"fmt"
	"io"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	// most pages of a visitor are counted, the first ones; each with its place in the
	// visit, of which the last stands for all later ones.
	most   = 8
	weight = 1 + most + 1
	sigma2 = 206 // epsilon 1 at that weight (PRIVACY.md section 2)
)

// row is the place in the visit of a visitor's page i.
func row(i int) int { return min(i, most-1) }

// benchPlan counts pages by their category, and those that were the last. Its segments
// are places in the visit, as those of package msnbc are the category that the visitor is
// on: known to the device at that moment, and to nobody else.
func benchPlan() *plan.Plan {
	p := &plan.Plan{Sigma2: sigma2, Metrics: []plan.Metric{
		{Name: "seen", Kind: plan.Topics, By: plan.BySegment, Most: most},
		{Name: "left", Kind: plan.Last, By: plan.BySegment, Most: 1},
	}}
	for c := range msnbc.Categories {
		p.Topics = append(p.Topics, fmt.Sprint("category ", c))
	}
	for i := range most {
		p.Segments = append(p.Segments, plan.Segment{Name: fmt.Sprint("page ", i+1)})
	}
	for d := range msnbc.LearnDays {
		start := plan.Date(20_000 + d)
		p.Periods = append(p.Periods, plan.Period{Date: start, Start: plan.Time(start) * plan.Day, End: plan.Time(start+1) * plan.Day})
	}
	return p
}

// releases are the learning days' sums, each with both aggregators' noise; random nil
// leaves them exact.
func releases(p *plan.Plan, visitors []msnbc.Visitor, random io.Reader) ([]optimise.Release, error) {
	l := plan.LayoutOf(p)
	if l.Weight != weight {
		return nil, fmt.Errorf("the benchmark's plan has weight %d, not %d", l.Weight, weight)
	}
	var out []optimise.Release
	for _, period := range p.Periods {
		out = append(out, optimise.Release{Plan: p, Period: period, Cells: make([]int64, l.Cells)})
	}
	for _, v := range visitors {
		if v.Day >= msnbc.LearnDays {
			continue
		}
		cells := out[v.Day].Cells
		cells[0]++ // present
		for i := range min(len(v.Path), most) {
			cells[l.Spans[1].Cell(row(i), v.Last(i))]++
			if i == len(v.Path)-1 {
				cells[l.Spans[2].Cell(row(i), v.Last(i))]++
			}
		}
	}
	if random == nil {
		return out, nil
	}
	source := noise.NewSource(random)
	for d := range out {
		out[d].Variance = 2 * sigma2
		for range 2 {
			n, err := source.Vector(l.Cells, sigma2)
			if err != nil {
				return nil, err
			}
			for c := range n {
				out[d].Cells[c] += n[c]
			}
		}
	}
	return out, nil
}
