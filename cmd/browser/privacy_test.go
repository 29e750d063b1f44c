package browser_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/chromedp/cdproto/emulation"
	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/web"
)

// carriedYAML is a plan by which what is known decides: regulars are who has looked at four
// pages, and which of three pictures is shown is drawn once and for all.
var carriedYAML = strings.NewReplacer(
	"rule: orders >= 1", "rule: views >= 4",
	"topics: [shoes, bags]", "topics: [shoes, bags]\nattributes:\n  member: {type: flag}\n  age: {type: choice, values: [young, old]}",
	"explore: 0 %", "explore: 50 %",
).Replace(dunlinYAML)

// elements is the part of a page that shows the visitor's side.
func elements(t testing.TB, lang, body string) string {
	t.Helper()
	scripts, err := web.SDK()
	require.NoError(t, err)
	raw, err := fs.ReadFile(scripts, "manifest.json")
	require.NoError(t, err)
	var names struct{ Privacy, Consent string }
	require.NoError(t, json.Unmarshal(raw, &names))
	return `<!doctype html><html lang="` + lang + `"><head><meta charset="utf-8"><title>privacy</title>` +
		`<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">` + world.Place +
		`<script type="module" src="/dunlin/` + names.Privacy + `"></script><script type="module" src="/dunlin/` + names.Consent + `"></script>` +
		`</head><body><main><h1>Privacy</h1>` + body + `</main></body></html>`
}

const privacyElement = `<dunlin-privacy><script type="application/json">{"regulars": "our regulars", "shoes": "Shoes"}</script></dunlin-privacy>`

// visitorsSide starts a world whose pages show the visitor's side.
func visitorsSide(t *testing.T) *world.World {
	t.Helper()
	return start(t, func(o *world.Options) {
		o.Plan = []byte(carriedYAML)
		o.Pages = map[string]string{
			"/privacy": elements(t, "en", privacyElement), "/zh": elements(t, "zh-CN", privacyElement),
			"/banner":    elements(t, "en", `<p>Shop</p><dunlin-consent href="/privacy"></dunlin-consent>`),
			"/banner/zh": elements(t, "zh", `<p>商店</p><dunlin-consent href="/zh"></dunlin-consent>`),
		}
		for path, html := range pages {
			o.Pages[path] = html
		}
	})
}

// inside finds an element within the visitor's side.
const inside = `document.querySelector("dunlin-privacy").shadowRoot.querySelector`

// keeps what would be saved to disk in window.saved.
const keeps = `window.saved = []; const made = URL.createObjectURL; URL.createObjectURL = (blob) => { window.saved.push(blob); return made.call(URL, blob); };
window.text = (bytes) => btoa(String.fromCharCode(...bytes)); window.bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
window.hand = (id, files) => { const box = new DataTransfer(); for (const [name, type, text] of files) box.items.add(new File([bytes(text)], name, { type }));
  const field = ` + inside + `("#" + id); field.files = box.files; field.dispatchEvent(new Event("change")); };`

// knows is what a device says of its visitor.
type knows struct {
	Segment   string
	Variables []struct {
		Name  string
		Value any
	}
}

func (p *person) facts() knows {
	p.t.Helper()
	return asked[knows](p, `{do: "facts"}`)
}

func (k knows) of(name string) any {
	for _, v := range k.Variables {
		if v.Name == name {
			return v.Value
		}
	}
	return nil
}

func asked[T any](p *person, request string) T {
	p.t.Helper()
	got := eval[struct {
		OK    bool
		Say   string
		Value T
	}](p, "dunlin.ask("+request+")")
	require.True(p.t, got.OK, got.Say)
	return got.Value
}

// says waits until a part of the element says something that contains a text.
func (p *person) says(part, text string) {
	p.t.Helper()
	status := fmt.Sprintf(`%s("section[aria-labelledby=%s] > [role=status]").textContent`, inside, part)
	if err := p.Until(fmt.Sprintf(`%s.includes(%q)`, status, text)); err != nil {
		p.t.Fatalf("%v\nit says: %s", err, eval[string](p, status))
	}
}

func (p *person) press(selector string) {
	p.t.Helper()
	eval[any](p, inside+"(`"+selector+"`).click()")
}

func (p *person) write(id, text string) {
	p.t.Helper()
	eval[any](p, fmt.Sprintf(`%s("#%s").value = %q`, inside, id, text))
}

