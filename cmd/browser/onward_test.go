package browser_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
)

// Ten pages by links and an order on the last: two reports, of which the second, at the
// visit's end, holds the order. Pages that lead to others of the site are no places, but
// for the visit's first.
func TestVisitOfManyPagesEndsInAnOrder(t *testing.T) {
	w := start(t, func(o *world.Options) {
		o.Pages = map[string]string{
			"/":      page("", hero+`<a id="on" href="/shoes">on</a>`),
			"/shoes": page("shoes", `<a id="on" href="/bags">on</a>`),
			"/bags":  page("bags", `<a id="on" href="/shoes">on</a><a id="bye" data-dunlin-leave href="/bye">bye</a>`),
			"/bye":   page("", "<p>Bye</p>"),
		}
	})
	p := visit(t, w)
	p.to("/")
	p.agree()
	for i := range 8 {
		before := eval[string](p, "String(performance.timeOrigin)")
		eval[any](p, `document.getElementById("on").click()`)
		p.until(`String(performance.timeOrigin) !== "` + before + `" && document.readyState === "complete"`)
		p.ready(1)
		if i == 0 {
			p.sent(1) // the first hide of the visit
		}
	}
	require.Len(t, revisions(t, w), 1, "what led on sent nothing new: at most the first once more, for nobody heard its answer")
	require.True(t, eval[clearReport](p, `dunlin.track("order", {value: 20, topics: []})`).OK)
	p.settle()
	revision := p.debug().Sends.Ready.Revision
	require.NoError(t, p.Leave())
	require.Eventually(t, func() bool { return slices.Contains(revisions(t, w), uint32(revision)) }, 10*time.Second, 20*time.Millisecond, "the report that holds the order")

	// A link by which the site says that the visit ends is a place.
	p.to("/bags")
	p.ready(revision + 1)
	eval[any](p, `document.getElementById("bye").click()`)
	p.until(`location.pathname === "/bye" && document.readyState === "complete"`)
	require.Eventually(t, func() bool { return len(revisions(t, w)) == 3 }, 10*time.Second, 20*time.Millisecond)
}

// revisions lists the revisions that have been sent, each once.
func revisions(t testing.TB, w *world.World) (out []uint32) {
	t.Helper()
	for _, r := range w.Reports() {
		out = append(out, headOf(t, r).Revision)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
