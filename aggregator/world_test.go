package aggregator_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

const (
	firstDay = plan.Date(20000)
	sigma2   = 103 // eps 1 at weight 5
)

// cast is who takes part: keys and a signed plan. It is made once and used by
// many worlds, since sealing reports is what costs time.
type cast struct {
	officer        ed25519.PrivateKey
	leader, helper seal.Identity
	to             [2]seal.Recipient
	peers          [2]peer.Identity
	key            vdaf.VerifyKey
	plan           *plan.Plan
	digest         plan.Digest
	signed         []byte
	layout         plan.Layout
	batch          message.Batch
}

func newCast(t testing.TB) *cast {
	t.Helper()
	c := &cast{}
	_, officer, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	c.officer = officer
	ids := [2]seal.Identity{}
	for i := range ids {
		file, recipient, err := seal.GenerateIdentity()
		require.NoError(t, err)
		ids[i], err = seal.ParseIdentity(bytes.NewReader(file))
		require.NoError(t, err)
		c.to[i], err = seal.ParseRecipient(recipient)
		require.NoError(t, err)
		c.peers[i], err = peer.Generate(rand.NewChaCha8([32]byte{byte(i)}))
		require.NoError(t, err)
	}
	c.leader, c.helper = ids[0], ids[1]
	c.key = vdaf.VerifyKey{7, 7, 7}
	c.adopt(t, c.draft())
	return c
}

// draft is a plan of 20 cells, weight 5, three days.
func (c *cast) draft() *plan.Plan {
	p := &plan.Plan{
		Site: "shop.example", Serial: 4, Issued: plan.Time(firstDay-1) * plan.Day, Expires: plan.Time(firstDay+30) * plan.Day,
		TimeZone: "UTC", Cadence: plan.Daily, Sigma2: sigma2, MinBatch: 100,
		Leader: c.leader.Recipient(), Helper: c.helper.Recipient(), VerifyKey: pair.CommitmentOf(c.key),
		Consent:  plan.ConsentAsk,
		Segments: []plan.Segment{{Name: "everyone"}},
		Stages:   []plan.Stage{{Name: "view", On: plan.Trigger{Kind: plan.View}}, {Name: "cart", On: plan.Trigger{Kind: plan.Cart}}, {Name: "order", On: plan.Trigger{Kind: plan.Order}}},
		Campaigns: []plan.Campaign{{Name: "autumn", Mode: plan.Assigned, Arms: []string{"a", "b", "c"},
			Goals: []plan.Goal{{Name: "order", On: plan.Trigger{Kind: plan.Order}}}}},
		Metrics: []plan.Metric{
			{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1},
			{Name: "funnel", Kind: plan.Funnel, By: plan.SiteWide, Most: 1},
			{Name: "exposed", Kind: plan.CampaignExposed, By: plan.SiteWide, Most: 1},
			{Name: "hero", Kind: plan.SlotExposed, By: plan.SiteWide, Most: 1},
		},
	}
	slot := plan.Slot{Name: "hero", Goal: plan.Trigger{Kind: plan.Order}}
	for i := range 12 {
		slot.Variants = append(slot.Variants, plan.Variant{Name: "variant " + strconv.Itoa(i)})
	}
	p.Slots = []plan.Slot{slot}
	for i := range plan.Date(3) {
		p.Periods = append(p.Periods, plan.Period{Date: firstDay + i, Start: plan.Time(firstDay+i) * plan.Day, End: plan.Time(firstDay+i+1) * plan.Day})
	}
	p.Chunk = uint16(share.DefaultChunk(20, 5))
	return p
}

func (c *cast) adopt(t testing.TB, p *plan.Plan) {
	t.Helper()
	published, err := plan.Encode(p)
	require.NoError(t, err)
	c.plan, c.digest, c.layout = p, plan.DigestOf(published), plan.LayoutOf(p)
	c.signed = planfile.Sign(published, c.officer)
	c.batch = message.Batch{Plan: c.digest, Date: firstDay}
}

func (c *cast) verify(signed []byte) ([]byte, error) {
	return planfile.Verify(signed, c.officer.Public().(ed25519.PublicKey))
}

func (c *cast) params() vdaf.Params {
	return vdaf.Params{Length: c.layout.Cells, Weight: c.layout.Weight, Chunk: int(c.plan.Chunk)}
}

