// Package noise draws the noise that an aggregator adds to its share of a sum,
// and computes what that noise is worth. It runs on servers only.
//
// Use Source.Vector to draw, SigmaSquared to find how much to draw, and
// RhoOf(...).Times(n).Epsilon(delta) to say what n releases cost.
//
// Drawing is exact: Source samples the discrete Gaussian N_Z(0, sigma^2),
// P(x) proportional to exp(-x^2 / (2 sigma^2)) over all integers, in integer
// arithmetic alone, following Canonne, Kamath and Steinke, "The Discrete
// Gaussian for Differential Privacy" (NeurIPS 2020, arXiv:2004.00010),
// algorithms 1 to 3. There is no rounding, so none of the attacks on
// floating-point noise apply. Accounting (accounting.go) may use float64: an
// error there misstates a price in the 12th digit, it does not change a draw.
//
// What it trusts: the io.Reader it is given, which cmd makes the operating
// system's. There is no seed, no default reader and no fallback. A reader that
// fails, or that is seen to be stuck, turns into an error that sticks; it never
// turns into a weaker draw.
//
// What it never sees: shares, sums, reports, keys. A caller draws once per
// batch and stores the draw in the transaction that closes it (PRIVACY.md,
// section 3, rule 1): averaging n redraws costs n times the rho.
//
// What it does not claim: the time a draw takes depends on the drawn value.
// Whoever can time single cells of a release in the making from outside learns
// something of the noise; aggregators draw a whole vector between two writes.
package noise
