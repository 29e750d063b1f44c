package next

import (
	"fmt"
	"io"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	// top is how many items the list shows.
	top = 3
	// moves and topics are the most that one report holds: all of a visitor's decisions,
	// and the pages between which they lie.
	moves  = 4
	topics = moves + 1
	weight = 1 + moves + topics
	sigma2 = 206 // epsilon 1 at that weight (PRIVACY.md section 2)
)

// benchPlan has a topic a category, one list, and measures which topics a visitor saw and
// between which the visitor moved.
func benchPlan() *plan.Plan {
	p := &plan.Plan{
		Sigma2: sigma2, Segments: []plan.Segment{{Name: "everyone"}},
		Lists: []plan.List{{Name: "next", Size: top, Goal: plan.Trigger{Kind: plan.Click}, Reward: 1}},
		Metrics: []plan.Metric{
			{Name: "next", Kind: plan.Next, By: plan.ByTopic, Most: moves},
			{Name: "topics", Kind: plan.Topics, By: plan.SiteWide, Most: topics},
		},
	}
	for c := range msnbc.Categories {
		p.Topics = append(p.Topics, fmt.Sprint("category ", c))
	}
	for d := range msnbc.LearnDays {
		start := plan.Date(20_000 + d)
		p.Periods = append(p.Periods, plan.Period{Date: start, Start: plan.Time(start) * plan.Day, End: plan.Time(start+1) * plan.Day})
	}
	return p
}

// releases are the learning days' sums of what devices measure, each with both
// aggregators' noise; random nil leaves them exact.
func releases(p *plan.Plan, visitors []msnbc.Visitor, random io.Reader) ([]optimise.Release, error) {
	rules := measure.RulesOf(p, plan.Digest{})
	l := rules.Layout()
	if l.Weight != weight {
		return nil, fmt.Errorf("the benchmark's plan has weight %d, not %d", l.Weight, weight)
	}
	var out []optimise.Release
	for _, period := range p.Periods {
		out = append(out, optimise.Release{Plan: p, Period: period, Cells: make([]int64, l.Cells)})
	}
	measurement := make([]bool, l.Cells)
	for _, v := range visitors {
		if v.Day >= msnbc.LearnDays {
			continue
		}
		var memory measure.Memory
		var log measure.Log
		rules.Open(&log, p.Periods[v.Day].Date, 0)
		before := measure.NoTopic
		for i, c := range v.Path {
			now := p.Periods[v.Day].Start + plan.Time(i)*plan.Minute
			rules.Viewed(measure.Moment{Memory: &memory, Log: &log, Now: now}, 1<<c, before)
			before = c
		}
		rules.Cells(measurement, &log, &measure.Sorting{})
		for c, one := range measurement {
			if one {
				out[v.Day].Cells[c]++
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
