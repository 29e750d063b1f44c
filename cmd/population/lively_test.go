package population_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

var worlds = []population.World{population.Shop, population.Feed, population.School}

// lively is a plan with something of everything that a lively visitor meets.
func lively(t testing.TB) *plan.Plan {
	p := shop(t, plan.Daily)
	order := plan.Trigger{Kind: plan.Order}
	p.Payments, p.Networks, p.Skills = []string{"card", "wallet"}, []string{"one", "two"}, []string{"sums", "words"}
	p.Channels = []string{"banner", "mail", "toast"}
	p.Pages = []string{"home", "sale"}
	p.Lists = []plan.List{
		{Name: "for you", Size: 4, Items: []string{"a", "b"}, Goal: order, Reward: 1},
		{Name: "practice", Size: 4, Learning: true, Items: []string{"x", "y", "z"}, Goal: order, Reward: 1},
	}
	p.Messages = []plan.Message{{Name: "sale", Channels: 0b111, Goal: order}}
	p.Surveys = []plan.Survey{{Name: "score", Kind: plan.CSAT}, {Name: "again", Kind: plan.NPS}, {Name: "why", Kind: plan.Multi, Answers: []string{"a", "b", "c"}}}
	return p
}

// each runs f on lively populations of every world, with differences and without.
func each(t *testing.T, o population.Options, f func(t *testing.T, s *population.Site, null bool)) {
	for _, w := range worlds {
		for _, null := range []bool{false, true} {
			name := w.String()
			if null {
				name += " null"
			}
			t.Run(name, func(t *testing.T) {
				o := o
				o.World, o.Null, o.Lively = w, null, true
				f(t, made(t, lively(t), o), null)
			})
		}
	}
}

// What a lively visitor does in a day is a plan's events, in the order of time, within the
// day, with room for each answer; the same whenever it is asked; and what any visitor
// does is in it as it was.
func TestLivelyDays(t *testing.T) {
	each(t, population.Options{Seed: 2, Visitors: 400, Season: .3}, func(t *testing.T, s *population.Site, _ bool) {
		p := lively(t)
		kinds := map[plan.EventKind]int{}
		for i := range s.Visitors() {
			v := s.Visitor(i)
			for day := range 20 {
				visits := v.Day(day)
				require.Equal(t, visits, s.Visitor(i).Day(day))
				require.Len(t, visits, v.Visits(day))
				require.False(t, v.Away(day) && len(visits) > 0, "whoever pauses does not come")
				begin, end, _ := s.Bounds(day)
				last := begin
				for _, visit := range visits {
					require.Equal(t, plan.Arrive, visit.Actions[0].Kind)
					for _, a := range visit.Actions {
						kinds[a.Kind]++
						require.GreaterOrEqual(t, a.At, last)
						last = a.At
						if a.Kind == population.Choose || a.Kind == population.Meet || a.Kind == population.Ask {
							last += population.AnswerTime - 1
						}
						require.Less(t, last, end)
						require.Zero(t, a.Topics>>len(p.Topics))
						require.LessOrEqual(t, int(a.Payment), len(p.Payments))
						require.LessOrEqual(t, int(a.Network), len(p.Networks))
						require.LessOrEqual(t, int(a.Page), len(p.Pages))
						require.True(t, a.Sentiment == 0 || a.Act == plan.Comment)
					}
				}
			}
		}
		for _, kind := range []plan.EventKind{plan.Arrive, plan.Search, plan.Social, plan.Order, population.Choose, population.Recommend, population.Meet, population.Ask} {
			require.Positive(t, kinds[kind], "kind %d", kind)
		}
	})
}

// Where nothing differs, every item is as good for everybody, every channel too, and moods
// decide nothing; where it does, they do.
func TestNullWorlds(t *testing.T) {
	each(t, population.Options{Seed: 5, Visitors: 300}, func(t *testing.T, s *population.Site, null bool) {
		pulls, reacts := map[float64]bool{}, map[float64]bool{}
		for i := range s.Visitors() {
			v := s.Visitor(i)
			for _, it := range s.Catalogue() {
				pull := v.Pull(it.ID, 3)
				require.True(t, pull > 0 && pull <= .6)
				pulls[pull] = true
			}
			if v.Persona == 0 {
				for c := range 3 {
					p := v.Reacts(c, 12)
					require.True(t, p > 0 && p < 1)
					reacts[p] = true
				}
			}
		}
		require.Equal(t, null, len(pulls) == 1)
		require.Equal(t, null, len(reacts) == 1)
	})
}

