package browser_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
)

// told are the events of a kind that the device has heard, as its journal has them.
func (p *person) told(kind string) (out []map[string]any) {
	p.t.Helper()
	for _, e := range asked[struct {
		Events []struct{ Event map[string]any }
	}](p, `{do: "journal"}`).Events {
		if e.Event["kind"] == kind {
			out = append(out, e.Event)
		}
	}
	return out
}

// hears waits until the device has heard so many events of a kind, and returns them.
func (p *person) hears(kind string, n int) []map[string]any {
	p.t.Helper()
	p.until(fmt.Sprintf(`dunlin.ask({do: "journal"}).then((r) => r.value.events.filter(({event}) => event.kind === %q).length >= %d)`, kind, n))
	all := p.told(kind)
	require.Len(p.t, all, n)
	return all
}

// A recording is told by the quarters that were played, and what was skipped is not.
func TestMediaIsToldByQuarters(t *testing.T) {
	w := inputs(t, func(o *world.Options) {
		o.Pages["/film"] = page("", `<video data-dunlin-topics="bags"></video>`)
	})
	p := visit(t, w, watched)
	p.to("/film")
	p.agree()
	// Two seconds of silence: a WAV file of 8-bit samples.
	eval[any](p, `(async () => {
		const rate = 8000, n = 2 * rate, v = new DataView(new ArrayBuffer(44 + n));
		const text = (at, s) => [...s].forEach((c, i) => v.setUint8(at + i, c.charCodeAt(0)));
		text(0, "RIFF"); v.setUint32(4, 36 + n, true); text(8, "WAVEfmt "); v.setUint32(16, 16, true); v.setUint16(20, 1, true);
		v.setUint16(22, 1, true); v.setUint32(24, rate, true); v.setUint32(28, rate, true); v.setUint16(32, 1, true); v.setUint16(34, 8, true);
		text(36, "data"); v.setUint32(40, n, true); new Uint8Array(v.buffer, 44).fill(128);
		let s = ""; for (const b of new Uint8Array(v.buffer)) s += String.fromCharCode(b);
		const audio = document.querySelector("video");
		audio.muted = true;
		audio.src = "data:audio/wav;base64," + btoa(s);
		await audio.play();
		window.audio = audio;
	})()`)
	quarters := func(events []map[string]any) (out []float64) {
		for _, e := range events {
			require.Equal(t, []any{"bags"}, e["topics"])
			out = append(out, e["quarter"].(float64))
		}
		return out
	}
	require.Equal(t, []float64{0, 1, 2, 3, 4}, quarters(p.hears("media", 5)))
	p.unbroken()
}

// An assignment is stored before the visitor is sent on, and what was told is told once.
func TestGoTellsBeforeItGoes(t *testing.T) {
	w := inputs(t, nil)
	p := visit(t, w, watched)
	p.to("/wide")
	p.agree()
	eval[any](p, `void dunlin.go("/cart", "mail", "letter")`)
	p.until(`location.pathname === "/cart"`)
	p.until(`dunlin.debug().then((d) => d.value.worker?.stage === "running")`)
	told := p.hears("assign", 1)
	require.Equal(t, "letter", told[0]["arm"])
	// Whatever is refused, the visitor arrives.
	eval[any](p, `void dunlin.go("/wide", "x".repeat(1 << 20), "letter")`)
	p.until(`location.pathname === "/wide"`)
	p.until(`dunlin.debug().then((d) => d.value.worker?.stage === "running")`)
	p.hears("assign", 1)
	p.unbroken()
}

// A list picks, says why, and hears what was seen and taken; dunlin.why says it again.
func TestListInAPage(t *testing.T) {
	w := inputs(t, nil)
	p := visit(t, w, watched)
	for i := range 3 {
		p.to("/shoes/" + fmt.Sprint(i+1))
		if i == 0 {
			p.agree()
		}
		p.hears("view", i+1)
	}
	p.to("/wide")
	items := `[...document.querySelectorAll("dunlin-list a")].map((a) => a.innerText)`
	p.until(items + `.length === 2`)
	texts := eval[[]string](p, items)
	require.Equal(t, "A because you viewed shoes", strings.Join(strings.Fields(texts[0]), " "), "shoes first, for shoes were looked at")
	require.Empty(t, p.told("listed"), "nobody has seen it")
	eval[any](p, `document.querySelector("dunlin-list").scrollIntoView()`)
	listed := p.hears("listed", 1)
	require.Equal(t, []any{"a", "b"}, listed[0]["items"])
	eval[any](p, `(document.querySelector("dunlin-list").addEventListener("click", (e) => e.preventDefault()), document.querySelector("dunlin-list a").click())`)
	require.Equal(t, "a", p.hears("picked", 1)[0]["item"])
	why := eval[struct {
		OK    bool
		Value json.RawMessage
	}](p, `dunlin.why("feed")`)
	require.True(t, why.OK)
	require.Contains(t, string(why.Value), `"viewed"`)
	// On another page too, until what it may rest on is erased.
	p.to("/cart")
	p.until(`dunlin.why("feed").then((r) => r.value?.picks[0].reason === "viewed")`)
	require.True(t, eval[struct{ OK bool }](p, `dunlin.ask({do: "erase", variable: "affinity.shoes"})`).OK)
	require.False(t, eval[struct{ OK bool }](p, `dunlin.why("feed")`).OK)
	p.unbroken()
}

// A list without default content has nothing that could move: it is filled in view.
func TestEmptyListInView(t *testing.T) {
	w := inputs(t, func(o *world.Options) {
		o.Pages["/empty"] = page("", `<dunlin-list name="feed" catalogue="/feed.json"><template><a data-field="url title"></a></template></dunlin-list>`)
	})
	p := visit(t, w, watched)
	p.to("/empty")
	p.agree()
	p.until(`document.querySelectorAll("dunlin-list a").length === 2`)
	p.hears("listed", 1)
	p.unbroken()
}

// An exit survey comes when the pointer leaves at the top, is answered, and its asking and its answer are each told once.
func TestSurveyAtLeaving(t *testing.T) {
	w := inputs(t, func(o *world.Options) {
		o.Pages["/leave"] = page("", `<dunlin-survey><option value="price">The price</option></dunlin-survey>`)
	})
	p := visit(t, w, watched)
	p.to("/leave")
	p.agree()
	const open = `document.querySelector("dunlin-survey").hasAttribute("open")`
	// The other survey is due, and not at leaving: it is asked first.
	p.until(open)
	require.Equal(t, "happy", p.hears("asked", 1)[0]["survey"])
	p.to("/leave")
	p.until(`dunlin.debug().then((d) => d.value.worker?.stage === "running")`)
	require.False(t, eval[bool](p, open), "asked once in 30 days")
	eval[any](p, `document.documentElement.dispatchEvent(new MouseEvent("mouseleave", {clientY: -1}))`)
	p.until(open)
	require.Equal(t, "leaving", p.hears("asked", 2)[1]["survey"])
	const root = `document.querySelector("dunlin-survey").shadowRoot`
	require.Contains(t, eval[string](p, root+`.textContent`), "The price")
	eval[any](p, `(`+root+`.querySelector("input").click(), `+root+`.querySelector("form").requestSubmit())`)
	require.Equal(t, "price", p.hears("answer", 1)[0]["value"])
	p.unbroken()
}
