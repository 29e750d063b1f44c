package browser_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// inputYAML is a plan with something of every kind that a page may name.
var inputYAML = strings.NewReplacer(
	"topics: [shoes, bags]", `topics: [shoes, bags]
networks: [weibo]
payments: [card]
pages: [sale]
skills: [fractions]
channels: [toast]
attributes:
  member: {type: flag}
  age_band: {type: choice, values: [young, old]}
  points: {type: number, min: 0, max: 1000}
surveys:
  happy: {kind: csat, every: 30 days}
  leaving: {kind: one, answers: [price, range], exit: true}
lists:
  feed: {size: 3, items: [a, b], goal: click}
messages:
  hello: {channels: [toast], goal: view}
campaigns:
  mail: {mode: assigned, arms: [none, letter], goals: {bought: order}}`,
	"events: [", "events: [signup, ",
).Replace(dunlinYAML)

var inputPage = hero + strings.Repeat("<br>", 99) + `<dunlin-list name="feed" catalogue="/feed.json"><p class="l">All</p>` +
	`<template><a data-field="url"><b class="l" data-field="title"></b> <i data-field="reason"></i></a></template></dunlin-list>` +
	`<dunlin-survey name="happy"></dunlin-survey>`

// watched counts what goes wrong in a page and nobody catches.
const watched = `window.wrong = []; addEventListener("error", (e) => wrong.push(e.message));
	addEventListener("unhandledrejection", (e) => wrong.push(String(e.reason)));`

func (p *person) unbroken() {
	p.t.Helper()
	require.Empty(p.t, eval[[]string](p, "wrong"))
	require.Equal(p.t, "Shop", eval[string](p, `document.querySelector("h1").innerText`))
}

// inputs starts a world with a page of inputs; change may alter its options.
func inputs(t *testing.T, change func(*world.Options)) *world.World {
	t.Helper()
	return start(t, func(o *world.Options) {
		o.Plan = []byte(inputYAML)
		o.Pages = map[string]string{
			"/wide":      page("shoes", inputPage),
			"/feed.json": `[{"id": "a", "title": "A", "url": "/a", "topics": ["shoes"]}, {"id": "b", "title": "B", "url": "/b", "topics": ["bags"]}]`,
		}
		for path, html := range pages {
			o.Pages[path] = html
		}
		if change != nil {
			change(o)
		}
	})
}

// Each call with something that it cannot mean says so and changes nothing; the next good
// call works, and the page never hears of an error.
func TestWhatIsRefusedIsSaid(t *testing.T) {
	w := inputs(t, nil)
	p := visit(t, w, watched)
	p.to("/wide")
	p.agree()
	type refusal struct {
		OK       bool
		Why, Say string
	}
	const long = `"x".repeat(1 << 20)`
	cases := map[string]string{ // by the call, why; empty for what is heard and passed over
		`dunlin.track("no such event")`:                           "not-in-plan",
		`dunlin.track(` + long + `)`:                              "not-in-plan",
		`dunlin.track()`:                                          "input",
		`dunlin.track(7)`:                                         "input",
		`dunlin.track(null, null)`:                                "input",
		`dunlin.track({})`:                                        "input",
		`dunlin.track("order", {value: NaN})`:                     "input",
		`dunlin.track("order", {value: Infinity})`:                "input",
		`dunlin.track("order", {value: 1e308})`:                   "input",
		`dunlin.track("order", {value: -1})`:                      "input",
		`dunlin.track("order", {value: 10, items: -3})`:           "input",
		`dunlin.track("order", {value: "much"})`:                  "input",
		`dunlin.track("history", {age: -1, value: 10})`:           "input",
		`dunlin.track("history", {age: 1e308, value: 10})`:        "input",
		`dunlin.track("history", {age: 60, value: ` + long + `})`: "input",
		`dunlin.track("attempt", {skill: "flying", item: "x", difficulty: 0, right: true})`: "not-in-plan",
		`dunlin.track("answer", {survey: "happy", value: 0})`:                               "input",
		`dunlin.track("answer", {survey: "happy", value: 1e9})`:                             "input",
		`dunlin.track("answer", {survey: ` + long + `, value: 1})`:                          "not-in-plan",
		`dunlin.track("reached", {message: "hello", channel: "pipe"})`:                      "not-in-plan",
		`dunlin.track("exposure", {slot: "hero", variant: "none"})`:                         "not-in-plan",
		`dunlin.declare("shoe size", 43)`:                                                   "not-in-plan",
		`dunlin.declare("member", "yes")`:                                                   "input",
		`dunlin.declare("age_band", ` + long + `)`:                                          "not-in-plan",
		`dunlin.declare(` + long + `, true)`:                                                "not-in-plan",
		`dunlin.assign("mail", "bomb")`:                                                     "not-in-plan",
		`dunlin.assign("mail")`:                                                             "input",
		`dunlin.choose(` + long + `)`:                                                       "not-in-plan",
		`dunlin.choose()`:                                                                   "input",
		`dunlin.reach("nothing")`:                                                           "not-in-plan",
		`dunlin.reach({})`:                                                                  "input",
		`dunlin.why("nothing")`:                                                             "not-in-plan",
		`dunlin.ask({do: "erase", variable: ` + long + `})`:                                 "not-in-plan",
		`dunlin.ask({do: "list", list: "feed", items: "all"})`:                              "input",
		`dunlin.ask({do: "list", list: "none", items: []})`:                                 "not-in-plan",
		`dunlin.ask({do: "import", passphrase: "x", file: ` + long + `})`:                   "input",
		`dunlin.ask(null)`:                                                                  "input",
		`dunlin.ask({do: "dance"})`:                                                         "input",
		`dunlin.consent({measure: "yes"})`:                                                  "input",
	}
	const report = `dunlin.report().then((r) => JSON.stringify(r.value))`
	p.settle()
	before := eval[string](p, report)
	for call, why := range cases {
		short := strings.ReplaceAll(call, long, "1 MB")
		got := eval[refusal](p, call)
		assert.False(t, got.OK, short)
		assert.Equal(t, why, got.Why, "%s: %s", short, got.Say)
		assert.NotEmpty(t, got.Say, short)
		assert.Less(t, len(got.Say), 500, short)
	}
	require.Equal(t, before, eval[string](p, report), "nothing that was refused is counted")
	require.True(t, eval[refusal](p, `dunlin.track("order", {value: 10, payment: "card"})`).OK)
	require.NotEqual(t, before, eval[string](p, report))
	require.NotEmpty(t, p.debug().Trouble)
	p.unbroken()
	p.to("/wide")
	// What an event does not take is left out, and an order is an order whatever paid it.
	require.True(t, eval[refusal](p, `dunlin.track("order", {value: 10, colour: "red", payment: `+long+`})`).OK)
	d := p.debug()
	require.True(t, slices.ContainsFunc(d.Trouble, func(x struct{ Why, Say string }) bool { return x.Say == "order: takes no colour" }))
	for _, trouble := range d.Trouble {
		require.Less(t, len(trouble.Say), 500)
	}
	p.unbroken()
}

