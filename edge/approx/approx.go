// Package approx computes logarithms and powers of two in plain float64
// arithmetic, for whatever must come out the same in the visitor's browser, in
// native Go and on any server. Package math's own Log, Exp and Pow do not: they
// are written in assembly on some machines and in Go on others, and differ in the
// last bits.
//
// Only +, -, * and / of IEEE 754 are used, each of which rounds in one way alone,
// and no product goes into a sum, directly or through a variable, without float64()
// around it, which forbids the compiler to fuse both into one rounding (Go's
// specification, "Floating-point operators"). Callers must keep that rule; a test
// of this package looks through their sources. They may use math.Sqrt, which is exact
// everywhere.
package approx

import "math"

// Ln2 is the natural logarithm of 2: Ln2 * Log2(x) is that of x.
const Ln2 = 0x1.62e42fefa39efp-1

const (
	mantissa = 52
	bias     = 1023

	// Powers beyond lie outside what Exp2 computes.
	least, most = -1000, 1000
)

// Log2 returns the binary logarithm of x, for any finite x of at least 2^-1022.
//
// Claim:  relative error at most 6e-16; exact for powers of two.
// Errors: what it returns for any other x means nothing, but is defined and the
// same everywhere.
// Source: fdlibm's e_log.c (Sun Microsystems), reduction to sqrt(1/2) to sqrt(2)
// and a polynomial of degree 14 in s = (m-1)/(m+1).
func Log2(x float64) float64 {
	const (
		sqrt2 = 0x6a09e667f3bcd // mantissa of the square root of 2
		l1    = 6.666666666666735130e-01
		l2    = 3.999999999940941908e-01
		l3    = 2.857142874366239149e-01
		l4    = 2.222219843214978396e-01
		l5    = 1.818357216161805012e-01
		l6    = 1.531383769920937332e-01
		l7    = 1.479819860511658591e-01
	)
	bits := math.Float64bits(x)
	exponent := int64(bits>>mantissa) - bias
	fraction := bits & (1<<mantissa - 1)
	one := uint64(bias)
	if fraction >= sqrt2 {
		exponent++
		one--
	}
	f := math.Float64frombits(one<<mantissa|fraction) - 1
	s := f / (2 + f)
	z := float64(s * s)
	w := float64(z * z)
	odd := float64(z * (l1 + float64(w*(l3+float64(w*(l5+float64(w*l7)))))))
	even := float64(w * (l2 + float64(w*(l4+float64(w*l6)))))
	half := float64(.5 * float64(f*f))
	ln := f - (half - float64(s*(half+odd+even)))
	return float64(exponent) + float64(ln*(1/Ln2))
}

// Exp2 returns 2^x; 0 for x below -1000 and +Inf for x above 1000.
//
// Claim:  relative error at most 4e-16; exact for integers.
// Source: fdlibm's e_exp.c, for the fraction that is left of x.
func Exp2(x float64) float64 {
	const (
		p1 = 1.66666666666666657415e-01
		p2 = -2.77777777770155933842e-03
		p3 = 6.61375632143793436117e-05
		p4 = -1.65339022054652515390e-06
		p5 = 4.13813679705723846039e-08
	)
	switch {
	case x < least:
		return 0
	case !(x <= most): // so written, NaN takes this way too
		return math.Inf(1)
	}
	// Truncated, then moved to the nearest; compared before converted, for a
	// conversion out of range is undefined.
	n := int64(x)
	f := x - float64(n)
	if f > .5 {
		n, f = n+1, f-1
	} else if f < -.5 {
		n, f = n-1, f+1
	}
	r := float64(f * Ln2)
	t := float64(r * r)
	c := r - float64(t*(p1+float64(t*(p2+float64(t*(p3+float64(t*(p4+float64(t*p5)))))))))
	y := 1 + (r + float64(r*c)/(2-c))
	return float64(y * math.Float64frombits(uint64(n+bias)<<mantissa))
}
