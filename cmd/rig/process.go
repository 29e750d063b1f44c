package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
)

// Verb is the hidden verb that Spawn re-executes a program with: it must call
// Stepped with the two arguments that follow, the role and the services file.
const Verb = "stepped-service"

// answer is one line of a service to its parent.
type answer struct {
	OK      bool               `json:"ok,omitempty"`
	Error   string             `json:"error,omitempty"`
	At      *service.Addresses `json:"at,omitempty"`
	Batches []View             `json:"batches,omitempty"`
	Done    uint64             `json:"done,omitempty"`
	Total   uint64             `json:"total,omitempty"`
}

// Stepped runs one role (collector, helper or leader) of a services file under a
// clock that commands on in move, until in ends.
func Stepped(ctx context.Context, role, config string, module []byte, in io.Reader, out, log io.Writer) error {
	send := json.NewEncoder(out)
	lines := bufio.NewScanner(in)
	s := &local{config: config, clock: new(Clock)}
	s.world = world(s, module, log)
	defer s.Close()
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		a := answer{OK: true}
		err := func() error {
			switch words[0] {
			case "clock":
				if len(words) != 2 {
					return errors.New("clock UNIX")
				}
				unix, err := strconv.ParseInt(words[1], 10, 64)
				if err != nil {
					return err
				}
				return s.SetClock(time.Unix(unix, 0))
			case "start":
				at, err := s.start(ctx, role)
				a.At = &at
				return err
			case "step":
				var err error
				a.Batches, err = s.Step(ctx, func(done, total uint64) { _ = send.Encode(answer{Done: done, Total: total}) })
				return err
			}
			return fmt.Errorf("unknown command %q", words[0])
		}()
		if err != nil {
			a = answer{Error: err.Error()}
		}
		if err := send.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

// child is a service in a process of its own.
type child struct {
	role  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Reader
}

func spawn(executable, role, config string, log io.Writer) (*child, error) {
	c := &child{role: role, cmd: exec.Command(executable, Verb, role, config)}
	c.cmd.Stderr = log
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.lines = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the %s's process: %w", role, err)
	}
	return c, nil
}

// ask sends a command and reads answers until the last one.
func (c *child) ask(p Progress, command string, args ...any) (answer, error) {
	var a answer
	if _, err := fmt.Fprintln(c.in, append([]any{command}, args...)...); err != nil {
		return a, fmt.Errorf("the %s's process: %w", c.role, err)
	}
	for {
		line, err := c.lines.ReadBytes('\n')
		if err != nil {
			return a, fmt.Errorf("the %s's process ended: %w", c.role, err)
		}
		a = answer{}
		if err := json.Unmarshal(line, &a); err != nil {
			return a, fmt.Errorf("the %s's process: %w", c.role, err)
		}
		switch {
		case a.Error != "":
			return a, fmt.Errorf("the %s: %s", c.role, a.Error)
		case a.OK:
			return a, nil
		case p != nil:
			p(a.Done, a.Total)
		}
	}
}

func (c *child) close() error {
	return errors.Join(c.in.Close(), c.cmd.Wait())
}

// processes are the three services, each in a process of its own.
type processes struct {
	executable, config string
	log                io.Writer
	now                time.Time
	at                 service.Addresses
	children           []*child // collector, helper, leader
}

// Spawn starts collector and helper of a services file, each in a process of its
// own that runs executable with Verb.
func Spawn(executable, config string, start time.Time, log io.Writer) (Services, error) {
	s := &processes{executable: executable, config: config, log: log, now: start}
	for _, role := range []string{"collector", "helper"} {
		at, err := s.add(role)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		if role == "collector" {
			s.at.Public, s.at.Inner = at.Public, at.Inner
		} else {
			s.at.Helper = at.Helper
		}
	}
	return s, nil
}

func (s *processes) add(role string) (service.Addresses, error) {
	c, err := spawn(s.executable, role, s.config, s.log)
	if err != nil {
		return service.Addresses{}, err
	}
	s.children = append(s.children, c)
	if _, err := c.ask(nil, "clock", s.now.Unix()); err != nil {
		return service.Addresses{}, err
	}
	a, err := c.ask(nil, "start")
	if err != nil || a.At == nil {
		return service.Addresses{}, errors.Join(err, fmt.Errorf("the %s did not start", role))
	}
	return *a.At, nil
}

func (s *processes) At() service.Addresses { return s.at }

func (s *processes) SetClock(t time.Time) error {
	s.now = t
	for _, c := range s.children {
		if _, err := c.ask(nil, "clock", t.Unix()); err != nil {
			return err
		}
	}
	return nil
}

func (s *processes) StartLeader(context.Context) error {
	_, err := s.add("leader")
	return err
}

func (s *processes) Step(_ context.Context, p Progress) ([]View, error) {
	a, err := s.children[len(s.children)-1].ask(p, "step")
	return a.Batches, err
}

func (s *processes) Close() error {
	var errs []error
	for i := len(s.children) - 1; i >= 0; i-- {
		errs = append(errs, s.children[i].close())
	}
	return errors.Join(errs...)
}