// The browser throws away what the site keeps while a page is open: the page goes on, and
// the next one begins anew.
func TestStorageClearedInMidVisit(t *testing.T) {
	w := inputs(t, nil)
	p := visit(t, w, watched)
	p.to("/wide")
	p.agree()
	require.NoError(t, p.ClearSite(w.URL))
	for _, call := range []string{`dunlin.track("signup")`, `dunlin.choose("hero")`, `dunlin.reach("hello")`, `dunlin.debug()`, `dunlin.report()`} {
		eval[struct{ OK bool }](p, call) // answers, whatever it says
	}
	p.unbroken()
	p.to("/wide")
	p.unbroken()
	p.agree() // nothing is known of what was said
	require.True(t, eval[struct{ OK bool }](p, `dunlin.track("signup")`).OK)
	p.unbroken()
}

// The device's clock jumps under an open page, far ahead, back to where it was, and to
// before the plan: what cannot be told says why, and nothing else happens.
func TestClockJumps(t *testing.T) {
	w := inputs(t, nil)
	const jump = `{ const real = Date.now; let by = 0; Date.now = () => real() + by; new BroadcastChannel("jump").onmessage = ({ data }) => { by = data; }; }`
	w.Stand(inWorker(t, jump))
	for _, c := range []struct {
		days     int
		why, say string // of the next event, and in dunlin.debug()
	}{{0, "", ""}, {400, "plan", "plan"}, {-400, "", "refused"}} {
		t.Run(fmt.Sprint(c.days), func(t *testing.T) {
			p := visit(t, w, watched, jump)
			p.to("/wide")
			p.agree()
			eval[any](p, fmt.Sprintf(`new BroadcastChannel("jump").postMessage(%d * 86400e3)`, c.days))
			p.until(fmt.Sprintf(`dunlin.track("signup").then((r) => r.why ?? "")%s`, fmt.Sprintf(".then((why) => why === %q)", c.why)))
			if c.say != "" {
				require.Eventually(t, func() bool {
					last := p.debug()
					return slices.Contains(last.troubles(), c.say)
				}, 10*time.Second, 50*time.Millisecond)
			}
			p.unbroken()
			p.to("/wide")
			p.until(`dunlin.track("signup").then((r) => r.ok)`)
			p.unbroken()
		})
	}
}

