package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// child is a service in a process of its own.
type child struct {
	role  string
	ended error // what ask last met; close has nothing to add to it
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Reader
}

// spawn starts a child that ends with ctx at the latest.
func spawn(ctx context.Context, executable, role, config string, log io.Writer) (*child, error) {
	c := &child{role: role, cmd: exec.CommandContext(ctx, executable, Verb, role, config)}
	c.cmd.Stderr = log
	c.cmd.WaitDelay = time.Second
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
		c.ended = fmt.Errorf("the %s's process ended: %w", c.role, err)
		return a, c.ended
	}
	for {
		line, err := c.lines.ReadBytes('\n')
		if err != nil {
			c.ended = fmt.Errorf("the %s's process ended: %w", c.role, err)
			return a, c.ended
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

// close lets the child end, and kills one that does not.
func (c *child) close() error {
	_ = c.in.Close() // closed already, if the child is gone
	late := time.AfterFunc(closeWithin, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	err := c.cmd.Wait()
	if err == nil || c.ended != nil {
		return nil
	}
	return fmt.Errorf("the %s's process: %w", c.role, err)
}

// closeWithin is how long a service may take to end.
const closeWithin = 15 * time.Second
