package measure

import "github.com/dunlin-analytics/dunlin/privacy/plan"

// Held says of which holdouts a device is. The zero value is of none.
type Held struct {
	Plan      bool   // of the plan's: of everything that has the holdout's column
	Campaigns uint16 // bits of the plan's indices: of that campaign's own holdout
}

// of tells whether a device so held is counted in the holdout's column of a metric
// that has one.
func (h Held) of(m *plan.Metric) bool {
	switch m.Kind {
	case plan.CampaignExposed, plan.CampaignConverted:
		return h.Plan || h.Campaigns>>m.Source&1 == 1
	}
	return h.Plan
}

// ofRevenue tells the same of a revenue.
func (h Held) ofRevenue(r *plan.Revenue) bool {
	return h.Plan || r.Of == plan.OfCampaign && h.Campaigns>>r.Source&1 == 1
}

// Hold moves what the log of a period holds under variants or arms to the holdout's
// column, where the plan has one: the device has just been found to be of the holdout,
// and has a column once, and not two.
func (r *Rules) Hold(l *Log, period plan.Date, held Held) {
	if !l.Of(r.digest, period) {
		return
	}
	for i := range r.plan.Metrics {
		m := &r.plan.Metrics[i]
		if column, ok := r.plan.Holdout(*m); ok && held.of(m) && l.columns[i] != 0 {
			l.columns[i] = 1 << column
		}
	}
	for i := range r.plan.Revenues {
		s := &r.plan.Revenues[i]
		if arm, ok := r.plan.HoldoutArm(s); ok && held.ofRevenue(s) && l.earned[i].minor > 0 {
			l.earned[i].arm = uint8(arm)
		}
	}
}
