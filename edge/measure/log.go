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
	columns [plan.MaxMetrics]uint64 // by metric: what counts of it, and the holdout's column

	count uint8
	moves [plan.MaxMost]move    // count of them, none twice: what the metric of moves counts
	bins  Bins                  // of each prediction, plus one; 0 for none
	tried [plan.MaxLists]uint64 // by list that teaches: its named items tried so far

	starts Sorting // by the dimensions that sort at the start

	die    uint32 // of the revenues' rounding; 0: no order yet
	earned earned
}

// Of tells whether the log is that of a plan's period.
func (l *Log) Of(p plan.Digest, period plan.Date) bool {
	return l.open && l.plan == p && l.period == period
}

// Period returns the date of the log's period.
func (l *Log) Period() plan.Date { return l.period }

// Segment returns the segment that the period is counted in.
func (l *Log) Segment() int { return int(l.segment) }

// Stage returns the deepest stage of the funnel that was reached, plus one; 0 for none.
func (l *Log) Stage() int { return int(l.stage) }

// Plan returns the digest of the plan that the log belongs to.
func (l *Log) Plan() plan.Digest { return l.plan }

// The forms of a log's bytes.
const (
	noLog    = 0
	plainLog = 1
	wideLog  = 2 // with moves, bins or tries
	sortLog  = 3 // as wide, and sorted at the start
	soldLog  = 4 // as sorted, which may be of none, and with orders' sums
)

// wide tells whether there is anything that a plain log has not.
func (l *Log) wide() bool {
	return l.count > 0 || l.bins != Bins{} || l.tried != [plan.MaxLists]uint64{}
}

// Append appends the log's bytes; doc.go draws them.
func (l *Log) Append(b []byte) []byte {
	if !l.open {
		return append(b, noLog)
	}
	form := byte(plainLog)
	if l.wide() {
		form = wideLog
	}
	if l.starts != (Sorting{}) {
		form = sortLog
	}
	if l.die != 0 {
		form = soldLog
	}
	b = append(append(b, form), l.plan[:]...)
	b = wire.AppendUvarint(b, uint64(l.period))
	b = append(b, l.segment, l.stage)
	b = wire.AppendUvarint(b, uint64(l.metrics))
	for _, set := range l.columns[:l.metrics] {
		b = wire.AppendUvarint(b, set)
	}
	if form == plainLog {
		return b
	}
	b = append(b, l.count)
	for _, m := range l.moves[:l.count] {
		b = append(b, m.from, m.to)
	}
	b = append(b, l.bins[:]...)
	for _, set := range l.tried {
		b = wire.AppendUvarint(b, set)
	}
	if form >= sortLog {
		b = append(b, l.starts[:]...)
	}
	if form == soldLog {
		b = wire.AppendU32(b, l.die)
		for _, e := range l.earned {
			b = append(wire.AppendUvarint(b, e.minor), e.arm)
		}
	}
	return b
}

// ReadLog takes a log off r, whose error says whether it was one. Whether it
// fits its plan only the plan's Rules can say.
func ReadLog(r *wire.Reader) Log {
	var l Log
	form := r.Byte()
	if form == noLog {
		return l
	}
	if form > soldLog {
		r.Fail(wire.ErrForm)
		return l
	}
	l.open = true
	r.Fill(l.plan[:])
	l.period = plan.Date(r.Max(1<<31 - 1))
	l.segment, l.stage = r.Byte(), r.Byte()
	l.metrics = r.Count(plan.MaxMetrics)
	for i := range l.metrics {
		l.columns[i] = r.Uvarint()
	}
	if form >= wideLog {
		l.count = uint8(r.Max(plan.MaxMost))
		for i := range l.count {
			l.moves[i] = move{r.Byte(), r.Byte()}
		}
		r.Fill(l.bins[:])
		for i := range l.tried {
			l.tried[i] = r.Uvarint()
		}
		if form == wideLog && !l.wide() {
			r.Fail(wire.ErrForm)
		}
	}
	if form >= sortLog {
		if r.Fill(l.starts[:]); form == sortLog && l.starts == (Sorting{}) {
			r.Fail(wire.ErrForm)
		}
	}
	if form == soldLog {
		if l.die = r.U32(); l.die == 0 {
			r.Fail(wire.ErrForm)
		}
		for i := range l.earned {
			l.earned[i].minor, l.earned[i].arm = r.Max(plan.MaxPoint), r.Byte()
		}
	}
	if r.Err() != nil {
		return Log{}
	}
	return l
}

func ones(set uint64) int { return bits.OnesCount64(set) }
