package interval

import "math"

// Mean is the interval of kind "against the underlying rate" for the mean score of those who
// are counted in the cells, one cell each: satisfaction of 1 to 5, or promoters less
// detractors. scores are the cells', in their order.
//
// With S the sum of score times count, N the sum of counts, v the noise of a cell and m cells,
// it is all R with (S - R N)^2 <= z^2 (sum of v (score - R)^2 + N s^2): Fieller's set, with the
// chance of sampling beside the noise. s^2 is the variance of the scores as the noisy counts
// have it, cut to what scores of this range can have; the set is cut to that range.
//
// Point is S / N within the range. Enough is false and the range all of it where N is not
// above its noise, or where every mean is possible.
//
// Coverage: see TestMeanCovers.
// Source: PRIVACY.md section 6; Fieller 1954.
func Mean(cells []Noisy, scores []float64) (point float64, i Interval) {
	least, most := math.Inf(1), math.Inf(-1)
	var s, n, squares, vs, vn, vc float64
	for k, c := range cells {
		a := scores[k]
		least, most = math.Min(least, a), math.Max(most, a)
		x := float64(c.Value)
		s, n, squares = s+a*x, n+x, squares+a*a*x
		vs, vn, vc = vs+a*a*c.Variance, vn+c.Variance, vc+a*c.Variance
	}
	nothing := Interval{least, most, false}
	if n <= 0 || n*n <= Z95*Z95*vn {
		return 0, nothing
	}
	raw := s / n
	point = math.Min(most, math.Max(least, raw))
	// No scores between least and most vary more than half at each end does around the mean.
	spread := math.Min(math.Max(squares/n-raw*raw, 0), (most-point)*(point-least))
	const z2 = Z95 * Z95
	// (n^2 - z2 vn) R^2 - 2 (s n - z2 vc) R + s^2 - z2 (vs + n spread) <= 0
	a, b, c := n*n-z2*vn, s*n-z2*vc, s*s-z2*(vs+n*spread)
	disc := b*b - a*c
	if a <= 0 || disc < 0 {
		return point, nothing
	}
	root := math.Sqrt(disc)
	low, high := math.Max(least, (b-root)/a), math.Min(most, (b+root)/a)
	if low > high || low == least && high == most {
		return point, nothing
	}
	return point, Interval{low, high, true}
}