// A message is reacted to, an item taken, an exercise solved and a survey answered as
// often as the truth says, within five standard errors.
func TestAnswersFollowTheTruth(t *testing.T) {
	each(t, population.Options{Seed: 9, Visitors: 3000, Settled: true}, func(t *testing.T, s *population.Site, _ bool) {
		var n, want, spread, got [4]float64
		tell := func(k int, p float64, yes bool) {
			n[k]++
			want[k] += p
			spread[k] += p * (1 - p)
			if yes {
				got[k]++
			}
		}
		exercise := ""
		for _, it := range s.Catalogue() {
			if it.Skill >= 0 {
				exercise = it.ID
			}
		}
		require.NotEmpty(t, exercise)
		for i := range s.Visitors() {
			v := s.Visitor(i)
			for day := range 3 {
				visit := population.Visit{Visitor: i, Day: day}
				at := plan.Time(day)*plan.Day + 12*plan.Hour
				took := v.Take(visit, population.Action{At: at}, []string{exercise})
				tell(1, v.Pull(exercise, day), len(took) > 0)
				if len(took) == 3 {
					tell(2, v.Solves(exercise, day), took[2].Right)
				}
				tell(3, 1./3, len(v.Reply(visit, population.Action{At: at}, 0)) > 0)
			}
			// Whole hours: over all of a day it does not matter by how many the visitor's own
			// differ from UTC.
			for hour := range 24 * (i % 2) {
				a := population.Action{At: plan.Time(hour) * plan.Hour}
				tell(0, v.Reacts(1, float64(hour)), len(v.React(population.Visit{Visitor: i, Index: hour}, a, 1)) > 0)
			}
		}
		for k, what := range []string{"reacts", "takes", "solves", "replies"} {
			require.Greater(t, n[k], 100., what)
			require.InDelta(t, want[k], got[k], 5*math.Sqrt(spread[k]), what)
		}
	})
}

// Whoever is more satisfied answers better, and pauses less.
func TestMoods(t *testing.T) {
	s := made(t, lively(t), population.Options{Seed: 1, Visitors: 4000, Lively: true, Settled: true})
	var answers, pauses, days [2]float64
	var replies [2]float64
	for i := range s.Visitors() {
		v := s.Visitor(i)
		side := 0
		if v.Mood() > .6 {
			side = 1
		}
		require.True(t, v.Mood() >= .05 && v.Mood() <= .95)
		for day := range s.Days() {
			days[side]++
			if v.Away(day) {
				pauses[side]++
			}
		}
		for _, a := range v.Reply(population.Visit{Visitor: i}, population.Action{}, 0) {
			require.True(t, a.Reply >= 1 && a.Reply <= 5)
			answers[side] += float64(a.Reply)
			replies[side]++
		}
		for survey, most := range []uint64{5, 10, 7} {
			for _, a := range v.Reply(population.Visit{Visitor: i, Day: 1}, population.Action{}, survey) {
				require.LessOrEqual(t, a.Reply, most)
				require.Equal(t, plan.Answer, a.Kind)
			}
		}
	}
	require.Greater(t, answers[1]/replies[1], answers[0]/replies[0]+.5)
	require.Less(t, pauses[1]/days[1], .85*pauses[0]/days[0])
}

// The school's visitors learn: abilities grow, and with them what is solved.
func TestAbilitiesGrow(t *testing.T) {
	s := made(t, lively(t), population.Options{Seed: 4, Visitors: 200, World: population.School, Lively: true, Settled: true})
	for i := range s.Visitors() {
		v := s.Visitor(i)
		for skill := range 2 {
			require.InDelta(t, .6, v.Ability(skill, 42)-v.Ability(skill, 0), .01, "half of 1.2 in some 40 days")
		}
		for _, it := range s.Catalogue() {
			if it.Skill >= 0 {
				require.Greater(t, v.Solves(it.ID, 40), v.Solves(it.ID, 0))
				require.InDelta(t, 1/(1+math.Exp(it.Difficulty-v.Ability(it.Skill, 5))), v.Solves(it.ID, 5), 1e-12)
			} else {
				require.Zero(t, v.Solves(it.ID, 5))
			}
		}
	}
}

