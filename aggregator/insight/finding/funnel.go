package finding

import "github.com/dunlin-analytics/dunlin/aggregator/insight/panel"

// Leak says at which step of the funnel, and for whom, most are lost beyond what the other
// segments lose there.
type Leak struct {
	State   State  `json:"state"`
	Segment string `json:"segment"`
	From    string `json:"from"` // the stage that they reach
	To      string `json:"to"`   // and the one that they do not
	Steps   []Step `json:"steps"`
}

// Step is one segment at one step.
type Step struct {
	Segment string   `json:"segment"`
	From    string   `json:"from"`
	To      string   `json:"to"`
	Rate    Estimate `json:"rate"` // who goes on, of those at From
	Rest    Estimate `json:"rest"` // of all other segments
	// Lost are the devices that would have gone on as the others do, over the range's periods.
	Lost  Estimate `json:"lost"`
	Named bool     `json:"named"` // it is above 0 for sure
}

func leak(reports []*panel.Report) Leak {
	out := Leak{State: NotAsked, Steps: []Step{}}
	type series struct{ own, rest, beyond, at []float64 }
	at := map[[2]string]*series{}
	var steps []Step
	for _, r := range reports {
		f := r.Funnel
		if f == nil || len(f.Segments) < 2 {
			continue
		}
		for stage := 1; stage < len(f.Stages); stage++ {
			n, k := 0., 0.
			for _, s := range f.Segments {
				n += float64(s.Stages[stage-1].Reached.Value)
				k += float64(s.Stages[stage].Reached.Value)
			}
			for _, s := range f.Segments {
				ns, ks := float64(s.Stages[stage-1].Reached.Value), float64(s.Stages[stage].Reached.Value)
				own, ok := share(ks, ns)
				rest, others := share(k-ks, n-ns)
				if !ok || !others {
					continue
				}
				key := [2]string{s.Name, f.Stages[stage]}
				if at[key] == nil {
					at[key] = &series{}
					steps = append(steps, Step{Segment: s.Name, From: f.Stages[stage-1], To: f.Stages[stage]})
				}
				x := at[key]
				x.own, x.rest, x.beyond, x.at = append(x.own, own), append(x.rest, rest), append(x.beyond, (rest-own)*ns), append(x.at, ns)
			}
		}
	}
	if len(steps) == 0 {
		return out
	}
	out.State = Unknown
	var chances []float64
	for _, step := range steps {
		x := at[[2]string{step.Segment, step.To}]
		s := sampleOf(x.beyond)
		if s.n < fewest {
			continue
		}
		step.Rate, _ = sampleOf(x.own).of()
		step.Rest, _ = sampleOf(x.rest).of()
		e, p := s.of()
		n := float64(s.n)
		step.Lost = Estimate{e.Value * n, e.Low * n, e.High * n}
		out.Steps, chances = append(out.Steps, step), append(chances, p)
	}
	if len(out.Steps) == 0 {
		return out
	}
	out.State = None
	most := 0.
	for i, sure := range holm(chances) {
		s := &out.Steps[i]
		if s.Named = sure && s.Lost.Value > 0; s.Named && s.Lost.Value > most {
			most, out.State, out.Segment, out.From, out.To = s.Lost.Value, Found, s.Segment, s.From, s.To
		}
	}
	return out
}
