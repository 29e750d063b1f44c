package recommend

import (
	"strconv"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	today           = 20_000
	now   plan.Time = today*plan.Day + 12*plan.Hour
)

func name(i int) string { return "item-" + strconv.Itoa(i) }

// shop has a list of eight items, six topics and two segments; every fifth item is
// measured by name.
func shop() *plan.Plan {
	p := &plan.Plan{
		Topics:   []string{"shoes", "bags", "watches", "hats", "belts", "rings"},
		Segments: []plan.Segment{{Name: "regulars"}, {Name: "everyone else"}},
		Lists:    []plan.List{{Name: "for you", Size: 8}},
	}
	for i := 0; i < 100; i += 5 {
		p.Lists[0].Items = append(p.Lists[0].Items, name(i))
	}
	return p
}

// school has a list of exercises in three skills.
func school() *plan.Plan {
	p := shop()
	p.Skills = []string{"algebra", "geometry", "logic"}
	p.Lists[0].Learning = true
	return p
}

// visitor is somebody who viewed pages about topics, one a minute up to now.
func visitor(p *plan.Plan, topics ...int) (*profile.Profile, *profile.Names) {
	n := profile.NamesOf(p)
	v := &profile.Profile{}
	for i, t := range topics {
		v.Touch(now - plan.Time(len(topics)-i)*plan.Minute)
		v.Interested(n, plan.View, 1<<t, 0)
	}
	return v, n
}

func rates(strength uint32, means ...float64) (row []choose.Rate) {
	for _, m := range means {
		row = append(row, choose.Rate{Mean: m, Strength: strength})
	}
	return row
}
