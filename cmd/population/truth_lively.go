package population

// LivelyTruth is what is true of a lively population beside. Means are of the first
// judged visitors, or of all if there are fewer; shares of a day are of all.
type LivelyTruth struct {
	World     string         `json:"world"`
	Season    []float64      `json:"season"` // by day: the factor of everybody's activity
	Paused    []int          `json:"paused"` // by day: visitors who are there, but in a pause
	Mood      float64        `json:"mood"`   // mean satisfaction, 0 to 1
	Moods     []float64      `json:"moods"`  // by persona
	Channels  []ChannelTruth `json:"channels,omitempty"`
	Items     []ItemTruth    `json:"items,omitempty"`
	Abilities []AbilityTruth `json:"abilities,omitempty"`
}

// ChannelTruth is how likely visitors react to a message that comes by a channel in the
// hour at which they come themselves.
type ChannelTruth struct {
	Channel string  `json:"channel"`
	Best    float64 `json:"best_of"` // share of the visitors who like it best
	React   float64 `json:"react"`
}

// ItemTruth is an item and how likely visitors pick it where it stands first, on day 0.
type ItemTruth struct {
	ID         string    `json:"id"`
	Topic      string    `json:"topic"`
	Minor      int64     `json:"minor"`
	Skill      string    `json:"skill,omitempty"`
	Difficulty float64   `json:"difficulty,omitempty"` // logits
	Solved     float64   `json:"solved,omitempty"`     // share of right first tries
	Pull       float64   `json:"pull"`
	ByPersona  []float64 `json:"pull_by_persona"`
}

// AbilityTruth is a skill and the mean ability in it, in logits.
type AbilityTruth struct {
	Skill string  `json:"skill"`
	First float64 `json:"first"` // on day 0
	Last  float64 `json:"last"`  // on the last of the days
}

// judged is of how many visitors the means of a LivelyTruth are.
const judged = 1000

// lively describes a lively population over its first days; nil for another.
func (s *Site) lively(days int) *LivelyTruth {
	if !s.o.Lively {
		return nil
	}
	out := &LivelyTruth{World: s.o.World.String(), Paused: make([]int, days), Moods: make([]float64, len(s.personas))}
	for day := range days {
		out.Season = append(out.Season, s.Season(day))
	}
	for i := range s.o.Visitors {
		v := s.Visitor(i)
		for day := v.Arrives; day < min(days, v.Leaves); day++ {
			if v.Away(day) {
				out.Paused[day]++
			}
		}
	}
	n := min(judged, s.o.Visitors)
	some := make([]*Visitor, n)
	of := make([]float64, len(s.personas))
	for i := range some {
		some[i] = s.Visitor(i)
		of[some[i].Persona]++
		out.Mood += some[i].Mood() / float64(n)
		out.Moods[some[i].Persona] += some[i].Mood()
	}
	share(out.Moods, of)
	for c, name := range s.plan.Channels {
		t := ChannelTruth{Channel: name}
		for _, v := range some {
			t.React += v.Reacts(c, v.hour+float64(v.life.offset)/60) / float64(n)
			if v.favourite() == c {
				t.Best += 1 / float64(n)
			}
		}
		out.Channels = append(out.Channels, t)
	}
	for i := range s.items {
		out.Items = append(out.Items, s.itemTruth(&s.items[i], some, of))
	}
	for k, name := range s.plan.Skills {
		t := AbilityTruth{Skill: name}
		for _, v := range some {
			t.First += v.Ability(k, 0) / float64(n)
			t.Last += v.Ability(k, max(0, days-1)) / float64(n)
		}
		out.Abilities = append(out.Abilities, t)
	}
	return out
}

func (s *Site) itemTruth(it *Item, some []*Visitor, of []float64) ItemTruth {
	n := float64(len(some))
	t := ItemTruth{ID: it.ID, Minor: it.Minor, Difficulty: it.Difficulty, ByPersona: make([]float64, len(s.personas))}
	for topic, name := range s.plan.Topics {
		if it.Topics>>topic&1 == 1 {
			t.Topic = name
		}
	}
	if it.Skill >= 0 {
		t.Skill = s.plan.Skills[it.Skill]
	}
	for _, v := range some {
		pull := v.Pull(it.ID, 0)
		t.Pull += pull / n
		t.ByPersona[v.Persona] += pull
		t.Solved += v.Solves(it.ID, 0) / n
	}
	share(t.ByPersona, of)
	return t
}

// share divides sums by their numbers; of nobody it stays 0.
func share(sums, of []float64) {
	for i := range sums {
		if of[i] > 0 {
			sums[i] /= of[i]
		}
	}
}

// favourite is the channel by which the visitor reacts most; -1 without channels.
func (v *Visitor) favourite() int {
	best := -1
	for c := range v.life.reach {
		if best < 0 || v.life.reach[c] > v.life.reach[best] {
			best = c
		}
	}
	return best
}
