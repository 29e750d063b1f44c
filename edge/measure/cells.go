package measure

import (
	"math/bits"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Cells writes the measurement of a log into dst, which has the layout's cells;
// a log that is not open is the all-zero vector. End is how the device is sorted at the
// period's last activity so far.
//
// Claim: at most Layout().Weight ones, in each span at most its Most.
func (r *Rules) Cells(dst []bool, l *Log, end *Sorting) {
	clear(dst)
	if !l.open {
		return
	}
	segment := int(l.segment)
	for _, span := range r.layout.Spans {
		if span.Metric < 0 {
			dst[span.Cell(segment, 0)] = true
			continue
		}
		m := &r.plan.Metrics[span.Metric]
		if m.Kind == plan.Sorted && end[m.Source] > 0 {
			dst[span.Cell(segment, int(end[m.Source])-1)] = true
			continue
		}
		switch m.Kind {
		case plan.Audience:
			dst[span.Cell(segment, 0)] = true
		case plan.Funnel:
			if l.stage > 0 {
				dst[span.Cell(segment, int(l.stage)-1)] = true
			}
		case plan.Next:
			for _, m := range l.moves[:l.count] {
				dst[span.Cell(int(m.from), int(m.to))] = true
			}
		case plan.Earned:
			e, grid := l.earned[m.Source], r.plan.Revenues[m.Source].Grid
			if i := point(grid, e.minor, l.die); i > 0 {
				dst[span.Cell(segment, int(e.arm)*len(grid)+i-1)] = true
			}
		case plan.SocialActs:
			if m.By != plan.ByTopic {
				r.set(dst, l, &span)
				break
			}
			for set := l.columns[span.Metric]; set != 0; set &= set - 1 {
				c := bits.TrailingZeros64(set)
				dst[span.Cell(c/plan.Acts, c%plan.Acts)] = true
			}
		default:
			r.set(dst, l, &span)
		}
	}
}

// set writes the columns of a span of the log's segment.
func (r *Rules) set(dst []bool, l *Log, span *plan.Span) {
	for c := range span.Columns {
		if l.columns[span.Metric]>>c&1 == 1 {
			dst[span.Cell(int(l.segment), c)] = true
		}
	}
}

// Fits tells whether a log that was read from a state can be this plan's: the
// plan's digest, segments, stages, columns, moves, bins, items and most ones.
func (r *Rules) Fits(l *Log) bool {
	p := r.plan
	if !l.open || l.plan != r.digest || l.metrics != len(p.Metrics) ||
		int(l.segment) >= len(p.Segments) || int(l.stage) > len(p.Stages) {
		return false
	}
	moves := 0
	for i, m := range p.Metrics {
		columns, most := p.Columns(m), int(m.Most)
		switch m.Kind {
		case plan.Audience, plan.Funnel, plan.Earned:
			columns, most = 0, 0
		case plan.SocialActs:
			if m.By == plan.ByTopic {
				columns *= len(p.Topics)
			}
		case plan.Next:
			moves = most
			columns, most = 0, 0
		}
		// A shift by 64 gives 0: with the holdout's, all columns may be the plan's.
		if set := l.columns[i]; set>>columns != 0 || ones(set) > most {
			return false
		}
	}
	if int(l.count) > moves {
		return false
	}
	for i, m := range l.moves[:l.count] {
		if m.from == m.to || int(max(m.from, m.to)) >= len(p.Topics) {
			return false
		}
		for _, had := range l.moves[:i] {
			if had == m {
				return false
			}
		}
	}
	for i, bin := range l.bins {
		if bin > 0 && (i >= len(p.Predictions) || int(bin) > len(p.Predictions[i].Bins)) {
			return false
		}
	}
	for i, bin := range l.starts {
		if bin > 0 && (i >= len(p.Dimensions) || p.Dimensions[i].At != plan.AtStart || int(bin) > len(p.Dimensions[i].Bins)) {
			return false
		}
	}
	for i, e := range l.earned {
		if e.minor == 0 && e.arm == 0 {
			continue
		}
		if i >= len(p.Revenues) || l.die == 0 || int(e.arm) >= p.Arms(&p.Revenues[i]) || e.minor > uint64(p.Revenues[i].Grid[len(p.Revenues[i].Grid)-1]) {
			return false
		}
	}
	for i, set := range l.tried {
		if set != 0 && (i >= len(p.Lists) || !p.Lists[i].Learning || set>>len(p.Lists[i].Items) != 0) {
			return false
		}
	}
	return true
}
