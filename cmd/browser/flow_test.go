package browser_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/metric"
	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// painted notes when the page was first painted, when a slot was applied, what was shown in
// it in any frame, and what moved or blocked. (A browser may paint a page before its parser
// has come to the slot: so times alone do not tell what was seen.)
const painted = `(() => {
  const seen = (window.seen = { paint: 0, frames: [], applied: [], shift: 0, long: 0, csp: [] });
  new PerformanceObserver((l) => { for (const e of l.getEntries()) if (e.name === "first-paint") seen.paint = e.startTime; }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((l) => { for (const e of l.getEntries()) seen.shift += e.value; }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((l) => { seen.long += l.getEntries().length; }).observe({ type: "longtask", buffered: true });
  const frame = () => {
    const now = ` + shown + `;
    if (now && !seen.frames.includes(now)) seen.frames.push(now);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  document.addEventListener("dunlin:applied", () => seen.applied.push(performance.now()));
  document.addEventListener("securitypolicyviolation", (e) => seen.csp.push(e.violatedDirective + " " + e.blockedURI));
})();`

type seen struct {
	Paint   float64
	Frames  []string
	Applied []float64
	Shift   float64
	Long    int
	CSP     []string
}

type clearCell struct{ Metric, Segment, Column string }

type clearReport struct {
	OK    bool
	Say   string
	Value struct {
		Date     string
		Ones     []clearCell
		Revision int
	}
}

// A visitor agrees, looks at shoes, sees them on the next page before the module is
// there, buys and leaves. The day's release counts exactly this visitor beside 99
// others: its noise is known to the test, and to nobody else.
func TestOneVisitorIsCountedExactly(t *testing.T) {
	random := newTape()
	w := start(t, func(o *world.Options) { o.Random = random })
	p := visit(t, w, painted)
	free, letGo := heldModule()
	letGo()
	w.Stand(free)
	p.to("/shoes/1")
	p.agree()
	for _, path := range []string{"/shoes/2", "/shoes/3"} {
		p.to(path)
		p.ready(1)
	}
	p.until(`JSON.parse(localStorage.dunlin).decisions?.[0]?.variant === "shoes"`)

	held, letGo := heldModule()
	w.Stand(held)
	p.to("/")
	require.Equal(t, "Shoes for you", eval[string](p, shown))
	p.until("seen.paint > 0")
	p.until("dunlin.debug().then((d) => d.value.worker)")
	require.Nil(t, p.debug().Worker.Times.Module, "the module is not there yet")
	s := eval[seen](p, "seen")
	require.Len(t, s.Applied, 1)
	require.Equal(t, []string{"Shoes for you"}, s.Frames, "nothing else was ever painted")
	require.Zero(t, s.Shift)
	require.LessOrEqual(t, s.Long, 2, "tasks above 50 ms; on a quiet machine there are none: dunlin bench browser")
	require.Empty(t, s.CSP)
	letGo()
	p.until(`dunlin.debug().then((d) => d.value.slots[0].exposed)`)
	p.ready(1)

	require.True(t, eval[clearReport](p, `dunlin.track("order", {value: 49.9, topics: ["shoes"]})`).OK)
	own := eval[clearReport](p, "dunlin.report()")
	require.True(t, own.OK, own.Say)
	require.Contains(t, own.Value.Ones, clearCell{"funnel", "new", "order"})
	require.Contains(t, own.Value.Ones, clearCell{"exposed hero", "new", "shoes"})
	p.settle()
	already := len(w.Reports())
	require.NoError(t, p.Leave()) // the fourth hide: the last place of the visit
	p.sent(already + 1)
	requireCounted(t, w, random, own.Value.Ones)
	require.Empty(t, w.Violations())
}

// What the frames are looked at by sees a default where one is shown, and what comes after
// it: the check of what was painted can fail.
func TestFramesSeeTheDefault(t *testing.T) {
	p := visit(t, start(t, nil), painted)
	p.to("/")
	p.until("seen.frames.length === 1")
	first := eval[seen](p, "seen").Frames[0]
	require.NotEqual(t, "Shoes for you", first)
	eval[any](p, `(() => { const it = [...document.querySelectorAll(".v")].find((e) => e.checkVisibility()); it.textContent = "changed"; })()`)
	p.until("seen.frames.length === 2")
	require.Equal(t, []string{first, "changed"}, eval[seen](p, "seen").Frames)
}

// requireCounted lets 99 others join the one visitor whose report the collector has, closes
// the day, and holds each released cell against the visitor's own ones and the others'.
func requireCounted(t *testing.T, w *world.World, random *tape, ones []clearCell) {
	t.Helper()
	require.NoError(t, w.Join(t.Context(), 99))

	random.record()
	signed, view, err := w.Release(t.Context(), 0, nil)
	require.NoError(t, err)
	require.EqualValues(t, 100, view.Accepted)
	again := &replay{random.read}
	drawn := make([]int64, len(signed.Cells))
	for range 2 {
		v, err := noise.NewSource(again).Vector(len(drawn), w.Plan.Sigma2)
		require.NoError(t, err)
		for i := range v {
			drawn[i] += v[i]
		}
	}

	want := map[clearCell]int64{}
	for _, c := range ones {
		want[c]++
	}
	var d edge.Device
	require.NoError(t, d.UsePlan(w.Published))
	require.NoError(t, d.Track(w.Noon(), edge.Event{Kind: plan.View}))
	other, ok := d.Measurement(w.Noon())
	require.True(t, ok)
	cells, err := metric.Cells(w.Published, signed.Record)
	require.NoError(t, err)
	for i, c := range cells {
		exact := want[clearCell{c.Metric, c.Segment, c.Column}]
		if other[i] {
			exact += 99
		}
		require.Equal(t, exact, c.Value-drawn[i], "%s, %s, %s", c.Metric, c.Segment, c.Column)
	}
}
