package planfile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// base is a small file; tests replace lines of it.
const base = `site: shop.example
timezone: Europe/Berlin
period: day
serial: 1
starts: 2026-12-01
ends: 2026-12-31
budget: {epsilon: 1}
consent: ask
topics: [shoes, bags]
events: [signup]
attributes:
  member: {type: flag}
  band: {type: choice, values: [under 25, older]}
  points: {type: number, min: -5, max: 10}
segments:
  - name: regulars
    rule: orders >= 3 && days_since_order <= 60
  - name: everyone else
funnel:
  - visit: view
  - order: order
campaigns:
  mail:
    mode: assigned
    arms: [none, a]
    goals: {bought: order}
slots:
  hero:
    variants: {plain: [], shoes: [shoes]}
    goal: click
metrics:
  - audience
  - converted: mail.bought
`

// with replaces one piece of base.
func with(t testing.TB, old, new string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(base, old), "%q must stand once in base", old)
	return strings.Replace(base, old, new, 1)
}

func problemsOf(src string) []string {
	_, problems := Parse("dunlin.yaml", []byte(src))
	var out []string
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return out
}

func TestBaseIsGood(t *testing.T) { require.Empty(t, problemsOf(base)) }

func TestTextAndYAMLRefused(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"empty":              {"", `dunlin.yaml:1:1: yaml: the file is empty; accepted: site, timezone, period,`},
		"comment only":       {"# nothing\n", `dunlin.yaml:1:1: yaml: the file is empty;`},
		"a list":             {"- a\n", `dunlin.yaml:1:1: yaml: a list where something else belongs; accepted: a mapping with site, timezone,`},
		"a text":             {"hello\n", `dunlin.yaml:1:1: yaml: a text where something else belongs;`},
		"huge":               {strings.Repeat("#", 256<<10+1), `dunlin.yaml:1:1: yaml: the file has 262145 bytes; accepted: at most 256 KiB`},
		"long line":          {"a: " + strings.Repeat("x", 9000), `dunlin.yaml:1:8193: yaml: the line has 9003 characters; accepted: lines of at most`},
		"no UTF-8":           {"site: 店\nzone: \xff\n", `dunlin.yaml:2:7: yaml: a byte that is not UTF-8; accepted: UTF-8 text`},
		"tab as indent":      {"budget:\n\tepsilon: 1\n", `dunlin.yaml:2:1: yaml: a tab; accepted: spaces`},
		"tab inside":         {"site: 店\tx\n", `dunlin.yaml:1:8: yaml: a tab; accepted: spaces`},
		"control character":  {"site: a\x07b\n", `dunlin.yaml:1:8: yaml: the control character U+0007;`},
		"lone return":        {"site: a\rb\n", `dunlin.yaml:1:8: yaml: the control character U+000D;`},
		"turned writing":     {"site: a\u202eb\n", `dunlin.yaml:1:8: yaml: the control character U+202E;`},
		"flow too deep":      {"a: " + strings.Repeat("[", 17) + strings.Repeat("]", 17), `dunlin.yaml:1:20: yaml: nested too deeply; accepted: at most 16 levels`},
		"lists too deep":     {strings.Repeat("- ", 30) + "a", `dunlin.yaml:1:35: yaml: nested too deeply;`},
		"indented too far":   {"a:\n" + strings.Repeat(" ", 70) + "b: 1\n", `dunlin.yaml:2:71: yaml: indented by 70 spaces; accepted: at most 64 spaces`},
		"key with ?":         {"? site\n: a\n", `dunlin.yaml:1:1: yaml: a key written with ?; accepted: key: value`},
		"unclosed":           {"topics: [a, b\n", `dunlin.yaml:1:9: yaml: sequence end token ']' not found;`},
		"two on a line":      {"site: a: b\n", `dunlin.yaml:1:7: yaml: mapping value is not allowed in this context;`},
		"two documents":      {"site: a\n---\nsite: b\n", `dunlin.yaml:2:1: yaml: a second document; accepted: one document a file`},
		"directive":          {"%YAML 1.2\n---\nsite: a\n", `dunlin.yaml:1:1: yaml: a YAML directive;`},
		"anchor":             {with(t, "site: shop.example", "site: &s shop.example"), `dunlin.yaml:1:7: site: an anchor (&); accepted: the value itself`},
		"alias":              {with(t, "consent: ask", "x: &s ask\nconsent: *s"), `dunlin.yaml:9:10: consent: an alias (*); accepted: the value itself`},
		"merge":              {with(t, "budget: {epsilon: 1}", "budget: {epsilon: 1, <<: {delta: 1}}"), `dunlin.yaml:7:22: budget: a merge (<<); accepted: the keys themselves`},
		"tag":                {with(t, "serial: 1", "serial: !!int 1"), `dunlin.yaml:4:9: serial: a YAML tag (!); accepted: plain values;`},
		"rule becomes a tag": {with(t, "rule: orders >= 3 && days_since_order <= 60", "rule: !member"), `dunlin.yaml:17:11: segments[0].rule: a YAML tag (!); accepted: plain values; a rule that begins with ! stands in quotes`},
		"block rule":         {with(t, "rule: orders >= 3 && days_since_order <= 60", "rule: |\n      orders >= 3"), `dunlin.yaml:17:11: segments[0].rule: a block text (| or >); accepted: a text on one line`},
		"folded rule":        {with(t, "rule: orders >= 3 && days_since_order <= 60", "rule: >-\n      orders >= 3"), `dunlin.yaml:17:11: segments[0].rule: a block text`},
		"rule on two lines":  {with(t, "&& days", "\n      && days"), `dunlin.yaml:17:11: segments[0].rule: a text over several lines; accepted: a text on one line`},
		"quoted, two lines":  {with(t, "site: shop.example", "site: \"shop.\n  example\""), `dunlin.yaml:1:7: site: a text over several lines;`},
	} {
		t.Run(name, func(t *testing.T) {
			got := problemsOf(c.src)
			require.NotEmpty(t, got)
			for _, line := range got {
				if strings.HasPrefix(line, c.want) {
					return
				}
			}
			require.Failf(t, "not reported", "want %s\ngot  %s", c.want, strings.Join(got, "\n     "))
		})
	}
}

