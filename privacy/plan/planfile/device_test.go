package planfile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// school has one of everything that came with format 3.
const school = `site: school.example
timezone: UTC
period: day
serial: 1
starts: 2026-12-01
ends: 2027-01-30
budget: {epsilon: 1}
consent: ask
topics: [maths, english, code]
networks: [weibo, x]
payments: [card, wechat pay]
pages: [course, blog]
skills: [algebra, grammar]
channels: [banner, e-mail, wechat]
predictions:
  lapse_risk:
    within: 4
    bins:
      - name: new
        rule: visits <= 2
      - name: late
        rule: lapse > 1.5
      - name: others
  buy_chance:
    bins:
      - name: wants
        rule: days_since_cart <= 3
      - name: others
segments:
  - name: leaving
    rule: lapse_risk > 0.5 && device == "phone"
  - name: good at it
    rule: ability.algebra > 1 || payment == "card" || entry != "blog"
  - name: others
funnel:
  - visit: view
  - try: attempt
slots:
  help:
    sticky: always
    variants:
      none: []
      chat: []
    goal: answer
campaigns:
  premium:
    mode: chosen
    arms: [none, ten, twenty]
    goals:
      bought: order
    when: orders == 0 && scenario == "weekday-evening-phone"
    ladder:
      twenty: price_tier == "low"
    cap: 3
    rest: 2 days
    group: offers
    holdout: 20 %
lists:
  next:
    size: 6
    per_topic: 2
    diversity: 25 %
    learning: true
    items: [fractions, primes]
    goal: attempt
surveys:
  csat:
    kind: csat
    stage: try
    segments: [good at it]
    every: 30 days
    cap: 5
  why:
    kind: multi
    answers: [too dear, too hard, no time]
    exit: true
    when: lapse > 2
messages:
  come back:
    channels: [e-mail, wechat]
    when: lapse_risk > 0.3
    quiet: 22-8
    cap: 2
    every: 7 days
    goal: view
metrics:
  - audience
  - topics
  - next:
    most: 2
  - last
  - items: next
    by: site
  - exposed: next
  - clicked: next
  - converted: next
  - state: lapse_risk
  - outcome: lapse_risk
  - state: buy_chance
  - outcome: buy_chance
  - tried: next
    by: site
    most: 2
  - solved: next
    by: site
    most: 2
  - reached: come back
    by: site
  - answered: come back
    by: site
  - asked: csat
  - answers: csat
    by: site
  - answers: why
    by: site
    most: 3
  - exposed: premium
  - converted: premium.bought
`

func TestEverythingOfFormat3(t *testing.T) {
	f, err := Parse("school.yaml", []byte(school))
	require.Empty(t, err)
	report, problems := Check(f)
	require.Empty(t, problems)
	require.Equal(t, 22, len(report.Rows))
	p, e := f.Plan(placeholder(f))
	require.NoError(t, e)
	published, e := plan.Encode(p)
	require.NoError(t, e)
	require.Equal(t, byte(3), published[4])
	back, e := plan.Decode(published)
	require.NoError(t, e)
	require.Equal(t, p.Surveys, back.Surveys)
	require.Equal(t, p.Lists, back.Lists)
	require.Equal(t, p.Messages, back.Messages)
	require.Equal(t, p.Predictions, back.Predictions)
	require.Equal(t, p.Campaigns, back.Campaigns)
	require.Equal(t, p.Slots, back.Slots)
	require.Equal(t, plan.Promotion{When: p.Campaigns[0].Promotion.When, Ladder: p.Campaigns[0].Promotion.Ladder, Cap: 3, Rest: 2 * plan.Day, Group: 1, Holdout: 2000}, p.Campaigns[0].Promotion)
	require.Equal(t, plan.Message{Name: "come back", Channels: 6, When: p.Messages[0].When, QuietFrom: 22, QuietTo: 8, Cap: 2, Every: 7 * plan.Day, Goal: plan.Trigger{Kind: plan.View}}, p.Messages[0])
	require.Equal(t, plan.Survey{Name: "csat", Kind: plan.CSAT, Stage: 2, Segments: 2, Every: 30 * plan.Day, Cap: 5}, p.Surveys[0])
	require.Equal(t, plan.List{Name: "next", Size: 6, PerTopic: 2, Diversity: 2500, Learning: true, Items: []string{"fractions", "primes"}, Goal: plan.Trigger{Kind: plan.Attempt}, Reward: 1}, p.Lists[0])

	var shown bytes.Buffer
	require.NoError(t, Show(&shown, published))
	for _, want := range []string{
		`lapse_risk > 0.5 && device == "phone"`, `ability.algebra > 1 || payment == "card" || entry != "blog"`,
		`orders == 0 && scenario == "weekday-evening-phone"`, `"twenty": price_tier == "low"`, "20 % of devices never see it",
		"of staying away for more than 4 periods", "lapse > 1.5", `"come back" by "e-mail", "wechat"`, "from 22 to 8 o'clock", "what was shown stands for good",
		`"too dear", "too hard", "no time"`,
	} {
		require.Contains(t, shown.String(), want)
	}
	// Every rule that is shown compiles to what was published.
	for _, s := range p.Segments[:2] {
		text := formatIn(s.Rule, scopeOf(p, false))
		code, faults := rulesOf(scopeOf(p, false)).compile(text)
		require.Empty(t, faults)
		require.Equal(t, s.Rule, code)
	}
}

