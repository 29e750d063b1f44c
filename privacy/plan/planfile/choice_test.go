package planfile

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// choosing is base with a campaign of mode chosen, and a slot with a cost and a
// reward; `choice` stands in line 35.
func choosing(t testing.TB, pairs ...string) string {
	src := replace(t, base, "  mail:\n    mode: assigned\n", "  mail:\n    mode: chosen\n",
		"shoes: [shoes]}", "shoes: {topics: [shoes], cost: 0.3}}", "goal: click\n", "goal: click\n    reward: 2.5\n",
		"metrics:\n", "choice: {holdout: 10 %, explore: 5 %, floor: 1 %}\nmetrics:\n")
	return replace(t, src, pairs...)
}

func TestChoiceIsRead(t *testing.T) {
	const whole = "choice: {holdout: 10 %, explore: 5 %, floor: 1 %}"
	for block, want := range map[string]plan.Policy{
		whole + "\n":   {Holdout: 1000, Explore: 500, Floor: 100, Lift: 4, Recent: 5000},
		"":             {Holdout: 1000, Explore: 500, Floor: 100, Lift: 4, Recent: 5000},
		"choice: {}\n": {Holdout: 1000, Explore: 500, Floor: 100, Lift: 4, Recent: 5000},
		"choice:\n  floor: '2%'\n  explore: \"0 %\"\n":                   {Holdout: 1000, Explore: 0, Floor: 200, Lift: 4, Recent: 5000},
		"choice: {holdout: 0 %, explore: 0.01 %, floor: 0.5%}\n":         {Holdout: 0, Explore: 1, Floor: 50, Lift: 4, Recent: 5000},
		"choice: {holdout: 50 %, explore: 50.00 %, floor: 25 %}\n":       {Holdout: 5000, Explore: 5000, Floor: 2500, Lift: 4, Recent: 5000},
		"choice: {holdout: 33.33 %, explore: 9.9 %, floor: 10.05 %}\n":   {Holdout: 3333, Explore: 990, Floor: 1005, Lift: 4, Recent: 5000},
		"choice:\n  holdout: 2.5 %  # with a comment\n  floor: 0.00 %\n": {Holdout: 250, Explore: 500, Floor: 0, Lift: 4, Recent: 5000},
		"choice: {lift: 0, recent: 100 %}\n":                             {Holdout: 1000, Explore: 500, Floor: 100, Recent: 10000},
		"choice: {lift: 1000, recent: 0 %}\n":                            {Holdout: 1000, Explore: 500, Floor: 100, Lift: 1000},
	} {
		f := parse(t, choosing(t, whole+"\n", block))
		require.Equal(t, want, f.Policy, block)
		require.Equal(t, 2.5, f.Slots[0].Reward)
		require.Equal(t, plan.Variant{Name: "shoes", Topics: []uint8{0}, Cost: 0.3}, f.Slots[0].Variants[1])
		p, err := f.Plan(input())
		require.NoError(t, err)
		published, err := plan.Encode(p)
		require.NoError(t, err)
		again, err := plan.Decode(published)
		require.NoError(t, err)
		require.Equal(t, want, again.Policy)
	}
}

// A variant is a list of topics, or a mapping of which everything may be left out.
func TestVariantsInBothForms(t *testing.T) {
	for text, want := range map[string]plan.Variant{
		"[bags, shoes]":                         {Topics: []uint8{0, 1}},
		"[]":                                    {},
		"{}":                                    {},
		"{cost: 0}":                             {},
		"{topics: []}":                          {},
		"{topics: [bags]}":                      {Topics: []uint8{1}},
		"{cost: 1e6, topics: [shoes]}":          {Topics: []uint8{0}, Cost: 1e6},
		"{topics: [bags, shoes], cost: 1.5e-3}": {Topics: []uint8{0, 1}, Cost: 0.0015},
	} {
		f := parse(t, replace(t, base, "shoes: [shoes]}", "shoes: "+text+"}"))
		want.Name = "shoes"
		require.Equal(t, want, f.Slots[0].Variants[1], text)
	}
}