func TestDuplicateKeysInEveryMapping(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"top":       {base + "site: x\n", `dunlin.yaml:34:1: site: the key stands twice, first in line 1; accepted: each key once`},
		"budget":    {with(t, "{epsilon: 1}", "{epsilon: 1, epsilon: 2}"), `dunlin.yaml:7:22: budget.epsilon: the key stands twice, first in line 7;`},
		"attribute": {with(t, "  member: {type: flag}", "  member: {type: flag}\n  member: {type: flag}"), `dunlin.yaml:13:3: attributes.member: the key stands twice, first in line 12;`},
		"its keys":  {with(t, "{type: flag}", "{type: flag, \"type\": flag}"), `dunlin.yaml:12:24: attributes.member.type: the key stands twice`},
		"segment":   {with(t, "  - name: regulars", "  - name: regulars\n    name: b"), `dunlin.yaml:17:5: segments[0].name: the key stands twice, first in line 16;`},
		"stage":     {with(t, "visit: view", "visit: view\n    visit: click"), `dunlin.yaml:21:5: funnel[0].visit: the key stands twice`},
		"campaign":  {with(t, "  mail:\n", "  mail: {}\n  mail:\n"), `dunlin.yaml:24:3: campaigns.mail: the key stands twice`},
		"its mode":  {with(t, "mode: assigned", "mode: assigned\n    mode: chosen"), `dunlin.yaml:25:5: campaigns.mail.mode: the key stands twice`},
		"goal":      {with(t, "{bought: order}", "{bought: order, bought: cart}"), `dunlin.yaml:26:28: campaigns.mail.goals.bought: the key stands twice`},
		"slot":      {with(t, "  hero:\n", "  hero: {}\n  hero:\n"), `dunlin.yaml:29:3: slots.hero: the key stands twice`},
		"variant":   {with(t, "plain: [],", "plain: [], plain: [],"), `dunlin.yaml:29:27: slots.hero.variants.plain: the key stands twice`},
		"metric":    {with(t, "- converted: mail.bought", "- converted: mail.bought\n    converted: hero"), `dunlin.yaml:34:5: metrics[1].converted: the key stands twice`},
	} {
		t.Run(name, func(t *testing.T) {
			got := problemsOf(c.src)
			require.NotEmpty(t, got)
			require.Contains(t, strings.Join(got, "\n"), c.want)
		})
	}
}

// Windows' line ends, a byte order mark and a document's start change nothing,
// not even positions.
func TestHarmlessForms(t *testing.T) {
	bad := with(t, "orders >= 3", "ordrs >= 3")
	want := problemsOf(bad)
	require.Len(t, want, 1)
	require.Equal(t, want, problemsOf(strings.ReplaceAll(bad, "\n", "\r\n")))
	require.Equal(t, want, problemsOf("\ufeff"+bad))
	require.Empty(t, problemsOf("---\n"+base))
	require.Empty(t, problemsOf(base+"...\n"))
	require.Empty(t, problemsOf(base+"# a tab\tin a comment\n"))
	require.Empty(t, problemsOf(strings.ReplaceAll(base, "\n", "   \n")), "spaces at the ends of lines")
	require.Empty(t, problemsOf(strings.ReplaceAll(base, "\n", " # why\n\n")), "comments and empty lines")
}

// The cost of a file grows with its size only: the worst of these took the
// parser minutes before lines and depth were bounded.
func TestHostileFilesEndSoon(t *testing.T) {
	for name, piece := range map[string]string{
		"brackets": "[", "dashes": "- ", "questions": "? ", "colons": "a: ", "quotes": `"`, "escapes": `"\`, "anchors": "&a ",
		"lines": "a: b\n", "items": "- a\n", "empty lines": "\n", "flow lines": "a: [b, c]\n", "quoted lines": "'a': \"b\"\n", "spaces": " ",
		"comments": "# a\n", "blocks": "a: |\n  b\n", "commas": "a, ", "tags": "! ", "percent": "%a\n", "documents": "---\n", "flow": "[a,\n", "open": "a: [\n",
		"flow map": "{" + strings.Repeat("b: b, ", 1300) + "}\n", "flow list": "- [" + strings.Repeat("b, ", 2600) + "]\n",
		"late": "a: " + strings.Repeat("b ", 4000) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			src := strings.Repeat(piece, maxFile/len(piece)+1)[:maxFile]
			start := time.Now()
			problems := problemsOf(src)
			took := time.Since(start)
			require.NotEmpty(t, problems)
			require.Less(t, took, 5*time.Second, fmt.Sprintf("%d problems", len(problems)))
			t.Log(took)
		})
	}
}
