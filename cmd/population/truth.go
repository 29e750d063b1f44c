package population

import "runtime"

// Truth is what is true of a shop's population over its first days, for a JSON
// document beside what was measured. Goals are counted whatever they are worth: a
// plan's rewards and costs are not in it.
type Truth struct {
	Seed     uint64         `json:"seed"`
	Visitors int            `json:"visitors"`
	Null     bool           `json:"null"`
	Topics   []string       `json:"topics"`
	Personas []PersonaTruth `json:"personas"`
	Slots    []SlotTruth    `json:"slots"` // over all the days
	Days     []DayTruth     `json:"days"`
	Lively   *LivelyTruth   `json:"lively,omitempty"` // of a lively population
}

// PersonaTruth says who a persona's visitors are.
type PersonaTruth struct {
	Name   string    `json:"name"`
	Share  float64   `json:"share"`  // of all visitors, as drawn from
	Taste  []float64 `json:"taste"`  // mean interest, by topic of Truth.Topics
	Active float64   `json:"active"` // mean probability of coming on an ordinary day
	Pages  float64   `json:"pages"`  // mean of a visit
	// Response is the rate of a visitor of the persona's mean taste and base
	// rate, by slot and variant.
	Response [][]float64 `json:"response"`
}

// DayTruth is one day.
type DayTruth struct {
	Day     int         `json:"day"`
	Date    string      `json:"date"`
	Present int         `json:"present"` // visitors who have arrived and not left
	Active  int         `json:"active"`  // those who came
	Visits  int         `json:"visits"`  // theirs: as many decisions in each slot
	Slots   []SlotTruth `json:"slots"`
}

// SlotTruth is what policies bring in one slot.
type SlotTruth struct {
	Slot       string      `json:"slot"`
	Decisions  int         `json:"decisions"`    // visits, each of which meets the slot once
	Devices    int         `json:"visitor_days"` // visitors by day on which they came
	Fixed      []ArmTruth  `json:"fixed"`        // one variant for everybody; the first is the default
	Uniform    Outcome     `json:"uniform"`
	Best       ArmTruth    `json:"best_single"`
	Persona    Outcome     `json:"persona_oracle"`
	Arms       []PickTruth `json:"persona_picks"`
	Individual Outcome     `json:"individual_oracle"`
}

// ArmTruth is a variant and what it brings.
type ArmTruth struct {
	Variant string `json:"variant"`
	Outcome
}

// PickTruth is the variant that is best for a persona.
type PickTruth struct {
	Persona string `json:"persona"`
	Variant string `json:"variant"`
}

// chunk is how many visitors are summed together. It is fixed, and chunks are
// merged in their order, so that a Truth has the same bytes on any number of cores.
const chunk = 2048

// Truth computes what is true of the first days, on all cores: some microseconds
// for each visitor and some tenths of one for each of their days. It takes memory
// for days, not for visitors.
func (s *Site) Truth(days int) Truth {
	days = max(0, min(days, s.Days()))
	chunks := (s.o.Visitors + chunk - 1) / chunk
	parts := make(chan chan *sums, 2*runtime.GOMAXPROCS(0)) // bounds how far work runs ahead
	go func() {
		defer close(parts)
		for c := range chunks {
			part := make(chan *sums, 1)
			parts <- part
			go func() { part <- s.sum(c*chunk, min((c+1)*chunk, s.o.Visitors), days) }()
		}
	}()
	all := s.newSums(days)
	for part := range parts {
		all.merge(<-part)
	}
	return s.document(all, days)
}

// sums is what is summed of some visitors.
type sums struct {
	present []int      // by day
	slots   [][]*Tally // by day and slot, grouped by persona
}

func (s *Site) newSums(days int) *sums {
	out := &sums{present: make([]int, days), slots: make([][]*Tally, days)}
	for d := range out.slots {
		for slot := range s.plan.Slots {
			out.slots[d] = append(out.slots[d], s.NewTally(slot, len(s.personas)))
		}
	}
	return out
}

func (s *Site) sum(from, to, days int) *sums {
	out := s.newSums(days)
	for i := from; i < to; i++ {
		v := s.Visitor(i)
		for d := v.Arrives; d < min(days, v.Leaves); d++ {
			out.present[d]++
			if n := v.Visits(d); n > 0 {
				for _, t := range out.slots[d] {
					t.Add(v.Persona, v, n)
				}
			}
		}
	}
	return out
}

func (a *sums) merge(b *sums) {
	for d := range a.present {
		a.present[d] += b.present[d]
		for slot := range a.slots[d] {
			a.slots[d][slot].Merge(b.slots[d][slot])
		}
	}
}

func (s *Site) document(all *sums, days int) Truth {
	out := Truth{Seed: s.o.Seed, Visitors: s.o.Visitors, Null: s.o.Null, Topics: s.plan.Topics, Personas: s.describe(), Lively: s.lively(days)}
	for slot := range s.plan.Slots {
		total := s.NewTally(slot, len(s.personas))
		for d := range days {
			total.Merge(all.slots[d][slot])
		}
		out.Slots = append(out.Slots, s.slotTruth(total))
	}
	for d := range days {
		_, _, date := s.Bounds(d)
		day := DayTruth{Day: d, Date: date.String(), Present: all.present[d], Active: all.slots[d][0].days, Visits: all.slots[d][0].visits}
		for _, t := range all.slots[d] {
			day.Slots = append(day.Slots, s.slotTruth(t))
		}
		out.Days = append(out.Days, day)
	}
	return out
}

func (s *Site) slotTruth(t *Tally) SlotTruth {
	slot := s.plan.Slots[t.slot]
	out := SlotTruth{Slot: slot.Name, Decisions: t.visits, Devices: t.days, Uniform: t.Uniform(), Individual: t.Individual()}
	for a, variant := range slot.Variants {
		out.Fixed = append(out.Fixed, ArmTruth{variant.Name, t.Fixed(a)})
	}
	best, o := t.Best()
	out.Best = ArmTruth{slot.Variants[best].Name, o}
	picks, o := t.ByGroup()
	out.Persona = o
	for k, a := range picks {
		out.Arms = append(out.Arms, PickTruth{s.personas[k].Name, slot.Variants[a].Name})
	}
	return out
}

func (s *Site) describe() []PersonaTruth {
	var out []PersonaTruth
	for k, p := range s.personas {
		one := PersonaTruth{Name: p.Name, Share: p.Share, Taste: p.Taste, Active: min(p.Active*s.level, .97), Pages: p.Pages}
		for slot := range s.plan.Slots {
			var rates []float64
			for a := range s.plan.Slots[slot].Variants {
				rates = append(rates, s.response(k, p.Base, p.Taste, slot, a))
			}
			one.Response = append(one.Response, rates)
		}
		out = append(out, one)
	}
	return out
}
