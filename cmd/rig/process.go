package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
)

// Processes are the three services, each in a process of its own, which can be
// killed and started again. Its methods may be called from several goroutines; each
// process does one thing at a time, but for being killed.
type Processes struct {
	executable, config string
	log                io.Writer
	ctx                context.Context

	mu       sync.Mutex // guards what follows
	now      time.Time
	at       service.Addresses
	children map[string]*child
}

// Spawn starts collector and helper of a services file, each in a process of its
// own that runs executable with Verb.
// The processes end with ctx at the latest.
func Spawn(ctx context.Context, executable, config string, start time.Time, log io.Writer) (*Processes, error) {
	s := &Processes{ctx: ctx, executable: executable, config: config, log: log, now: start, children: map[string]*child{}}
	for _, role := range []string{"collector", "helper"} {
		if err := s.Start(role); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// Start starts a role's process where there is none, and has it opened. A role that
// could not be opened, say because the disk is full or, for the leader, another
// service is away, can be started again.
func (s *Processes) Start(role string) error {
	c, err := s.process(role)
	if err != nil {
		return err
	}
	a, err := c.ask(nil, "start")
	switch {
	case err != nil:
		return err
	case a.At == nil:
		return fmt.Errorf("the %s's process does not say where it listens", role)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch role {
	case "collector":
		s.at.Public, s.at.Inner = a.At.Public, a.At.Inner
	case "helper":
		s.at.Helper = a.At.Helper
	}
	return nil
}

// process returns a role's process, which it spawns where there is none.
func (s *Processes) process(role string) (*child, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.children[role]; c != nil {
		return c, nil
	}
	c, err := spawn(s.ctx, s.executable, role, s.config, s.log)
	if err != nil {
		return nil, err
	}
	if _, err := c.ask(nil, "clock", s.now.Unix()); err != nil {
		return nil, errors.Join(err, c.kill())
	}
	s.children[role] = c
	return c, nil
}

// running returns a role's process.
//
// Errors: ErrEnded.
func (s *Processes) running(role string) (*child, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.children[role]
	if c == nil {
		return nil, fmt.Errorf("the %s's %w", role, ErrEnded)
	}
	return c, nil
}

// Kill ends a role's process with SIGKILL, whatever it is doing, and returns when it
// is gone. Start starts it again on the same folders, and at the same addresses where
// the services file names them.
//
// Errors: ErrEnded where there is none.
func (s *Processes) Kill(role string) error {
	s.mu.Lock()
	c := s.children[role]
	delete(s.children, role)
	s.mu.Unlock()
	if c == nil {
		return fmt.Errorf("the %s's %w", role, ErrEnded)
	}
	return c.kill()
}

// PID is the process of a role.
//
// Errors: ErrEnded.
func (s *Processes) PID(role string) (int, error) {
	c, err := s.running(role)
	if err != nil {
		return 0, err
	}
	return c.cmd.Process.Pid, nil
}

// LimitFiles lets no file of a role's process grow beyond so many bytes from now on:
// a disk that is full, as far as that process can tell. 0 takes the limit away.
//
// Errors: ErrEnded.
func (s *Processes) LimitFiles(role string, bytes uint64) error {
	c, err := s.running(role)
	if err != nil {
		return err
	}
	_, err = c.ask(nil, "files", bytes)
	return err
}

// At says where the services listen.
func (s *Processes) At() service.Addresses {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// SetClock sets the clock of every process, and of those that are started from now on.
func (s *Processes) SetClock(t time.Time) error {
	s.mu.Lock()
	s.now = t
	all := s.all()
	s.mu.Unlock()
	for _, c := range all {
		if _, err := c.ask(nil, "clock", t.Unix()); err != nil {
			return err
		}
	}
	return nil
}

// all returns what runs, in the order in which it ends: the leader first.
func (s *Processes) all() (all []*child) {
	for _, role := range []string{"leader", "helper", "collector"} {
		if c := s.children[role]; c != nil {
			all = append(all, c)
		}
	}
	return all
}

// StartLeader is Start of the leader.
func (s *Processes) StartLeader(context.Context) error { return s.Start("leader") }

// Step has the leader do what is due.
//
// Errors: ErrEnded, and what the leader says.
func (s *Processes) Step(_ context.Context, p Progress) ([]View, error) {
	c, err := s.running("leader")
	if err != nil {
		return nil, err
	}
	a, err := c.ask(p, "step")
	return a.Batches, err
}

// Close lets the processes end.
func (s *Processes) Close() error {
	s.mu.Lock()
	all := s.all()
	s.mu.Unlock()
	var errs []error
	for _, c := range all {
		errs = append(errs, c.close())
	}
	return errors.Join(errs...)
}
