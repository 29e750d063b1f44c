package rig

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Watch is a clock that can be set. It is safe for concurrent use.
type Watch interface {
	Set(time.Time)
	Now() time.Time
}

// Clock is a Watch that stands where it was put.
type Clock struct{ unix atomic.Int64 }

// Set moves the clock.
func (c *Clock) Set(t time.Time) { c.unix.Store(t.Unix()) }

// Now is the clock's time.
func (c *Clock) Now() time.Time { return time.Unix(c.unix.Load(), 0).UTC() }

// Progress hears of done among total.
type Progress func(done, total uint64)

// View is a leader's own view of a batch, as its operator sees it (batch.View over
// JSON). The counts are exact.
type View struct {
	Plan     plan.Digest       `json:"plan"`
	Period   string            `json:"period"`
	State    string            `json:"state"`
	Accepted uint64            `json:"accepted"`
	Rejected map[string]uint64 `json:"rejected"`
}

// Services are the three roles, wherever they run.
type Services interface {
	At() service.Addresses
	SetClock(time.Time) error
	// StartLeader opens the leader and hands out the plans; its services file is
	// complete by then.
	StartLeader(ctx context.Context) error
	// Step lets the leader do what is due and returns its operator's view, also
	// where something failed.
	Step(ctx context.Context, p Progress) ([]View, error)
	Close() error
}

// local runs the services in this process.
type local struct {
	config    string
	clock     Watch
	world     service.World
	collector *service.Collector
	helper    *service.Helper
	leader    *service.Leader
	progress  atomic.Pointer[Progress]
}

// world is what the services of s take from outside: its clock, the system's
// randomness.
func world(s *local, module []byte, log io.Writer) service.World {
	return service.World{
		Clock: s.clock.Now, Random: rand.Reader, Module: module, Log: slog.New(slog.NewTextHandler(log, nil)),
		Progress: func(p leader.Progress) {
			if f := s.progress.Load(); f != nil {
				(*f)(p.Done, p.Total)
			}
		},
	}
}

// Local starts collector and helper of a services file in this process, with what o
// gives them.
func Local(config string, o Options, start time.Time) (Services, error) {
	s := &local{config: config, clock: o.Watch}
	if s.clock == nil {
		s.clock = new(Clock)
	}
	s.clock.Set(start)
	s.world = world(s, o.Module, o.Log)
	s.world.Fit, s.world.ModuleBrotli, s.world.Scripts = o.Fit, o.ModuleBrotli, o.Scripts
	if o.Random != nil {
		s.world.Random = o.Random
	}
	for _, role := range []string{"helper", "collector"} {
		if _, err := s.start(context.Background(), role); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// start opens one role, unless it is open, and says where it listens. The leader hands
// out its plans each time.
func (s *local) start(ctx context.Context, role string) (service.Addresses, error) {
	var at service.Addresses
	c, err := service.Read(s.config)
	if err != nil {
		return at, err
	}
	switch role {
	case "collector":
		if s.collector == nil {
			if s.collector, err = service.StartCollector(c, s.world); err != nil {
				return at, err
			}
		}
		at.Public, at.Inner = s.collector.Public.Addr, s.collector.Inner.Addr
	case "helper":
		if s.helper == nil {
			if s.helper, err = service.StartHelper(c, s.world); err != nil {
				return at, err
			}
		}
		at.Helper = s.helper.Server.Addr
	case "leader":
		if s.leader == nil {
			if s.leader, err = service.OpenLeader(c, s.world); err != nil {
				return at, err
			}
		}
		return at, s.leader.AddPlans(ctx, c.Leader.Plans)
	default:
		return at, fmt.Errorf("unknown role %q", role)
	}
	return at, nil
}

func (s *local) At() service.Addresses {
	return service.Addresses{Public: s.collector.Public.Addr, Inner: s.collector.Inner.Addr, Helper: s.helper.Server.Addr}
}

func (s *local) SetClock(t time.Time) error {
	s.clock.Set(t)
	return nil
}

func (s *local) StartLeader(ctx context.Context) error {
	_, err := s.start(ctx, "leader")
	return err
}

func (s *local) Step(ctx context.Context, p Progress) ([]View, error) {
	if s.leader == nil {
		return nil, errors.New("the leader is not started")
	}
	if p != nil {
		s.progress.Store(&p)
		defer s.progress.Store(nil)
	}
	_, failed := s.leader.Step(ctx)
	exact, err := s.leader.Operator()
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	b, err := json.Marshal(exact)
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	var views []View
	if err := json.Unmarshal(b, &views); err != nil {
		return nil, errors.Join(failed, err)
	}
	return views, failed
}

func (s *local) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	if s.leader != nil {
		errs = append(errs, s.leader.Close())
	}
	if s.collector != nil {
		errs = append(errs, s.collector.Close(ctx))
	}
	if s.helper != nil {
		errs = append(errs, s.helper.Close(ctx))
	}
	return errors.Join(errs...)
}
