package aggregator_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

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
