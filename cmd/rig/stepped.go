package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
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
// clock that commands on in move, until in ends: what is under way then is given
// up, so that no service outlives its parent.
func Stepped(ctx context.Context, role, config string, module []byte, in io.Reader, out, log io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex // of out: a leader's progress comes from many goroutines
	send := func(a answer) error {
		mu.Lock()
		defer mu.Unlock()
		return json.NewEncoder(out).Encode(a)
	}
	s := &local{config: config, clock: new(Clock)}
	s.world = world(s, module, log)
	defer s.Close()
	commands := make(chan []string)
	go func() {
		defer cancel()
		defer close(commands)
		for lines := bufio.NewScanner(in); lines.Scan(); {
			select {
			case commands <- strings.Fields(lines.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	for words := range commands {
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
			case "files":
				if len(words) != 2 {
					return errors.New("files BYTES")
				}
				n, err := strconv.ParseUint(words[1], 10, 63)
				if err != nil {
					return err
				}
				return limitFiles(n)
			case "step":
				var err error
				a.Batches, err = s.Step(ctx, func(done, total uint64) { _ = send(answer{Done: done, Total: total}) })
				return err
			}
			return fmt.Errorf("unknown command %q", words[0])
		}()
		if err != nil {
			a.OK, a.Error = false, err.Error()
		}
		if err := send(a); err != nil {
			return err
		}
	}
	return nil
}
