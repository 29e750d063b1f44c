package predict

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// HalfLife is in how many days an own trial counts half.
const HalfLife = 84

const halfLife = decay.HalfLife(HalfLife * plan.Day)

// Memory is what a device keeps of its own outcomes. The zero value has none. It holds
// no pointer: assigning another overwrites all.
type Memory struct {
	known   bool
	ordered bool      // in the last period of activity
	date    plan.Date // of it
	sums    [plan.MaxPredictions]sums
}

// sums are package decay's, of a clock that stands at the memory's date.
type sums struct{ trials, outcomes uint32 }

// Began takes in the first activity of a period: the period of activity before is
// settled. A period no later than that one, after a clock was set back, settles nothing.
func (m *Memory) Began(p *plan.Plan, date plan.Date) {
	if len(p.Predictions) == 0 || date < 0 {
		return
	}
	away, ordered := date-m.date, m.ordered
	settled := m.known && away > 0
	if m.known && away == 0 {
		return
	}
	m.pass(date)
	m.known, m.date, m.ordered = true, date, false
	if !settled {
		return
	}
	now := factor(date)
	for i := range p.Predictions {
		which := &p.Predictions[i]
		s := &m.sums[which.Kind-1]
		now.Add(&s.trials, decay.One)
		out := ordered
		if which.Kind == plan.LapseRisk {
			out = away > plan.Date(int(which.Within)*p.Cadence.Days())
		}
		if out {
			now.Add(&s.outcomes, decay.One)
		}
	}
}

// Bought takes in an order in the running period.
func (m *Memory) Bought() { m.ordered = m.known }

// pass lets everything fade until a date; a date before is none.
func (m *Memory) pass(date plan.Date) {
	n := int64(epoch(date)) - int64(epoch(m.date))
	if !m.known || n <= 0 {
		return
	}
	for i := range m.sums {
		m.sums[i].trials >>= n
		m.sums[i].outcomes >>= n
	}
}

// epoch and factor are those of a clock whose origin is the date 0, so that the sums of
// two devices at one date can be compared without rounding.
func epoch(date plan.Date) int64 { return int64(date) / HalfLife }

func factor(date plan.Date) decay.Factor {
	var c decay.Clock
	c.Advance(halfLife, plan.Time(date)*plan.Day)
	return c.Factor(halfLife)
}

// own returns the trials and outcomes of a prediction, as they were worth at the last
// period of activity.
func (m *Memory) own(k plan.PredictionKind) (trials, outcomes float64) {
	f, s := factor(m.date), &m.sums[k-1]
	return float64(f.Read(s.trials)) / decay.One, float64(f.Read(s.outcomes)) / decay.One
}

// Adopt fits the memory to another plan: of predictions that it has not all is
// forgotten. Adopting the same plan twice changes nothing.
func (m *Memory) Adopt(p *plan.Plan) {
	if len(p.Predictions) == 0 {
		*m = Memory{}
		return
	}
	for i := range m.sums {
		if _, ok := p.PredictionOf(plan.PredictionKind(i + 1)); !ok {
			m.sums[i] = sums{}
		}
	}
}

// Join takes in what another device of the same visitor went through: the larger sums
// once both have faded to the later date, and of that date's period whether there was an
// order. Joining is idempotent, commutative and associative.
func (m *Memory) Join(with *Memory) {
	if !with.known {
		return
	}
	o := *with
	if !m.known {
		*m = o
		return
	}
	later := max(m.date, o.date)
	m.pass(later)
	o.pass(later)
	m.ordered = m.ordered && m.date == later || o.ordered && o.date == later
	m.date = later
	for i := range m.sums {
		a, b := &m.sums[i], &o.sums[i]
		a.trials, a.outcomes = max(a.trials, b.trials), max(a.outcomes, b.outcomes)
	}
}

// Append appends the memory's bytes; doc.go draws them.
func (m *Memory) Append(b []byte) []byte {
	if b = wire.AppendBool(b, m.known); !m.known {
		return b
	}
	b = wire.AppendBool(wire.AppendUvarint(b, uint64(m.date)), m.ordered)
	for _, s := range m.sums {
		b = wire.AppendUvarint(wire.AppendUvarint(b, uint64(s.trials)), uint64(s.outcomes))
	}
	return b
}

// Decode takes a memory off r, whose error says whether it was one, into the zero
// value, which it stays if not.
func (m *Memory) Decode(r *wire.Reader) {
	if m.known = r.Bool(); m.known {
		m.date = plan.Date(r.Max(maxDate))
		m.ordered = r.Bool()
		for i := range m.sums {
			s := &m.sums[i]
			s.trials = uint32(r.Max(1<<32 - 1))
			s.outcomes = uint32(r.Max(uint64(s.trials)))
		}
	}
	if r.Err() != nil {
		*m = Memory{}
	}
}

const maxDate = 1<<31 - 1