// The floors of one place together are at most half: the default is lowered to
// that, one that is written is a fault.
func TestTheFloorOfManyVariants(t *testing.T) {
	slot := func(n int, choice string) string {
		var variants []string
		for i := range n {
			variants = append(variants, fmt.Sprintf("v%d: []", i))
		}
		return replace(t, base, "{plain: [], shoes: [shoes]}", "{"+strings.Join(variants, ", ")+"}", "metrics:\n", choice+"metrics:\n")
	}
	for n, want := range map[int]plan.Share{2: 100, 50: 100, 51: 98, 63: 79} {
		f := parse(t, slot(n, ""))
		require.Equal(t, want, f.Policy.Floor, "%d variants", n)
		_, err := f.Plan(input())
		require.NoError(t, err)
	}
	require.EqualValues(t, 0, parse(t, slot(63, "choice: {floor: 0 %}\n")).Policy.Floor)
	require.EqualValues(t, 79, parse(t, slot(63, "choice: {floor: 0.79 %}\n")).Policy.Floor)
	require.Equal(t, []string{"dunlin.yaml:31:17: choice.floor: 0.8 % for each of the 63 of slot hero; accepted: 0 % to 0.79 %: all floors of a place together at most 50 %"},
		problemsOf(slot(63, "choice: {floor: 0.8 %}\n")))
	require.Equal(t, []string{"dunlin.yaml:31:17: choice.floor: 26 % for each of the 2 of slot hero; accepted: 0 % to 25 %: all floors of a place together at most 50 %"},
		problemsOf(slot(2, "choice: {floor: 26 %}\n")))

	// The arms of a chosen campaign count, those of an assigned one do not.
	many := "[none, a1, a2, a3, a4, a5]"
	src := choosing(t, "[none, a]", many, "floor: 1 %", "floor: 9 %")
	require.Equal(t, []string{"dunlin.yaml:32:46: choice.floor: 9 % for each of the 6 of campaign mail; accepted: 0 % to 8.33 %: all floors of a place together at most 50 %"}, problemsOf(src))
	require.Empty(t, problemsOf(strings.Replace(src, "mode: chosen", "mode: assigned", 1)))
}

func TestChoiceFaults(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"holdout: 10 %", "holdout: 10", `32:19: choice.holdout: "10" is not a percentage; accepted: a share such as 10 % or 2.5 %, from 0 % to 50 %`},
		{"holdout: 10 %", "holdout: 0.1", `32:19: choice.holdout: "0.1" is not a percentage;`},
		{"holdout: 10 %", "holdout: ten %", `32:19: choice.holdout: "ten %" is not a percentage;`},
		{"holdout: 10 %", "holdout: 10  %", `32:19: choice.holdout: "10  %" is not a percentage;`},
		{"holdout: 10 %", "holdout: -1 %", `32:19: choice.holdout: "-1 %" is not a percentage;`},
		{"holdout: 10 %", "holdout: 010 %", `32:19: choice.holdout: "010 %" is not a percentage;`},
		{"holdout: 10 %", "holdout: 1.234 %", `32:19: choice.holdout: "1.234 %" is not a percentage;`},
		{"holdout: 10 %", "holdout: 1. %", `32:19: choice.holdout: "1. %" is not a percentage;`},
		{"holdout: 10 %", "holdout: 1e1 %", `32:19: choice.holdout: "1e1 %" is not a percentage;`},
		{"holdout: 10 %", "holdout: 1000 %", `32:19: choice.holdout: "1000 %" is not a percentage;`},
		{"holdout: 10 %", "holdout: ' 10 %'", `32:19: choice.holdout: " 10 %" is not a percentage;`},
		{"holdout: 10 %", "holdout: 50.01 %", `32:19: choice.holdout: 50.01 % is out of bounds; accepted: a share such as 10 % or 2.5 %, from 0 % to 50 %`},
		{"holdout: 10 %", "holdout: 100%", `32:19: choice.holdout: 100% is out of bounds;`},
		{"explore: 5 %", "explore: 51 %", `32:34: choice.explore: 51 % is out of bounds; accepted: a share such as 5 % or 2.5 %, from 0 % to 50 %`},
		{"explore: 5 %", "explore: [5 %]", `32:34: choice.explore: a list where something else belongs;`},
		{"explore: 5 %", "explore: ", `32:25: choice.explore: nothing where something else belongs;`},
		{"explore: 5 %", "explor: 5 %", `32:25: choice.explor: unknown key; did you mean "explore"?; accepted: holdout, explore, floor, lift, recent`},
		{"floor: 1 %", "floor: 60 %", `32:46: choice.floor: 60 % is out of bounds; accepted: a share such as 1 % or 0.5 %, from 0 % to 50 % divided by`},
		{"floor: 1 %", "recent: 100.01 %", `32:47: choice.recent: 100.01 % is out of bounds; accepted: a share such as 50 %, from 0 % to 100 %`},
		{"floor: 1 %", "lift: -1", `32:45: choice.lift: -1 is out of bounds; accepted: a number from 0 (interests do not count) to 1000`},
		{"floor: 1 %", "lift: 1001", `32:45: choice.lift: 1001 is out of bounds;`},
		{"floor: 1 %", "lift: 10 %", `32:45: choice.lift: "10 %" is not a decimal number;`},
		{"{holdout: 10 %, explore: 5 %, floor: 1 %}", "10 %", `32:9: choice: a text where something else belongs; accepted: a mapping with holdout, explore, floor`},
		{"reward: 2.5", "reward: 0", `31:13: slots.hero.reward: 0 is out of bounds; accepted: a number above 0, at most 1e6`},
		{"reward: 2.5", "reward: -1", `31:13: slots.hero.reward: -1 is out of bounds;`},
		{"reward: 2.5", "reward: 1000001", `31:13: slots.hero.reward: 1000001 is out of bounds;`},
		{"reward: 2.5", "reward: 20 EUR", `31:13: slots.hero.reward: "20 EUR" is not a decimal number;`},
		{"reward: 2.5", "rewards: 2.5", `31:5: slots.hero.rewards: unknown key; did you mean "reward"?; accepted: variants, goal, reward`},
		{"cost: 0.3", "cost: -0.3", `29:58: slots.hero.variants.shoes.cost: -0.3 is out of bounds; accepted: a number from 0 to 1e6`},
		{"cost: 0.3", "cost: 1e7", `29:58: slots.hero.variants.shoes.cost: 1e7 is out of bounds;`},
		{"cost: 0.3", "cost: '0.3'", `29:58: slots.hero.variants.shoes.cost: "0.3" is not a decimal number;`},
		{"cost: 0.3", "costs: 0.3", `29:52: slots.hero.variants.shoes.costs: unknown key; did you mean "cost"?; accepted: topics, cost`},
		{"topics: [shoes], cost", "topics: [shoe], cost", `29:44: slots.hero.variants.shoes.topics[0]: unknown topic "shoe"; did you mean "shoes"?; accepted: shoes, bags`},
		{"topics: [shoes], cost", "topics: shoes, cost", `29:43: slots.hero.variants.shoes.topics: a text where something else belongs;`},
		{"topics: [shoes], cost", "topics: , cost", `29:35: slots.hero.variants.shoes.topics: nothing where something else belongs;`},
		{"shoes: {topics: [shoes], cost: 0.3}", "shoes: shoes", `29:34: slots.hero.variants.shoes: a text where something else belongs; accepted: a list of topics, [] for none, or {topics: [], cost: 0.3}`},
		{"{plain: []", "{holdout: []", `29:16: slots.hero.variants.holdout: "holdout" is the column of the devices that are never personalized; accepted: another name, or choice: {holdout: 0 %}`},
		{"[none, a]", "[none, holdout]", `25:18: campaigns.mail.arms[1]: "holdout" is the column of the devices that are never personalized;`},
		{"member: {type: flag}", "affinity: {type: flag}", `12:3: attributes.affinity: "affinity" cannot name an attribute; accepted: a letter,`},
		{"member: {type: flag}", "top_topic: {type: flag}", `12:3: attributes.top_topic: "top_topic" cannot name an attribute;`},
	} {
		t.Run(c.new, func(t *testing.T) {
			got := problemsOf(choosing(t, c.old, c.new))
			require.Len(t, got, 1)
			require.Contains(t, got[0], "dunlin.yaml:"+c.want)
		})
	}
}

