package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// child is a service in a process of its own. One goroutine asks it at a time;
// anyone may kill it meanwhile.
type child struct {
	role   string
	ended  atomic.Bool // ask met its end; close has nothing to add to it
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  *bufio.Reader
	asking sync.Mutex
	wait   func() error // for its end, once
}

// spawn starts a child that ends with ctx at the latest.
func spawn(ctx context.Context, executable, role, config string, log io.Writer) (*child, error) {
	c := &child{role: role, cmd: exec.CommandContext(ctx, executable, Verb, role, config)}
	c.cmd.Stderr = log
	c.cmd.WaitDelay = time.Second
	c.wait = sync.OnceValue(c.cmd.Wait)
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
//
// Errors: ErrEnded, and what the service says.
func (c *child) ask(p Progress, command string, args ...any) (answer, error) {
	c.asking.Lock()
	defer c.asking.Unlock()
	var a answer
	if _, err := fmt.Fprintln(c.in, append([]any{command}, args...)...); err != nil {
		return a, c.end(err)
	}
	for {
		line, err := c.lines.ReadBytes('\n')
		if err != nil {
			return a, c.end(err)
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

func (c *child) end(err error) error {
	c.ended.Store(true)
	return fmt.Errorf("the %s's %w: %w", c.role, ErrEnded, err)
}

// close lets the child end, and kills one that does not.
func (c *child) close() error {
	_ = c.in.Close() // closed already, if the child is gone
	late := time.AfterFunc(closeWithin, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	err := c.wait()
	if err == nil || c.ended.Load() {
		return nil
	}
	return fmt.Errorf("the %s's process: %w", c.role, err)
}

// kill ends the child at once, wherever it is, and returns when it is gone.
func (c *child) kill() error {
	if err := c.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill the %s's process: %w", c.role, err)
	}
	c.ended.Store(true)
	var exit *exec.ExitError
	if err := c.wait(); err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("kill the %s's process: %w", c.role, err)
	}
	return nil
}

// ErrEnded: a service's process is not there any more.
var ErrEnded = errors.New("process ended")

// closeWithin is how long a service may take to end.
const closeWithin = 15 * time.Second
