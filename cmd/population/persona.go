package population

import "math"

// Persona is a kind of visitor. Its numbers are means; each visitor's own lie
// about them.
type Persona struct {
	Name  string
	Share float64   // of all visitors
	Taste []float64 // interest in each of the plan's topics, summing to 1

	Concentration float64 // how like the persona its visitors' tastes are (Dirichlet)
	Active        float64 // probability of coming on a day, before Options.Active sets the level
	Again         float64 // probability of a second visit on a day; of a third after it half of that
	Pages         float64 // mean pages of a visit, 2 to 8
	Dwell         float64 // mean seconds on a page
	Hour          float64 // of the day, about which they come
	Base          float64 // probability of a click in a slot, before appeal and quality
	Cart          float64 // probability of wanting what is on a page
	Buy           float64 // probability that a visit in which they want something ends in an order
	Spend         float64 // mean value of an order in minor units
	Churn         float64 // probability a day of never coming again

	Habits Habits // of a lively population
}

// wish is a topic that a persona likes, by the name that a shop gives it.
type wish struct {
	topic  string
	weight float64
}

// kind is a persona before a plan is known. Those without wishes have no favourite in
// common.
type kind struct {
	Persona
	wishes []wish
}

// shoppers are a shop's. Shares sum to 1.
var shoppers = []kind{
	{Persona{Name: "runner", Share: .18, Concentration: 5, Active: .55, Again: .15, Pages: 4, Dwell: 35, Hour: 7, Base: .046, Cart: .04, Buy: .35, Spend: 8900, Churn: .003,
		Habits: Habits{Device: [3]float64{.7, .05, .25}, Quantity: 1.3, Coupon: .2, Refund: .06, Mood: .7, Acts: .02, Lapse: .006, Pause: 20, Reach: .12, Search: .15, Ability: .2, Attempts: 1}},
		[]wish{{"sports", 5}, {"shoes", 4.5}}},
	{Persona{Name: "parent", Share: .20, Concentration: 7, Active: .50, Again: .2, Pages: 5, Dwell: 30, Hour: 20.5, Base: .052, Cart: .06, Buy: .45, Spend: 6400, Churn: .002,
		Habits: Habits{Device: [3]float64{.6, .2, .2}, Quantity: 2.4, Coupon: .45, Refund: .10, Mood: .65, Acts: .04, Lapse: .005, Pause: 15, Reach: .16, Search: .25, Ability: 0, Attempts: 2}},
		[]wish{{"kids", 7}, {"shoes", 1}, {"sports", 1}}},
	{Persona{Name: "collector", Share: .12, Concentration: 9, Active: .25, Again: .05, Pages: 6, Dwell: 80, Hour: 22, Base: .050, Cart: .015, Buy: .25, Spend: 42000, Churn: .002,
		Habits: Habits{Device: [3]float64{.2, .2, .6}, Quantity: 1.05, Coupon: .05, Refund: .03, Mood: .8, Acts: .05, Lapse: .008, Pause: 35, Reach: .07, Search: .35, Ability: .8, Attempts: 1}},
		[]wish{{"watches", 9}, {"bags", .5}}},
	{Persona{Name: "bag lover", Share: .18, Concentration: 6, Active: .50, Again: .3, Pages: 5, Dwell: 45, Hour: 18, Base: .055, Cart: .05, Buy: .30, Spend: 12500, Churn: .003,
		Habits: Habits{Device: [3]float64{.75, .1, .15}, Quantity: 1.2, Coupon: .3, Refund: .14, Mood: .6, Acts: .08, Lapse: .007, Pause: 18, Reach: .14, Search: .15, Ability: -.2, Attempts: 1}},
		[]wish{{"bags", 6.5}, {"coats", 3}, {"shoes", 2}}},
	{Persona{Name: "bargain hunter", Share: .17, Concentration: 1.6, Active: .70, Again: .5, Pages: 6, Dwell: 20, Hour: 12.5, Base: .050, Cart: .07, Buy: .30, Spend: 3900, Churn: .005,
		Habits: Habits{Device: [3]float64{.65, .05, .3}, Quantity: 1.8, Coupon: .85, Refund: .08, Mood: .5, Acts: .03, Lapse: .01, Pause: 12, Reach: .22, Search: .4, Ability: 0, Attempts: 1}},
		[]wish{{"sale", 2}}},
	{Persona{Name: "window shopper", Share: .15, Concentration: 30, Active: .35, Again: .1, Pages: 3, Dwell: 25, Hour: 15, Base: .040, Cart: .01, Buy: .15, Spend: 5200, Churn: .008,
		Habits: Habits{Device: [3]float64{.5, .1, .4}, Quantity: 1.1, Coupon: .35, Refund: .09, Mood: .45, Acts: .01, Lapse: .015, Pause: 30, Reach: .04, Search: .1, Ability: -.4, Attempts: 1}},
		nil},
}

// focused is the number of kinds, the first ones, that share a favourite topic.
const focused = 4

// personasOf fits the kinds to a plan's topics. A focused persona whose wishes the
// plan has not takes two of its topics in turn, and a topic that nobody wishes
// becomes somebody's second: so every topic of every plan has its friends.
func personasOf(world World, topics []string) []Persona {
	kinds := worlds[world]
	weights := make([][]float64, len(kinds))
	index := make(map[string]int, len(topics))
	for t, name := range topics {
		index[name] = t
	}
	wished := make([]bool, len(topics))
	for k, kind := range kinds {
		w := make([]float64, len(topics))
		for t := range w {
			w[t] = .6
		}
		found := false
		for _, wish := range kind.wishes {
			if t, ok := index[wish.topic]; ok {
				w[t] += wish.weight
				wished[t], found = true, true
			}
		}
		if k < focused && !found {
			first, second := 2*k%len(topics), (2*k+1)%len(topics)
			w[first] += 6
			w[second] += 2
			wished[first], wished[second] = true, true
		}
		weights[k] = w
	}
	next := 0
	for t := range topics {
		if !wished[t] {
			weights[next%focused][t] += 2.5
			next++
		}
	}
	out := make([]Persona, len(kinds))
	for k, kind := range kinds {
		sum := 0.
		for _, w := range weights[k] {
			sum += w
		}
		for t := range weights[k] {
			weights[k][t] /= sum
		}
		out[k] = kind.Persona
		out[k].Taste = weights[k]
	}
	return out
}

// personaOf says which persona has u of [0,1).
func personaOf(personas []Persona, u float64) int {
	for k := range personas {
		if u -= personas[k].Share; u < 0 {
			return k
		}
	}
	return len(personas) - 1
}

// level is what Active is multiplied by for the mean of all personas to be active.
func level(personas []Persona, active float64) float64 {
	mean := 0.
	for _, p := range personas {
		mean += p.Share * p.Active
	}
	return active / mean
}

// mostChurn bounds a persona's churn times Options.Turnover.
const mostChurn = .5

// leaving draws the days that a visitor with a daily churn stays.
func leaving(u, churn float64) int {
	if churn <= 0 {
		return math.MaxInt32
	}
	return 1 + int(min(math.Log(1-u)/math.Log(1-churn), math.MaxInt32/2))
}
