package finding

import (
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
)

// Leaving says which segment comes back less than before, beyond all others, and what those
// who leave say.
type Leaving struct {
	State   State    `json:"state"`
	Segment string   `json:"segment"` // the one named; empty: none
	Groups  []Group  `json:"groups"`  // all segments
	Reasons []Reason `json:"reasons"` // of the one named, the largest change first
	Reason  string   `json:"reason"`  // the answer that is given more than before; empty: none
	Survey  string   `json:"survey"`  // whose answers they are; empty: none asks
}

// Group is one segment's coming back.
type Group struct {
	Name   string   `json:"name"`
	Before Estimate `json:"before"` // share that came back, before the range
	After  Estimate `json:"after"`
	Change Estimate `json:"change"` // beyond the change of all others, in shares
	Named  bool     `json:"named"`  // it is below 0 for sure
}

// Reason is an answer to a survey.
type Reason struct {
	Answer string   `json:"answer"`
	Before Estimate `json:"before"` // share of the answers
	After  Estimate `json:"after"`
	Change Estimate `json:"change"`
	Named  bool     `json:"named"` // it is above 0 for sure
}

// bySegment finds the dimension of segments that says who came back.
func bySegment(r *panel.Report) *panel.Sort {
	for i := range r.Sorts {
		s := &r.Sorts[i]
		if s.Variable == "segment" && slices.ContainsFunc(s.All, func(b panel.Bin) bool { return b.Gain != nil }) {
			return s
		}
	}
	return nil
}

// returns are, by segment, the rates of coming back of each release, and by how much they
// differ from those of all others in the same.
func returns(reports []*panel.Report) (own, beyond map[string][]float64, names []string) {
	own, beyond = map[string][]float64{}, map[string][]float64{}
	for _, r := range reports {
		s := bySegment(r)
		if s == nil {
			continue
		}
		total, back := 0., 0.
		for _, b := range s.All {
			if b.Gain != nil && b.Gain.Hidden != panel.Empty {
				total += float64(b.Total.Value)
				back += float64(b.Total.Value) * b.Gain.Value
			}
		}
		for _, b := range s.All {
			if b.Gain == nil || b.Gain.Hidden == panel.Empty {
				continue
			}
			n := float64(b.Total.Value)
			rest, ok := share(back-n*b.Gain.Value, total-n)
			if !ok || n <= 0 {
				continue
			}
			if !slices.Contains(names, b.Name) {
				names = append(names, b.Name)
			}
			own[b.Name] = append(own[b.Name], b.Gain.Value)
			beyond[b.Name] = append(beyond[b.Name], b.Gain.Value-rest)
		}
	}
	return own, beyond, names
}

// leaving compares the releases of a range with those before it.
func leaving(before, after []*panel.Report, whole, earlier *panel.Report) Leaving {
	out := Leaving{State: NotAsked, Groups: []Group{}, Reasons: []Reason{}}
	ownAfter, beyondAfter, names := returns(after)
	ownBefore, beyondBefore, _ := returns(before)
	if len(names) < 2 {
		return out
	}
	out.State = Unknown
	var chances []float64
	for _, name := range names {
		b, a := sampleOf(beyondBefore[name]), sampleOf(beyondAfter[name])
		if a.n < fewest || b.n < fewest {
			continue
		}
		g := Group{Name: name}
		g.Before, _ = sampleOf(ownBefore[name]).of()
		g.After, _ = sampleOf(ownAfter[name]).of()
		var p float64
		mean, sd, df := a.minus(b)
		g.Change, p = estimate(mean, sd, df)
		out.Groups, chances = append(out.Groups, g), append(chances, p)
	}
	if len(out.Groups) == 0 {
		return out
	}
	out.State = None
	lowest := 0.
	for i, sure := range holm(chances) {
		g := &out.Groups[i]
		if g.Named = sure && g.Change.Value < 0; g.Named && g.Change.Value < lowest {
			lowest, out.State, out.Segment = g.Change.Value, Found, g.Name
		}
	}
	if out.State == Found {
		out.why(whole, earlier)
	}
	return out
}

// why looks for the answer that the named segment gives more than before.
func (l *Leaving) why(whole, earlier *panel.Report) {
	of := func(r *panel.Report) *panel.SortSegment {
		if r == nil {
			return nil
		}
		for i := range r.Sorts {
			s := &r.Sorts[i]
			if s.Kind != "answers" || s.Score != nil || l.Survey != "" && s.Name != l.Survey {
				continue
			}
			for k := range s.Segments {
				if s.Segments[k].Name == l.Segment {
					l.Survey = s.Name
					return &s.Segments[k]
				}
			}
		}
		return nil
	}
	a := of(whole)
	if a == nil {
		return
	}
	b := of(earlier)
	// Who answers does so once in a long while: answers are of different devices, and the
	// intervals of the sums hold.
	z := float64(len(a.Bins))
	for _, bin := range a.Bins {
		r := Reason{Answer: bin.Name, After: rateEstimate(bin.Share)}
		if b != nil {
			for _, was := range b.Bins {
				if was.Name != bin.Name {
					continue
				}
				r.Before = rateEstimate(was.Share)
				d := r.After.Value - r.Before.Value
				half := hypot(r.After.half(), r.Before.half())
				r.Change = Estimate{d, d - half, d + half}
				// Of several answers one could change by chance: a wider interval decides.
				r.Named = d > half*bonferroni(z)/interval.Z95
			}
		}
		l.Reasons = append(l.Reasons, r)
	}
	slices.SortStableFunc(l.Reasons, func(x, y Reason) int {
		switch {
		case x.Change.Value > y.Change.Value:
			return -1
		case x.Change.Value < y.Change.Value:
			return 1
		}
		return 0
	})
	if l.Reasons[0].Named {
		l.Reason = l.Reasons[0].Answer
	}
}
