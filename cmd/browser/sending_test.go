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
func TestPlacesOfSending(t *testing.T) {
	w := start(t, nil)
	for _, busy := range []bool{true, false} {
		w.Clear()
		p := visit(t, w)
		p.to("/shoes/1")
		p.agree()
		for i := range 7 {
			if busy {
				eval[any](p, `Promise.all([dunlin.track("cart", {topics: ["shoes"]}), dunlin.track("order", {value: 10, topics: []})]).then(() => 1)`)
				p.settle()
			}
			p.to([]string{"/", "/shoes/2", "/cart"}[i%3])
			if i < 4 {
				// The page before has sent; this one waits for its own bytes, and for the
				// collector's word that it had those.
				p.sent(i + 1)
				p.ready(1)
			}
		}
		require.NoError(t, p.Leave())
		// What no page heard the answer to goes out once more: the same bytes.
		first := map[uint32][]byte{}
		for _, r := range w.Reports() {
			h := headOf(t, r)
			require.Equal(t, http.StatusAccepted, r.Status)
			if b, again := first[h.Revision]; again {
				require.Equal(t, b, r.Body)
			}
			first[h.Revision] = r.Body
			require.Len(t, r.Body, len(w.Reports()[0].Body))
			require.Equal(t, headOf(t, w.Reports()[0]).ID, h.ID)
		}
		require.Len(t, first, 4, "busy: %v", busy)
	}
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
			p := visit(t, w)
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
			}, 30*time.Second, 20*time.Millisecond, "2 to 20 s of jitter")
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

// Two requests that outlive their page are never under way at once, and each is far below
// what a browser allows (64 KB in all), at the longest reports that a plan can have.
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
