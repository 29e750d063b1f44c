package interval

import "math"

// Trial is a place of which the uplift against a holdout is to be seen.
type Trial struct {
	Devices  float64 // that see it in a period
	Holdout  float64 // share of them in the holdout, above 0, below 1
	Rate     float64 // at which those of the holdout reach the goal in a period
	Uplift   float64 // of the others, relative: .05 for 5 %
	Variance float64 // of the noise of a released cell, both aggregators' together
	// Cells that the exposures of either are summed over in a release, and as many
	// their conversions: variants, or 1 for the holdout, times segments.
	Treated, Held int
}

// Periods returns how many released periods show the trial's uplift with a chance of
// 80 %: the 95 % interval of Uplift over their sums then lies on its side of 1.
// The chance of sampling and the noise are in it, the noise of numerators and
// denominators both. It takes periods as independent of each other; visitors whose
// periods are alike need more.
//
// Errors: +Inf for no uplift, and where rates or shares leave no room for one.
// Source: Fleiss, Levin and Paik 2003, "Statistical Methods for Rates and Proportions",
// section 4.2, with the variances of PRIVACY.md section 6 for those of counts.
func (t Trial) Periods() float64 {
	p0, p1 := t.Rate, t.Rate*(1+t.Uplift)
	n0, n1 := t.Devices*t.Holdout, t.Devices*(1-t.Holdout)
	if !(p0 > 0 && p0 < 1 && p1 > 0 && p1 < 1 && n0 > 0 && n1 > 0) || p0 == p1 {
		return math.Inf(1)
	}
	variance := func(p, n float64, cells int) float64 {
		return p*(1-p)/n + t.Variance*float64(cells)*(1+p*p)/(n*n)
	}
	const z80 = .841621 // quantile of the chance of 80 %
	z := (Z95 + z80) / (p1 - p0)
	return math.Ceil(z * z * (variance(p0, n0, t.Held) + variance(p1, n1, t.Treated)))
}