// Season moves activity about one, most late in November, and tastes about their own.
func TestSeason(t *testing.T) {
	p := shop(t, plan.Daily)
	calm, s := made(t, p, population.Options{Seed: 1, Visitors: 50}), made(t, p, population.Options{Seed: 1, Visitors: 50, Season: .4})
	require.Equal(t, 1., calm.Season(9))
	march := s.Season(0)
	require.Less(t, march, 1.)
	require.Greater(t, march, .6)
	for day := range s.Days() {
		require.InDelta(t, 1, s.Season(day), .4)
	}
	for i := range 50 {
		v := s.Visitor(i)
		require.Equal(t, calm.Visitor(i).Taste, v.Taste)
		sum := 0.
		for topic, w := range v.TasteOn(30) {
			sum += w
			require.InDelta(t, 1, w/v.Taste[topic], 1.4/.6-1, "at most as far apart as two topics' seasons are")
		}
		require.InDelta(t, 1, sum, 1e-9)
		require.Equal(t, calm.Visitor(i).Taste, calm.Visitor(i).TasteOn(30))
	}
}

// The truth of a lively population says what its visitors say; of another it is as it was.
func TestLivelyTruth(t *testing.T) {
	each(t, population.Options{Seed: 6, Visitors: 800, Season: .2}, func(t *testing.T, s *population.Site, null bool) {
		const days = 10
		l := s.Truth(days).Lively
		require.NotNil(t, l)
		require.Len(t, l.Season, days)
		mood, paused := 0., make([]int, days)
		for i := range s.Visitors() {
			v := s.Visitor(i)
			mood += v.Mood() / 800
			for day := v.Arrives; day < min(days, v.Leaves); day++ {
				if v.Away(day) {
					paused[day]++
				}
			}
		}
		require.InDelta(t, mood, l.Mood, 1e-9)
		require.Equal(t, paused, l.Paused)
		require.Len(t, l.Items, len(s.Catalogue()))
		for i, it := range l.Items {
			pull := 0.
			for k := range s.Visitors() {
				pull += s.Visitor(k).Pull(it.ID, 0) / 800
			}
			require.InDelta(t, pull, it.Pull, 1e-9)
			require.Equal(t, s.Catalogue()[i].Skill >= 0, it.Skill != "")
			if i > 3 {
				break
			}
		}
		best := 0.
		for _, c := range l.Channels {
			best += c.Best
		}
		require.InDelta(t, 1, best, 1e-9)
		require.Len(t, l.Abilities, 2)
		require.Greater(t, l.Abilities[0].Last, l.Abilities[0].First)
		_, err := json.Marshal(l)
		require.NoError(t, err)
	})
	require.Nil(t, made(t, shop(t, plan.Daily), population.Options{Visitors: 9}).Truth(2).Lively)
}

// A catalogue has every item once, those first that the plan's lists name, whatever they
// are called.
func TestCatalogueNamesItemsOnce(t *testing.T) {
	p := lively(t)
	p.Lists[0].Items = []string{"item-3", "item-70", "b"}
	p.Lists[1].Items = []string{"exercise-5", "exercise-0"}
	for _, w := range worlds {
		s := made(t, p, population.Options{Seed: 1, Visitors: 1, World: w, Lively: true})
		seen := map[string]bool{}
		for i, it := range s.Catalogue() {
			require.False(t, seen[it.ID], it.ID)
			seen[it.ID] = true
			if i < 5 {
				require.Equal(t, append(p.Lists[0].Items[:3:3], p.Lists[1].Items...)[i], it.ID)
				require.Equal(t, i >= 3, it.Skill >= 0)
			}
		}
		require.GreaterOrEqual(t, len(seen), 12*len(p.Topics))
	}
}

// The reference plans of the other worlds can be played on, and measure what is met.
func TestReferencePlansOfOtherWorlds(t *testing.T) {
	for _, w := range worlds[1:] {
		p := file(t, w.String()+".yaml")
		s := made(t, p, population.Options{Seed: 1, Visitors: 60, World: w, Lively: true})
		met := map[plan.EventKind]int{}
		for i := range s.Visitors() {
			for _, visit := range s.Visitor(i).Day(0) {
				for _, a := range visit.Actions {
					met[a.Kind]++
				}
			}
		}
		for _, kind := range []plan.EventKind{population.Choose, population.Recommend, population.Ask, plan.Arrive} {
			require.Positive(t, met[kind], "%s: kind %d", w, kind)
		}
	}
}

func TestParseWorld(t *testing.T) {
	for _, w := range worlds {
		got, err := population.ParseWorld(w.String())
		require.NoError(t, err)
		require.Equal(t, w, got)
	}
	_, err := population.ParseWorld("bank")
	require.ErrorIs(t, err, population.ErrOptions)
}
