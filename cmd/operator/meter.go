package operator

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Count counts what next answers to other services, by listener, route and status.
func (m *Metrics) Count(listener string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w, status: http.StatusOK}
		defer func() { m.requests.WithLabelValues(listener, route(r, a.status), strconv.Itoa(a.status)).Inc() }()
		next.ServeHTTP(a, r)
	})
}

// Time takes the time of what next answers to uploads.
func (m *Metrics) Time(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		a, begun := &answer{ResponseWriter: w}, time.Now()
		next.ServeHTTP(a, r)
		if a.status == http.StatusAccepted {
			m.uploads.Observe(time.Since(begun).Seconds())
		}
	})
}

// answer notes the status of an answer.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// route names what a request was for: the path, with names of things left out. It
// holds no digest and no report's ID, and there are few of them.
func route(r *http.Request, status int) string {
	if status == http.StatusNotFound || status == http.StatusMethodNotAllowed {
		return "other" // whatever was asked for
	}
	parts := strings.Split(r.URL.Path, "/")
	for i, p := range parts {
		if _, err := plan.ParseDate(p); err == nil {
			parts[i] = "{date}"
		} else if len(p) >= 32 {
			parts[i] = "{id}"
		} else if _, err := strconv.Atoi(p); err == nil {
			parts[i] = "{n}"
		}
	}
	return r.Method + " " + strings.Join(parts, "/")
}
