package population

import (
	"fmt"
	"slices"
)

// World is what kind of site the visitors are of.
type World int

// The worlds: a shop, a social feed with sponsored posts, an online school.
const (
	Shop World = iota
	Feed
	School
)

var worldNames = [...]string{"shop", "feed", "school"}

// String returns shop, feed or school.
func (w World) String() string { return worldNames[w] }

// ParseWorld is the inverse of String.
//
// Errors: ErrOptions.
func ParseWorld(name string) (World, error) {
	i := slices.Index(worldNames[:], name)
	if i < 0 {
		return 0, fmt.Errorf("%w: no world is called %q: they are shop, feed and school", ErrOptions, name)
	}
	return World(i), nil
}

// Habits are what a persona's visitors do in a lively population, beside what those of
// any population do. Numbers are means.
type Habits struct {
	Device   [3]float64 // shares of phone, tablet and desktop
	Quantity float64    // items of an order, 1 or more
	Coupon   float64    // share of orders with one
	Refund   float64    // share of orders that go back
	Mood     float64    // satisfaction, 0 to 1
	Acts     float64    // probability of a social act on a page
	Lapse    float64    // probability a day of beginning a pause, at a mood of .5
	Pause    float64    // days of a pause
	Reach    float64    // probability of reacting to a message by the channel liked best
	Search   float64    // probability of a search in a visit
	Ability  float64    // in every skill, at first, in logits
	Attempts float64    // exercises in a visit
}

var worlds = [...][]kind{Shop: shoppers, Feed: readers, School: learners}

// readers are a feed's. Base is the probability of opening a sponsored post.
var readers = []kind{
	{Persona{Name: "fan", Share: .2, Concentration: 6, Active: .75, Again: .7, Pages: 7, Dwell: 18, Hour: 21, Base: .05, Cart: .02, Buy: .2, Spend: 2900, Churn: .002,
		Habits: Habits{Device: [3]float64{.9, .05, .05}, Quantity: 1, Coupon: .3, Refund: .05, Mood: .75, Acts: .22, Lapse: .004, Pause: 10, Reach: .2, Search: .1, Attempts: 1}},
		[]wish{{"music", 6}, {"film", 2}}},
	{Persona{Name: "news reader", Share: .25, Concentration: 7, Active: .8, Again: .6, Pages: 6, Dwell: 35, Hour: 7.5, Base: .03, Cart: .01, Buy: .15, Spend: 3900, Churn: .002,
		Habits: Habits{Device: [3]float64{.6, .1, .3}, Quantity: 1, Coupon: .1, Refund: .03, Mood: .5, Acts: .06, Lapse: .005, Pause: 12, Reach: .08, Search: .2, Attempts: 1}},
		[]wish{{"news", 7}, {"science", 2}}},
	{Persona{Name: "player", Share: .2, Concentration: 5, Active: .65, Again: .5, Pages: 6, Dwell: 25, Hour: 23, Base: .06, Cart: .03, Buy: .3, Spend: 4900, Churn: .003,
		Habits: Habits{Device: [3]float64{.4, .05, .55}, Quantity: 1, Coupon: .5, Refund: .06, Mood: .6, Acts: .15, Lapse: .007, Pause: 15, Reach: .15, Search: .25, Attempts: 1}},
		[]wish{{"games", 7}, {"film", 1.5}}},
	{Persona{Name: "cook", Share: .15, Concentration: 7, Active: .5, Again: .3, Pages: 5, Dwell: 45, Hour: 17, Base: .055, Cart: .05, Buy: .35, Spend: 5900, Churn: .002,
		Habits: Habits{Device: [3]float64{.55, .35, .1}, Quantity: 1.4, Coupon: .4, Refund: .04, Mood: .7, Acts: .18, Lapse: .005, Pause: 14, Reach: .18, Search: .35, Attempts: 1}},
		[]wish{{"food", 7}, {"travel", 1.5}}},
	{Persona{Name: "browser", Share: .2, Concentration: 25, Active: .45, Again: .4, Pages: 4, Dwell: 15, Hour: 13, Base: .035, Cart: .01, Buy: .1, Spend: 2500, Churn: .006,
		Habits: Habits{Device: [3]float64{.8, .05, .15}, Quantity: 1, Coupon: .3, Refund: .08, Mood: .45, Acts: .05, Lapse: .012, Pause: 20, Reach: .05, Search: .05, Attempts: 1}},
		nil},
}

// learners are a school's. An order is a course that is paid for.
var learners = []kind{
	{Persona{Name: "beginner", Share: .3, Concentration: 7, Active: .5, Again: .2, Pages: 5, Dwell: 60, Hour: 19, Base: .06, Cart: .02, Buy: .3, Spend: 4900, Churn: .004,
		Habits: Habits{Device: [3]float64{.6, .15, .25}, Quantity: 1, Coupon: .5, Refund: .08, Mood: .6, Acts: .05, Lapse: .01, Pause: 15, Reach: .15, Search: .15, Ability: -.9, Attempts: 4}},
		[]wish{{"maths", 5}, {"english", 3}}},
	{Persona{Name: "language learner", Share: .25, Concentration: 8, Active: .6, Again: .3, Pages: 6, Dwell: 50, Hour: 8, Base: .07, Cart: .03, Buy: .4, Spend: 5900, Churn: .002,
		Habits: Habits{Device: [3]float64{.8, .05, .15}, Quantity: 1.2, Coupon: .3, Refund: .05, Mood: .7, Acts: .06, Lapse: .006, Pause: 10, Reach: .2, Search: .1, Ability: .1, Attempts: 5}},
		[]wish{{"english", 7}, {"history", 1}}},
	{Persona{Name: "engineer", Share: .2, Concentration: 8, Active: .4, Again: .15, Pages: 6, Dwell: 90, Hour: 21.5, Base: .05, Cart: .02, Buy: .45, Spend: 9900, Churn: .002,
		Habits: Habits{Device: [3]float64{.1, .1, .8}, Quantity: 1.1, Coupon: .15, Refund: .03, Mood: .65, Acts: .03, Lapse: .007, Pause: 25, Reach: .1, Search: .4, Ability: .9, Attempts: 3}},
		[]wish{{"code", 7}, {"maths", 2}}},
	{Persona{Name: "exam candidate", Share: .15, Concentration: 5, Active: .75, Again: .5, Pages: 7, Dwell: 70, Hour: 16, Base: .05, Cart: .04, Buy: .35, Spend: 7900, Churn: .006,
		Habits: Habits{Device: [3]float64{.3, .2, .5}, Quantity: 1.5, Coupon: .4, Refund: .06, Mood: .4, Acts: .04, Lapse: .004, Pause: 30, Reach: .25, Search: .3, Ability: .3, Attempts: 6}},
		[]wish{{"maths", 4}, {"science", 4}}},
	{Persona{Name: "curious", Share: .1, Concentration: 25, Active: .3, Again: .1, Pages: 4, Dwell: 40, Hour: 14, Base: .04, Cart: .01, Buy: .15, Spend: 3900, Churn: .008,
		Habits: Habits{Device: [3]float64{.5, .2, .3}, Quantity: 1, Coupon: .3, Refund: .1, Mood: .55, Acts: .02, Lapse: .02, Pause: 30, Reach: .06, Search: .2, Attempts: 2}},
		nil},
}
