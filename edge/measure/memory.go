package measure

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Memory is the last exposure of each campaign and slot. The zero value is none.
type Memory struct {
	campaigns, slots []exposure // each ascending by source
}

type exposure struct {
	source, column profile.Key
	at             plan.Time
	credited       int                        // goals credited so far
	goals          [plan.MaxGoals]profile.Key // the first credited of them, ascending
}

// Rewind makes every exposure later than now be now: the clock was set back
// (package profile says why).
func (m *Memory) Rewind(now plan.Time) {
	for _, list := range [][]exposure{m.campaigns, m.slots} {
		for i := range list {
			list[i].at = min(list[i].at, now)
		}
	}
}

// Adopt fits the memory to another plan: what the plan no longer names is
// forgotten. Adopting the same plan twice changes nothing.
func (r *Rules) Adopt(m *Memory) {
	m.campaigns = adopt(m.campaigns, r.campaigns)
	m.slots = adopt(m.slots, r.slots)
}

func adopt(list []exposure, sources []source) []exposure {
	kept := list[:0]
	for _, e := range list {
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
	clear(list[len(kept):])
	return kept
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

// expose makes column the last exposure of its source, with no credit yet.
func expose(list *[]exposure, source, column profile.Key, now plan.Time) {
	e := find(*list, source)
	if e == nil {
		i := 0
		for i < len(*list) && (*list)[i].source < source {
			i++
		}
		*list = append(*list, exposure{})
		copy((*list)[i+1:], (*list)[i:])
		e = &(*list)[i]
	}
	*e = exposure{source: source, column: column, at: now}
}

func find(list []exposure, source profile.Key) *exposure {
	for i := range list {
		if list[i].source == source {
			return &list[i]
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
	for _, list := range [][]exposure{m.campaigns, m.slots} {
		b = wire.AppendUvarint(b, uint64(len(list)))
		for _, e := range list {
			b = wire.AppendU64(wire.AppendU64(b, uint64(e.source)), uint64(e.column))
			b = wire.AppendUvarint(b, uint64(e.at))
			b = wire.AppendUvarint(b, uint64(e.credited))
			for _, k := range e.goals[:e.credited] {
				b = wire.AppendU64(b, uint64(k))
			}
		}
	}
	return b
}

// ReadMemory takes a memory off r, whose error says whether it was one.
func ReadMemory(r *wire.Reader) Memory {
	m := Memory{campaigns: readList(r, plan.MaxCampaigns)}
	m.slots = readList(r, plan.MaxSlots)
	if r.Err() != nil {
		return Memory{}
	}
	return m
}

func readList(r *wire.Reader, limit int) []exposure {
	var list []exposure
	for range r.Count(limit) {
		e := exposure{
			source: profile.Key(r.U64()), column: profile.Key(r.U64()),
			at: plan.Time(r.Max(uint64(profile.MaxTime))), credited: r.Count(plan.MaxGoals),
		}
		for i := range e.credited {
			e.goals[i] = profile.Key(r.U64())
			if i > 0 && e.goals[i] <= e.goals[i-1] {
				r.Fail(wire.ErrForm)
			}
		}
		if n := len(list); n > 0 && e.source <= list[n-1].source {
			r.Fail(wire.ErrForm)
		}
		list = append(list, e)
	}
	return list
}
