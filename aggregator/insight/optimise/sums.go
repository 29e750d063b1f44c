package optimise

import (
	"errors"
	"math"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Release is one period's sums with what they are sums of.
type Release struct {
	Plan     *plan.Plan // whose layout Cells has
	Period   plan.Period
	Cells    []int64
	Variance float64 // of each cell's noise; 0 for exact sums, which only a benchmark has
}

// ErrPlan: a release has not the layout of the plan it is said to be of.
var ErrPlan = errors.New("optimise: the release is not of this plan")

// Of pairs a release record with its plan.
//
// Errors: ErrPlan.
func Of(p *plan.Plan, digest plan.Digest, r release.Record) (Release, error) {
	l := plan.LayoutOf(p)
	if r.Plan != digest || len(r.Cells) != l.Cells || r.Weight != l.Weight || r.Sigma2 != p.Sigma2 {
		return Release{}, ErrPlan
	}
	return Release{p, r.Period, r.Cells, float64(r.Variance())}, nil
}

// count is a weighted sum of released cells.
type count struct {
	value    float64 // weights times cells
	noise    float64 // variance of the noise in value
	weighted float64 // squared weights times cells: what sampling variance grows with
}

func (c *count) add(o count) {
	c.value += o.value
	c.noise += o.noise
	c.weighted += o.weighted
}

// sampled is how many observations, of weight 1, value is worth of; not negative.
func (c count) sampled() float64 { return math.Max(c.weighted, 0) }

// pair is what is known of a segment's variant, or of a variant.
type pair struct{ exposed, converted count }

func (p *pair) add(o pair) {
	p.exposed.add(o.exposed)
	p.converted.add(o.converted)
}

// table is one place's sums over all releases.
type table struct {
	place    choose.Place
	segments int      // 1 if the place is measured site-wide only
	pairs    [][]pair // [segment or row][variant]
	totals   []pair   // [variant]: the anchors, or the sums of the rows
	// selection is Selection where devices choose by interests, and 0 elsewhere.
	selection float64
}

// tableOf sums a place over the releases; ok is false if nothing of it was
// released.
func tableOf(target *plan.Plan, at choose.Place, releases []Release, weight func(Release) float64) (t table, ok bool) {
	columns := len(columnNames(target, at))
	l := plan.LayoutOf(target)
	t = table{place: at, segments: 1, totals: make([]pair, columns)}
	bySegment := byRows(at.Kind) && find(target, &l, at, plan.BySegment).whole()
	if bySegment {
		t.segments = len(target.Segments)
	}
	t.pairs = make([][]pair, t.segments)
	for s := range t.pairs {
		t.pairs[s] = make([]pair, columns)
	}
	known := map[*plan.Plan]source{}
	for _, r := range releases {
		from, seen := known[r.Plan]
		if !seen {
			from = sourceOf(target, at, r.Plan)
			known[r.Plan] = from
		}
		if !from.measured {
			continue
		}
		w := weight(r)
		for v, column := range from.columns {
			if column < 0 {
				continue
			}
			t.totals[v].add(pair{
				total(r, from.cut.exposed, from.anchor.exposed, column, w),
				total(r, from.cut.converted, from.anchor.converted, column, w),
			})
			ok = true
			if !bySegment || !from.cut.whole() {
				continue
			}
			for s, segment := range from.rows {
				if segment >= 0 {
					t.pairs[s][v].add(pair{
						read(r, from.cut.exposed, segment, column, w),
						read(r, from.cut.converted, segment, column, w),
					})
				}
			}
		}
	}
	if ok && !bySegment {
		copy(t.pairs[0], t.totals)
	}
	return t, ok
}

// source is where a plan's releases hold what a target plan's place asks for.
type source struct {
	names
	cut, anchor spans // by segment and site-wide
	measured    bool  // both counts, whatever the breakdown of each
}

func sourceOf(target *plan.Plan, at choose.Place, p *plan.Plan) (s source) {
	n, found := match(target, at, p)
	if !found {
		return s
	}
	l := plan.LayoutOf(p)
	s = source{names: n, cut: find(p, &l, n.place, plan.BySegment), anchor: find(p, &l, n.place, plan.SiteWide)}
	s.measured = (s.cut.exposed != nil || s.anchor.exposed != nil) && (s.cut.converted != nil || s.anchor.converted != nil)
	return s
}

// total is what a release says of a column in all segments: the sum of its
// segments or the cell of all, and if both are released, each weighed by the
// other's noise.
func total(r Release, cut, anchor *plan.Span, column int, w float64) count {
	if cut == nil {
		return read(r, anchor, 0, column, w)
	}
	var rows count
	for s := range cut.Segments {
		rows.add(read(r, cut, s, column, w))
	}
	if anchor == nil {
		return rows
	}
	return blend(read(r, anchor, 0, column, w), rows)
}

// read takes one column's cell of a release. The default's comes with that of the
// holdout, which is shown nothing else. Of those who were there one cell is all columns'.
func read(r Release, span *plan.Span, segment, column int, w float64) count {
	if span.Columns == 1 {
		column = 0
	}
	sum := r.cell(span.Cell(segment, column), w)
	if column == 0 && span.Metric >= 0 {
		if held, ok := r.Plan.Holdout(r.Plan.Metrics[span.Metric]); ok {
			sum.add(r.cell(span.Cell(segment, held), w))
		}
	}
	return sum
}

func (r *Release) cell(i int, w float64) count {
	value := float64(r.Cells[i])
	return count{w * value, w * w * r.Variance, w * w * value}
}

// blend joins two measurements of one sum, each by the other's noise.
func blend(a, b count) count {
	x := .5
	if a.noise+b.noise > 0 {
		x = b.noise / (a.noise + b.noise)
	}
	y := 1 - x
	return count{x*a.value + y*b.value, x*x*a.noise + y*y*b.noise, x*a.weighted + y*b.weighted}
}
