package browser_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
)

// server answers with so many bytes and says how many it got.
func server(t *testing.T, size int) (address string, got func() int) {
	t.Helper()
	heard := make(chan int, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		heard <- int(n)
		_, _ = w.Write(bytes.Repeat([]byte{1}, size))
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String(), func() int { return <-heard }
}

// over posts a body over a new connection of a link and returns how long it took until the
// whole answer was there.
func over(t *testing.T, k *browser.Link, body, want int) time.Duration {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	start := time.Now()
	res, err := client.Post("http://"+k.Addr, "application/octet-stream", bytes.NewReader(make([]byte, body)))
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Len(t, b, want)
	return time.Since(start)
}

// What a line takes is what physics would: at least round trips and bytes over bandwidth,
// in each direction, and not much more.
func TestLinkIsAsSlowAsItsLine(t *testing.T) {
	const rtt, rate = 60 * time.Millisecond, 500_000
	for _, c := range []struct {
		name             string
		body, answer     int
		least, atMost    time.Duration
		connectionsAtOne int
	}{
		// Two handshakes, a request and its answer.
		{"nothing", 0, 1, 2 * rtt, 3*rtt + 200*time.Millisecond, 1},
		{"down", 0, 200_000, 3*rtt + 400*time.Millisecond, 3*rtt + 800*time.Millisecond, 1},
		{"up", 200_000, 1, 3*rtt + 400*time.Millisecond, 3*rtt + 800*time.Millisecond, 1},
		// Two connections share the line.
		{"both", 0, 100_000, 3*rtt + 400*time.Millisecond, 3*rtt + 800*time.Millisecond, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to, got := server(t, c.answer)
			k, err := browser.NewLink(to, browser.Line{Name: c.name, Down: rate, Up: rate, RTT: rtt})
			require.NoError(t, err)
			took := make(chan time.Duration, c.connectionsAtOne)
			for range c.connectionsAtOne {
				go func() { took <- over(t, k, c.body, c.answer) }()
			}
			var last time.Duration
			for range c.connectionsAtOne {
				last = max(last, <-took)
				require.Equal(t, c.body, got())
			}
			require.GreaterOrEqual(t, last, c.least)
			require.Less(t, last, c.atMost+time.Second, "a second for a busy machine")
			require.NoError(t, k.Close())
		})
	}
}

func TestLinkEnds(t *testing.T) {
	to, _ := server(t, 1<<20)
	k, err := browser.NewLink(to, browser.Line{Name: "slow", Down: 1000, Up: 1000, RTT: time.Millisecond})
	require.NoError(t, err)
	failed := make(chan error, 1)
	go func() {
		res, err := http.Get("http://" + k.Addr)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
		failed <- err
	}()
	time.Sleep(50 * time.Millisecond) // whatever of the answer is under way by then
	require.NoError(t, k.Close())
	require.Error(t, <-failed, "a line that is closed brings nothing more")

	_, err = browser.NewLink(to, browser.Line{Name: "none"})
	require.ErrorContains(t, err, "bandwidth above 0")
}
