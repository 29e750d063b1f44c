package finding

import (
	"errors"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The metrics of guard rails.
const (
	Goal         = "goal"         // of a place, and of each of its variants: against the holdout
	Revenue      = "revenue"      // of a place: against the holdout
	Satisfaction = "satisfaction" // of the site, against the dates before; of the variant that grew most meanwhile
)

// Rail is a guard rail: something that must not fall.
type Rail struct {
	Kind    string `json:"kind"` // slot or campaign; empty: of the whole site
	Name    string `json:"name"`
	Variant string `json:"variant"` // empty: all but the default
	Metric  string `json:"metric"`
	Survey  string `json:"survey"`  // of satisfaction
	Against string `json:"against"` // holdout, or before
	From    string `json:"from"`
	To      string `json:"to"`
	// Diff is what it is less what it is held against: of a goal in shares, of revenue in the
	// site's currency for each device shown it, of satisfaction in points. Its interval is as
	// wide as the chance of stopping anything in vain within a year is to be small (inVain).
	Diff Estimate `json:"diff"`
	// State is found where it fell beyond its interval, and of a variant beyond Margin too.
	State State `json:"state"`
	// Margin is how far below the holdout a variant may be because of whom it is shown to.
	Margin float64 `json:"margin"`
}

const (
	// inVain is the chance that the rails of a site stop anything within a year where
	// nothing falls.
	inVain = .05
	// looked is how many of the newest releases a rail looks at.
	looked = 14
	// selection is how much less often than the holdout, in parts, those whom a variant is
	// shown to may reach the goal because of who they are: devices choose by interests. It is
	// twice the deviation that the optimiser allows for (optimise.Selection).
	selection = .14
	// grown is by how much a variant's share must have grown for a fall of satisfaction to
	// be laid to it.
	grown = .05
)

// Rails looks at the newest releases of a site, in any order. What was before something was
// resumed has been judged and does not count.
//
// The goal's and the revenue's are of sums of each release, K - c N with c the holdout's
// rate: no noisy cell is divided by, and the spread between releases is what it is.
//
// Errors: panel.ErrNone, panel.ErrLayout.
func Rails(all []panel.Release, state *steer.State) ([]Rail, error) {
	since := resumed(state)
	var last plan.Date
	for i := range all {
		last = max(last, all[i].Period.Date)
	}
	var step plan.Date = 1
	for i := range all {
		if all[i].Period.Date == last {
			step = plan.Date(all[i].Plan.Cadence.Days())
		}
	}
	first := last - (looked-1)*step
	reports, err := panel.Each(all, first, last)
	if err != nil {
		return nil, err
	}
	newest := reports[len(reports)-1]
	out := []Rail{}
	for i := range newest.Slots {
		if s := &newest.Slots[i]; s.Kind != "list" && s.Of == "" && s.Against == plan.HoldoutColumn {
			out = append(out, Rail{Kind: s.Kind, Name: s.Name, Metric: Goal, Against: s.Against})
			for _, v := range s.Variants[1:] {
				out = append(out, Rail{Kind: s.Kind, Name: s.Name, Variant: v, Metric: Goal, Against: s.Against})
			}
		}
	}
	for i := range newest.Revenues {
		if r := &newest.Revenues[i]; (r.Kind == "slot" || r.Kind == "campaign") && r.Against == plan.HoldoutColumn {
			out = append(out, Rail{Kind: r.Kind, Name: r.Of, Metric: Revenue, Against: r.Against})
		}
	}
	surveys := 0
	for i := range newest.Sorts {
		if newest.Sorts[i].Score != nil {
			surveys++
		}
	}
	chance := inVain / float64((len(out)+surveys)*max(1, 365/int(step)))
	for i := range out {
		r := &out[i]
		r.look(reports, since(r.Kind, r.Name, r.Variant), chance)
	}
	more, err := satisfaction(all, newest, first, last, step, since, chance)
	return append(out, more...), err
}

// resumed tells from which date on a place's variant counts (empty: all but the default).
func resumed(state *steer.State) func(kind, name, variant string) plan.Date {
	return func(kind, name, variant string) plan.Date {
		at := state.Resumed(steer.Place{Kind: kind, Name: name}, variant)
		if at.IsZero() {
			return 0
		}
		return plan.Date(at.Unix()/plan.Day) + 1
	}
}

// Stops are the orders that rails call for: to stop what fell, where the rails of its place
// are on and it is not stopped already.
func Stops(rails []Rail, state *steer.State) (out []steer.Order) {
	for _, r := range rails {
		at := steer.Place{Kind: r.Kind, Name: r.Name}
		if r.State != Found || r.Name == "" || !state.Watched(at) {
			continue
		}
		if _, already := state.Stopped(at, r.Variant); already {
			continue
		}
		out = append(out, steer.Order{Action: steer.Stop, Place: at, Variant: r.Variant, Why: &steer.Reason{
			Metric: r.Metric, Against: r.Against, From: r.From, To: r.To, Value: r.Diff.Value, Low: r.Diff.Low, High: r.Diff.High,
		}})
	}
	return out
}

// look fills in what a rail of a goal or of revenue sees.
func (r *Rail) look(reports []*panel.Report, since plan.Date, chance float64) {
	r.State = Unknown
	var k, n, heldK, heldN []float64
	for _, report := range reports {
		date, err := plan.ParseDate(report.Range.From)
		if err != nil || date < since {
			continue
		}
		shown, held, ok := r.of(report)
		if !ok {
			continue
		}
		if r.From == "" {
			r.From = report.Range.From
		}
		r.To = report.Range.To
		k, n, heldK, heldN = append(k, shown[0]), append(n, shown[1]), append(heldK, held[0]), append(heldN, held[1])
	}
	d, c, ok := contrast(pairOf{k, n}, pairOf{heldK, heldN})
	if !ok {
		return
	}
	half := 0.
	if d.sd > 0 { // no noise leaves all releases the same
		half = d.sd * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: d.df}.Quantile(1-chance)
	}
	if r.Variant != "" {
		r.Margin = selection * c
	}
	r.Diff, r.State = Estimate{d.mean, d.mean - half, d.mean + half}, None
	if r.Diff.High < -r.Margin {
		r.State = Found
	}
}

