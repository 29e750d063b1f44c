// Package metric reads a release record by its plan: which metric, segment and
// column each raw sum belongs to, and what interval it stands for.
//
// It works on released numbers alone. Nothing is clamped, rounded or left out;
// what a display suppresses is decided there, from these noisy values only.
package metric

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Present is the name of the cell that every measurement has.
const Present = "present"

// Cell is one released sum with its meaning.
type Cell struct {
	Index   int    `json:"index"`
	Metric  string `json:"metric"`
	Segment string `json:"segment,omitempty"` // empty when site-wide
	Before  string `json:"before,omitempty"`  // of a move between topics: the one before
	Column  string `json:"column,omitempty"`  // what plan.Column names, as a stage, an arm, a topic, or plan.HoldoutColumn
	Value   int64  `json:"value"`             // raw and signed
	// Exact is 95 % for what an exact tracker would have counted, Underlying 95 %
	// for the rate behind it.
	Exact      interval.Interval `json:"private_against_exact"`
	Underlying interval.Interval `json:"against_underlying_rate"`
}

// ErrPlan: the record is not of this plan, or not of its layout.
var ErrPlan = errors.New("metric: the release is not of this plan")

// Cells lists a release's cells in the order of the layout.
func Cells(published []byte, r release.Record) ([]Cell, error) {
	if plan.DigestOf(published) != r.Plan {
		return nil, ErrPlan
	}
	p, err := plan.Decode(published)
	if err != nil {
		return nil, err
	}
	layout := plan.LayoutOf(p)
	if len(r.Cells) != layout.Cells || r.Weight != layout.Weight || r.Sigma2 != p.Sigma2 {
		return nil, ErrPlan
	}
	out := make([]Cell, 0, layout.Cells)
	for _, s := range layout.Spans {
		for segment := range s.Segments {
			for column := range s.Columns {
				c := Cell{Index: s.Cell(segment, column), Metric: Present}
				if s.Metric >= 0 {
					m := p.Metrics[s.Metric]
					c.Metric, c.Column = m.Name, p.Column(m, column)
					switch m.By {
					case plan.BySegment:
						c.Segment = p.Row(m, segment)
					case plan.ByTopic:
						c.Before = p.Row(m, segment)
					}
				}
				c.Value = r.Cells[c.Index]
				c.Exact = interval.Exact(c.Value, float64(r.Variance()))
				c.Underlying = interval.Underlying(c.Value, float64(r.Variance()))
				out = append(out, c)
			}
		}
	}
	return out, nil
}
