package planfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func TestParseReadsEveryKey(t *testing.T) {
	f, problems := Parse("example", []byte(docExample(t)))
	require.Nil(t, problems)
	f.at = nil
	rule := func(text string) plan.Rule {
		code, err := CompileRule(text, f.Attributes, f.Topics)
		require.NoError(t, err)
		return code
	}
	periods, err := Periods("Europe/Berlin", plan.Daily, mustDate("2026-12-01"), 365)
	require.NoError(t, err)
	require.Equal(t, &File{
		Name: "example", Site: "shop.example", TimeZone: "Europe/Berlin", Cadence: plan.Daily, Serial: 1,
		Starts: mustDate("2026-12-01"), Ends: mustDate("2027-11-30"), Epsilon: 1, Delta: 1e-6, MinBatch: 100,
		Consent: plan.ConsentAsk, Attribution: 7 * plan.Day,
		Topics: []string{"shoes", "bags", "watches"}, Events: []string{"newsletter_signup"},
		Attributes: []plan.Attribute{
			{Name: "member", Type: plan.Flag},
			{Name: "age_band", Type: plan.Choice, Values: []string{"under 25", "25 to 44", "45 and over"}},
			{Name: "loyalty_points", Type: plan.Number, Min: 0, Max: 100000},
		},
		Segments: []plan.Segment{
			{Name: "regulars", Rule: rule("orders >= 3 && days_since_order <= 60")},
			{Name: "members", Rule: rule("member")},
			{Name: "shoe lovers", Rule: rule(`top_topic == "shoes" || affinity.shoes >= 0.4`)},
			{Name: "new", Rule: rule("visits <= 1")},
			{Name: "everyone else"},
		},
		Stages: []plan.Stage{
			{Name: "visit", On: plan.Trigger{Kind: plan.View}},
			{Name: "cart", On: plan.Trigger{Kind: plan.Cart}},
			{Name: "order", On: plan.Trigger{Kind: plan.Order}},
		},
		Campaigns: []plan.Campaign{{
			Name: "spring_mail", Mode: plan.Assigned, Arms: []string{"none", "mail_a", "mail_b"},
			Goals: []plan.Goal{{Name: "visited", On: plan.Trigger{Kind: plan.View}}, {Name: "bought", On: plan.Trigger{Kind: plan.Order}}},
		}},
		Slots: []plan.Slot{{
			Name:     "hero",
			Variants: []plan.Variant{{Name: "plain"}, {Name: "shoes", Topics: []uint8{0}}, {Name: "bags", Topics: []uint8{1, 2}, Cost: 0.3}},
			Goal:     plan.Trigger{Kind: plan.Order},
			Reward:   20,
		}},
		Policy: plan.Policy{Holdout: 1000, Explore: 500, Floor: 100, Lift: 4, Recent: 5000},
		Metrics: []plan.Metric{
			{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1},
			{Name: "funnel", Kind: plan.Funnel, By: plan.BySegment, Most: 1},
			{Name: "exposed spring_mail", Kind: plan.CampaignExposed, By: plan.BySegment, Most: 1},
			{Name: "converted spring_mail.bought by site", Kind: plan.CampaignConverted, By: plan.SiteWide, Most: 1, Goal: 1},
			{Name: "exposed hero", Kind: plan.SlotExposed, By: plan.BySegment, Most: 1},
			{Name: "clicked hero", Kind: plan.SlotClicked, By: plan.BySegment, Most: 2},
			{Name: "converted hero", Kind: plan.SlotConverted, By: plan.BySegment, Most: 1},
		},
		Periods: periods,
	}, f)
}