// hand gives a file input files: name, type and bytes.
func (p *person) hand(id string, files ...[3]string) {
	p.t.Helper()
	list, err := json.Marshal(files)
	require.NoError(p.t, err)
	eval[any](p, fmt.Sprintf("hand(%q, %s)", id, list))
}

type spent struct{ Today, Month, Year, Reports float64 }

// Two devices of one visitor: what one knows is carried to the other as a file, and as
// pictures of QR codes. Afterwards both know the same, count the visitor to the same group
// and show the same; report, budget and holdout of the other have not moved.
func TestProfileIsCarried(t *testing.T) {
	w := visitorsSide(t)
	one := visit(t, w, keeps)
	one.to("/shoes/1")
	one.agree()
	for _, path := range []string{"/shoes/2", "/shoes/3", "/"} {
		one.to(path)
		one.ready(1)
	}
	one.until(`dunlin.debug().then((d) => d.value.slots[0].exposed)`)
	one.to("/privacy")
	one.until(inside + `("[data-fact=views]")`)
	from := one.facts()
	require.Equal(t, "new", from.Segment, "as the day began")
	const why = `(await dunlin.why("hero")).value.variant`
	shows := eval[string](one, `(async () => `+why+`)()`)

	other := visit(t, w, keeps)
	other.to("/shoes/1") // what it has chosen there nobody has seen
	other.agree()
	already := len(w.Reports())
	require.NoError(t, other.Leave())
	before := other.sent(already + 1)[already].Body[40:56]
	other.to("/privacy")
	other.until(inside + `("[data-fact=views]")`)
	alone := other.facts()
	own := asked[spent](other, `{do: "budget"}`)
	require.Equal(t, 1., own.Reports)

	// The file is age's, under the words that are shown.
	words := eval[string](one, inside+`("#give-words").value`)
	require.Regexp(t, `^([a-z0-9]{5}-){3}[a-z0-9]{5}$`, words)
	one.press("[data-do=file]")
	one.says("carry", "Saved")
	file := eval[string](one, `(async () => text(new Uint8Array(await saved.at(-1).arrayBuffer())))()`)
	raw, err := base64.StdEncoding.DecodeString(file)
	require.NoError(t, err)
	identity, err := age.NewScryptIdentity(words)
	require.NoError(t, err)
	plain, err := age.Decrypt(bytes.NewReader(raw), identity)
	require.NoError(t, err)
	head := make([]byte, 14)
	_, err = io.ReadFull(plain, head)
	require.NoError(t, err)
	require.Equal(t, "dunlin carry 1", string(head))

	// What is not right is said, and changes nothing.
	unchanged := func() {
		t.Helper()
		require.Equal(t, alone.of("views"), other.facts().of("views"))
		require.Equal(t, own, asked[spent](other, `{do: "budget"}`))
	}
	other.write("take-words", "not these words")
	other.hand("take-file", [3]string{"profile.age", "", file})
	other.says("carry", "Another passphrase opens this file")
	other.write("take-words", words)
	raw[len(raw)-1] ^= 1
	other.hand("take-file", [3]string{"profile.age", "", base64.StdEncoding.EncodeToString(raw)})
	other.says("carry", "damaged")
	other.hand("take-file", [3]string{"profile.age", "", "AAAA"})
	other.says("carry", "damaged")
	unchanged()

	one.press("[data-do=codes]")
	one.says("carry", "codes are shown")
	codes := eval[[]string](one, `(async () => {
    const place = `+inside+`("[data-carry=give]"), out = [], seen = new Set();
    for (;;) {
      const code = place.querySelector(".code");
      if (seen.has(code.dataset.text)) return out;
      seen.add(code.dataset.text);
      const side = code.querySelector("svg").viewBox.baseVal.width, canvas = document.createElement("canvas");
      canvas.width = canvas.height = side * 5;
      const to = canvas.getContext("2d");
      to.fillStyle = "#fff"; to.fillRect(0, 0, side * 5, side * 5);
      to.fillStyle = "#000"; to.scale(5, 5); to.fill(new Path2D(code.querySelector("path").getAttribute("d")));
      out.push(canvas.toDataURL("image/png").split(",")[1]);
      const before = code.dataset.text;
      place.querySelector("[data-do=next]").click();
      for (let i = 0; i < 50 && code.dataset.text === before; i++) await new Promise((r) => setTimeout(r, 10));
    }
  })()`)
	require.Greater(t, len(codes), 1)
	t.Logf("the file has %d bytes, %d codes", len(raw), len(codes))
	picture := func(i int) [3]string { return [3]string{fmt.Sprintf("%d.png", i), "image/png", codes[i]} }
	all := []([3]string){}
	for i := range codes {
		all = append(all, picture(i))
	}
	other.hand("take-pictures", [3]string{"cat.png", "image/png", "AAAA"})
	other.says("carry", "No code of a profile is in the picture cat.png")
	other.hand("take-pictures", all[1:]...)
	other.says("carry", "missing: 1.")
	unchanged()
	other.hand("take-pictures", all[0])
	other.says("carry", "nothing is counted twice")

	same := func() {
		t.Helper()
		got := other.facts()
		require.Equal(t, "new", got.Segment, "the running period's stands")
		require.InDelta(t, from.of("affinity.shoes"), got.of("affinity.shoes"), 1e-9)
		require.Equal(t, from.of("views").(float64)+2, got.of("views"), "one's, and the other's own two")
		require.Equal(t, shows, eval[string](other, `(async () => `+why+`)()`))
		require.Equal(t, own, asked[spent](other, `{do: "budget"}`))
	}
	same()
	// The same again, as a file, counts nothing twice.
	raw[len(raw)-1] ^= 1
	other.hand("take-file", [3]string{"profile.age", "", file})
	other.says("carry", "Opening")
	other.says("carry", "nothing is counted twice")
	same()

	// The report that goes on is the other's own.
	eval[any](other, `dunlin.track("cart")`)
	other.settle()
	already = len(w.Reports())
	require.NoError(t, other.Leave())
	require.Equal(t, before, other.sent(already + 1)[already].Body[40:56], "report ID")

	// From the next period on both are of one group.
	require.NoError(t, w.Begin(1))
	for _, p := range []*person{one, other} {
		p.to("/privacy")
		p.until(inside + `("[data-fact=views]")`)
		require.Equal(t, "regulars", p.facts().Segment)
	}
}

