//go:build race

package batch

// draws of the distinguisher: under the race detector a draw costs ten times as
// much, and the plain run of the same test has the full number.
const draws = 40_000