func TestChineseNames(t *testing.T) {
	src := strings.NewReplacer("shop.example", "商店.中国", "shoes", "鞋", "mail", "春季邮件", "bought", "购买", "regulars", "老顾客",
		"band:", "年龄:", "under 25", "二十五以下", "hero", "首页大图", "rule: orders >= 3", `rule: 年龄 == "二十五以下" || orders >= 3`).Replace(base)
	f, problems := Parse("计划.yaml", []byte(src))
	require.Nil(t, problems)
	require.Equal(t, "converted 春季邮件.购买", f.Metrics[1].Name)
	require.Equal(t, "二十五以下", f.Attributes[1].Values[0])

	_, problems = Parse("计划.yaml", []byte(strings.Replace(src, "|| orders", "|| 订单", 1)))
	require.Len(t, problems, 1)
	require.Equal(t, `计划.yaml:17:28: segments[0].rule: unknown variable "订单"; accepted: visits, views, clicks, carts, orders, revenue, average_order, last_order, days_since_first, days_since_visit, days_since_order, days_since_cart, active_days, top_topic, `+laterVariables()+`affinity.TOPIC, member, 年龄, points`,
		problems[0].Error(), "columns count characters")
}

// Each fault is told with its place, its key and what would be right.
func TestFaults(t *testing.T) {
	names := func(n int, format string) string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf(format, i))
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct{ old, new, want string }{
		{"site: shop.example\n", "", `1:1: site: missing; accepted: a domain in lower case, at most 256 bytes`},
		{"site: shop.example", "site:", `1:1: site: nothing where something else belongs; accepted: a domain`},
		{"site: shop.example", "site: [a]", `1:7: site: a list where something else belongs;`},
		{"site: shop.example", "site: http://shop.example/", `1:7: site: "http://shop.example/" is not a domain;`},
		{"site: shop.example", "site: Shop.example", `1:7: site: "Shop.example" is not a domain;`},
		{"site: shop.example", "sit: shop.example", `1:1: sit: unknown key; did you mean "site"?; accepted: site, timezone, period, serial, starts, ends, budget, min_batch, consent, attribution, topics, events, attributes, networks, payments, pages, skills, channels, predictions, segments, funnel, campaigns, slots, lists, surveys, messages, choice, dimensions, revenues, metrics`},
		{"timezone: Europe/Berlin", "timezone: Europe/Berln", `2:11: timezone: unknown time zone "Europe/Berln"; did you mean "Europe/Berlin"?; accepted: an IANA name such as`},
		{"timezone: Europe/Berlin", "timezone: Local", `2:11: timezone: unknown time zone "Local";`},
		{"timezone: Europe/Berlin", `timezone: ""`, `2:11: timezone: unknown time zone "";`},
		{"timezone: Europe/Berlin", "timezone: ../Berlin", `2:11: timezone: unknown time zone "../Berlin"`},
		{"period: day", "period: month", `3:9: period: unknown value "month"; accepted: day, week, 4 weeks`},
		{"period: day", "period: weeks", `3:9: period: unknown value "weeks"; did you mean "week"?; accepted: day, week, 4 weeks`},
		{"period: day", "period: week", `5:9: starts: no period of week starts on 2026-12-01; accepted: a Monday on which such a period starts, as 2026-11-30 or 2026-12-07`},
		{"period: day", "period: 4 weeks", `5:9: starts: no period of 4 weeks starts on 2026-12-01; accepted: a Monday on which such a period starts, as 2026-11-23 or 2026-12-21`},
		{"serial: 1", "serial: 0", `4:9: serial: 0 is out of bounds; accepted: a whole number from 1 on`},
		{"serial: 1", "serial: -1", `4:9: serial: -1 is out of bounds;`},
		{"serial: 1", "serial: 1.5", `4:9: serial: 1.5 is out of bounds;`},
		{"serial: 1", "serial: one", `4:9: serial: "one" is not a whole number in decimal digits;`},
		{"serial: 1", `serial: "1"`, `4:9: serial: "1" is not a whole number in decimal digits;`},
		{"serial: 1", "serial: 0x10", `4:9: serial: "0x10" is not a whole number in decimal digits;`},
		{"serial: 1", "serial: 010", `4:9: serial: "010" is not a whole number in decimal digits;`},
		{"serial: 1", "serial: 99999999999999999999", `4:9: serial: 99999999999999999999 is out of bounds;`},
		{"starts: 2026-12-01", "starts: 2026-02-29", `5:9: starts: "2026-02-29" is not such a date; accepted: a date such as 2026-12-01, from 2000-01-01 to 2199-12-31`},
		{"starts: 2026-12-01", "starts: 01.12.2026", `5:9: starts: "01.12.2026" is not such a date;`},
		{"ends: 2026-12-31", "ends: 2226-12-31", `6:7: ends: "2226-12-31" is not such a date;`},
		{"ends: 2026-12-31", "ends: 2026-11-30", `6:7: ends: no whole period lies between 2026-12-01 and 2026-11-30; accepted: 2026-12-01 or later`},
		{"ends: 2026-12-31", "ends: 2029-12-31", `6:7: ends: 1127 periods, more than 800; accepted: 2029-02-07 or earlier`},
		{"budget: {epsilon: 1}", "budget: {}", `7:9: budget.epsilon: missing; accepted: a number above 0, at most 1`},
		{"budget: {epsilon: 1}", "budget: 1", `7:9: budget: a text where something else belongs; accepted: a mapping with epsilon, delta`},
		{"epsilon: 1", "epsilon: 0", `7:19: budget.epsilon: 0 is out of bounds;`},
		{"epsilon: 1", "epsilon: .inf", `7:19: budget.epsilon: ".inf" is not a decimal number;`},
		{"epsilon: 1", "epsilon: 1_000", `7:19: budget.epsilon: "1_000" is not a decimal number;`},
		{"epsilon: 1", "epsilon: 1, delta: 1e-5", `7:29: budget.delta: 1e-5 is out of bounds; accepted: a number above 0, at most 1e-6`},
		{"consent: ask", "consent: ask\nmin_batch: 99", `9:12: min_batch: 99 is out of bounds; accepted: a whole number from 100 to 4294967295`},
		{"consent: ask", "consent: ask\nattribution: 29 days", `9:14: attribution: 29 days is too long; accepted: 1 hour to 672 hours, or 1 day to 28 days`},
		{"consent: ask", "consent: ask\nattribution: a week", `9:14: attribution: "a week" is not a duration;`},
		{"consent: ask", "consent: yes", `8:10: consent: unknown value "yes"; accepted: ask, site, assumed`},
		{"consent: ask\n", "", `1:1: consent: missing; accepted: ask, site, assumed`},
		{"topics: [shoes, bags]", "topics: [shoes, bags, shoes]", `9:23: topics[2]: "shoes" stands twice, first in line 9; accepted: each name once`},
		{"topics: [shoes, bags]", "topics: [shoes, [bags]]", `9:17: topics[1]: a list where something else belongs;`},
		{"topics: [shoes, bags]", `topics: [shoes, ""]`, `9:17: topics[1]: the name is empty; accepted: a name of 1 to 64 bytes,`},
		{"topics: [shoes, bags]", `topics: [shoes, " b"]`, `9:17: topics[1]: spaces around the name;`},
		{"topics: [shoes, bags]", `topics: [shoes, "b\tc"]`, `9:17: topics[1]: a control character in the name;`},
		{"topics: [shoes, bags]", "topics: [shoes, " + strings.Repeat("鞋", 22) + "]", `9:17: topics[1]: the name has 66 bytes;`},
		{"topics: [shoes, bags]", "topics: [shoes, " + names(64, "t%d") + "]", `9:9: topics: 65 names; accepted: a list of 0 to 64 names`},
		{"events: [signup]", "events: [signup, view]", `10:18: events[1]: "view" is an event that every site has; accepted: names other than view, click, cart, order`},
		{"member: {type: flag}", "orders: {type: flag}", `12:3: attributes.orders: "orders" cannot name an attribute; accepted: a letter, then letters,`},
		{"member: {type: flag}", "not: {type: flag}", `12:3: attributes.not: "not" cannot name an attribute;`},
		{"member: {type: flag}", "a-b: {type: flag}", `12:3: attributes.a-b: "a-b" cannot name an attribute;`},
		{"member: {type: flag}", "member: flag", `12:11: attributes.member: a text where something else belongs; accepted: a mapping with type, values, min, max`},
		{"member: {type: flag}", "member: {type: flg}", `12:18: attributes.member.type: unknown value "flg"; did you mean "flag"?; accepted: flag, choice, number`},
		{"member: {type: flag}", "member: {type: flag, min: 1}", `12:29: attributes.member.min: not a key of a flag;`},
		{"values: [under 25, older]", "values: []", `13:32: attributes.band.values: 0 names; accepted: a list of 1 to 64 names`},
		{"{type: choice, values: [under 25, older]}", "{type: choice}", `13:10: attributes.band.values: missing; accepted: a list of 1 to 64 names`},
		{"max: 10", "max: -5", `14:40: attributes.points.max: max is not above min; accepted: a number from -1e12 to 1e12, above min`},
		{"max: 10", "max: 1e13", `14:40: attributes.points.max: 1e13 is out of bounds;`},
		{", max: 10", "", `14:12: attributes.points.max: missing;`},
		{"  - name: regulars\n    rule: orders >= 3 && days_since_order <= 60\n", "  - name: regulars\n", `16:5: segments[0].rule: missing; accepted: a rule such as orders >= 3 in every segment but the last`},
		{"- name: everyone else", "- name: everyone else\n    rule: orders > 1", `19:11: segments[1].rule: the last segment has a rule; accepted: no rule: the last segment is everyone else`},
		{"- name: everyone else", "- name: regulars", `18:11: segments[1].name: "regulars" stands twice, first in line 16; accepted: each name once`},
		{"- name: everyone else", "- everyone else", `18:5: segments[1]: a text where something else belongs; accepted: a mapping with name, rule`},
		{"orders >= 3 &&", "ordrs >= 3 &&", `17:11: segments[0].rule: unknown variable "ordrs"; did you mean "orders"?; accepted: visits, views, clicks,`},
		{"days_since_order <= 60", "days_since_order / 2 <= 60", `17:43: segments[0].rule: division is refused; accepted: + - *,`},
		{"rule: orders >= 3 && days_since_order <= 60", `rule: 'orders >= 3 && day <= 60'`, `17:27: segments[0].rule: unknown variable "day";`},
		{"rule: orders >= 3 && days_since_order <= 60", `rule: "visits > 0 && band == 'young'"`, `17:34: segments[0].rule: band has no value "young"; accepted: under 25, older`},
		{"rule: orders >= 3 && days_since_order <= 60", `rule: "band == \"young\""`, `17:11: segments[0].rule: band has no value "young" (at character 9 of the rule; its column is not told, for the quoted text has escapes); accepted: under 25, older`},
		{"rule: orders >= 3 && days_since_order <= 60", `rule: 'band == ''young'''`, `17:11: segments[0].rule: band has no value "young" (at character 9 of the rule;`},
		{"rule: orders >= 3 && days_since_order <= 60", `rule: ""`, `17:12: segments[0].rule: the rule is empty; accepted: one expression that is true or false,`},
		{"- visit: view\n", "- visit: veiw\n", `20:12: funnel[0].visit: unknown value "veiw"; did you mean "view"?; accepted: view, click, cart, order, search, social, media, refund, answer, attempt, signup`},
		{"  - visit: view\n", "", `20:3: funnel: 1 stages; accepted: 2 to 16 stages`},
		{"- visit: view\n", "- order: view\n", `21:5: funnel[1]: "order" stands twice, first in line 20; accepted: each stage once`},
		{"- visit: view\n", "- visit\n", `20:5: funnel[0]: not one stage; accepted: one stage and its event,`},
		{"  mail:\n", "  ma.il:\n", `23:3: campaigns.ma.il: a dot in the name of a campaign or goal; accepted: a name without a dot`},
		{"mode: assigned", "mode: given", `24:11: campaigns.mail.mode: unknown value "given"; accepted: assigned, chosen`},
		{"arms: [none, a]", "arms: [none]", `25:11: campaigns.mail.arms: 1 names; accepted: a list of 2 to 63 names`},
		{"goals: {bought: order}", "goals: {}", `26:12: campaigns.mail.goals: 0 goals; accepted: 1 to 8 goals`},
		{"    goals: {bought: order}\n", "", `24:5: campaigns.mail.goals: missing; accepted: a mapping of 1 to 8 names to events`},
		{"  hero:\n", "  mail:\n", `28:3: slots.mail: "mail" is a campaign, too,`},
		{"shoes: [shoes]", "shoes: [shoe]", `29:35: slots.hero.variants.shoes[0]: unknown topic "shoe"; did you mean "shoes"?; accepted: shoes, bags`},
		{"shoes: [shoes]", "shoes: ", `29:27: slots.hero.variants.shoes: nothing where something else belongs; accepted: a list of topics, [] for none, or {topics: [], cost: 0.3}`},
		{"goal: click", "goal: clik", `30:11: slots.hero.goal: unknown value "clik"; did you mean "click"?;`},
		{"    goal: click\n", "", `29:5: slots.hero.goal: missing; accepted: view, click, cart, order, search, social, media, refund, answer, attempt or a name under events`},
		{"- audience\n", "- audiences\n", `32:5: metrics[0]: unknown value "audiences"; did you mean "audience"?; accepted: audience, funnel`},
		{"- audience\n", "- converted: mail.bought\n", `33:5: metrics[1]: "converted mail.bought" stands twice, first in line 32; accepted: each metric once`},
		{"- converted: mail.bought", "- converted: mail", `33:16: metrics[1].converted: unknown value "mail"; accepted: mail.bought, hero`},
		{"- converted: mail.bought", "- clicked: mail", `33:14: metrics[1].clicked: unknown value "mail"; accepted: hero`},
		{"- converted: mail.bought", "- converted: mail.bought\n    most: 3", `34:11: metrics[1].most: 3 is out of bounds; accepted: a whole number from 1 to 2 (`},
		{"- converted: mail.bought", "- converted: mail.bought\n    by: sites", `34:9: metrics[1].by: unknown value "sites"; did you mean "site"?; accepted: segment, site`},
		{"- converted: mail.bought", "- most: 1", `33:5: metrics[1]: a metric counts one thing, not 0;`},
		{"- converted: mail.bought", "- exposed: mail\n    clicked: hero", `33:5: metrics[1]: a metric counts one thing, not 2;`},
		{"- converted: mail.bought", "- funnel:\n    most: 2", `34:11: metrics[1].most: 2 is out of bounds; accepted: 1: a device is at one stage`},
		{"funnel:\n  - visit: view\n  - order: order\n", "", ``},
	} {
		t.Run(c.new, func(t *testing.T) {
			got := problemsOf(with(t, c.old, c.new))
			if c.want == "" {
				require.Empty(t, got)
				return
			}
			require.NotEmpty(t, got)
			joined := strings.Join(got, "\n")
			require.Contains(t, joined, "dunlin.yaml:"+c.want)
			for _, line := range got {
				require.Regexp(t, `^dunlin\.yaml:\d+:\d+: [^:]+: .+; accepted: .+`, line)
			}
		})
	}
}

