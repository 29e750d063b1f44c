package population

import (
	"fmt"
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Visitor is one of a site's visitors. Its fields are only to be read; it may be
// used by several goroutines.
type Visitor struct {
	Index   int
	Persona int       // index into Site.Personas
	Taste   []float64 // own interest in each of the plan's topics, summing to 1
	Active  float64   // own probability of coming on an ordinary day
	Arrives int       // day of the first visit
	Leaves  int       // the day from which the visitor never comes again

	base  float64 // own probability of a click in a slot
	spend float64 // own mean value of an order
	hour  float64 // of the day about which the visitor comes
	site  *Site
	life  *life // of a lively population
}

// Visitor makes visitor i, 0 to Visitors-1, from the seed; another i panics.
func (s *Site) Visitor(i int) *Visitor {
	if i < 0 || i >= s.o.Visitors {
		panic(fmt.Sprintf("population: visitor %d of %d", i, s.o.Visitors))
	}
	r := stream(s.o.Seed, forVisitor, i)
	v := &Visitor{Index: i, site: s}
	v.Persona = personaOf(s.personas, r.Float64())
	k := &s.personas[v.Persona]
	v.Taste = dirichlet(r, k.Taste, k.Concentration)
	v.Active = min(k.Active*s.level*around(r, .6), .97)
	v.base = k.Base * spread(r, ownBase)
	v.spend = k.Spend * spread(r, .4)
	v.hour = k.Hour + 1.5*r.NormFloat64()
	arrives, stays := r.Float64(), r.Float64()
	if s.o.Settled {
		v.Leaves = s.Days()
		v.unsettle()
		v.enliven()
		return v
	}
	if arrives < s.o.Late {
		v.Arrives = 1 + int(arrives/s.o.Late*float64(s.o.Horizon-1))
	}
	v.Leaves = v.Arrives + leaving(stays, min(k.Churn*s.o.Turnover, mostChurn))
	v.unsettle()
	v.enliven()
	return v
}

// order draws the value of an order in minor units.
func (v *Visitor) order(r *rand.Rand) int64 { return max(100, int64(v.spend*spread(r, .5))) }

// Fact is what the site knows of a visitor and may declare to the device.
type Fact struct {
	Attribute int     // index into the plan's
	Value     float64 // a number, 0 or 1 for a flag, a value's index for a choice
}

// Facts returns the visitor's attributes: of each three visitors two are known to
// the site, and of those every attribute. They say nothing of taste or response.
func (v *Visitor) Facts() []Fact {
	r := stream(v.site.o.Seed, forFacts, v.Index)
	if r.IntN(3) == 0 {
		return nil
	}
	var out []Fact
	for i, a := range v.site.plan.Attributes {
		f := Fact{Attribute: i}
		switch a.Type {
		case plan.Flag:
			f.Value = float64(r.IntN(2))
		case plan.Choice:
			f.Value = float64(r.IntN(len(a.Values)))
		case plan.Number:
			u := r.Float64()
			f.Value = float64(int64(a.Min + (a.Max-a.Min)*u*u*u)) // most are near the minimum
			f.Value = min(max(f.Value, a.Min), a.Max)
		}
		out = append(out, f)
	}
	return out
}