// The element says what is known with the events behind it; what is corrected, erased,
// paused and refused there holds.
func TestVisitorsSide(t *testing.T) {
	w := visitorsSide(t)
	p := visit(t, w, keeps)
	p.to("/shoes/1")
	p.agree()
	eval[any](p, `dunlin.track("order", {value: 49.5})`)
	p.to("/privacy")
	p.says("choice", "")
	p.until(inside + `("[data-fact=orders]")`)
	text := func(selector string) string { return eval[string](p, inside+"(`"+selector+"`).textContent") }
	require.Contains(t, text("[data-fact=orders]"), "You have ordered once.")
	require.Contains(t, text("[data-fact=revenue] ol"), "You ordered for 49.5 (about Shoes).")
	require.Contains(t, text("[data-fact='affinity.shoes']"), "Shoes: 90% of your interest.")
	require.Contains(t, text("section[aria-labelledby=why]"), "hero")
	p.until(inside + `("section[aria-labelledby=reports] li")`)
	require.Contains(t, text("section[aria-labelledby=reports]"), "They got as far as: order.")
	require.Regexp(t, `Todayε 0\.\d+ of at most 1In 30 daysε [\d.]+ of at most 6\.48, in 1 reportIn a yearε [\d.]+`, text("section[aria-labelledby=budget] dl"))
	require.Contains(t, text("section[aria-labelledby=budget]"), "δ = 10⁻⁶")

	// Corrected, erased.
	eval[any](p, inside+`("#correct-age").value = "old"`)
	p.press("[data-fact=age] .wide + button")
	p.says("facts", "Changed: age: old.")
	require.Contains(t, text("[data-fact=age]"), "age: old.")
	p.press("[data-fact=revenue] button")
	p.says("facts", "Erased:")
	require.Nil(t, p.facts().of("last_order"))
	require.False(t, eval[bool](p, `dunlin.ask({do: "journal"}).then((j) => j.value.events.some(({event}) => event.kind === "order"))`))

	// Everything as JSON.
	p.press("[data-do=json]")
	saved := eval[struct {
		Facts  knows
		Events []any
	}](p, `(async () => JSON.parse(await saved.at(-1).text()))()`)
	require.NotEmpty(t, saved.Facts.Variables)
	require.NotEmpty(t, saved.Events)

	// Paused: nothing is learnt or sent, on the next page too.
	p.press("[data-do=pause]")
	p.says("choice", "It pauses.")
	views := p.facts().of("views")
	already := len(w.Reports())
	p.to("/shoes/2")
	require.Equal(t, "off", eval[struct{ Why string }](p, `dunlin.track("cart")`).Why)
	p.to("/privacy")
	p.until(inside + `("[data-fact=views]")`)
	require.Equal(t, views, p.facts().of("views"))
	time.Sleep(500 * time.Millisecond)
	require.Len(t, w.Reports(), already)
	p.press("[data-do=pause]")
	p.says("choice", "It goes on.")

	// All erased, then both refused; the page says so and nothing is asked any more.
	p.press("[data-do=forget]")
	p.press("[data-do=sure]")
	p.says("all", "All is erased.")
	p.press("[data-do=opt-out]")
	p.says("choice", "Both are refused")
	p.until(inside + `("section[aria-labelledby=facts]").textContent.includes("Nothing runs")`)
	require.Empty(t, eval[storage](p, kept).Local)
}