func TestEveryFaultIsReportedInOrder(t *testing.T) {
	src := strings.NewReplacer("serial: 1", "serial: 0", "consent: ask", "consent: maybe", "ordrs", "", "orders >= 3", "ordrs >= foo",
		"goal: click", "goal: clack", "- audience", "- nothing").Replace(base)
	var places []string
	_, problems := Parse("p", []byte(src))
	for _, p := range problems {
		places = append(places, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Key))
	}
	require.Equal(t, []string{"4:9 serial", "8:10 consent", "17:11 segments[0].rule", "17:20 segments[0].rule", "30:11 slots.hero.goal", "32:5 metrics[0]"}, places)
	require.Len(t, strings.Split(problems.Error(), "\n"), 6)
	require.Error(t, problems.Err())
	require.NoError(t, Problems(nil).Err())
}

// A fault of an attribute is told once, not again in each rule that names it.
func TestAFaultyAttributeDoesNotBlameTheRules(t *testing.T) {
	rule := "rule: orders >= 3 && days_since_order <= 60"
	got := problemsOf(replace(t, base, "{type: flag}", "{type: flg}", rule, "rule: member && points > 0"))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "attributes.member.type: unknown value")
	got = problemsOf(replace(t, base, "values: [under 25, older]", "values: []", rule, `rule: band == "older" && vists > 0`))
	require.Len(t, got, 2)
	require.Contains(t, got[0], "attributes.band.values: 0 names")
	require.Contains(t, got[1], `unknown variable "vists"`)
}

