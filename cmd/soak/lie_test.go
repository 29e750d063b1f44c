package soak

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// Something in front of the collector acknowledges what it does not pass on: both
// aggregators agree on what they count, release it, and the log says that it is wrong.
func TestWhatIsLostIsNoticed(t *testing.T) {
	for name, swallowed := range map[string]func(h report.Head) bool{
		"some devices":               func(h report.Head) bool { return h.ID[1] < 16 },
		"a device's later revisions": func(h report.Head) bool { return h.Revision > 1 && h.ID[1] < 64 },
	} {
		t.Run(name, func(t *testing.T) {
			executable, err := os.Executable()
			require.NoError(t, err)
			s, err := start(t.Context(), Options{
				Dir: t.TempDir(), Executable: executable, Log: io.Discard, Seed: 9,
				Sites: 1, Periods: 1, Devices: 250, Connections: 16, Patience: 5 * time.Minute,
			})
			require.NoError(t, err)
			defer func() { require.NoError(t, s.close()) }()
			collector, err := url.Parse(s.load.url)
			require.NoError(t, err)
			onward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: collector.Scheme, Host: collector.Host})
			liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				h, err := report.ParseHead(body)
				if err != nil {
					t.Error(err)
				}
				if swallowed(h) {
					w.WriteHeader(http.StatusAccepted)
					return
				}
				r.Body = io.NopCloser(bytes.NewReader(body))
				onward.ServeHTTP(w, r)
			}))
			defer liar.Close()
			s.load.url = liar.URL + collector.Path
			_, err = s.period(t.Context(), 0, 0)
			require.NoError(t, err)
			left := s.leftovers()
			require.Len(t, left, 1, "the batch has not ended, so its reports are there")
			require.ErrorIs(t, left[0], ErrLeft)
			_, err = s.period(t.Context(), 1, 0)
			require.NoError(t, err)
			require.Empty(t, s.leftovers())
			_, _, err = s.verdict()
			require.ErrorIs(t, err, ErrCounted)
		})
	}
}
