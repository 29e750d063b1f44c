//go:build !race

package batch

// draws of the distinguisher with the victim in, and as many without (PRIVACY.md
// section 9).
const draws = 200_000
