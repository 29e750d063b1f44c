package aggregator_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// spool answers as the collector's inner listener does, from frozen reports.
// It also gives what the collector would never let in; the collector itself
// stands in its place in collector_test.go.
type spool struct {
	end   plan.Time
	now   func() plan.Time
	parts [batch.Partitions][][]byte // ascending by ID

	mu      sync.Mutex
	deleted []string          // periods
	priors  map[string][]byte // by SHA-256
	point   map[string]string // of a plan's digest, to priors
	puts    []string          // of priors and pointers, in their order
	refuse  string            // if set, the problem that PUTs of priors get
}

func newSpool(c *cast, reports [][]byte, now func() plan.Time) *spool {
	s := &spool{end: c.plan.Periods[0].End, now: now, priors: map[string][]byte{}, point: map[string]string{}}
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
	problem := func(w http.ResponseWriter, status int, reason string) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"type":"urn:dunlin:problem:` + reason + `","detail":"do this"}`))
	}
	mux.HandleFunc("PUT /v1/priors/{sum}", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		b, _ := io.ReadAll(r.Body)
		if sum := sha256.Sum256(b); s.refuse != "" || hex.EncodeToString(sum[:]) != r.PathValue("sum") {
			problem(w, http.StatusRequestEntityTooLarge, s.refuse)
			return
		}
		s.priors[r.PathValue("sum")] = b
		s.puts = append(s.puts, "priors "+r.PathValue("sum"))
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("PUT /v1/plans/{digest}/priors", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		b, _ := io.ReadAll(r.Body)
		if s.priors[string(b)] == nil {
			problem(w, http.StatusNotFound, "not-found")
			return
		}
		s.point[r.PathValue("digest")] = string(b)
		s.puts = append(s.puts, "point "+r.PathValue("digest"))
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("GET /v1/plans/{digest}/priors", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if sum, ok := s.point[r.PathValue("digest")]; ok {
			_, _ = w.Write([]byte(sum))
			return
		}
		problem(w, http.StatusNotFound, "not-found")
	})
	mux.HandleFunc("DELETE /v1/batches/{digest}/{date}", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.deleted = append(s.deleted, r.PathValue("date"))
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /v1/batches/{digest}/{date}/close", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if slices.Contains(s.deleted, r.PathValue("date")) {
			problem(w, http.StatusGone, "batch-deleted")
			return
		}
		if s.now() < s.end {
			problem(w, http.StatusConflict, "period-open")
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
