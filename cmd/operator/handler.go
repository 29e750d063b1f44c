package operator

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Service is what stands behind a socket.
type Service interface {
	Status() (Status, error)
	// Backup writes the role's tar archive.
	Backup(w io.Writer) error
}

// Handler serves the three paths. A backup that fails is broken off, so that its
// reader sees no whole archive.
func Handler(s Service, metrics prometheus.Gatherer, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		st, err := s.Status()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(st); err != nil {
			log.Error("the status did not reach the operator", "why", err)
		}
	})
	mux.Handle("GET /metrics", MetricsHandler(metrics))
	mux.HandleFunc("POST /backup", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-tar")
		if err := s.Backup(w); err != nil {
			log.Error("a backup failed", "why", err)
			panic(http.ErrAbortHandler)
		}
	})
	return mux
}

// MetricsHandler serves metrics in Prometheus' text format.
func MetricsHandler(g prometheus.Gatherer) http.Handler {
	return promhttp.HandlerFor(g, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}