// Without a holdout, and in a campaign whose arms the site gives, the name is free.
func TestHoldoutIsANameWhereThereIsNone(t *testing.T) {
	f := parse(t, choosing(t, "holdout: 10 %", "holdout: 0 %", "[none, a]", "[none, holdout]", "{plain: []", "{holdout: []"))
	_, err := f.Plan(input())
	require.NoError(t, err)
	f = parse(t, choosing(t, "mode: chosen", "mode: assigned", "[none, a]", "[none, holdout]"))
	_, err = f.Plan(input())
	require.NoError(t, err)
}

// Where there is nothing to choose, all shares are 0, and a block that sets them
// is told to have no use. Faults in what could be chosen are told alone.
func TestNothingToChoose(t *testing.T) {
	slots := base[strings.Index(base, "slots:\n"):strings.Index(base, "metrics:\n")]
	f := parse(t, replace(t, base, slots, ""))
	require.Zero(t, f.Policy)
	got := problemsOf(replace(t, base, slots, "choice: {holdout: 5 %}\n"))
	require.Equal(t, []string{"dunlin.yaml:27:10: choice: there is nothing to choose: the file has no slots, and no campaign of mode chosen; accepted: choice beside slots, or campaigns of mode chosen"}, got)
	got = problemsOf(replace(t, base, slots, "choice: {holdout: 5 %}\n", "mode: assigned", "mode: choosen"))
	require.Len(t, got, 1)
	require.Contains(t, got[0], `unknown value "choosen"; did you mean "chosen"?`)

	// A chosen campaign alone is something to choose.
	f = parse(t, replace(t, base, slots, "", "mode: assigned", "mode: chosen"))
	require.Equal(t, plan.Policy{Holdout: 1000, Explore: 500, Floor: 100, Lift: 4, Recent: 5000}, f.Policy)
}

