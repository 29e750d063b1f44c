package aggregator_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// fits stands for an optimiser: what it returns says which releases it saw, and
// it counts how often it was asked.
type fits struct {
	w     *world
	asked []plan.Digest
	fail  error
	empty bool
}

func (f *fits) of(_ context.Context, published []byte) ([]byte, error) {
	d := plan.DigestOf(published)
	f.asked = append(f.asked, d)
	if f.fail != nil || f.empty {
		return nil, f.fail
	}
	return f.bytes(d), nil
}

// bytes are what every fit of a plan returns while the releases are as now.
func (f *fits) bytes(d plan.Digest) []byte {
	all, err := f.w.releases[0].List()
	require.NoError(f.w.t, err)
	b := []byte("priors of " + d.String())
	for _, r := range all {
		b = fmt.Appendf(b, " from %s: %v", r.Period.Date, r.Cells)
	}
	return b
}

func (f *fits) sum() string { return fmt.Sprintf("%x", sha256.Sum256(f.bytes(f.w.digest))) }

// fitting is a world whose leader publishes priors. Its first period is over.
func fitting(t *testing.T, c *cast, crowd *crowd) (*world, *fits) {
	t.Helper()
	f := &fits{}
	w := newWorld(t, c, crowd.reports, func(w *world) { f.w, w.fit = w, f.of })
	w.addPlan()
	return w, f
}

// manyEnough is a batch that can be released.
func manyEnough(t *testing.T, c *cast) *crowd {
	t.Helper()
	crowd := newCrowd(t, c, 50, 7)
	for range 100 {
		crowd.add(nil)
	}
	return crowd
}

// stepped steps the leader and returns the state of the batch that was due, and
// what went wrong with priors; nothing else may.
func stepped(t *testing.T, w *world) (batch.State, *leader.PriorsError) {
	t.Helper()
	all, err := w.Leader.Step(context.Background())
	var state batch.State
	for _, o := range all {
		require.NoError(t, o.Err)
		state = o.State
	}
	if err == nil {
		return state, nil
	}
	var p *leader.PriorsError
	require.ErrorAs(t, err, &p)
	return state, p
}

// At start, after a release, and when the collector has lost them; otherwise
// nothing is fitted and nothing sent.
func TestWhenPriorsAreFitted(t *testing.T) {
	c := newCast(t)
	w, f := fitting(t, c, manyEnough(t, c))
	d := c.digest.String()
	fine := func(asked, puts int, why string) {
		t.Helper()
		_, err := stepped(t, w)
		require.Nil(t, err)
		require.Len(t, f.asked, asked, why)
		require.Len(t, w.spool.puts, puts, why)
		require.Equal(t, f.sum(), w.spool.point[d])
		require.Equal(t, f.bytes(c.digest), w.spool.priors[f.sum()])
	}
	w.now = c.plan.Periods[0].End - 1
	fine(1, 2, "at start, before any release")
	before := f.sum()
	fine(1, 2, "nothing is new")
	w.now = c.plan.Periods[0].End + 1
	fine(2, 4, "after a release")
	require.NotEqual(t, before, f.sum())
	fine(2, 4, "nothing is new")

	w.startLeader()
	fine(3, 6, "a leader that starts anew cannot know, and sending again is harmless")
	fine(3, 6, "nothing is new")

	delete(w.spool.point, d)
	fine(4, 8, "the collector has lost the pointer")
	w.spool.point[d] = before
	fine(5, 10, "somebody else has set it back")
	for i, put := range w.spool.puts {
		require.True(t, strings.HasPrefix(put, []string{"priors ", "point "}[i%2]), "the bytes come first: %s", put)
	}

	// The next period is short: no release, no news.
	w.now = c.plan.Periods[1].End + 1
	w.spool.end = w.now
	all, err := w.Leader.Step(context.Background())
	require.NoError(t, err)
	require.Equal(t, batch.Short, all[0].State)
	require.Len(t, f.asked, 5)

	// When no device measures under the plan any more, nobody needs its priors.
	w.now = c.plan.Periods[2].End
	w.startLeader()
	_, err = w.Leader.Step(context.Background())
	require.NoError(t, err)
	require.Len(t, f.asked, 5)
}

// The same bytes from another fit are not sent again.
func TestEqualPriorsAreNotSentAgain(t *testing.T) {
	c := newCast(t)
	crowd := manyEnough(t, c)
	asked := 0
	w := newWorld(t, c, crowd.reports, func(w *world) {
		w.fit = func(context.Context, []byte) ([]byte, error) { asked++; return []byte("always the same"), nil }
	})
	w.addPlan()
	w.now = c.plan.Periods[0].End - 1
	_, err := stepped(t, w)
	require.Nil(t, err)
	w.now = c.plan.Periods[0].End + 1
	state, err := stepped(t, w)
	require.Nil(t, err)
	require.Equal(t, batch.Released, state)
	require.Equal(t, 2, asked)
	require.Len(t, w.spool.puts, 2)
}

