package rig_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// between stands between devices and the collector: it hands on each request, and
// change may spoil the answer.
type between struct {
	rig.Services
	public string
}

func (b between) At() service.Addresses {
	at := b.Services.At()
	at.Public = b.public
	return at
}

func standBetween(t *testing.T, r *rig.Rig, change func(*http.Request, *http.Response, []byte) []byte) {
	t.Helper()
	collector := r.At().Public
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		onward := req.Clone(req.Context())
		onward.RequestURI, onward.URL.Scheme, onward.URL.Host = "", "http", collector
		res, err := http.DefaultTransport.RoundTrip(onward)
		if err != nil {
			t.Error(err)
			return
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Error(err)
		}
		body = change(req, res, body)
		for name := range res.Header {
			w.Header().Set(name, res.Header.Get(name))
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(res.StatusCode)
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	r.Services = between{r.Services, strings.TrimPrefix(s.URL, "http://")}
}

// fitted is what the fit of these tests returns.
func fitted(published []byte, releases int) []byte {
	return fmt.Appendf(nil, "priors of %s from %d releases", plan.DigestOf(published), releases)
}

func startFitting(t *testing.T) *rig.Rig {
	t.Helper()
	return startWith(t, func(o *rig.Options) {
		o.Fit = func(_ context.Context, s *release.Store, published []byte) ([]byte, error) {
			all, err := s.List()
			if err != nil || len(all) == 0 {
				return nil, err
			}
			return fitted(published, len(all)), nil
		}
	})
}

// After each release devices find the priors that were fitted from all releases.
func TestPriorsFollowEachRelease(t *testing.T) {
	r := startFitting(t)
	_, _, ok, err := r.Priors(t.Context())
	require.NoError(t, err)
	require.False(t, ok, "none before the first release")
	v := newVisitors(t, 110)
	for i := range 3 {
		require.NoError(t, r.Begin(i))
		_, err := v.visit(t, r, 110, nil)
		require.NoError(t, err)
		_, _, err = r.Release(t.Context(), i, nil)
		require.NoError(t, err)
		for range 2 { // a minute after the period, and in the middle of the next
			priors, sum, ok, err := r.Priors(t.Context())
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, fitted(r.Published, i+1), priors)
			require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(priors)), sum)
			require.NoError(t, r.Begin(i+1))
		}
	}
	require.NoError(t, r.Close())
}

// The collector is the same in a process of its own: here the leader's identity
// publishes priors by hand.
func TestPriorsFromAProcess(t *testing.T) {
	r, dir := start(t, t.Context(), true)
	conf, err := service.Read(filepath.Join(dir, "services.yaml"))
	require.NoError(t, err)
	id, err := peer.ReadIdentity(conf.Leader.Identity)
	require.NoError(t, err)
	client, err := peer.Client(id, conf.Leader.Collector.Keys[0], 0)
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	put := func(path string, body []byte) {
		req, err := http.NewRequest(http.MethodPut, conf.Leader.Collector.URL+path, bytes.NewReader(body))
		require.NoError(t, err)
		res, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusCreated, res.StatusCode)
	}
	want := []byte("by hand")
	sum := fmt.Sprintf("%x", sha256.Sum256(want))
	put("/v1/priors/"+sum, want)
	put("/v1/plans/"+plan.DigestOf(r.Published).String()+"/priors", []byte(sum))
	priors, got, ok, err := r.Priors(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, want, priors)
	require.Equal(t, sum, got)
	require.NoError(t, r.Close())
	_, _, _, err = r.Priors(t.Context())
	require.ErrorContains(t, err, "fetch the plan in force")
}

// What a collector may answer wrongly is an error, never priors.
func TestPriorsOfALyingCollector(t *testing.T) {
	r := startFitting(t)
	_, err := newVisitors(t, 110).visit(t, r, 110, nil)
	require.NoError(t, err)
	_, _, err = r.Release(t.Context(), 0, nil)
	require.NoError(t, err)
	honest := r.Services
	isPriors := func(req *http.Request) bool { return strings.HasPrefix(req.URL.Path, "/v1/priors/") }
	for _, c := range []struct {
		name   string
		change func(*http.Request, *http.Response, []byte) []byte
		want   string
	}{
		{"other priors", func(req *http.Request, _ *http.Response, b []byte) []byte {
			if isPriors(req) {
				b[3] ^= 1
			}
			return b
		}, "their SHA-256 is"},
		{"no priors", func(req *http.Request, res *http.Response, b []byte) []byte {
			if isPriors(req) {
				res.StatusCode = http.StatusNotFound
			}
			return b
		}, "404"},
		{"endless priors", func(req *http.Request, _ *http.Response, b []byte) []byte {
			if isPriors(req) {
				return make([]byte, 1<<20+1)
			}
			return b
		}, "more than 1048576 bytes"},
		{"a name that is none", func(_ *http.Request, res *http.Response, b []byte) []byte {
			res.Header.Set("Dunlin-Priors", "../../plan")
			return b
		}, "the header Dunlin-Priors"},
		{"an unsigned plan", func(req *http.Request, _ *http.Response, b []byte) []byte {
			if !isPriors(req) {
				b[len(b)-1] ^= 1
			}
			return b
		}, "fetch the plan in force"},
		{"no plan", func(_ *http.Request, res *http.Response, b []byte) []byte { res.StatusCode = 404; return b }, "404"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.Services = honest
			standBetween(t, r, c.change)
			priors, sum, ok, err := r.Priors(t.Context())
			require.ErrorContains(t, err, c.want)
			require.Nil(t, priors)
			require.Empty(t, sum)
			require.False(t, ok)
		})
	}
	r.Services = honest
	_, _, ok, err := r.Priors(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, _, err = r.Priors(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, r.Close())
}