// The holdout's column is counted in cells and shown; `most` is at most one for
// each variant, for a device is either held out or not.
func TestTheHoldoutsColumnIsCounted(t *testing.T) {
	src := choosing(t, "- converted: mail.bought\n", "- converted: mail.bought\n  - exposed: hero\n    by: site\n    most: 2\n")
	report, problems := Check(parse(t, src))
	require.Nil(t, problems)
	require.Equal(t, 1+2+2*(2+1)+(2+1), report.Cells)
	require.Equal(t, []bool{false, false, true, true}, []bool{report.Rows[0].Holdout, report.Rows[1].Holdout, report.Rows[2].Holdout, report.Rows[3].Holdout})
	require.Equal(t, "2 segments x (2 arms + holdout)", report.Rows[2].product())
	require.Equal(t, "2 variants + holdout", report.Rows[3].product())

	report, problems = Check(parse(t, replace(t, src, "holdout: 10 %", "holdout: 0 %")))
	require.Nil(t, problems)
	require.Equal(t, 1+2+2*2+2, report.Cells)
	require.Equal(t, "2 variants", report.Rows[3].product())

	got := problemsOf(replace(t, src, "most: 2", "most: 3"))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "most: 3 is out of bounds; accepted: a whole number from 1 to 2 (")
}

func TestCheckSaysWhatTheDevicePicks(t *testing.T) {
	text := func(src string) string {
		report, problems := Check(parse(t, src))
		require.Nil(t, problems)
		var b bytes.Buffer
		require.NoError(t, report.WriteText(&b))
		return b.String()
	}
	require.Contains(t, text(choosing(t)), `
What the device picks: holdout 10 %, explore 5 %, floor 1 % for each variant
  place          default  goal   reward  costs
  slot hero      plain    click     2.5  shoes 0.3
  campaign mail  none     order       1  none
all of a visitor's interest in its topics makes the odds of a slot's variant 5 times those at none; 50 % of interest is that of the latest pages
10 % of devices get the default always and are counted in the column "holdout", whatever they were shown
`)
	require.Contains(t, text(choosing(t, "holdout: 10 %", "holdout: 0 %", "floor: 1 %", "floor: 0.25 %, lift: 0")), `
What the device picks: holdout 0 %, explore 5 %, floor 0.25 % for each variant
  place          default  goal   reward  costs
  slot hero      plain    click     2.5  shoes 0.3
  campaign mail  none     order       1  none
warning: holdout is 0 %, so uplift cannot be measured: no device is left to compare with
`)
	require.NotContains(t, text(string(read(t, "plans/small.yaml"))), "device picks", "nothing to choose")
}

// Every share is written so that it reads as itself.
func TestPercentRoundTrip(t *testing.T) {
	for s := range plan.Whole + 1 {
		r := &reader{}
		got, ok := r.percent(&node{kind: scalar, text: percentText(s)}, "k", "a", plan.Whole)
		require.True(t, ok, percentText(s))
		require.Equal(t, s, got)
	}
}

// The shop's segments, by hand: first match, at the start of a day.
func TestShopSegments(t *testing.T) {
	f := parse(t, string(read(t, "plans/shop.yaml")))
	segment := func(vars known) string {
		for _, s := range f.Segments {
			if s.Rule.Match(vars) {
				return s.Name
			}
		}
		return ""
	}
	const visits, orders, top = plan.VarVisits, plan.VarOrders, plan.VarTopTopic
	none := math.NaN() // no topic yet
	for _, c := range []struct {
		visits, orders, top float64
		want                string
	}{
		{1, 0, none, "new"}, {2, 0, none, "returning"}, {2, 0, 0, "shoes and bags"}, {2, 1, 1, "shoes and bags"},
		{3, 0, 2, "returning"}, {3, 0, 3, "sports and kids"}, {3, 1, 4, "sports and kids"}, {9, 2, 4, "regulars"}, {9, 2, none, "regulars"},
	} {
		vars := known{visits: c.visits, orders: c.orders}
		if c.top == c.top {
			vars[top] = c.top
		}
		require.Equal(t, c.want, segment(vars), "%+v", c)
	}
	require.Equal(t, f.Topics, []string{"shoes", "bags", "watches", "sports", "kids"})
	require.Equal(t, "plain", f.Slots[0].Variants[0].Name)
	for i, v := range f.Slots[0].Variants[1:] {
		require.Equal(t, []uint8{uint8(i)}, v.Topics, v.Name)
		require.Equal(t, f.Topics[i], v.Name)
	}
}
