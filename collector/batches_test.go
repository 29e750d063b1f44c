package collector_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// Random uploads, revisions, replays, closings and restarts over HTTP against
// plain maps: what is handed out is the highest revision of each acknowledged
// ID, and of that the first arrival.
func TestModel(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 3)
	s.put(p)
	for day := range plan.Date(3) {
		date := firstDate + day
		s.set(start.Add(time.Duration(day) * 24 * time.Hour))
		counted := map[uint64][]byte{}
		highest := map[uint64]uint32{}
		seen := map[[2]uint64]bool{}
		repeated := 0
		for step := range 150 {
			if random.IntN(30) == 0 {
				s.restart()
			}
			id, revision := random.Uint64N(20)<<59|random.Uint64N(2), 1+random.Uint32N(3)
			body := reportOf(t, p, date, id, revision, byte(step))
			status, reason := s.post(body)
			require.Equal(t, http.StatusAccepted, status, reason)
			if seen[[2]uint64{id, uint64(revision)}] {
				repeated++
			} else if seen[[2]uint64{id, uint64(revision)}] = true; revision > highest[id] {
				counted[id], highest[id] = body, revision
			}
			if day > 0 && random.IntN(10) == 0 { // of the period before: late
				status, _ = s.post(reportOf(t, p, date-1, id, 9, 'x'))
				require.Equal(t, http.StatusGone, status)
			}
		}
		response, answer := do(t, "POST", s.batch(p, date)+"/close", "", nil)
		require.Equal(t, http.StatusConflict, response.StatusCode)
		require.Equal(t, collector.PeriodOpen, reasonOf(t, response, answer))
		response, answer = do(t, "GET", s.batch(p, date)+"/partitions/0", "", nil)
		require.Equal(t, collector.BatchOpen, reasonOf(t, response, answer))

		s.set(start.Add(time.Duration(day+1) * 24 * time.Hour))
		var want [][]byte
		for _, id := range slices.Sorted(maps.Keys(counted)) {
			want = append(want, counted[id])
		}
		first := s.closeBatch(p, date)
		require.EqualValues(t, len(counted), first.Reports)
		require.EqualValues(t, repeated, first.Repeated)
		require.EqualValues(t, len(seen)-len(counted), first.Superseded)
		var sum uint64
		for _, n := range first.Partitions {
			sum += n
		}
		require.Equal(t, first.Reports, sum)
		require.Equal(t, first, s.closeBatch(p, date), "closing again tells the same")
		require.Equal(t, want, s.pull(p, date, 3))
		s.restart()
		require.Equal(t, want, s.pull(p, date, 4096), "a restart changes nothing, and needs no close before")
		for range 2 {
			require.Equal(t, first, s.closeBatch(p, date))
			require.Equal(t, first.Repeated, s.c.Counts()["reports.repeated"], "counted once a batch")
			require.Equal(t, first.Superseded, s.c.Counts()["reports.superseded"])
		}
		h, err := report.ParseHead(want[0])
		require.NoError(t, err)
		response, answer = do(t, "GET", s.batch(p, date)+"/reports/"+h.ID.String(), "", nil)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, want[0], answer)
	}
}

// A page ends when its bytes do, too.
func TestPageIsBoundedInBytes(t *testing.T) {
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.SealedSize = nil })
	p := testPlan("shop.example", 1, firstDate, 1)
	s.put(p)
	const n = 110 // of 81 KB each: more than one page of 8 MiB
	var want [][]byte
	for i := range uint64(n) {
		r, err := report.Parse(reportOf(t, p, firstDate, i, 1, 'a'))
		require.NoError(t, err)
		r.Leader, r.Helper = make([]byte, report.MaxSealed), make([]byte, report.MaxSealed)
		b, err := r.Append(nil)
		require.NoError(t, err)
		status, reason := s.post(b)
		require.Equal(t, http.StatusAccepted, status, reason)
		want = append(want, b)
	}
	s.set(start.Add(24 * time.Hour))
	s.closeBatch(p, firstDate)
	response, answer := do(t, "GET", s.batch(p, firstDate)+"/partitions/0", "", nil)
	require.Equal(t, "true", response.Header.Get("Dunlin-More"))
	require.Less(t, len(answer), collector.MaxPageBytes+2*report.MaxSize)
	require.Equal(t, want, s.pull(p, firstDate, 4096))
}

