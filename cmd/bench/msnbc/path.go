package msnbc

// What was tuned on the given file beside lift: by how much the odds of a category grow
// where the visitor was on it before the last page, and where earlier.
const (
	backAgain = 100
	seenAgain = 20
)

// path scores by everyone's sums and by what the visitor's whole path says, which a
// device has and no report. Three things are joined as odds: the rate after the last
// category; how much likelier those on the category before go on to the variant than
// visitors on the whole, by the same released rates; and whether the visitor comes from
// there, or was there before.
func (l *learned) path(v Visitor, i, k int) float64 {
	rate := l.rates[v.Last(i)][k].Mean
	odds := rate / (1 - rate)
	c := Variants[k]
	switch prev := v.Prev(i); {
	case c == prev:
		odds *= backAgain
	case prev != None:
		odds *= l.rates[prev][k].Mean / l.usual[k]
		for _, seen := range v.Path[:i] {
			if seen == c {
				odds *= seenAgain
				break
			}
		}
	}
	return odds / (1 + odds)
}

// usual is the mean rate of each variant over the categories.
func usual(l *learned) (out [len(Variants)]float64) {
	for _, row := range l.rates {
		for k := range out {
			out[k] += row[k].Mean / Categories
		}
	}
	return out
}
