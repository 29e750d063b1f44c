package simulation

import (
	"errors"
	"net/http"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Fault is a defect that is planted around the services, to see that the
// simulation finds it. Production code knows nothing of it.
type Fault struct {
	Name    string
	Clock   func(who role, now plan.Time) plan.Time                  // a clock that lies
	Handler func(w *world, host string, h http.Handler) http.Handler // in front of a service
	Restart func(w *world, who role)                                 // between a service's end and its start
}

// Result is what became of a schedule.
type Result struct {
	Seed   uint64
	Log    string
	Points map[string]int // durable steps that were met, and how often a service crashed there
	Err    error          // wraps ErrViolated when something was lost, counted twice, or kept
}

// Run plays the schedule of a seed. The same seed gives the same log.
func (c *Cast) Run(seed uint64) Result { return c.run(seed, nil) }

func (c *Cast) run(seed uint64, f *Fault) (r Result) {
	r.Seed = seed
	w, err := newWorld(c, seed, f)
	if err != nil {
		r.Err = err
		return r
	}
	defer func() { r.Err = errors.Join(r.Err, w.close()) }()
	err = w.play()
	if err == nil && w.wrong == nil {
		w.judge()
		for who := range w.services {
			err = errors.Join(err, w.search(role(who)))
		}
	}
	r.Log, r.Points, r.Err = w.log.String(), w.points, errors.Join(w.wrong, err)
	return r
}