func TestBadInnerRequests(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	s.set(start.Add(24 * time.Hour))
	s.closeBatch(p, firstDate)
	digest, _ := published(t, p)
	ok := "/v1/batches/" + digest.String() + "/" + firstDate.String()
	for _, c := range []struct {
		method, path string
		reason       collector.Reason
	}{
		{"POST", "/v1/batches/" + plan.Digest{1}.String() + "/2024-10-04/close", collector.PlanUnknown},
		{"POST", "/v1/batches/abc/2024-10-04/close", collector.Malformed},
		{"POST", "/v1/batches/" + digest.String() + "/2024-10-4/close", collector.Malformed},
		{"POST", "/v1/batches/" + digest.String() + "/1999-01-01/close", collector.PeriodUnknown},
		{"POST", "/v1/batches/" + digest.String() + "/" + (firstDate + 1).String() + "/close", collector.PeriodOpen},
		{"GET", ok + "/close", collector.Method},
		{"GET", ok + "/partitions/256", collector.Malformed},
		{"GET", ok + "/partitions/-1", collector.Malformed},
		{"GET", ok + "/partitions/0?limit=0", collector.Malformed},
		{"GET", ok + "/partitions/0?limit=4097", collector.Malformed},
		{"GET", ok + "/partitions/0?after=00", collector.Malformed},
		{"GET", ok + "/partitions/0?after=01000000000000000000000000000000", collector.Malformed},
		{"GET", ok + "/reports/zz", collector.Malformed},
		{"GET", ok + "/reports/00000000000000000000000000000000", collector.NotFound},
		{"PUT", "/v1/plans/zz", collector.Malformed},
		{"PUT", "/v1/priors/zz", collector.Malformed},
		{"PUT", "/v1/priors/" + plan.Digest{1}.String(), collector.Malformed},
		{"POST", "/v1/reports", collector.NotFound},
	} {
		response, answer := do(t, c.method, s.inner.URL+c.path, octets, nil)
		require.Equal(t, c.reason, reasonOf(t, response, answer), "%s %s", c.method, c.path)
	}
}

func TestContent(t *testing.T) {
	module := []byte("\x00asm and more")
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.Module, o.MaxPriors = module, 100 })
	get := func(path string) (*http.Response, []byte) { return do(t, "GET", s.public.URL+path, "", nil) }
	response, answer := get("/v1/plan")
	require.Equal(t, collector.PlanUnknown, reasonOf(t, response, answer))

	p := testPlan("shop.example", 1, firstDate, 2)
	digest, signed := published(t, p)
	s.put(p)
	response, answer = get("/v1/plan")
	require.Equal(t, signed, answer)
	require.Equal(t, digest.String(), response.Header.Get("Dunlin-Plan"))
	require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	date, err := http.ParseTime(response.Header.Get("Date"))
	require.NoError(t, err)
	require.True(t, date.Equal(s.now()), "the collector's clock, not the machine's")
	response, answer = get("/v1/plans/" + digest.String())
	require.Equal(t, signed, answer)
	require.Contains(t, response.Header.Get("Cache-Control"), "immutable")
	require.Empty(t, response.Header.Get("Etag"))

	// The next plan is in force from its first period on.
	next := testPlan("shop.example", 2, firstDate+1, 2)
	nextDigest, _ := published(t, next)
	s.put(next)
	response, _ = get("/v1/plan")
	require.Equal(t, digest.String(), response.Header.Get("Dunlin-Plan"))
	s.set(start.Add(24 * time.Hour))
	response, _ = get("/v1/plan?site=shop.example")
	require.Equal(t, nextDigest.String(), response.Header.Get("Dunlin-Plan"))
	s.put(testPlan("other.example", 1, firstDate, 2))
	response, answer = get("/v1/plan")
	require.Equal(t, collector.Malformed, reasonOf(t, response, answer), "two sites: name one")
	response, answer = get("/v1/plan?site=none.example")
	require.Equal(t, collector.PlanUnknown, reasonOf(t, response, answer))

	sum := sha256.Sum256(module)
	response, answer = get("/v1/module/" + hex.EncodeToString(sum[:]) + ".wasm")
	require.Equal(t, module, answer)
	require.Equal(t, "application/wasm", response.Header.Get("Content-Type"))
	response, answer = get("/v1/module/" + digest.String() + ".wasm")
	require.Equal(t, collector.NotFound, reasonOf(t, response, answer))

	priors := []byte("priors")
	sum = sha256.Sum256(priors)
	path := "/v1/priors/" + hex.EncodeToString(sum[:])
	response, answer = get(path)
	require.Equal(t, collector.NotFound, reasonOf(t, response, answer))
	for _, want := range []int{http.StatusCreated, http.StatusOK} {
		response, _ = do(t, "PUT", s.inner.URL+path, octets, bytes.NewReader(priors))
		require.Equal(t, want, response.StatusCode)
	}
	s.restart()
	_, answer = get(path)
	require.Equal(t, priors, answer)
	response, answer = do(t, "PUT", s.inner.URL+path, octets, bytes.NewReader(make([]byte, 101)))
	require.Equal(t, collector.TooLarge, reasonOf(t, response, answer))
	require.NoError(t, os.WriteFile(s.options.Dir+"/priors/"+hex.EncodeToString(sum[:]), []byte("other"), 0o600))
	response, answer = get(path)
	require.Equal(t, collector.StorageFailed, reasonOf(t, response, answer))
	response, _ = do(t, "PUT", s.inner.URL+path, octets, bytes.NewReader(priors))
	require.Equal(t, http.StatusCreated, response.StatusCode, "publishing again repairs it")
	response, answer = get("/healthz")
	require.Equal(t, "ok\n", string(answer))
	require.Equal(t, http.StatusOK, response.StatusCode)
}

