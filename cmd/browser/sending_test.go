package browser_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

func headOf(t testing.TB, r world.Request) report.Head {
	t.Helper()
	h, err := report.ParseHead(r.Body)
	require.NoError(t, err)
	return h
}

// Reports leave at the first hide of a visit and at three more in a period, whatever
// happened on the pages: eight pages of one visitor who does a lot, and of one who does
// nothing, send at the same places, and each sends another revision of the same size.
// Half an hour later it is another visit, and its first hide is a place again.
func TestPlacesOfSending(t *testing.T) {
	for name, busy := range map[string]bool{"busy": true, "idle": false} {
		t.Run(name, func(t *testing.T) {
			w := start(t, nil)
			p := visit(t, w)
			places := 0
			// leave is the hide of a page on which somebody did something or not.
			leave := func(to string, place bool) {
				t.Helper()
				p.ready(1)
				if busy {
					eval[any](p, `Promise.all([dunlin.track("cart", {topics: ["shoes"]}), dunlin.track("order", {value: 10, topics: []})]).then(() => 1)`)
					p.ready(1)
				}
				p.to(to)
				if place {
					places++
					require.Eventually(t, func() bool { return len(byRevision(t, w)) == places }, 20*time.Second, 10*time.Millisecond)
				}
			}
			p.to("/shoes/1")
			p.agree()
			for i := range 7 {
				leave([]string{"/", "/shoes/2", "/cart"}[i%3], i < 4)
			}
			require.NoError(t, w.SetClock(w.Now().Add(31*time.Minute)))
			p.to("/") // the eighth hide of the first visit
			leave("/cart", true)
			leave("/", false)
			require.NoError(t, p.Leave())
			require.Len(t, byRevision(t, w), 5)
		})
	}
}

// byRevision are the reports that have arrived, by revision: all of one ID and one size. What
// no page heard the answer to goes out once more: the same bytes.
func byRevision(t testing.TB, w *world.World) map[uint32][]byte {
	t.Helper()
	all := map[uint32][]byte{}
	got := w.Reports()
	for _, r := range got {
		require.Equal(t, http.StatusAccepted, r.Status)
		require.Len(t, r.Body, len(got[0].Body))
		h := headOf(t, r)
		require.Equal(t, headOf(t, got[0]).ID, h.ID)
		if b, again := all[h.Revision]; again {
			require.Equal(t, b, r.Body)
		}
		all[h.Revision] = r.Body
	}
	return all
}

// What failed goes out on the next page: the collector is away, or overloaded, when the
// page leaves.
func TestWhatFailedGoesOutOnTheNextPage(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"overloaded": func(out http.ResponseWriter) { out.WriteHeader(http.StatusServiceUnavailable) },
		"away": func(out http.ResponseWriter) {
			if h, ok := out.(interface{ Unwrap() http.ResponseWriter }); ok {
				c, _, err := http.NewResponseController(h.Unwrap()).Hijack()
				if err == nil {
					_ = c.Close()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, nil)
			p := visit(t, w, `Math.random = () => 0;`) // the shortest jitter, 2 s
			p.to("/shoes/1")
			p.agree()
			refused := make(chan struct{}, 10)
			w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, "/reports") {
					return false
				}
				answer(out)
				refused <- struct{}{}
				return true
			})
			require.NoError(t, p.Leave())
			select {
			case <-refused:
			case <-time.After(10 * time.Second):
				t.Fatal("nothing was sent")
			}
			w.Stand(nil)
			w.Clear()
			p.to("/shoes/2")
			require.Eventually(t, func() bool {
				got := w.Reports()
				return len(got) == 1 && got[0].Status == http.StatusAccepted
			}, 20*time.Second, 20*time.Millisecond)
			p.until(`dunlin.debug().then((d) => d.value.sends.status === 202)`)
			require.NoError(t, w.Join(t.Context(), 99))
			_, view, err := w.Release(t.Context(), 0, nil)
			require.NoError(t, err)
			require.EqualValues(t, 100, view.Accepted)
		})
	}
}

// Several revisions, one of them twice, are one report of one device.
func TestManySendsAreOneReport(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w)
	p.to("/shoes/1")
	p.agree()
	for i := range 3 {
		p.to([]string{"/", "/shoes/2", "/cart"}[i])
		p.sent(i + 1)
		p.ready(1)
	}
	require.NoError(t, p.Leave())
	p.sent(4)
	require.NoError(t, w.Join(t.Context(), 99))
	_, view, err := w.Release(t.Context(), 0, nil)
	require.NoError(t, err)
	require.EqualValues(t, 100, view.Accepted)
	for reason, n := range view.Rejected {
		require.Zero(t, n, reason)
	}
}

// The longest report that a plan can ask for is far below what a browser lets requests
// carry that outlive their page: 64 KB in all.
func TestKeepaliveIsRespected(t *testing.T) {
	w := start(t, func(o *world.Options) {
		o.Plan = []byte(strings.Replace(dunlinYAML, "  - name: new\n", manySegments(62)+"  - name: new\n", 1))
	})
	p := visit(t, w)
	p.to("/shoes/1")
	p.agree()
	p.to("/shoes/2")
	r := p.sent(1)[0]
	require.Equal(t, http.StatusAccepted, r.Status)
	require.Greater(t, len(r.Body), 8000)
	require.Less(t, len(r.Body), 60*1024)
}

func manySegments(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("  - name: s")
		b.WriteByte('a' + byte(i/26))
		b.WriteByte('a' + byte(i%26))
		b.WriteString("\n    rule: visits >= ")
		b.WriteString(strings.Repeat("9", 4))
		b.WriteByte('\n')
	}
	return b.String()
}
