package measure

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Memory is the last exposure of each campaign, slot, list and message, and the last
// period of activity. The zero value is none. It holds no pointer: assigning another
// overwrites all that it knew.
type Memory struct {
	sources [groups]exposures
	past    past // if the plan predicts lapses
}

const maxSources = max(plan.MaxCampaigns, plan.MaxSlots, plan.MaxLists, plan.MaxMessages)

// limits are how many sources there are of each group.
var limits = [groups]int{plan.MaxCampaigns, plan.MaxSlots, plan.MaxLists, plan.MaxMessages}

// exposures are those of all campaigns, or of all slots, and so on.
type exposures struct {
	count int
	room  [maxSources]exposure // count of them, ascending by source
}

func (l *exposures) all() []exposure { return l.room[:l.count] }

type exposure struct {
	source, column profile.Key
	at             plan.Time
	credited       int                        // goals credited so far
	goals          [plan.MaxGoals]profile.Key // the first credited of them, ascending
}

// Rewind makes every exposure later than now be now: the clock was set back
// (package profile says why).
func (m *Memory) Rewind(now plan.Time) {
	for g := range m.sources {
		list := &m.sources[g]
		for i := range list.all() {
			list.room[i].at = min(list.room[i].at, now)
		}
	}
}

// Adopt fits the memory to another plan: what the plan no longer names is
// forgotten. Adopting the same plan twice changes nothing.
func (r *Rules) Adopt(m *Memory) {
	for g := range m.sources {
		m.sources[g].adopt(r.sources[g])
	}
	if m.past.bin.IndexOf(r.bins) < 0 {
		m.past = past{}
	}
}

func (l *exposures) adopt(sources []source) {
	kept := l.room[:0]
	for _, e := range l.all() {
		for i := range sources {
			s := &sources[i]
			if s.name != e.source || e.column.IndexOf(s.columns) < 0 {
				continue
			}
			e.keep(s.goals)
			kept = append(kept, e)
			break
		}
	}
	l.count = len(kept)
	clear(l.room[l.count:])
}

// keep drops the credits of goals that are not in the list.
func (e *exposure) keep(goals []goal) {
	var kept [plan.MaxGoals]profile.Key
	n := 0
	for _, k := range e.goals[:e.credited] {
		for _, g := range goals {
			if g.name == k {
				kept[n] = k
				n++
				break
			}
		}
	}
	e.goals, e.credited = kept, n
}

// expose makes a column of s its last exposure, with no credit yet.
func (l *exposures) expose(s *source, column int, now plan.Time) {
	i := 0
	for i < l.count && l.room[i].source < s.name {
		i++
	}
	if i == l.count || l.room[i].source != s.name {
		l.count++
		copy(l.room[i+1:l.count], l.room[i:])
	}
	l.room[i] = exposure{source: s.name, column: s.columns[column], at: now}
}

func (l *exposures) find(source profile.Key) *exposure {
	for i := range l.all() {
		if l.room[i].source == source {
			return &l.room[i]
		}
	}
	return nil
}

// take credits the exposure with a goal; false if it was credited before.
func (e *exposure) take(goal profile.Key) bool {
	if goal.IndexOf(e.goals[:e.credited]) >= 0 || e.credited == len(e.goals) {
		return false
	}
	i := e.credited
	for ; i > 0 && e.goals[i-1] > goal; i-- {
		e.goals[i] = e.goals[i-1]
	}
	e.goals[i] = goal
	e.credited++
	return true
}

// Append appends the memory's bytes; doc.go draws them.
func (m *Memory) Append(b []byte) []byte {
	for g := range m.sources {
		list := &m.sources[g]
		b = wire.AppendUvarint(b, uint64(list.count))
		for _, e := range list.all() {
			b = wire.AppendU64(wire.AppendU64(b, uint64(e.source)), uint64(e.column))
			b = wire.AppendUvarint(b, uint64(e.at))
			b = wire.AppendUvarint(b, uint64(e.credited))
			for _, k := range e.goals[:e.credited] {
				b = wire.AppendU64(b, uint64(k))
			}
		}
	}
	b = wire.AppendBool(b, m.past.known)
	if m.past.known {
		b = wire.AppendUvarint(wire.AppendU64(b, uint64(m.past.bin)), uint64(m.past.date))
	}
	return b
}

// Decode takes a memory off r, whose error says whether it was one, into the zero
// value, which it stays if not. (In place: a result by value would leave its 6 KB on
// the stack.)
func (m *Memory) Decode(r *wire.Reader) {
	for g := range m.sources {
		m.sources[g].read(r, limits[g])
	}
	if m.past.known = r.Bool(); m.past.known {
		m.past.bin = profile.Key(r.U64())
		m.past.date = plan.Date(r.Max(1<<31 - 1))
	}
	if r.Err() != nil {
		*m = Memory{}
	}
}

func (l *exposures) read(r *wire.Reader, limit int) {
	l.count = r.Count(limit)
	for i := range l.all() {
		e := exposure{
			source: profile.Key(r.U64()), column: profile.Key(r.U64()),
			at: plan.Time(r.Max(uint64(profile.MaxTime))), credited: r.Count(plan.MaxGoals),
		}
		for g := range e.credited {
			e.goals[g] = profile.Key(r.U64())
			if g > 0 && e.goals[g] <= e.goals[g-1] {
				r.Fail(wire.ErrForm)
			}
		}
		if i > 0 && e.source <= l.room[i-1].source {
			r.Fail(wire.ErrForm)
		}
		l.room[i] = e
	}
}