// keys hands the pairing's key to both aggregators.
type keys struct{ c *cast }

func (k keys) Get(want plan.Commitment) (vdaf.VerifyKey, error) {
	if want != pair.CommitmentOf(k.c.key) {
		return vdaf.VerifyKey{}, pair.ErrNoKey
	}
	return k.c.key, nil
}

// spool answers as the collector's inner listener does, from frozen reports.
// It also gives what the collector would never let in; the collector itself
// stands in its place in collector_test.go.
type spool struct {
	end   plan.Time
	now   func() plan.Time
	parts [batch.Partitions][][]byte // ascending by ID
}

func newSpool(c *cast, reports [][]byte, now func() plan.Time) *spool {
	s := &spool{end: c.plan.Periods[0].End, now: now}
	for _, r := range reports {
		n := r[40]
		s.parts[n] = append(s.parts[n], r)
	}
	for n := range s.parts {
		slices.SortFunc(s.parts[n], func(a, b []byte) int { return bytes.Compare(a[40:56], b[40:56]) })
	}
	return s
}

func (s *spool) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /v1/plans/{digest}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /v1/batches/{digest}/{date}/close", func(w http.ResponseWriter, _ *http.Request) {
		if s.now() < s.end {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"type":"urn:dunlin:problem:period-open","detail":"wait"}`))
			return
		}
		total, counts := 0, make([]int, batch.Partitions)
		for n, p := range s.parts {
			counts[n] = len(p)
			total += len(p)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"reports": total, "repeated": 0, "superseded": 0, "partitions": counts})
	})
	mux.HandleFunc("GET /v1/batches/{digest}/{date}/partitions/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		limit, _ := strconv.Atoi(r.FormValue("limit"))
		from := 0
		if after, err := plan.ParseReportID(r.FormValue("after")); err == nil {
			for from < len(s.parts[n]) && bytes.Compare(s.parts[n][from][40:56], after[:]) <= 0 {
				from++
			}
		}
		to := min(from+limit, len(s.parts[n]))
		w.Header().Set("Dunlin-More", strconv.FormatBool(to < len(s.parts[n])))
		for _, b := range s.parts[n][from:to] {
			_, _ = w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
			_, _ = w.Write(b)
		}
	})
	mux.HandleFunc("GET /v1/batches/{digest}/{date}/reports/{id}", func(w http.ResponseWriter, r *http.Request) {
		for _, p := range s.parts {
			for _, b := range p {
				if h, err := report.ParseHead(b); err == nil && h.ID.String() == r.PathValue("id") {
					_, _ = w.Write(b)
					return
				}
			}
		}
		w.WriteHeader(http.StatusNotFound)
	})
	return mux
}

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
	w.batches[role], err = batch.OpenStore(w.path(role, "batches.db"))
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
		Batches: w.batches[1], Releases: w.wrap(1, w.releases[1]), Keys: keys{w.cast}, Identity: w.helper,
		Signer: w.peers[1], Leader: w.peers[0].Public(), Verify: w.verify, Clock: w.clock, Noise: w.noise[1],
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
		Batches: w.batches[0], Releases: w.wrap(0, w.releases[0]), Keys: keys{w.cast}, Identity: w.cast.leader,
		Signer: w.peers[0], Peer: w.peers[1].Public(), Verify: w.verify, Clock: w.clock, Noise: w.noise[0],
		Collector: leader.Service{URL: w.servers[0].URL, Client: client}, Helper: leader.Service{URL: w.servers[1].URL, Client: client},
		Chunk: w.chunk, Workers: workers, Progress: w.progress,
	})
	require.NoError(w.t, err)
	w.Leader = l
}

func (w *world) addPlan() {
	w.t.Helper()
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
		drawn, err := noise.NewSource(rand.NewChaCha8(noiseSeed(role))).Vector(w.layout.Cells, sigma2)
		require.NoError(w.t, err)
		for i, n := range drawn {
			want[i] += n
		}
	}
	require.Equal(w.t, want, l.Cells)
	require.Equal(w.t, w.plan.Periods[0], l.Period)
	require.Equal(w.t, w.layout.Weight, l.Weight)
	require.EqualValues(w.t, sigma2, l.Sigma2)
	return l
}
