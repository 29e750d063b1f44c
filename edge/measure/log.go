package measure

import (
	"math/bits"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Log is what one period holds so far. The zero value is none: no activity.
type Log struct {
	open    bool
	plan    plan.Digest
	period  plan.Date
	segment uint8
	stage   uint8 // deepest of the funnel, plus one; 0 for none
	metrics int
	columns [plan.MaxMetrics]uint64 // by metric: the arms or variants that count, and the holdout's
}

// Of tells whether the log is that of a plan's period.
func (l *Log) Of(p plan.Digest, period plan.Date) bool {
	return l.open && l.plan == p && l.period == period
}

// Segment returns the segment that the period is counted in.
func (l *Log) Segment() int { return int(l.segment) }

// Plan returns the digest of the plan that the log belongs to.
func (l *Log) Plan() plan.Digest { return l.plan }

// Append appends the log's bytes; doc.go draws them.
func (l *Log) Append(b []byte) []byte {
	if !l.open {
		return append(b, 0)
	}
	b = append(append(b, 1), l.plan[:]...)
	b = wire.AppendUvarint(b, uint64(l.period))
	b = append(b, l.segment, l.stage)
	b = wire.AppendUvarint(b, uint64(l.metrics))
	for _, set := range l.columns[:l.metrics] {
		b = wire.AppendUvarint(b, set)
	}
	return b
}

// ReadLog takes a log off r, whose error says whether it was one. Whether it
// fits its plan only the plan's Rules can say.
func ReadLog(r *wire.Reader) Log {
	var l Log
	if l.open = r.Bool(); !l.open {
		return l
	}
	r.Fill(l.plan[:])
	l.period = plan.Date(r.Max(1<<31 - 1))
	l.segment, l.stage = r.Byte(), r.Byte()
	l.metrics = r.Count(plan.MaxMetrics)
	for i := range l.metrics {
		l.columns[i] = r.Uvarint()
	}
	if r.Err() != nil {
		return Log{}
	}
	return l
}

func ones(set uint64) int { return bits.OnesCount64(set) }
