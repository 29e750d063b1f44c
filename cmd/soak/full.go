package soak

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
)

// Disk is what the services write to, as far as it can fill up. Role is collector,
// helper or leader.
type Disk interface {
	// Fill leaves the role no room, or hardly any.
	Fill(role string) error
	// Free gives it room again.
	Free(role string) error
}

// Filled is what came of disks that were full.
type Filled struct {
	Again map[int]int `json:"told_to_come_back"` // by status: uploads while the collector's was full
	// Said is what the leader's step failed with while the role's disk was full.
	Said map[string]string `json:"said"`
	Tally
	Seconds float64 `json:"seconds"`
}

// ErrUnnoticed: a service went on as though its disk were not full.
var ErrUnnoticed = errors.New("nobody noticed that the disk is full")

// Fill fills the collector's disk while devices report, then the helper's and the
// leader's while they aggregate, gives each room again, and holds what is counted in
// the end against the log. diskOf gets the running services.
//
// Errors: ErrUnnoticed, ErrCounted, ErrPatience, and whatever does not resume.
func Fill(ctx context.Context, o Options, diskOf func(*rig.Processes) Disk) (out Filled, err error) {
	began := time.Now()
	o.Periods = 1
	s, err := start(ctx, o)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	disk := diskOf(s.services)
	main, last := split(s.periods[0])
	total := reports(main)
	uploading, waiting := errgroup.WithContext(ctx)
	uploading.Go(func() error { return s.load.run(waiting, main, o.Seed) })
	uploading.Go(func() error {
		s.load.gate.open(total / 4)
		if err := s.load.gate.reached(waiting, total/4); err != nil {
			return err
		}
		if err := disk.Fill("collector"); err != nil {
			return err
		}
		s.load.gate.open(math.MaxInt)
		late, cancel := context.WithTimeoutCause(waiting, o.Patience, fmt.Errorf("collector: %w", ErrUnnoticed))
		defer cancel()
		for s.load.told() < o.Connections {
			if pause(late, 5*time.Millisecond) != nil {
				return context.Cause(late)
			}
		}
		return s.again("collector", disk)
	})
	if err := uploading.Wait(); err != nil {
		return out, fmt.Errorf("uploads at a full disk: %w", err)
	}
	if err := s.end(ctx, 0, last, false); err != nil {
		return out, err
	}
	out.Again, out.Said = maps.Clone(s.load.again), map[string]string{}
	for _, role := range []string{"helper", "leader"} {
		if err := disk.Fill(role); err != nil {
			return out, err
		}
		_, failed := s.services.Step(ctx, nil)
		if failed == nil {
			return out, fmt.Errorf("%s: %w", role, ErrUnnoticed)
		}
		out.Said[role] = failed.Error()
		if err := s.again(role, disk); err != nil {
			return out, err
		}
	}
	if err := s.release(ctx, s.periods[0]); err != nil {
		return out, fmt.Errorf("with room again: %w", err)
	}
	_, out.Tally, err = s.verdict()
	out.Seconds = time.Since(began).Seconds()
	return out, err
}

// again kills a role whose disk is full, gives it room and has it started, whether or
// not it could be started before.
func (s *soak) again(role string, disk Disk) error {
	if err := s.services.Kill(role); err != nil {
		return err
	}
	full := s.services.Start(role)
	if err := disk.Free(role); err != nil {
		return err
	}
	if err := s.services.Start(role); err != nil {
		return fmt.Errorf("start the %s with room again: %w (at a full disk: %w)", role, err, full)
	}
	return nil
}
