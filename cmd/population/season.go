package population

import "math"

// year is the days of a year.
const year = 365.25

// Season is the factor of everybody's activity on a day of the plan: largest late in
// November, least half a year away.
func (s *Site) Season(day int) float64 {
	if s.o.Season == 0 {
		return 1
	}
	return 1 + s.o.Season*math.Cos(2*math.Pi*(s.yearDay(day)-330)/year)
}

// TasteOn is the visitor's taste on a day: each topic has a time of the year at which
// it is liked most, the first in January, the others evenly after it.
func (v *Visitor) TasteOn(day int) []float64 {
	s := v.site
	if s.o.Season == 0 {
		return v.Taste
	}
	out := make([]float64, len(v.Taste))
	sum := 0.
	for t, w := range v.Taste {
		out[t] = w * (1 + s.o.Season*math.Cos(2*math.Pi*(s.yearDay(day)/year-float64(t)/float64(len(out)))))
		sum += out[t]
	}
	for t := range out {
		out[t] /= sum
	}
	return out
}

// yearDay is the days since the last turn of the year, about.
func (s *Site) yearDay(day int) float64 {
	_, _, date := s.Bounds(max(0, min(day, s.Days()-1)))
	return math.Mod(float64(date), year)
}
