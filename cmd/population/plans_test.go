package population_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// shop is a plan of one slot whose goal is a click, over 60 days that hold a change
// of clocks.
func shop(t testing.TB, cadence plan.Cadence) *plan.Plan {
	t.Helper()
	first, err := plan.ParseDate("2027-03-01") // a Monday
	require.NoError(t, err)
	p := &plan.Plan{
		Cadence: cadence, TimeZone: "Europe/Berlin", Topics: []string{"shoes", "bags", "watches", "sports", "kids"},
		Slots: []plan.Slot{{Name: "hero", Goal: plan.Trigger{Kind: plan.Click}, Reward: 1, Variants: []plan.Variant{{Name: "plain"}}}},
	}
	p.Periods, err = planfile.Periods(p.TimeZone, cadence, first, 56/cadence.Days())
	require.NoError(t, err)
	for i, name := range p.Topics {
		p.Slots[0].Variants = append(p.Slots[0].Variants, plan.Variant{Name: name, Topics: []uint8{uint8(i)}})
	}
	return p
}

// file is a plan of the repository.
func file(t testing.TB, name string) *plan.Plan {
	t.Helper()
	b, err := os.ReadFile("../../plans/" + name)
	require.NoError(t, err)
	f, problems := planfile.Parse(name, b)
	require.Nil(t, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"},
		VerifyKey: plan.Commitment{1}, Issued: 1,
	})
	require.NoError(t, err)
	return p
}

// foreign is a plan of words that no persona knows, a slot of another goal each.
func foreign(t testing.TB) *plan.Plan {
	p := shop(t, plan.Daily)
	p.Topics = []string{"politics", "opera", "chess"}
	p.Events = []string{"subscribe", "comment"}
	p.Attributes = []plan.Attribute{
		{Name: "member", Type: plan.Flag}, {Name: "points", Type: plan.Number, Min: -.5, Max: 300.25}, {Name: "age", Type: plan.Choice, Values: []string{"a", "b", "c"}},
	}
	p.Slots = nil
	for _, goal := range []plan.Trigger{{Kind: plan.Click}, {Kind: plan.Cart}, {Kind: plan.Order}, {Kind: plan.Custom, Event: 1}} {
		p.Slots = append(p.Slots, plan.Slot{Name: string(rune('a' + len(p.Slots))), Goal: goal, Reward: 1, Variants: []plan.Variant{
			{Name: "none"}, {Name: "both", Topics: []uint8{0, 1}}, {Name: "one", Topics: []uint8{2}}, {Name: "other"},
		}})
	}
	return p
}

func made(t testing.TB, p *plan.Plan, o population.Options) *population.Site {
	t.Helper()
	s, err := population.New(p, o)
	require.NoError(t, err)
	return s
}

// everywhere runs f on each plan, with and without differing variants.
func everywhere(t *testing.T, f func(t *testing.T, p *plan.Plan, null bool)) {
	for name, p := range map[string]*plan.Plan{
		"shop": shop(t, plan.Daily), "weekly": shop(t, plan.Weekly), "reference": file(t, "shop.yaml"), "standard": file(t, "standard.yaml"), "foreign": foreign(t),
	} {
		for kind, null := range map[string]bool{"": false, " null": true} {
			t.Run(name+kind, func(t *testing.T) { f(t, p, null) })
		}
	}
}

// The worlds of plans/feed.yaml and plans/school.yaml can be lived, and no id of their
// catalogues stands twice, whatever the lists name.
func TestTheWorldsOfThePlans(t *testing.T) {
	for name, world := range map[string]population.World{"feed.yaml": population.Feed, "school.yaml": population.School} {
		p := file(t, name)
		s, err := population.New(p, population.Options{Seed: 1, Visitors: 10, World: world, Lively: true})
		require.NoError(t, err, name)
		seen := map[string]bool{}
		for _, it := range s.Catalogue() {
			require.False(t, seen[it.ID], "%s: %s", name, it.ID)
			seen[it.ID] = true
		}
		for _, l := range p.Lists {
			for _, id := range l.Items {
				require.True(t, seen[id], "%s: %s", name, id)
			}
		}
	}
}
