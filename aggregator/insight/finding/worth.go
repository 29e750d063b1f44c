package finding

import "github.com/dunlin-analytics/dunlin/aggregator/insight/panel"

// Worth says what personalization brings, place by place: against the holdout, which always
// gets the default.
type Worth struct {
	State  State   `json:"state"` // found: one place or more gains or loses for sure
	Places []Place `json:"places"`
}

// Place is one slot, list or campaign.
type Place struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Goal string `json:"goal"`
	// Against is the holdout, or an assigned campaign's first arm.
	Against string   `json:"against"`
	Treated Estimate `json:"treated"` // share that reaches the goal
	Control Estimate `json:"control"`
	Gain    Estimate `json:"gain"`  // the difference of the shares
	Extra   Estimate `json:"extra"` // goals beyond the baseline, over the range's periods
	Named   bool     `json:"named"` // the gain's sign is sure
}

func worth(reports []*panel.Report) Worth {
	out := Worth{State: NotAsked, Places: []Place{}}
	type series struct{ treated, control pairOf }
	at := map[[2]string]*series{}
	var places []Place
	for _, r := range reports {
		for i := range r.Slots {
			s := &r.Slots[i]
			if s.Uplift == nil {
				continue
			}
			var n, k, m, j float64
			for _, v := range s.All {
				if v.Name == s.Against {
					m, j = float64(v.Exposed.Value), float64(v.Won.Value)
				} else {
					n, k = n+float64(v.Exposed.Value), k+float64(v.Won.Value)
				}
			}
			key := [2]string{s.Kind, s.Name}
			if at[key] == nil {
				at[key] = &series{}
				places = append(places, Place{Kind: s.Kind, Name: s.Name, Goal: s.Goal, Against: s.Against})
			}
			x := at[key]
			x.treated = pairOf{append(x.treated.k, k), append(x.treated.n, n)}
			x.control = pairOf{append(x.control.k, j), append(x.control.n, m)}
		}
	}
	if len(places) == 0 {
		return out
	}
	out.State = Unknown
	var chances []float64
	for _, p := range places {
		x := at[[2]string{p.Kind, p.Name}]
		gain, _, ok := contrast(x.treated, x.control)
		if !ok {
			continue
		}
		p.Treated, p.Control = x.treated.rate(), x.control.rate()
		var chance float64
		p.Gain, chance = estimate(gain.mean, gain.sd, gain.df)
		n := sampleOf(x.treated.n).mean * float64(len(x.treated.n))
		p.Extra = Estimate{p.Gain.Value * n, p.Gain.Low * n, p.Gain.High * n}
		out.Places, chances = append(out.Places, p), append(chances, chance)
	}
	if len(out.Places) == 0 {
		return out
	}
	out.State = None
	for i, sure := range holm(chances) {
		if out.Places[i].Named = sure; sure {
			out.State = Found
		}
	}
	return out
}