// The banner asks once, without focus, and either answer ends it.
func TestBanner(t *testing.T) {
	w := visitorsSide(t)
	const card = `document.querySelector("dunlin-consent").shadowRoot?.querySelector(".card")`
	for _, c := range []struct{ answer, holds string }{
		{"[data-do=yes]", "true,true"},
		{"[data-do=no]", "false,false"},
		{"[name=measure][value=no], [name=personalize][value=yes], [data-do=save]", "false,true"},
	} {
		p := visit(t, w)
		p.to("/banner")
		p.until(card)
		require.True(t, eval[bool](p, `document.activeElement === document.body`))
		require.Empty(t, eval[storage](p, kept).Local)
		for selector := range strings.SplitSeq(c.answer, ", ") {
			eval[any](p, card+".querySelector(`"+selector+"`).click()")
		}
		p.until("!" + card)
		require.Equal(t, c.holds, eval[string](p, `dunlin.consent().then(({value}) => value.measure + "," + value.personalize)`))
		p.to("/banner/zh")
		require.Never(t, func() bool { return eval[bool](p, "!!("+card+")") }, 300*time.Millisecond, 50*time.Millisecond, "asked again")
	}
	// Both of equal size, and nothing is ticked before.
	p := visit(t, w)
	p.to("/banner")
	p.until(card)
	require.Zero(t, eval[int](p, card+`.querySelectorAll(":checked").length`))
	eval[any](p, card+`.querySelector("[data-do=save]").click()`)
	p.until(card + `.querySelector("[role=status]").textContent.includes("both questions")`)
}

// On a telephone nothing scrolls sideways, and axe finds nothing that keeps somebody out, in
// either language, light or dark. With DUNLIN_SHOTS pictures are kept there, to be looked at.
func TestVisitorsSideFits(t *testing.T) {
	w := visitorsSide(t)
	shots := os.Getenv("DUNLIN_SHOTS")
	axe, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	require.NoError(t, err, "run make web")
	p := visit(t, w, string(axe))
	p.to("/shoes/1")
	p.agree()
	eval[any](p, `dunlin.track("order", {value: 49.5})`)
	for _, width := range []int{390, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			for _, path := range []string{"/privacy", "/zh", "/banner", "/banner/zh"} {
				q := p
				if strings.HasPrefix(path, "/banner") {
					q = visit(t, w, string(axe))
				}
				q.screen(width, scheme)
				q.to(path)
				if q == p {
					p.until(inside + `("[data-fact=orders] details")`)
					eval[any](p, `(() => { for (const d of `+inside+`All("[data-fact=orders] details, section[aria-labelledby=why] details")) d.open = true; })()`)
					p.press("[data-do=codes]")
					p.until(inside + `("[data-carry=give] svg")`)
				} else {
					q.until(`document.querySelector("dunlin-consent").shadowRoot?.querySelector(".card")`)
				}
				require.LessOrEqual(t, eval[int](q, `document.documentElement.scrollWidth`), width, "%s %d", path, width)
				require.Empty(t, eval[[]string](q, `axe.run().then(({violations}) => violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html + " " + n.failureSummary)))`), "%s %d %s", path, width, scheme)
				if shots != "" {
					name := fmt.Sprintf("%s-%d-%s.png", strings.ReplaceAll(path[1:], "/", "-"), width, scheme)
					png, err := q.Shot()
					require.NoError(t, err)
					require.NoError(t, os.WriteFile(filepath.Join(shots, name), png, 0o600))
				}
			}
		}
	}
}

// screen makes the tab one of that width, tall enough for everything, in a colour scheme.
func (p *person) screen(width int, scheme string) {
	p.t.Helper()
	require.NoError(p.t, p.Screen(width, 4000, &emulation.MediaFeature{Name: "prefers-color-scheme", Value: scheme}))
}
