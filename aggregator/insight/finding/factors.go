package finding

import (
	"cmp"
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Factors are what goes with reaching a goal or coming back: every group held against all
// others of its kind, the largest differences first. It says nothing of causes.
type Factors struct {
	State State    `json:"state"`
	List  []Factor `json:"list"`
}

// The outcomes of factors.
const (
	Reached  = "reached"   // the funnel's last stage, of those at its first
	Won      = "won"       // a slot's or campaign's goal, of those shown it
	CameBack = "came back" // in the period after
)

// Factor is one group at one outcome.
type Factor struct {
	Outcome string   `json:"outcome"`
	Of      string   `json:"of"`    // the stage, the place, or the dimension
	Group   string   `json:"group"` // segment, or the dimension's bin
	Rate    Estimate `json:"rate"`
	Rest    float64  `json:"rest"`  // of all other groups
	Diff    Estimate `json:"diff"`  // in shares
	Named   bool     `json:"named"` // its sign is sure, all of them at once
}

// pairOf is what reached an outcome and who could, of each release.
type pairOf struct{ k, n []float64 }

// factors compares every group with the others of its outcome.
func factors(reports []*panel.Report) Factors {
	out := Factors{State: NotAsked, List: []Factor{}}
	type key struct{ outcome, of, group string }
	series := map[key]*pairOf{}
	var order []key
	add := func(outcome, of, group string, k, n float64) {
		at := key{outcome, of, group}
		if series[at] == nil {
			series[at] = &pairOf{}
			order = append(order, at)
		}
		series[at].k, series[at].n = append(series[at].k, k), append(series[at].n, n)
	}
	for _, r := range reports {
		if f := r.Funnel; f != nil && len(f.Stages) > 1 {
			for _, s := range f.Segments {
				add(Reached, f.Stages[len(f.Stages)-1], s.Name, float64(s.Stages[len(f.Stages)-1].Reached.Value), float64(s.Stages[0].Reached.Value))
			}
		}
		for i := range r.Slots {
			for _, s := range r.Slots[i].Segments {
				var k, n float64
				for _, v := range s.Variants {
					if v.Name != plan.HoldoutColumn {
						k, n = k+float64(v.Won.Value), n+float64(v.Exposed.Value)
					}
				}
				add(Won, r.Slots[i].Name, s.Name, k, n)
			}
		}
		for i := range r.Sorts {
			if s := &r.Sorts[i]; s.Kind == "dimension" {
				for _, b := range s.All {
					if b.Gain != nil {
						add(CameBack, s.Name, b.Name, b.Gain.Value*float64(b.Total.Value), float64(b.Total.Value))
					}
				}
			}
		}
	}
	var chances []float64
	for _, at := range order {
		out.State = cmp.Or(map[State]State{NotAsked: Unknown}[out.State], out.State)
		own := series[at]
		rest := pairOf{make([]float64, len(own.k)), make([]float64, len(own.k))}
		for _, o := range order {
			if o.outcome != at.outcome || o.of != at.of || o.group == at.group || len(series[o].k) != len(own.k) {
				continue
			}
			for i := range own.k {
				rest.k[i], rest.n[i] = rest.k[i]+series[o].k[i], rest.n[i]+series[o].n[i]
			}
		}
		diff, c, ok := contrast(*own, rest)
		if !ok {
			continue
		}
		d, chance := estimate(diff.mean, diff.sd, diff.df)
		rate := Estimate{c + d.Value, math.Max(0, c+d.Low), math.Min(1, c+d.High)}
		out.List, chances = append(out.List, Factor{Outcome: at.outcome, Of: at.of, Group: at.group, Rate: rate, Rest: c, Diff: d}), append(chances, chance)
	}
	if len(out.List) == 0 {
		return out
	}
	out.State = None
	for i, sure := range holm(chances) {
		if out.List[i].Named = sure; sure {
			out.State = Found
		}
	}
	slices.SortStableFunc(out.List, func(a, b Factor) int {
		if a.Named != b.Named {
			return map[bool]int{true: -1, false: 1}[a.Named]
		}
		return cmp.Compare(math.Abs(b.Diff.Value), math.Abs(a.Diff.Value))
	})
	return out
}

// rate is k by n over all releases, with the spread of k - c n between them.
func (p pairOf) rate() Estimate {
	n := sampleOf(p.n).mean
	c := sampleOf(p.k).mean / n
	e := make([]float64, len(p.k))
	for i := range e {
		e[i] = (p.k[i] - c*p.n[i]) / n
	}
	s := sampleOf(e)
	out, _ := estimate(c, math.Sqrt(s.variance), float64(s.n-1))
	return out
}

// moment is a mean with its standard deviation and Student's degrees of freedom.
type moment struct{ mean, sd, df float64 }

// contrast is by how much a rate lies above another, whose value is c: of sums of each
// release, k - c n, so that no noisy cell is divided by, and with the spread between
// releases as it is. Not ok: too few releases, or counts that do not stand out of their
// noise.
func contrast(own, others pairOf) (d moment, c float64, ok bool) {
	if len(own.k) < fewest {
		return d, 0, false
	}
	exposed, control := sampleOf(own.n), sampleOf(others.n)
	c = sampleOf(others.k).mean / control.mean
	if exposed.mean < 4*math.Sqrt(exposed.variance) || control.mean < 4*math.Sqrt(control.variance) || !(c > 0) {
		return d, c, false
	}
	a, b := make([]float64, len(own.k)), make([]float64, len(own.k))
	for i := range own.k {
		a[i] = (own.k[i] - c*own.n[i]) / exposed.mean
		b[i] = (others.k[i] - c*others.n[i]) / control.mean
	}
	d.mean, d.sd, d.df = sampleOf(a).minus(sampleOf(b))
	return d, c, true
}
