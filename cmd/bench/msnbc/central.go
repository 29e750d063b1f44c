package msnbc

// logs are what a site sees that keeps everything: for every decision of the
// learning days, the variant that was shown and whether it was next.
type logs struct {
	arm           [len(Variants)]tally
	byLast        [Categories][len(Variants)]tally
	byPrevAndLast [Categories + 1][Categories][len(Variants)]tally
}

type tally struct{ shown, won float64 }

func (t *tally) count(won bool) {
	t.shown++
	if won {
		t.won++
	}
}

func logsOf(visitors []Visitor) *logs {
	l := &logs{}
	for _, v := range visitors {
		if v.Day >= LearnDays {
			continue
		}
		for i := range v.Decisions() {
			k := logged(v, i)
			won := Variants[k] == v.Next(i)
			l.arm[k].count(won)
			l.byLast[v.Last(i)][k].count(won)
			l.byPrevAndLast[v.Prev(i)][v.Last(i)][k].count(won)
		}
	}
	return l
}

// single scores a variant by its mean reward over everybody.
func (l *logs) single(_ Visitor, _, k int) float64 { return l.arm[k].won / max(l.arm[k].shown, 1) }

// central scores a variant by the second-order model of BENCHMARKS.md.
func (l *logs) central(v Visitor, i, k int) float64 {
	one, two := l.byLast[v.Last(i)][k], l.byPrevAndLast[v.Prev(i)][v.Last(i)][k]
	p := (one.won + 1) / (one.shown + 10)
	return (two.won + 30*p) / (two.shown + 30)
}

// value is the mean reward of a policy over all decisions of the test days. It
// picks the variant with the largest score, the first of several, but never the
// category that the visitor is on.
func value(visitors []Visitor, score func(v Visitor, i, k int) float64) float64 {
	won, all := 0.0, 0.0
	for _, v := range visitors {
		if v.Day < LearnDays {
			continue
		}
		for i := range v.Decisions() {
			best, most := -1, 0.0
			for k := range Variants {
				if Variants[k] == v.Last(i) {
					continue
				}
				if s := score(v, i, k); best < 0 || s > most {
					best, most = k, s
				}
			}
			all++
			if Variants[best] == v.Next(i) {
				won++
			}
		}
	}
	return won / all
}

// uniform is the mean reward of picking by chance, exactly.
func uniform(visitors []Visitor) float64 {
	won, all := 0.0, 0.0
	for _, v := range visitors {
		if v.Day < LearnDays {
			continue
		}
		for i := range v.Decisions() {
			n, hit := 0.0, 0.0
			for _, c := range Variants {
				if c == v.Last(i) {
					continue
				}
				n++
				if c == v.Next(i) {
					hit++
				}
			}
			all++
			won += hit / n
		}
	}
	return won / all
}