// of are what was won and how many were shown it, and the same of the holdout, in one
// release.
func (r *Rail) of(report *panel.Report) (shown, held [2]float64, ok bool) {
	sum := func(name string, k, n float64) {
		switch {
		case name == r.Against:
			held, ok = [2]float64{k, n}, true
		case r.Variant == "" || r.Variant == name:
			shown[0], shown[1] = shown[0]+k, shown[1]+n
		}
	}
	if r.Metric == Revenue {
		for i := range report.Revenues {
			if e := &report.Revenues[i]; e.Kind == r.Kind && e.Of == r.Name {
				for _, a := range e.Arms {
					sum(a.Name, a.Total.Value, float64(a.Exposed.Value))
				}
			}
		}
		return shown, held, ok
	}
	for i := range report.Slots {
		if s := &report.Slots[i]; s.Kind == r.Kind && s.Name == r.Name && s.Against == r.Against {
			for _, v := range s.All {
				sum(v.Name, float64(v.Won.Value), float64(v.Exposed.Value))
			}
		}
	}
	return shown, held, ok
}

// satisfaction holds each scored survey's mean against that of as many dates before. Where
// it fell, the variant is named whose share of what was shown grew most meanwhile: not as
// its cause for sure, but as what to stop first.
func satisfaction(all []panel.Release, newest *panel.Report, first, last, step plan.Date, since func(kind, name, variant string) plan.Date, chance float64) (out []Rail, err error) {
	before, err := panel.Of(all, first-looked*step, first-1)
	if errors.Is(err, panel.ErrNone) {
		before, err = &panel.Report{}, nil
	}
	if err != nil {
		return nil, err
	}
	now, err := panel.Of(all, first, last)
	if err != nil {
		return nil, err
	}
	score := func(r *panel.Report, name string) *panel.Score {
		for i := range r.Sorts {
			if s := &r.Sorts[i]; s.Score != nil && s.Name == name {
				return s.Score
			}
		}
		return nil
	}
	for i := range newest.Sorts {
		if newest.Sorts[i].Score == nil {
			continue
		}
		r := Rail{Metric: Satisfaction, Survey: newest.Sorts[i].Name, Against: "before", From: now.Range.From, To: now.Range.To, State: Unknown}
		a, b := score(now, r.Survey), score(before, r.Survey)
		if a != nil && b != nil && a.Mean.High != nil && b.Mean.High != nil && a.Mean.Hidden != panel.Empty && b.Mean.Hidden != panel.Empty &&
			now.Range.Releases >= fewest && before.Range.Releases >= fewest {
			wide := distuv.UnitNormal.Quantile(1-chance) / interval.Z95
			half := wide * hypot((*a.Mean.High-a.Mean.Low)/2, (*b.Mean.High-b.Mean.Low)/2)
			d := a.Mean.Value - b.Mean.Value
			r.Diff, r.State = Estimate{d, d - half, d + half}, None
			if r.Diff.High < 0 {
				r.State = Found
				r.Kind, r.Name, r.Variant = grew(before, now, func(kind, name, variant string) bool { return since(kind, name, variant) > first })
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// grew names the variant whose share of what a place showed grew most from one report to
// another, beyond grown with its interval; none of those that are spared.
func grew(before, now *panel.Report, spared func(kind, name, variant string) bool) (kind, name, variant string) {
	type part struct{ value, half float64 }
	shares := func(r *panel.Report, at *panel.Slot) map[string]part {
		out := map[string]part{}
		for i := range r.Slots {
			s := &r.Slots[i]
			if s.Kind != at.Kind || s.Name != at.Name {
				continue
			}
			total := 0.
			for _, v := range s.All {
				if v.Name != plan.HoldoutColumn {
					total += float64(v.Exposed.Value)
				}
			}
			for _, v := range s.All {
				if total > 0 && v.Name != plan.HoldoutColumn {
					out[v.Name] = part{float64(v.Exposed.Value) / total, (v.Exposed.ExactHigh - v.Exposed.ExactLow) / 2 / total}
				}
			}
		}
		return out
	}
	most := grown
	for i := range now.Slots {
		s := &now.Slots[i]
		if s.Kind == "list" || s.Of != "" || s.Against != plan.HoldoutColumn {
			continue
		}
		was, is := shares(before, s), shares(now, s)
		for _, v := range s.Variants[1:] {
			a, known := was[v]
			b := is[v]
			if surely := b.value - a.value - hypot(a.half, b.half); known && surely > most && !spared(s.Kind, s.Name, v) {
				most, kind, name, variant = surely, s.Kind, s.Name, v
			}
		}
	}
	return kind, name, variant
}
