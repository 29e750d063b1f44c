package panel

import (
	"math"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/interval"
)

// Hidden says why a number is not to be shown; empty if it is.
type Hidden string

// The reasons. Noise: the value is not above 1.96 deviations of its noise, or the
// noise leaves its rate without a bound. Wide: half of its interval is more than half
// of the value. Empty: no release in the range counts it, so that there is no value.
const (
	Shown Hidden = ""
	Noise Hidden = "noise"
	Wide  Hidden = "wide"
	Empty Hidden = "empty"
)

// widest is the largest half width, in parts of the value, that is shown.
const widest = .5

// Count is a number of devices and periods. All bounds are 95 %.
type Count struct {
	Value     int64    `json:"value"` // raw: may be negative
	Low       float64  `json:"low"`   // of the rate behind it: noise and chance
	High      *float64 `json:"high"`  // null: no bound
	ExactLow  float64  `json:"exact_low"`
	ExactHigh float64  `json:"exact_high"` // of what an exact tracker would have counted: noise alone
	Hidden    Hidden   `json:"hidden"`
}

// countOf judges a sum of cells.
func countOf(n interval.Noisy) Count {
	exact, rate := interval.Exact(n.Value, n.Variance), interval.Underlying(n.Value, n.Variance)
	c := Count{Value: n.Value, Low: rate.Low, High: bound(rate.High), ExactLow: exact.Low, ExactHigh: exact.High}
	switch value := float64(n.Value); {
	case n.Variance == 0:
		c.Hidden = Empty
	case value < interval.Z95*math.Sqrt(n.Variance) || value <= 0:
		c.Hidden = Noise
	case (rate.High-rate.Low)/2 > widest*value:
		c.Hidden = Wide
	}
	return c
}

// Rate is a share, or an uplift less 1, with its interval against the underlying rate.
type Rate struct {
	Value  float64  `json:"value"`
	Low    float64  `json:"low"`
	High   *float64 `json:"high"` // null: no bound
	Hidden Hidden   `json:"hidden"`
}

// rateOf judges a share. Its value is cut to what a share can be; its interval is not
// made of it.
func rateOf(p interval.Proportion) Rate {
	i := interval.Rate(p.K, p.N, p.Covariance)
	r := Rate{Low: i.Low, High: bound(i.High)}
	if p.N.Value > 0 {
		r.Value = min(max(float64(p.K.Value)/float64(p.N.Value), 0), 1)
	}
	switch {
	case p.N.Variance == 0 || p.K.Variance == 0:
		r.Hidden = Empty
	case !i.Enough || float64(p.K.Value) < interval.Z95*math.Sqrt(p.K.Variance):
		r.Hidden = Noise
	case (i.High-i.Low)/2 > widest*r.Value:
		r.Hidden = Wide
	}
	return r
}

// upliftOf judges how much more often treated succeeds than control. An uplift is never
// too wide to show: its interval is what it says.
func upliftOf(treated, control interval.Proportion) Rate {
	i := interval.Uplift(treated, control)
	r := Rate{Low: i.Low - 1, High: bound(i.High - 1)}
	t, c := treated, control
	if t.N.Value > 0 && c.N.Value > 0 && c.K.Value > 0 {
		r.Value = float64(t.K.Value)*float64(c.N.Value)/(float64(t.N.Value)*float64(c.K.Value)) - 1
	}
	switch {
	case t.N.Variance == 0 || c.N.Variance == 0:
		r.Hidden = Empty
	case !i.Enough && i.Low <= 1: // without an upper end a lower one above nothing still says something
		r.Hidden = Noise
	}
	return r
}

// bound returns an end of an interval for JSON, which has no infinity.
func bound(v float64) *float64 {
	if math.IsInf(v, 0) {
		return nil
	}
	return &v
}
