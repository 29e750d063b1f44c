package recommend

import (
	"github.com/dunlin-analytics/dunlin/edge/approx"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	// Target is the chance of solving an exercise at which practice does most, and Band how
	// far from it is near enough: 70 to 80 %.
	Target = .75
	Band   = .05

	// mastered is the rotation from which an exercise is no longer of the first class: one
	// solved within the last half of RestDays.
	mastered = .5

	// authorWeight is what an author's difficulty is worth, in first tries: a share of n
	// tries has a variance of about 5/n in logits, and authors are off by about half a
	// logit.
	authorWeight = 20
	// offsetWeight and slopeWeight are the prior's of the line that shares follow, in items:
	// offset 0 with deviation 1, slope -1 with deviation .5.
	offsetWeight = .25
	slopeWeight  = 1
)

const one = float64(decay.One)

// level is how hard exercises are by what was released.
type level struct {
	known         bool
	offset, slope float64
	rates         []choose.Rate
}

// fit finds the line that the logits of the shares solved follow over the catalogue's
// difficulties, by weighted least squares. Who tries an exercise is no sample of all:
// where a list gives each visitor what fits, every share is near Target and the line
// flat; where everybody tries everything it falls by 1 a logit. Either way an exercise
// that is off the line is easier or harder than its author said.
func (l *level) fit(c *Catalogue, rates []choose.Rate) {
	l.rates, l.known = rates, len(rates) > 0
	if !l.known {
		return
	}
	// Normal equations of offset + slope x difficulty.
	n, x, xx := float64(offsetWeight), 0.0, float64(slopeWeight)
	y, xy := 0.0, -float64(slopeWeight)
	for i := range c.items {
		it := &c.items[i]
		w, share, ok := l.released(it)
		if !ok {
			continue
		}
		wx := float64(w * it.Difficulty)
		n += w
		x += wx
		xx += float64(wx * it.Difficulty)
		y += float64(w * share)
		xy += float64(wx * share)
	}
	det := float64(n*xx) - float64(x*x)
	l.offset = (float64(xx*y) - float64(x*xy)) / det
	l.slope = (float64(n*xy) - float64(x*y)) / det
}

// released returns the logit of the share solved of an exercise, and its weight against
// the author's difficulty, 0 to 1.
func (l *level) released(it *Item) (weight, share float64, ok bool) {
	if !l.known || it.Skill == 0 || it.named == 0 || int(it.named) > len(l.rates) {
		return 0, 0, false
	}
	r := l.rates[it.named-1]
	n := float64(r.Strength)
	return n / (n + authorWeight), float64(approx.Ln2 * (approx.Log2(r.Mean) - approx.Log2(1-r.Mean))), true
}

// difficulty returns an exercise's, corrected by what was released.
func (l *level) difficulty(it *Item) float64 {
	w, share, ok := l.released(it)
	if !ok {
		return it.Difficulty
	}
	return it.Difficulty - float64(w*(share-l.offset-float64(l.slope*it.Difficulty)))
}

// expected returns the chance that the visitor solves an exercise; below 0 for an item
// that is none.
func (f *field) expected(it *Item) float64 {
	if it.Skill == 0 {
		return -1
	}
	return profile.Expected(f.ability[it.Skill-1], f.level.difficulty(it))
}

// inBand tells whether a chance is near enough to Target. The rounding of 1 in 10^9
// keeps both ends in.
func inBand(p float64) bool { return p >= Target-Band-1e-9 && p <= Target+Band+1e-9 }

// nearness is 1 at Target, 0 at the ends of Band, and falls to -1 at chances that
// teach the least; -1 for an item that is no exercise.
func nearness(p float64) float64 {
	switch off := max(p-Target, Target-p); {
	case p < 0:
		return -1
	case off <= Band:
		return 1 - off/Band
	default:
		return (Band - off) / (Target - Band)
	}
}

// rest is what is left of holding an item back that was bought or solved: 1 on the day,
// 0 from RestDays on.
func (t *touched) rest(now plan.Time) float64 {
	age := max(plan.Date(now/plan.Day)-t.done, 0)
	return 1 - float64(min(age, RestDays))/RestDays
}
