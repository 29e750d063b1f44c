package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
)

// Options of a Run. All are required.
type Options struct {
	Dir         string // an empty folder for keys and stores
	Executable  string // runs rig.Stepped under rig.Verb
	Log         io.Writer
	Seed        uint64
	Sites       int // each with a plan of its own, on the same three services
	Periods     int
	Devices     int // of each site in each period
	Connections int
	Kills       int
	Patience    time.Duration // how long a period's batches may take at most
}

// Result is what a Run did and found. Every field is exact.
type Result struct {
	Seed    uint64         `json:"seed"`
	Kills   int            `json:"kills"`
	Killed  map[string]int `json:"killed"`       // by role
	Busy    map[string]int `json:"killed_busy"`  // of those, while the role had something to do
	Down    float64        `json:"longest_down"` // seconds from a kill to being open again
	Batches int            `json:"batches"`      // released, each checked in 256 partitions on both sides
	Posts   uint64         `json:"posts"`
	Late    uint64         `json:"late"`         // posts that were refused because the period was over
	Failed  int            `json:"steps_failed"` // of the leader, each tried again
	Tally
	Seconds float64 `json:"seconds"`
}

// ErrPatience: the batches of a period are not released in time.
var ErrPatience = errors.New("not released in time")

// Run has the sites' devices report for one period after the other, and the batches of
// each released while the reports of the next arrive, under o.Kills kills. Then it holds
// what both aggregators have counted against its log.
//
// Errors: ErrCounted, ErrLeft, ErrPatience, and whatever a service says that no kill
// explains.
func Run(ctx context.Context, o Options) (out Result, err error) {
	began := time.Now()
	s, err := start(ctx, o)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	left := o.Kills
	for n := range o.Periods + 1 {
		quota := left / (o.Periods + 1 - n)
		unused, err := s.period(ctx, n, quota)
		if err != nil {
			return out, fmt.Errorf("period %d: %w", n+1, err)
		}
		left -= quota - unused
	}
	for left > 0 { // of those that found nothing to do any more
		struck, err := s.killer.strike(ctx, false, left)
		if left -= struck; err != nil {
			return out, err
		}
	}
	// Nothing dies any more: what ended batches leave to do is done at once.
	if _, err := s.services.Step(ctx, nil); err != nil {
		return out, err
	}
	out = Result{
		Seed: o.Seed, Kills: o.Kills, Killed: s.killer.kills, Busy: s.killer.busy, Down: s.killer.down.Seconds(),
		Posts: s.load.posts.Load(), Late: s.load.late.Load(), Failed: s.failed,
	}
	out.Batches, out.Tally, err = s.verdict()
	out.Seconds = time.Since(began).Seconds()
	return out, err
}

// soak is three services with the reports that are sent to them.
type soak struct {
	Options
	rig      *rig.Rig
	services *rig.Processes
	periods  [][]*book // by period, then by site
	load     *load
	killer   *killer
	failed   int
}

// start starts the services and makes every report of the run.
func start(ctx context.Context, o Options) (*soak, error) {
	at, err := freeAddresses()
	if err != nil {
		return nil, err
	}
	options := rig.Options{Dir: o.Dir, PlanName: "site 1", PlanYAML: planOf(1), Executable: o.Executable, Log: o.Log, At: at}
	for i := 2; i <= o.Sites; i++ {
		options.Also = append(options.Also, rig.PlanFile{Name: fmt.Sprintf("site %d", i), YAML: planOf(i)})
	}
	r, err := rig.Start(ctx, options)
	if err != nil {
		return nil, err
	}
	s := &soak{
		Options: o, rig: r, load: newLoad("http://"+r.At().Public+"/v1/reports", o.Connections),
		killer: &killer{dice: rand.New(rand.NewPCG(o.Seed, 'k')), kills: map[string]int{}, busy: map[string]int{}},
	}
	var ok bool
	if s.services, ok = r.Services.(*rig.Processes); !ok {
		return nil, errors.Join(errors.New("the services are no processes of their own"), r.Close())
	}
	s.killer.services = s.services
	if s.periods, err = periodsOf(r, o); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return s, nil
}

func (s *soak) close() error {
	s.load.close()
	return s.rig.Close()
}

// periodsOf makes every report of the run.
func periodsOf(r *rig.Rig, o Options) (all [][]*book, err error) {
	sites := append([]rig.Published{{Bytes: r.Published, Plan: r.Plan}}, r.Also...)
	for n := range o.Periods {
		var books []*book
		for i, p := range sites {
			b, err := crowd(p, r.Plan.Periods[n], o.Devices, o.Seed<<16+uint64(n)<<8+uint64(i))
			if err != nil {
				return nil, err
			}
			books = append(books, b)
		}
		all = append(all, books)
	}
	return all, nil
}
