package aggregator_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	firstDay = plan.Date(20000)
	sigma2   = 103 // eps 1 at weight 5
)

// world is both aggregators at work, each with its stores in a folder that
// outlives its process.
type world struct {
	*cast
	t       testing.TB
	dir     string
	now     plan.Time
	noise   [2]io.Reader
	spool   *spool
	inner   http.Handler        // the collector's inner listener; nil: spool's
	servers [2]*httptest.Server // collector, helper
	live    atomic.Pointer[helper.Helper]
	wire    *wire
	chunk   int

	progress func(leader.Progress) // if set, one partition is worked on at a time
	fit      func(context.Context, []byte) ([]byte, error)

	own       release.Verifier // of what the leader signed; nil: by signing again
	owner     string           // whom the plan's verify key was made with
	admit     func(*http.Request) (helper.Peer, bool)
	destroyed [2]int // how often the plan's keys were to go

	batches  [2]*batch.Store
	releases [2]*release.Store
	wrap     func(role int, s *release.Store) releases // failing stores
	Leader   *leader.Leader
}

type releases interface {
	Put(release.Signed) error
	Get(plan.Digest, plan.Date) (release.Signed, error)
	PutPlan(plan.Digest, []byte) error
}

func noiseSeed(role int) [32]byte { return [32]byte{100, byte(role)} }

func newWorld(t testing.TB, c *cast, reports [][]byte, change ...func(*world)) *world {
	t.Helper()
	w := &world{cast: c, t: t, dir: t.TempDir(), now: c.plan.Periods[0].End + 1, chunk: 30, wire: &wire{}}
	for role := range w.noise {
		w.noise[role] = rand.NewChaCha8(noiseSeed(role))
	}
	w.admit = helper.Only(c.peers[0].Public())
	w.wrap = func(_ int, s *release.Store) releases { return s }
	for _, f := range change {
		f(w)
	}
	w.spool = newSpool(c, reports, w.clock)
	if w.inner == nil {
		w.inner = w.spool.handler()
	}
	w.servers[0] = httptest.NewServer(w.inner)
	w.servers[1] = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.live.Load().ServeHTTP(rw, r) }))
	w.startHelper()
	w.startLeader()
	t.Cleanup(func() {
		for i := range w.servers {
			w.servers[i].Close()
		}
		w.stop(0)
		w.stop(1)
	})
	return w
}

func (w *world) clock() plan.Time { return w.now }

func (w *world) path(role int, name string) string {
	return filepath.Join(w.dir, []string{"leader-", "helper-"}[role]+name)
}

func (w *world) open(role int) {
	w.t.Helper()
	var err error
	w.batches[role], err = batch.OpenStore(batch.Options{Path: w.path(role, "batches.db"), Keys: w.path(role, "keys")})
	require.NoError(w.t, err)
	w.releases[role], err = release.Open(w.path(role, "releases.db"))
	require.NoError(w.t, err)
}

// stop ends an aggregator's process: what is not in its stores is gone.
func (w *world) stop(role int) {
	if w.batches[role] != nil {
		_ = w.batches[role].CloseStore()
		w.batches[role] = nil
	}
}

func (w *world) startHelper() {
	w.t.Helper()
	w.stop(1)
	w.open(1)
	h, err := helper.New(helper.Options{
		Batches: w.batches[1], Releases: w.wrap(1, w.releases[1]), Keys: keys{w.cast, w.owner, &w.destroyed[1]}, Identity: w.helper,
		Signer: w.peers[1], Leader: w.admit, Verify: w.verify, Clock: w.clock, Noise: w.noise[1],
	})
	require.NoError(w.t, err)
	w.live.Store(h)
}

func (w *world) startLeader() {
	w.t.Helper()
	w.stop(0)
	w.open(0)
	client := &http.Client{Transport: w.wire}
	workers := 0
	if w.progress != nil {
		workers = 1
	}
	l, err := leader.New(leader.Options{
		Batches: w.batches[0], Releases: w.wrap(0, w.releases[0]), Keys: keys{w.cast, "", &w.destroyed[0]}, Identity: w.cast.leader,
		Signer: w.peers[0], Own: w.own, Peer: w.peers[1].Public(), Verify: w.verify, Clock: w.clock, Noise: w.noise[0],
		Collector: leader.Service{URL: w.servers[0].URL, Client: client}, Helper: leader.Service{URL: w.servers[1].URL, Client: client},
		Chunk: w.chunk, Workers: workers, Progress: w.progress, Fit: w.fit,
	})
	require.NoError(w.t, err)
	w.Leader = l
}

// addPlan has the plan accepted while its first period is open, as it must be.
func (w *world) addPlan() {
	w.t.Helper()
	defer func(now plan.Time) { w.now = now }(w.now)
	w.now = min(w.now, w.plan.Periods[0].End-1)
	d, err := w.Leader.AddPlan(context.Background(), w.signed)
	require.NoError(w.t, err)
	require.Equal(w.t, w.digest, d)
}

// expect checks that both aggregators hold the same release: the oracle's sums
// with the first noise that each source gives, and nothing else.
func (w *world) expect(oracle []int64) release.Signed {
	w.t.Helper()
	l, err := w.releases[0].Get(w.digest, firstDay)
	require.NoError(w.t, err)
	h, err := w.releases[1].Get(w.digest, firstDay)
	require.NoError(w.t, err)
	require.Equal(w.t, l, h)
	require.NoError(w.t, l.Verify(w.peers[0].Public(), w.peers[1].Public()))
	want := slices.Clone(oracle)
	for role := range w.noise {
		drawn, err := noise.NewSource(rand.NewChaCha8(noiseSeed(role))).Vector(w.layout.Cells, w.plan.Sigma2)
		require.NoError(w.t, err)
		for i, n := range drawn {
			want[i] += n
		}
	}
	require.Equal(w.t, want, l.Cells)
	require.Equal(w.t, w.plan.Periods[0], l.Period)
	require.Equal(w.t, w.layout.Weight, l.Weight)
	require.Equal(w.t, w.plan.Sigma2, l.Sigma2)
	return l
}
