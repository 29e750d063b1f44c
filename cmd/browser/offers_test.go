package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
)

// A survey is answered with nothing but a keyboard: Tab into the form, an arrow to an
// answer, Enter; and another is closed by Escape, asked and not answered.
func TestSurveyByKeyboard(t *testing.T) {
	w := inputs(t, func(o *world.Options) {
		o.Pages["/ask"] = page("", `<dunlin-survey name="happy"></dunlin-survey>`)
	})
	const open = `document.querySelector("dunlin-survey").hasAttribute("open")`
	asks := func() *person {
		p := visit(t, w, watched)
		p.to("/ask")
		p.agree()
		p.until(open)
		// Tab goes on from where the page is: before the survey.
		require.NoError(t, p.Keys("\t"))
		p.until(`document.querySelector("dunlin-survey").shadowRoot.activeElement?.value === "1"`)
		return p
	}
	p := asks()
	require.NoError(t, p.Keys(kb.ArrowRight, kb.ArrowRight, kb.ArrowRight, kb.Enter))
	require.EqualValues(t, 4, p.hears("answer", 1)[0]["value"])
	require.Len(t, p.hears("asked", 1), 1)
	p.unbroken()

	p = asks()
	require.NoError(t, p.Keys(kb.Escape))
	p.until("!" + open)
	p.hears("asked", 1)
	require.Empty(t, p.told("answer"))
	p.unbroken()
}

// Lists and surveys fit a telephone, and axe finds nothing that keeps somebody out, in
// either language, light or dark. With DUNLIN_SHOTS pictures are kept there.
func TestOffersFit(t *testing.T) {
	shots := os.Getenv("DUNLIN_SHOTS")
	axe, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	require.NoError(t, err, "run make web")
	body := `<main lang="%s"><dunlin-list name="feed" catalogue="/feed.json"><p>All</p><template><p><a data-field="url">` +
		`<b data-field="title"></b></a> <i data-field="reason"></i></p></template></dunlin-list><dunlin-survey name="%s"></dunlin-survey></main>`
	w := inputs(t, func(o *world.Options) {
		for _, lang := range []string{"en", "zh"} {
			for _, survey := range []string{"happy", "leaving"} {
				o.Pages["/"+lang+"/"+survey] = `<!doctype html><html lang="` + lang + `"><head><meta charset="utf-8"><title>shop</title>` +
					`<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">` +
					world.Place + `</head><body data-dunlin-topics="shoes"><h1>Shop</h1>` + fmt.Sprintf(body, lang, survey) + `</body></html>`
			}
		}
	})
	for _, lang := range []string{"en", "zh"} {
		for _, survey := range []string{"happy", "leaving"} {
			p := visit(t, w, watched, string(axe))
			path := "/" + lang + "/" + survey
			p.to("/cart")
			p.agree()
			p.hears("view", 1)
			p.to(path)
			p.hears("view", 2)
			eval[any](p, `document.documentElement.dispatchEvent(new MouseEvent("mouseleave", {clientY: -1}))`)
			p.until(`document.querySelector("dunlin-survey").hasAttribute("open")`)
			eval[any](p, `document.querySelector("dunlin-list").refresh()`)
			p.until(`document.querySelectorAll("dunlin-list a").length === 2`)
			for _, width := range []int{390, 1280} {
				for _, scheme := range []string{"light", "dark"} {
					name := fmt.Sprintf("offers-%s-%s-%d-%s.png", lang, survey, width, scheme)
					p.screen(width, scheme)
					require.LessOrEqual(t, eval[int](p, `document.documentElement.scrollWidth`), width, name)
					require.Empty(t, eval[[]string](p, `axe.run("main").then(({violations}) => violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html + " " + n.failureSummary)))`), name)
					if shots != "" {
						png, err := p.Shot()
						require.NoError(t, err)
						require.NoError(t, os.WriteFile(filepath.Join(shots, name), png, 0o600))
					}
				}
			}
			p.unbroken()
		}
	}
}