func TestNoPriors(t *testing.T) {
	c := newCast(t)
	crowd := manyEnough(t, c)
	t.Run("a fit that has none to give", func(t *testing.T) {
		w, f := fitting(t, c, crowd)
		f.empty = true
		for range 3 {
			_, err := stepped(t, w)
			require.Nil(t, err)
		}
		require.Len(t, f.asked, 1)
		require.Empty(t, w.spool.puts)
	})
	t.Run("no fit at all", func(t *testing.T) {
		w := newWorld(t, c, crowd.reports)
		w.addPlan()
		require.Equal(t, batch.Released, step(t, w).State)
		require.NotContains(t, w.wire.log, "priors")
		require.Empty(t, w.spool.puts)
	})
}

var errFit = errors.New("the spread is negative")

// A fit that fails holds no release up, is told, and is tried again.
func TestFitThatFails(t *testing.T) {
	c := newCast(t)
	crowd := manyEnough(t, c)
	w, f := fitting(t, c, crowd)
	f.fail = errFit
	state, err := stepped(t, w)
	require.Equal(t, batch.Released, state)
	w.expect(crowd.oracle)
	for n := 1; n <= 2; n++ {
		require.ErrorIs(t, err, errFit)
		require.Equal(t, c.digest, err.Plan)
		require.ErrorContains(t, err, "fit the priors of plan "+c.digest.String())
		require.ErrorContains(t, err, "No release is touched")
		require.ErrorContains(t, err, "the next step tries again")
		require.Len(t, f.asked, n)
		require.Empty(t, w.spool.puts)
		_, err = stepped(t, w)
	}
	f.fail = nil
	_, err = stepped(t, w)
	require.Nil(t, err)
	require.Equal(t, f.sum(), w.spool.point[c.digest.String()])
}

// Each message about priors is lost once, on its way there or back, with and
// without a start anew afterwards.
func TestLostPriorsAreSentAgain(t *testing.T) {
	c := newCast(t)
	crowd := manyEnough(t, c)
	for _, message := range []string{"send", "point", "ask"} {
		for _, what := range []loss{noRequest, noAnswer} {
			for _, restart := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d/restart=%v", message, what, restart), func(t *testing.T) {
					t.Parallel()
					w, f := fitting(t, c, crowd)
					if message == "ask" {
						_, err := stepped(t, w)
						require.Nil(t, err)
					}
					lost := 0
					w.wire.lose = func(_ int, path string) loss {
						pointer := strings.HasSuffix(path, "/priors")
						if lost > 0 || pointer != (message != "send") || !strings.Contains(path, "/priors") {
							return arrives
						}
						lost++
						return what
					}
					state, err := stepped(t, w)
					require.NotNil(t, err)
					require.ErrorIs(t, err, errLost)
					require.Equal(t, 1, lost)
					if message != "ask" {
						require.Equal(t, batch.Released, state)
					}
					w.expect(crowd.oracle)
					if restart {
						w.startLeader()
					}
					state, err = stepped(t, w)
					require.Nil(t, err)
					require.Zero(t, state, "nothing was due but priors")
					require.Equal(t, f.sum(), w.spool.point[c.digest.String()])
					require.Equal(t, f.bytes(c.digest), w.spool.priors[f.sum()])
				})
			}
		}
	}
}

// A collector that refuses is quoted, and the error says what to do.
func TestRefusedPriors(t *testing.T) {
	c := newCast(t)
	crowd := manyEnough(t, c)
	w, f := fitting(t, c, crowd)
	for reason, advice := range map[string]string{"too-large": "fewer segments or variants", "plan-unknown": "start the leader again", "storage-full": "the collector's log"} {
		w.spool.refuse = reason
		_, err := stepped(t, w)
		require.NotNil(t, err, reason)
		require.ErrorIs(t, err, problem.Type("urn:dunlin:problem:"+reason))
		require.ErrorContains(t, err, "send the collector the priors")
		require.ErrorContains(t, err, "do this")
		require.ErrorContains(t, err, advice)
	}
	w.spool.refuse = ""
	_, err := stepped(t, w)
	require.Nil(t, err)
	require.Equal(t, f.sum(), w.spool.point[c.digest.String()])

	w.spool.point[c.digest.String()] = "no digest at all"
	_, err = stepped(t, w)
	require.ErrorIs(t, err, leader.ErrAnswer)
}