func TestFunnelBySite(t *testing.T) {
	f, problems := Parse("p", []byte(with(t, "- audience", "- funnel:\n    by: site\n  - funnel")))
	require.Nil(t, problems)
	require.Equal(t, plan.Metric{Name: "funnel by site", Kind: plan.Funnel, By: plan.SiteWide, Most: 1}, f.Metrics[0])
	require.Equal(t, plan.Metric{Name: "funnel", Kind: plan.Funnel, By: plan.BySegment, Most: 1}, f.Metrics[1])

	got := problemsOf(strings.Replace(with(t, "- audience", "- funnel"), "funnel:\n  - visit: view\n  - order: order\n", "", 1))
	require.Equal(t, []string{"dunlin.yaml:29:5: metrics[0]: the file has no funnel; accepted: funnel only with the key funnel and its stages"}, got)
}

func TestTooManyCellsOrOnes(t *testing.T) {
	arms := make([]string, plan.MaxArms)
	for i := range arms {
		arms[i] = fmt.Sprintf("a%d", i)
	}
	wide := with(t, "[none, a]", "["+strings.Join(arms, ", ")+"]")
	var goals, metrics []string
	for i := range 8 {
		goals = append(goals, fmt.Sprintf("g%d: order", i))
		metrics = append(metrics, fmt.Sprintf("  - converted: mail.g%d\n    most: 8\n", i))
	}
	wide = strings.Replace(wide, "{bought: order}", "{"+strings.Join(goals, ", ")+"}", 1)
	wide = strings.Replace(wide, "  - converted: mail.bought\n", "  - exposed: mail\n"+strings.Join(metrics, ""), 1)
	got := problemsOf(wide)
	require.Len(t, got, 1)
	require.Contains(t, got[0], "dunlin.yaml:48:5: metrics[9]: with this metric the measurement has 1137 cells; use by: site, or fewer segments, arms or metrics; accepted: metrics with at most 1024 cells")
	got = problemsOf(strings.ReplaceAll(wide, "    most: 8", "    most: 8\n    by: site"))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "metrics[9]: with this metric a measurement can have 67 ones; accepted: metrics with at most 64 ones")
}

// laterVariables are those after top_topic that every plan has, as an accepted list names
// them.
func laterVariables() string {
	x := plan.Extent{}
	out := ""
	for _, v := range plan.Variables[plan.VarTopTopic+1:] {
		if x.Has(v.Index) {
			out += v.Name + ", "
		}
	}
	return out
}
