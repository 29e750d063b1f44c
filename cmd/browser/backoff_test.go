package browser_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fast is how many seconds of a page pass in one, in hurry.
const fast = 30

// hurry lets a page's clock and timers run fast, with the shortest jitter and the shortest waits.
var hurry = fmt.Sprintf(`{
	const began = Date.now(), now = Date.now, set = setTimeout;
	Date.now = () => began + (now() - began) * %[1]d;
	window.setTimeout = (call, ms) => set(call, ms / %[1]d);
	Math.random = () => 0;
}`, fast)

// A collector is overloaded, then limits the address, then has no room, and then takes
// reports. The page sends the same bytes each time, not before it was told to, and the
// device is counted once.
func TestRefusedReportsKeepTheirBytes(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w, hurry)
	p.to("/shoes/1")
	p.agree()
	type sent struct {
		at   time.Time
		body []byte
	}
	came := make(chan sent, 10)
	answers := []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusInsufficientStorage}
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/reports") {
			return false
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return false
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		came <- sent{time.Now(), body}
		n := len(came)
		if n > 1+len(answers) {
			return false
		}
		// The first is of the page that has gone, and nobody hears the answer.
		out.Header().Set("Retry-After", "60")
		out.WriteHeader(answers[max(n-2, 0)])
		return true
	})
	p.to("/")
	p.until(`dunlin.debug().then((d) => d.value.sends.status === 202 && d.value.sends.owed === 0 && d.value.sends.wait === 0)`)
	require.Len(t, came, 5)
	<-came
	last := <-came
	for range 3 {
		next := <-came
		require.Equal(t, last.body, next.body)
		require.GreaterOrEqual(t, next.at.Sub(last.at), 60*time.Second/fast)
		last = next
	}
	require.NoError(t, w.Join(t.Context(), 99))
	_, view, err := w.Release(t.Context(), 0, nil)
	require.NoError(t, err)
	require.EqualValues(t, 100, view.Accepted)
}

// A collector that does not give the plan is asked by the next pages when it said so, and
// the site is whole meanwhile.
func TestRefusedPlanIsAskedForLater(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w, `Math.random = () => 0;`)
	asked := make(chan struct{}, 10)
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/plan") {
			return false
		}
		out.Header().Set("Retry-After", "60")
		out.WriteHeader(http.StatusTooManyRequests)
		asked <- struct{}{}
		return true
	})
	p.to("/")
	eval[any](p, both)
	<-asked
	p.until(`dunlin.debug().then((d) => d.value.trouble.some((t) => t.why === "network"))`)
	for _, path := range []string{"/shoes/1", "/"} {
		p.to(path)
		p.until(`dunlin.debug().then((d) => d.value.worker?.stage === "stopped")`)
	}
	require.Equal(t, "Welcome", eval[string](p, shown))
	require.Never(t, func() bool { return len(asked) > 0 }, time.Second, 20*time.Millisecond)
	w.Stand(nil)
	require.NoError(t, w.SetClock(w.Now().Add(2*time.Minute)))
	p.to("/shoes/1")
	p.ready(1)
	require.NoError(t, p.Leave())
	require.Equal(t, http.StatusAccepted, p.sent(1)[0].Status)
}
