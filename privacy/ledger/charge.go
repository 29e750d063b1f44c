package ledger

import "errors"

// NanoRho is a price in zero-concentrated differential privacy, in units of
// 1e-9. Prices add up.
type NanoRho uint64

// The caps of every device, for the reports of one date and of any Days dates
// in a row. Cap30 is 30 times CapDay, so that a daily report at the cap of a
// day can go on for ever.
const (
	CapDay NanoRho = 24_355_970
	Cap30  NanoRho = 730_679_100
)

// ErrCharge: a price cannot be computed (weight or sigma^2 out of range), or is
// zero.
var ErrCharge = errors.New("ledger: no price can be put on this")

const (
	maxWeight        = 1024    // a report has at most as many cells
	maxSigma2        = 1 << 24 // no aggregator draws more noise (privacy/noise)
	nano      uint64 = 1e9
)

// Charge returns what one report with at most weight ones costs, whose every
// cell gets noise of variance sigma2 from one honest aggregator:
// ceil(weight 1e9 / (2 sigma2)), rounded up so that no sum of charges is less
// than what was spent.
//
// Errors: ErrCharge unless 1 <= weight <= 1024 and 1 <= sigma2 <= 2^24.
// Source: PRIVACY.md, sections 2 and 7.
func Charge(weight int, sigma2 uint64) (NanoRho, error) {
	if weight < 1 || weight > maxWeight || sigma2 < 1 || sigma2 > maxSigma2 {
		return 0, ErrCharge
	}
	return NanoRho((uint64(weight)*nano + 2*sigma2 - 1) / (2 * sigma2)), nil
}
