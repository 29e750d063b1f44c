package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/wasm/device"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary be dunlin where a script, or a benchmark that
// re-executes itself, asks for it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == rig.Verb {
		main()
	}
	testscript.Main(m, map[string]func(){"dunlin": main})
}

// Scripts find $PUBLIC, $INNER and $HELPER (free addresses), $TODAY and $TOMORROW
// (dates in UTC), and no DUNLIN_DATA.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			for _, name := range []string{"PUBLIC", "INNER", "HELPER"} {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				e.Setenv(name, l.Addr().String())
				if err := l.Close(); err != nil {
					return err
				}
			}
			now := time.Now().UTC()
			e.Setenv("TODAY", now.Format(time.DateOnly))
			e.Setenv("TOMORROW", now.AddDate(0, 0, 1).Format(time.DateOnly))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"replace":   replace,
			"mode":      mode,
			"listening": listening,
			"exits":     exits,
			"capture":   capture,
			"devices":   devices,
			"openplain": openplain,
			"needs":     needsProgram,
			"onejson":   oneJSON,
			"same":      same,
			"identity":  identity,
		},
	})
}

// replace OLD NEW FILE
func replace(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[2])
	text := ts.ReadFile(path)
	if !strings.Contains(text, args[0]) {
		ts.Fatalf("%s does not hold %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(path, []byte(strings.ReplaceAll(text, args[0], args[1])), 0o600))
}

// mode OCTAL FILE...
func mode(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[0] {
			ts.Fatalf("%s has mode %s, not %s", name, got, args[0])
		}
	}
}

// listening ADDRESS... waits until each accepts connections.
func listening(ts *testscript.TestScript, _ bool, args []string) {
	for _, at := range args {
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			c, err := net.Dial("tcp", at)
			if err == nil {
				ts.Check(c.Close())
				break
			}
			if time.Now().After(end) {
				ts.Fatalf("nobody listens at %s: %v", at, err)
			}
		}
	}
}

// exits CODE PROGRAM ARG... runs a program that must end with the code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var code int
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, not %d", code, want)
	}
}

// capture NAME PREFIX: what follows PREFIX in the last output, up to white space.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	_, rest, ok := strings.Cut(ts.ReadFile("stdout"), args[1])
	if fields := strings.Fields(rest); ok && len(fields) > 0 {
		ts.Setenv(args[0], fields[0])
		return
	}
	ts.Fatalf("%q does not stand in the output", args[1])
}

// onejson PATH... : the last output is one JSON object and nothing else, and has
// each path of keys and indices, as days.0.accepted.
func oneJSON(ts *testscript.TestScript, _ bool, args []string) {
	d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	var object map[string]any
	ts.Check(d.Decode(&object))
	if _, err := d.Token(); err != io.EOF {
		ts.Fatalf("something follows the object")
	}
	for _, path := range args {
		var at any = object
		for key := range strings.SplitSeq(path, ".") {
			var ok bool
			switch v := at.(type) {
			case map[string]any:
				at, ok = v[key]
			case []any:
				if i, err := strconv.Atoi(key); err == nil && i < len(v) {
					at, ok = v[i], true
				}
			}
			if !ok {
				ts.Fatalf("%s: there is no %q", path, key)
			}
		}
	}
}

// same A B: two words that are equal.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if (args[0] == args[1]) == neg {
		ts.Fatalf("%q and %q", args[0], args[1])
	}
}

// identity VARIABLE FOLDER: the one age identity that a pairing made there.
func identity(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[1]), "age-*.age"))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d identities in %s", len(found), args[1])
	}
	ts.Setenv(args[0], found[0])
}

// needs PROGRAM says what goes untested without it, and fails in CI.
func needsProgram(ts *testscript.TestScript, _ bool, args []string) {
	if _, err := exec.LookPath(args[0]); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		ts.Fatalf("%s is not installed, and CI is set", args[0])
	}
	ts.Logf("%s is not installed: what needs it is not tested", args[0])
}

// devices PLANFILE N: N devices in the built module live a minute under a plan's
// bytes, now, and post their reports to $PUBLIC; $REPORT becomes the last one's ID.
func devices(ts *testscript.TestScript, _ bool, args []string) {
	published := []byte(ts.ReadFile(args[0]))
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ctx := context.Background()
	inside, err := module.Bytes()
	ts.Check(err)
	engine, err := device.Open(ctx, inside, device.Options{})
	ts.Check(err)
	defer engine.Close(ctx)
	d, err := engine.Instance(ctx)
	ts.Check(err)
	ts.Check(d.UsePlan(ctx, published))
	now := plan.Time(time.Now().Unix())
	for range n {
		_, err := d.Load(ctx, now, nil)
		ts.Check(err)
		ts.Check(d.Track(ctx, now, edge.Event{Kind: plan.View}))
		body, _, err := d.SealedReport(ctx, now, now, func(_ report.Role, to plan.Recipient, plain []byte) ([]byte, error) {
			r, err := seal.ParseRecipient(to)
			if err != nil {
				return nil, err
			}
			return r.Seal(nil, plain)
		})
		ts.Check(err)
		res, err := http.Post("http://"+ts.Getenv("PUBLIC")+"/v1/reports", "application/octet-stream", bytes.NewReader(body))
		ts.Check(err)
		ts.Check(res.Body.Close())
		if res.StatusCode != http.StatusAccepted {
			ts.Fatalf("the collector answered %s", res.Status)
		}
		head, err := report.ParseHead(body)
		ts.Check(err)
		ts.Setenv("REPORT", head.ID.String())
		ts.Setenv("SENT", hex.EncodeToString(body))
	}
}

// openplain FILE ROLE: FILE is the plaintext of that role's share of the last report
// that `devices` sent.
func openplain(ts *testscript.TestScript, neg bool, args []string) {
	plain := []byte(ts.ReadFile(args[0]))
	role := map[string]report.Role{"leader": report.Leader, "helper": report.Helper}[args[1]]
	body, err := hex.DecodeString(ts.Getenv("SENT"))
	ts.Check(err)
	h, err := report.ParseHead(body)
	ts.Check(err)
	_, err = report.OpenPlain(plain, role, &h, len(plain)-report.PlainHead)
	if (err == nil) == neg {
		ts.Fatalf("%s and the %s's share of the last report: %v", filepath.Base(args[0]), args[1], err)
	}
}