// A damaged period: refused with its own reason, named to the operator and not
// to visitors, and every other period and plan goes on.
func TestDamagedPeriod(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 3)
	s.put(p)
	for day := range plan.Date(2) {
		s.set(start.Add(time.Duration(day) * 24 * time.Hour))
		status, _ := s.post(reportOf(t, p, firstDate+day, 1, 1, 'a'))
		require.Equal(t, http.StatusAccepted, status)
	}
	s.close()
	path := s.spoolFile(p, firstDate+1)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, content[:3*16384+5], 0o600))
	s.open() // warns without being asked, and starts
	require.Len(t, s.c.Damaged(), 1)

	status, reason := s.post(reportOf(t, p, firstDate+1, 2, 1, 'a'))
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, collector.BatchDamaged, reason)
	response, answer := do(t, "GET", s.inner.URL+"/v1/status", "", nil)
	require.Equal(t, http.StatusOK, response.StatusCode)
	var state collector.Status
	require.NoError(t, json.Unmarshal(answer, &state))
	require.Len(t, state.Damaged, 1)
	require.Contains(t, state.Damaged[0], path)
	require.Contains(t, state.Damaged[0], "remove this file")
	require.EqualValues(t, 1, state.Counts["reports.batch-damaged"])
	_, answer = do(t, "POST", s.public.URL+"/v1/reports", octets, bytes.NewReader(reportOf(t, p, firstDate+1, 2, 1, 'a')))
	require.NotContains(t, string(answer), s.options.Dir)

	require.EqualValues(t, 1, s.closeBatch(p, firstDate).Reports)
	require.Len(t, s.pull(p, firstDate, 10), 1)
	s.set(start.Add(2 * 24 * time.Hour))
	status, _ = s.post(reportOf(t, p, firstDate+2, 1, 1, 'a'))
	require.Equal(t, http.StatusAccepted, status)
	response, answer = do(t, "POST", s.batch(p, firstDate+1)+"/close", "", nil)
	require.Equal(t, collector.BatchDamaged, reasonOf(t, response, answer))
	require.NotEmpty(t, response.Header.Get("Retry-After"))

	require.NoError(t, os.Remove(path))
	s.restart()
	response, answer = do(t, "POST", s.batch(p, firstDate+1)+"/close", "", nil)
	require.Equal(t, http.StatusGone, response.StatusCode)
	require.Equal(t, collector.BatchLost, reasonOf(t, response, answer), "and not an empty batch")
}