// Of a site's plans those that devices measure under are fitted: not one that a
// newer one has replaced, but one that is still to come.
func TestPlansInUseAreFitted(t *testing.T) {
	c := newCast(t)
	w, f := fitting(t, c, manyEnough(t, c))
	second := *c
	p := *c.plan
	p.Serial, p.Periods = p.Serial+1, p.Periods[1:]
	second.adopt(t, &p)
	w.now = c.plan.Periods[0].End - 1
	d, err := w.Leader.AddPlan(context.Background(), second.signed)
	require.NoError(t, err)
	_, failed := stepped(t, w)
	require.Nil(t, failed)
	require.ElementsMatch(t, []plan.Digest{c.digest, d}, f.asked)
	require.Len(t, w.spool.point, 2)

	// After the release of the first plan's batch the second one is in force.
	f.asked = nil
	w.now = c.plan.Periods[0].End + 1
	_, failed = stepped(t, w)
	require.Nil(t, failed)
	require.Equal(t, []plan.Digest{d}, f.asked, "it has the site's release to learn from")
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(f.bytes(d))), w.spool.point[d.String()])
}

// A Step whose context ends is no success, and what it left out is done next.
func TestCancelledBeforePriors(t *testing.T) {
	c := newCast(t)
	crowd := manyEnough(t, c)
	ctx, cancel := context.WithCancel(context.Background())
	w, f := fitting(t, c, crowd)
	w.wire.lose = func(_ int, path string) loss {
		if strings.HasSuffix(path, "/sign") {
			defer cancel()
		}
		return arrives
	}
	_, err := w.Leader.Step(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, w.spool.puts)
	w.wire.lose = nil
	_, failed := stepped(t, w)
	require.Nil(t, failed)
	w.expect(crowd.oracle)
	require.Equal(t, f.sum(), w.spool.point[c.digest.String()])
}

// With the real collector, from the device's POST to the bytes that a device
// fetches: also when the collector's pointer is damaged, and its priors are.
func TestFromUploadToPriors(t *testing.T) {
	c := newCast(t)
	crowd := manyEnough(t, c)
	dir := t.TempDir()
	var w *world
	var col *collector.Collector
	open := func() {
		var err error
		col, err = collector.Open(collector.Options{Dir: dir, Verify: c.verify, SealedSize: seal.SealedSize,
			Clock: func() time.Time { return time.Unix(int64(w.now), 0) }})
		require.NoError(t, err)
	}
	f := &fits{}
	newWorld(t, c, nil, func(world *world) {
		w, f.w, world.fit = world, world, f.of
		world.now = c.plan.Periods[0].Start + plan.Hour
		open()
		world.inner = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { col.Inner().ServeHTTP(rw, r) })
	})
	t.Cleanup(func() { require.NoError(t, col.Close()) })
	public := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { col.Public().ServeHTTP(rw, r) }))
	t.Cleanup(public.Close)
	get := func(path string) (http.Header, []byte) {
		t.Helper()
		res, err := http.Get(public.URL + path)
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode, "%s", b)
		return res.Header, b
	}
	serves := func() {
		t.Helper()
		h, signed := get("/v1/plan")
		require.Equal(t, c.signed, signed)
		require.Equal(t, f.sum(), h.Get("Dunlin-Priors"))
		_, b := get("/v1/priors/" + f.sum())
		require.Equal(t, f.bytes(c.digest), b)
		require.Empty(t, col.Damaged())
	}
	w.addPlan()
	for _, b := range crowd.reports {
		res, err := http.Post(public.URL+"/v1/reports", "application/octet-stream", bytes.NewReader(b))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusAccepted, res.StatusCode)
	}
	h, _ := get("/v1/plan")
	require.Empty(t, h.Values("Dunlin-Priors"))
	w.now = c.plan.Periods[0].End + 1
	state, failed := stepped(t, w)
	require.Nil(t, failed)
	require.Equal(t, batch.Released, state)
	w.expect(crowd.oracle)
	serves()

	for name, damage := range map[string]func() error{
		"pointer": func() error {
			return os.WriteFile(filepath.Join(dir, "plans", c.digest.String()+".priors"), []byte("?"), 0o600)
		},
		"no pointer":   func() error { return os.Remove(filepath.Join(dir, "plans", c.digest.String()+".priors")) },
		"priors":       func() error { return os.WriteFile(filepath.Join(dir, "priors", f.sum()), []byte("?"), 0o600) },
		"priors moved": func() error { return os.RemoveAll(filepath.Join(dir, "priors")) },
	} {
		require.NoError(t, col.Close())
		require.NoError(t, damage(), name)
		open()
		h, _ := get("/v1/plan")
		require.Empty(t, h.Values("Dunlin-Priors"), name)
		_, failed := stepped(t, w)
		require.Nil(t, failed, name)
		serves()
	}
	w.startLeader()
	_, failed = stepped(t, w)
	require.Nil(t, failed)
	serves()
}
