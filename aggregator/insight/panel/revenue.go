package panel

import (
	"math"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Revenue is what orders came to, in the site's currency: of all of them, or of those that
// a campaign, slot or list is credited with.
type Revenue struct {
	Name     string           `json:"name"`
	Kind     string           `json:"kind"` // site, campaign, slot or list
	Of       string           `json:"of"`   // its name; empty for the site
	From     string           `json:"from"` // date of its first release: earlier ones in the range were of something else
	Top      float64          `json:"top"`  // a device's value of a period above it counts as it
	Total    Sum              `json:"total"`
	PerHead  Mean             `json:"per_head"` // by devices present; of a campaign and the like by those exposed
	Arms     []Earning        `json:"arms"`     // none of the site's
	Segments []SegmentRevenue `json:"segments"`
	Days     []DaySum         `json:"days"`
	// Increment is what was earned beyond what the exposed would have spent as those of the
	// baseline did. Null without a baseline.
	Increment *Sum   `json:"increment"`
	Against   string `json:"against"` // the baseline: holdout, or an assigned campaign's first arm
}

// SegmentRevenue is one segment's part.
type SegmentRevenue struct {
	Name    string `json:"name"`
	Total   Sum    `json:"total"`
	PerHead Mean   `json:"per_head"` // by the segment's devices, where they are counted
}

// Earning is one arm's.
type Earning struct {
	Name    string `json:"name"`
	Exposed Count  `json:"exposed"`
	Total   Sum    `json:"total"`
	PerHead Mean   `json:"per_head"`
}

// Sum is an amount. Its bounds are 95 %, and may be below 0.
type Sum struct {
	Value     float64 `json:"value"`
	Low       float64 `json:"low"` // of what is behind it: noise, chance and the grid's rounding
	High      float64 `json:"high"`
	ExactLow  float64 `json:"exact_low"` // of what an exact tracker's grid would have come to: noise alone
	ExactHigh float64 `json:"exact_high"`
	Hidden    Hidden  `json:"hidden"`
}

// Mean is an amount for each of so many devices.
type Mean struct {
	Value  float64  `json:"value"`
	Low    float64  `json:"low"`
	High   *float64 `json:"high"` // null: no bound
	Hidden Hidden   `json:"hidden"`
}

// DaySum is one date's amount.
type DaySum struct {
	Date string `json:"date"`
	Sum  Sum    `json:"sum"`
}

// revenueSeries is a revenue of the plans that agree on it.
type revenueSeries struct {
	name, of string
	earner   plan.Earner
	exposed  plan.MetricKind // 0 for the site's
	held     string          // the baseline arm; empty: none
	arms     []string
	points   []uint32 // of all plans
	segments []string
	plans    map[plan.Digest]bool
}

var earners = [...]string{plan.OfSite: "site", plan.OfCampaign: "campaign", plan.OfSlot: "slot", plan.OfList: "list"}

func (j *joint) joinRevenues(p identified, layout plan.Layout) {
	for i := range p.Revenues {
		one := &p.Revenues[i]
		site := spanOf(p.Plan, layout, plan.Earned, i, plan.SiteWide)
		split := spanOf(p.Plan, layout, plan.Earned, i, plan.BySegment)
		if site == nil && split == nil {
			continue
		}
		s := &revenueSeries{name: one.Name, earner: one.Of, of: p.Earner(one), held: baseline(p.Plan, one), plans: map[plan.Digest]bool{}}
		at := slices.IndexFunc(j.revenues, func(o *revenueSeries) bool { return o.name == s.name })
		if at < 0 {
			at = len(j.revenues)
			j.revenues = append(j.revenues, s)
		}
		if had := j.revenues[at]; had.earner != s.earner || had.of != s.of || had.held != s.held {
			continue
		}
		s = j.revenues[at]
		s.plans[p.digest] = true
		for _, point := range one.Grid {
			if !slices.Contains(s.points, point) {
				s.points = append(s.points, point)
			}
		}
		var arms []string
		for arm := range p.Arms(one) {
			arms = append(arms, p.Arm(one, arm))
		}
		s.arms = union(s.arms, arms)
		if split != nil {
			s.segments = union(s.segments, segmentsOf(p.Plan))
			j.leadSpan(p, *split, cell{kind: plan.Earned, source: s.name}, site == nil)
		}
		if site != nil {
			j.leadSpan(p, *site, cell{kind: plan.Earned, source: s.name}, true)
		}
		if one.Of == plan.OfSite {
			continue
		}
		s.exposed = [...]plan.MetricKind{plan.OfCampaign: plan.CampaignExposed, plan.OfSlot: plan.SlotExposed, plan.OfList: plan.ListExposed}[one.Of]
		// Whom it was shown to may be counted for a panel of its own already.
		exposed := spanOf(p.Plan, layout, s.exposed, int(one.Source), plan.SiteWide)
		if exposed == nil {
			exposed = spanOf(p.Plan, layout, s.exposed, int(one.Source), plan.BySegment)
		}
		if exposed != nil {
			j.leadOnce(p, *exposed, cell{kind: s.exposed, source: s.of}, true)
		}
	}
}

// baseline names the arm that others are held against: the holdout's, or of an assigned
// campaign the first.
func baseline(p *plan.Plan, r *plan.Revenue) string {
	if _, ok := p.HoldoutArm(r); ok {
		return plan.HoldoutColumn
	}
	if r.Of == plan.OfCampaign && p.Campaigns[r.Source].Mode == plan.Assigned {
		return p.Campaigns[r.Source].Arms[0]
	}
	return ""
}

// money is a sum of points with the variance of its noise and that of chance: each device's
// value is one draw, so chance is about the sum of their squares.
type money struct{ value, noise, chance float64 }

func (a money) plus(b money) money {
	return money{a.value + b.value, a.noise + b.noise, a.chance + b.chance}
}

// times is a share of an amount that the other does not depend on.
func (a money) times(k float64) money { return money{a.value * k, a.noise * k * k, a.chance * k * k} }

func (s *revenueSeries) sum(j *joint, of sums, scope scope, segment, arm string) (out money) {
	for _, point := range s.points {
		column := plan.Money(point)
		if arm != "" {
			column = arm + " " + column
		}
		n := j.at(of, cell{kind: plan.Earned, scope: scope, source: s.name, segment: segment, column: column})
		m := float64(point) / 100
		out = out.plus(money{m * float64(n.Value), m * m * n.Variance, m * m * float64(n.Value)})
	}
	return out
}

func (a money) sum() Sum {
	exact, all := interval.Z95*math.Sqrt(a.noise), interval.Z95*math.Sqrt(a.noise+max(a.chance, 0))
	out := Sum{Value: a.value, Low: a.value - all, High: a.value + all, ExactLow: a.value - exact, ExactHigh: a.value + exact}
	switch {
	case a.noise == 0:
		out.Hidden = Empty
	case a.value < exact || a.value <= 0:
		out.Hidden = Noise
	case all > widest*a.value:
		out.Hidden = Wide
	}
	return out
}

// per is an amount by a count of devices that has a noise of its own: Fieller's interval.
// Chance counts once, in the amount: who was there is given.
func (a money) per(n interval.Noisy) Mean {
	variance := a.noise + max(a.chance, 0)
	i := interval.Quotient(a.value, variance, float64(n.Value), n.Variance, 0)
	out := Mean{High: bound(i.High)}
	if i.Enough {
		out.Value, out.Low = a.value/float64(n.Value), i.Low
	}
	switch {
	case a.noise == 0 || n.Variance == 0:
		out.Hidden = Empty
	case !i.Enough || a.value < interval.Z95*math.Sqrt(a.noise):
		out.Hidden = Noise
	case (i.High-i.Low)/2 > widest*out.Value:
		out.Hidden = Wide
	}
	return out
}

func revenue(j *joint, s *revenueSeries, all sums, days []day, in []Release) Revenue {
	out := Revenue{
		Name: s.name, Kind: earners[s.earner], Of: s.of, From: since(in, s.plans), Top: float64(slices.Max(s.points)) / 100, Against: s.held,
		Arms: []Earning{}, Segments: []SegmentRevenue{}, Days: []DaySum{},
	}
	total := func(of sums, scope scope, segment string) (sum money) {
		for _, arm := range s.arms {
			sum = sum.plus(s.sum(j, of, scope, segment, arm))
		}
		return sum
	}
	there := j.at(all, cell{})
	if s.earner != plan.OfSite {
		there = interval.Noisy{}
		var treated, held money
		var shown, kept interval.Noisy
		for _, arm := range s.arms {
			n := j.at(all, cell{kind: s.exposed, scope: whole, source: s.of, column: arm})
			m := s.sum(j, all, whole, "", arm)
			out.Arms = append(out.Arms, Earning{arm, countOf(n), m.sum(), m.per(n)})
			there = add(there, n)
			if arm == s.held {
				held, kept = m, n
			} else {
				treated, shown = treated.plus(m), add(shown, n)
			}
		}
		if s.held != "" && kept.Value > 0 && kept.Variance > 0 && shown.Variance > 0 {
			sum := increment(treated, held, shown, kept).sum()
			if sum.Hidden == Wide || sum.Hidden == Noise { // its interval is what it says
				sum.Hidden = Shown
			}
			out.Increment = &sum
		}
	}
	sum := total(all, whole, "")
	out.Total, out.PerHead = sum.sum(), sum.per(there)
	for _, segment := range s.segments {
		m := total(all, bySegment, segment)
		out.Segments = append(out.Segments, SegmentRevenue{segment, m.sum(), m.per(j.at(all, cell{kind: plan.Audience, scope: bySegment, segment: segment}))})
	}
	for _, d := range days {
		out.Days = append(out.Days, DaySum{d.date.String(), total(d.sums, whole, "").sum()})
	}
	return out
}

// increment is what the exposed earned beyond k times the baseline's, k being by how many
// times they are more (PRIVACY.md section 6). The noise of k counts too: by as much as the
// baseline's revenue is worth.
func increment(treated, held money, shown, kept interval.Noisy) money {
	n, m := float64(shown.Value), float64(kept.Value)
	k := n / m
	ofK := held.value * held.value * (shown.Variance/(m*m) + n*n*kept.Variance/(m*m*m*m))
	out := treated.plus(held.times(k).times(-1))
	out.noise += ofK
	return out
}
