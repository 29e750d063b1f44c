package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// closeWithin bounds how long running requests may take at the end.
const closeWithin = 10 * time.Second

// sweepEvery is how many paces lie between two looks for what waits in vain: an hour.
const sweepEvery = 120

// serving is what runs in this process, and how it ends.
type serving struct {
	world   World
	out     io.Writer
	fail    context.CancelCauseFunc // ends all with a reason
	process *prometheus.Registry    // metrics of the Go runtime and the process
	roles   []*operator.Metrics
	ends    []func(context.Context) error // in the order of starting
	sweeps  sync.WaitGroup
}

func newServing(w World, out io.Writer, fail context.CancelCauseFunc) *serving {
	s := &serving{world: w, out: out, fail: fail, process: prometheus.NewRegistry()}
	s.process.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return s
}

// look opens the operator's socket of a role.
func (s *serving) look(i *inspected) error {
	socket, err := operator.Serve(i.data, operator.Handler(i, operator.Gather(s.process, i.metrics), s.world.Log))
	if err != nil {
		return err
	}
	s.roles = append(s.roles, i.metrics)
	s.ends = append(s.ends, socket.Close)
	return nil
}

// watch ends the process when a listener fails: one that runs and hears nobody is
// worse than one that is started again.
func (s *serving) watch(servers ...*Server) {
	for _, one := range servers {
		go func() {
			<-one.done
			if one.err != nil {
				s.fail(one.err)
			}
		}()
	}
}

// every has sweep run now and then until ctx ends.
func (s *serving) every(ctx context.Context, what string, sweep func() error) {
	s.sweeps.Go(func() {
		var last repeated
		for {
			if err := sweep(); last.news(err) {
				s.world.Log.Error(what+" failed; trying on", "why", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(sweepEvery * cmp.Or(s.world.Pace, stepEvery)):
			}
		}
	})
}

// tell serves the metrics of all roles over TCP, on this host alone.
func (s *serving) tell(addr string) error {
	if addr == "" {
		return nil
	}
	if err := loopback(addr); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", operator.MetricsHandler(operator.Gather(s.process, s.roles...)))
	server, err := listen(addr, mux, nil, s.world.Log)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	s.watch(server)
	s.ends = append(s.ends, server.Close)
	fmt.Fprintf(s.out, "metrics for operators at http://%s/metrics\n", server.Addr)
	return nil
}

// end closes all, the last first, each with time of its own.
func (s *serving) end() (err error) {
	s.sweeps.Wait()
	for i := len(s.ends) - 1; i >= 0; i-- {
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		err = errors.Join(err, s.ends[i](ctx))
		cancel()
	}
	return err
}
