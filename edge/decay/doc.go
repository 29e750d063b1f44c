// Package decay keeps sums in which everything fades by half in a fixed time, in
// integers alone, so that native Go and the module agree bit for bit and nothing
// is lost to rounding however often a sum is looked at or added to.
//
// It is forward decay (Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009): the sums
// of one half-life h share a Clock, which holds the time since an origin. What is added
// later is worth more: an amount w at phase p is added as w * 2^(p/h), and reading
// divides by 2^(p/h). So the passing of time changes the clock and no sum, until a
// whole half-life is over: the origin then moves by it, and the caller shifts every sum
// of the clock right by the halvings that Advance returned.
//
//	halvings := clock.Advance(h, age)
//	sum >>= halvings // of every sum of the clock; Go gives 0 for a large shift
//	f := clock.Factor(h)
//	f.Add(&sum, 3*decay.One)
//	now := f.Read(sum)
//
// The package knows no dates: only how much time has passed. A caller whose clock was
// set back says that none has.
//
// # Bounds
//
// Sums and amounts count in units of 1/One. A sum holds 2^32-1 units at most and
// stays there: 524,288 at the least as read. Advancing by a and by b is advancing by
// a+b, exactly; amounts added at one instant give the same sum in any order; what is read
// right after one amount was added to nothing is that amount, exactly; without additions
// what is read never grows.
//
// Against the closed form, the sum of w * 2^(-age/h): the relative error is at most
// 1.5e-5, of the factor, and on top come at most half a unit for each amount, two for all
// halvings (each rounds down by less than one, and halves what was lost before) and
// half a unit for reading.
package decay
