package finding

import (
	"math"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Cost is what a campaign, slot or list cost, as the analyst says.
type Cost struct {
	Name     string    // of the campaign, slot or list, or of the revenue
	From, To plan.Date // both counted
	Cost     float64   // in the site's currency
	Margin   float64   // of revenue, 0 to 1
}

// Campaign says whether something that cost money paid.
type Campaign struct {
	Name    string  `json:"name"`
	Kind    string  `json:"kind"`
	Against string  `json:"against"`
	From    string  `json:"from"`
	To      string  `json:"to"`
	State   State   `json:"state"` // none: it may have paid or not
	Paid    bool    `json:"paid"`  // where the state is found
	Cost    float64 `json:"cost"`
	Margin  float64 `json:"margin"`
	// Revenue is all that is credited to it; Increment what is beyond the baseline.
	Revenue   panel.Sum  `json:"revenue"`
	Increment *panel.Sum `json:"increment"`
	// ROI is (margin x revenue - cost) / cost, of all that is credited, and Incremental that of
	// the increment: only that says whether it paid. Null without a cost.
	ROI         *Estimate `json:"roi"`
	Incremental *Estimate `json:"incremental"`
	// BreakEven is the cost up to which it would have paid for sure, and the most it can have
	// been worth: margin x the increment's interval.
	BreakEven *Estimate `json:"break_even"`
}

// campaigns answers for each revenue that has a baseline: with the costs that were said, or
// for the range without.
func campaigns(all []panel.Release, whole *panel.Report, from, to plan.Date, costs []Cost) ([]Campaign, error) {
	out := []Campaign{}
	for i := range whole.Revenues {
		r := &whole.Revenues[i]
		if r.Kind == "site" || r.Against == "" {
			continue
		}
		said := false
		for _, c := range costs {
			if c.Name != r.Of && c.Name != r.Name {
				continue
			}
			said = true
			report, err := panel.Of(all, c.From, c.To)
			if err != nil {
				return nil, err
			}
			for k := range report.Revenues {
				if report.Revenues[k].Name == r.Name {
					out = append(out, campaign(&report.Revenues[k], c))
				}
			}
		}
		if !said {
			out = append(out, campaign(r, Cost{Name: r.Of, From: from, To: to, Margin: 1}))
		}
	}
	return out, nil
}

func campaign(r *panel.Revenue, c Cost) Campaign {
	out := Campaign{
		Name: r.Of, Kind: r.Kind, Against: r.Against, From: c.From.String(), To: c.To.String(), State: Unknown,
		Cost: c.Cost, Margin: c.Margin, Revenue: r.Total, Increment: r.Increment,
	}
	if r.Increment == nil {
		return out
	}
	times := func(s *panel.Sum, k, less float64) *Estimate {
		return &Estimate{s.Value*k - less, s.Low*k - less, s.High*k - less}
	}
	out.BreakEven = times(r.Increment, c.Margin, 0)
	if c.Cost <= 0 {
		return out
	}
	out.ROI, out.Incremental = times(&r.Total, c.Margin/c.Cost, 1), times(r.Increment, c.Margin/c.Cost, 1)
	out.State = None
	if out.Incremental.Low > 0 || out.Incremental.High < 0 {
		out.State, out.Paid = Found, out.Incremental.Low > 0
	}
	return out
}

func rateEstimate(r panel.Rate) Estimate {
	high := 1.
	if r.High != nil {
		high = *r.High
	}
	return Estimate{r.Value, r.Low, high}
}

// half is half an interval's width.
func (e Estimate) half() float64 { return (e.High - e.Low) / 2 }

func hypot(a, b float64) float64 { return math.Hypot(a, b) }
