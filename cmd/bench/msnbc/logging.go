package msnbc

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	weight = 9
	sigma2 = 185
)

// benchPlan has a segment a category that the visitor is on, and one slot that
// offers the Variants: exposures and conversions by segment, and of each variant
// in all; two ones each, so that weight is 9.
func benchPlan() *plan.Plan {
	p := &plan.Plan{Sigma2: sigma2, Policy: plan.Policy{Lift: lift, Recent: recent}}
	for c := range Categories {
		name := fmt.Sprint("category ", c)
		p.Topics = append(p.Topics, name)
		p.Segments = append(p.Segments, plan.Segment{Name: "on " + name})
	}
	s := plan.Slot{Name: "next", Goal: plan.Trigger{Kind: plan.Click}, Reward: 1}
	for _, c := range Variants {
		s.Variants = append(s.Variants, plan.Variant{Name: p.Topics[c], Topics: []uint8{uint8(c)}})
	}
	p.Slots = []plan.Slot{s}
	for _, by := range []plan.By{plan.BySegment, plan.SiteWide} {
		for _, kind := range []plan.MetricKind{plan.SlotExposed, plan.SlotConverted} {
			p.Metrics = append(p.Metrics, plan.Metric{Name: fmt.Sprint(kind, by), Kind: kind, By: by, Most: 2})
		}
	}
	for d := range LearnDays {
		start := plan.Date(20000 + d)
		p.Periods = append(p.Periods, plan.Period{Date: start, Start: plan.Time(start) * plan.Day, End: plan.Time(start+1) * plan.Day})
	}
	return p
}

// logged draws the variant of a visitor's decision under uniform logging: never
// the category that the visitor is on. The draw is the visitor's own, so that a
// part of the visitors is logged as it is among all.
func logged(v Visitor, i int) int {
	var b [8]byte
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(append(b[:0], "log"...), uint64(v.ID*maxDecisions+i)))
	r := rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
	for {
		if k := r.IntN(len(Variants)); Variants[k] != v.Last(i) {
			return k
		}
	}
}

// reported are the decisions that a visitor's one report holds: the first, and
// the second if its variant is another.
func reported(v Visitor) int {
	if v.Decisions() > 1 && logged(v, 0) != logged(v, 1) {
		return 2
	}
	return 1
}

// releases are the learning days' sums, each with both aggregators' noise; random
// nil leaves them exact.
func releases(p *plan.Plan, visitors []Visitor, random io.Reader) ([]optimise.Release, error) {
	l := plan.LayoutOf(p)
	if l.Weight != weight {
		return nil, fmt.Errorf("the benchmark's plan has weight %d, not %d", l.Weight, weight)
	}
	var out []optimise.Release
	for _, period := range p.Periods {
		out = append(out, optimise.Release{Plan: p, Period: period, Cells: make([]int64, l.Cells)})
	}
	for _, v := range visitors {
		if v.Day >= LearnDays {
			continue
		}
		cells := out[v.Day].Cells
		cells[0]++ // present
		for i := range reported(v) {
			k := logged(v, i)
			for _, span := range l.Spans[1:] {
				if p.Metrics[span.Metric].Kind == plan.SlotExposed || Variants[k] == v.Next(i) {
					cells[span.Cell(v.Last(i), k)]++
				}
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