// Each fault is told where it stands, with what would be accepted.
func TestFaultsOfFormat3(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"within: 4", "within: 29", "school.yaml:17:13: predictions.lapse_risk.within: 29 is out of bounds; accepted: a whole number from 1 to 28"},
		{"  lapse_risk:\n", "  lapse:\n", "predictions.lapse: unknown prediction"},
		{"rule: lapse > 1.5", "rule: buy_chance > 1", "predictions.lapse_risk.bins[1].rule: buy_chance is predicted"},
		{"sticky: always", "sticky: ever", `slots.help.sticky: unknown value "ever"`},
		{`device == "phone"`, `device == "fone"`, `device has no value "fone"; did you mean "phone"?; accepted: phone, tablet, desktop`},
		{"ability.algebra", "ability.algbra", `unknown skill "algbra"; did you mean "algebra"?; accepted: ability.algebra, ability.grammar`},
		{"twenty: price_tier", "thirty: price_tier", "campaigns.premium.ladder.thirty: unknown arm"},
		{"twenty: price_tier", "none: price_tier", `"none" is the default`},
		{"mode: chosen", "mode: assigned", "campaigns.premium.cap: the site gives the arms of this campaign; accepted: only with mode: chosen"},
		{"rest: 2 days", "rest: 401 days", "campaigns.premium.rest: 401 days is too long; accepted: 1 hour to 9600 hours, or 1 day to 400 days"},
		{"size: 6", "size: 25", "lists.next.size: 25 is out of bounds; accepted: a whole number from 1 to 24"},
		{"per_topic: 2", "per_topic: 7", "lists.next.per_topic: 7 is out of bounds"},
		{"kind: csat", "kind: csta", `surveys.csat.kind: unknown value "csta"; did you mean "csat"?; accepted: csat, nps, one, multi`},
		{"kind: csat\n", "kind: csat\n    answers: [a, b]\n", "surveys.csat.answers: its answers are numbers"},
		{"    answers: [too dear, too hard, no time]\n", "", "surveys.why.answers: missing; accepted: a list of 2 to 16 names"},
		{"stage: try", "stage: tri", `surveys.csat.stage: unknown value "tri"`},
		{"segments: [good at it]", "segments: [bad at it]", `surveys.csat.segments[0]: unknown segment "bad at it"`},
		{"quiet: 22-8", "quiet: 25-8", `messages.come back.quiet: "25-8" is no such span; accepted: two hours of 0 to 23, as 22-8`},
		{"channels: [e-mail, wechat]\n    when", "channels: [e-mial]\n    when", `messages.come back.channels[0]: unknown channel "e-mial"; did you mean "e-mail"?`},
		{"cap: 2\n    every", "cap: 9\n    every", "messages.come back.cap: 9 is out of bounds; accepted: a whole number from 1 to 8"},
		{"  - next:\n    most: 2", "  - next:\n    most: 9", "metrics[2].most: 9 is out of bounds; accepted: a whole number from 1 to 8"},
		{"  - last\n", "  - last:\n    by: site\n", "metrics[3].by: last has no breakdown"},
		{"  - state: buy_chance\n", "  - state: buy_chance\n    by: segment\n", "bins by segment are not counted; accepted: site, or no by"},
		{"learning: true", "learning: false", "the file has nothing that can be tried; accepted: a list of the file with learning: true and named items"},
		{"  - asked: csat\n", "  - asked: csta\n", `metrics[16].asked: unknown value "csta"; did you mean "csat"?`},
		{"channels: [banner, e-mail, wechat]\n", "", `messages.come back.channels[0]: unknown channel "e-mail"; accepted: none yet: the file names none`},
		{"  help:\n", "  next:\n", `lists.next: "next" is a slot, too`},
	} {
		src := strings.Replace(school, strings.ReplaceAll(c.from, `\n`, "\n"), strings.ReplaceAll(c.to, `\n`, "\n"), 1)
		require.NotEqual(t, school, src, c.from)
		_, problems := Parse("school.yaml", []byte(src))
		require.NotEmpty(t, problems, c.to)
		all := ""
		for _, p := range problems {
			all += p.Error() + "\n"
		}
		require.Contains(t, all, c.want, c.to)
	}
}

// A site whose own event has a later word's name keeps it.
func TestOwnEventsStay(t *testing.T) {
	src := strings.Replace(school, "networks:", "events: [search]\nnetworks:", 1)
	src = strings.Replace(src, "- try: attempt", "- try: search", 1)
	f, problems := Parse("school.yaml", []byte(src))
	require.Empty(t, problems)
	require.Equal(t, plan.Trigger{Kind: plan.Custom}, f.Stages[1].On)
}