// A page that was built for another plan: what the plan no longer names shows its default.
// Another plan comes while the page is open: the page goes on under its own, the next one
// goes by the new one and keeps the profile.
func TestPlanChangesUnderAPage(t *testing.T) {
	var dir string
	w := inputs(t, func(o *world.Options) { dir = o.Dir })
	p := visit(t, w, watched)
	p.to("/wide")
	p.agree()
	eval[any](p, `dunlin.track("order", {value: 10})`)
	next := strings.NewReplacer("serial: 1", "serial: 2", "  feed: {size: 3, items: [a, b], goal: click}", "  other: {size: 3, items: [a, b], goal: click}",
		"  happy: {kind: csat, every: 30 days}\n", "", "  hello:", "  bye:", "bags: [bags]}", "watches: [bags]}").Replace(inputYAML)
	published := republish(t, w, dir, next)
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/plan") {
			return false
		}
		out.Header().Set("Date", w.Now().Format(http.TimeFormat))
		_, _ = out.Write(published)
		return true
	})
	type outcome struct {
		OK  bool
		Why string
	}
	require.True(t, eval[outcome](p, `dunlin.reach("hello")`).OK, "the page goes on under its plan")
	p.unbroken()
	p.to("/wide")
	p.until(`dunlin.debug().then((d) => d.value.worker?.plan?.serial === 2)`)
	require.Equal(t, outcome{Why: "not-in-plan"}, eval[outcome](p, `dunlin.reach("hello")`))
	require.True(t, eval[outcome](p, `dunlin.reach("bye")`).OK)
	eval[any](p, `document.querySelector("dunlin-list").scrollIntoView()`)
	p.until(`document.querySelector("dunlin-list p").checkVisibility()`)
	require.False(t, eval[bool](p, `document.querySelector("dunlin-survey").hasAttribute("open")`))
	facts := eval[struct {
		Value struct {
			Variables []struct {
				Name  string
				Value any
			}
		}
	}](p, `dunlin.ask({do: "facts"})`)
	orders := map[string]any{}
	for _, v := range facts.Value.Variables {
		orders[v.Name] = v.Value
	}
	require.EqualValues(t, 1, orders["orders"], "the profile is kept")
	p.unbroken()
}

// Priors that are no priors, and a catalogue that is none: choices go without, the list
// keeps its default.
func TestMalformedPriorsAndCatalogue(t *testing.T) {
	for name, catalogue := range map[string]string{
		"no JSON": `{"items": 7`, "another kind": `{"items": {"id": "a"}}`, "wild items": `[null, 7, {"id": 3}, {"id": "", "topics": 9}]`,
		"absurd values": `[{"id": "a", "price": -1e308, "topics": "shoes", "added": "soon", "url": "javascript:alert(1)", "difficulty": 1e9}]`,
	} {
		t.Run(name, func(t *testing.T) {
			w := inputs(t, func(o *world.Options) { o.Pages["/feed.json"] = catalogue })
			w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, "/priors/") {
					return false
				}
				_, _ = out.Write([]byte("no priors at all"))
				return true
			})
			p := visit(t, w, watched)
			p.to("/wide")
			p.agree()
			require.True(t, eval[struct{ OK bool }](p, `dunlin.choose("hero")`).OK)
			eval[any](p, `document.querySelector("dunlin-list").refresh()`)
			says := func(say string) {
				require.Eventually(t, func() bool {
					d := p.debug()
					return slices.ContainsFunc(append(d.Trouble, d.Worker.Trouble...), func(x struct{ Why, Say string }) bool { return x.Say == say })
				}, 10*time.Second, 50*time.Millisecond, say)
			}
			says("priors: not had, or refused: choices go without")
			if name == "no JSON" || name == "another kind" {
				says("list feed: the catalogue is none")
			}
			require.False(t, eval[bool](p, `[...document.querySelectorAll("dunlin-list a")].some((a) => a.href.startsWith("javascript"))`))
			require.NotEmpty(t, eval[string](p, `[...document.querySelectorAll(".l")].filter((e) => e.checkVisibility()).map((e) => e.textContent).join()`))
			p.unbroken()
		})
	}
}

// republish signs another plan with the keys of a world.
func republish(t *testing.T, w *world.World, dir, yaml string) []byte {
	t.Helper()
	f, problems := planfile.Parse("dunlin.yaml", []byte(yaml))
	require.Empty(t, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: w.Plan.Leader, Helper: w.Plan.Helper, VerifyKey: w.Plan.VerifyKey, Issued: plan.Time(w.Now().Unix()),
	})
	require.NoError(t, err)
	b, err := plan.Encode(p)
	require.NoError(t, err)
	pem, err := os.ReadFile(filepath.Join(dir, "officer.pem"))
	require.NoError(t, err)
	key, err := planfile.ParseOfficerKey(pem)
	require.NoError(t, err)
	return planfile.Sign(b, key)
}
