package browser_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
)

// firefox is a visitor with one page in Firefox, by way of Node: see testdata/firefox.mjs.
type firefox struct {
	t   testing.TB
	in  io.WriteCloser
	out *bufio.Scanner
}

// openFirefox starts one with an empty profile. Without Firefox or Node the test is skipped,
// but never where CI is set.
func openFirefox(t testing.TB) *firefox {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	find := func(names ...string) string {
		for _, name := range names {
			if path, err := exec.LookPath(name); err == nil {
				return path
			}
		}
		require.Empty(t, os.Getenv("CI"), "there is no %s here: as root on Debian run `apt-get install firefox-esr nodejs npm`", names[0])
		t.Skipf("there is no %s here", names[0])
		return ""
	}
	packages, err := filepath.Abs("../../web/package.json")
	require.NoError(t, err)
	c := exec.Command(find("node"), "testdata/firefox.mjs", packages, find("firefox-esr", "firefox"))
	c.Stderr = testWriter{t}
	f := &firefox{t: t}
	f.in, err = c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	kill := time.AfterFunc(2*time.Minute, func() { _ = c.Process.Kill() }) // a browser that hangs
	t.Cleanup(func() {
		require.NoError(t, f.in.Close())
		_, _ = io.Copy(io.Discard, out) // Wait closes the pipe
		require.NoError(t, c.Wait())
		kill.Stop()
	})
	f.out = bufio.NewScanner(out)
	f.out.Buffer(nil, 1<<20)
	require.NoError(t, f.answer(nil))
	return f
}

// answer reads an answer; an expression that failed is an error.
func (f *firefox) answer(v any) error {
	f.t.Helper()
	require.True(f.t, f.out.Scan(), "Firefox's driver has ended: %v", f.out.Err())
	got := struct {
		Value any
		Error string
	}{Value: v}
	require.NoError(f.t, json.Unmarshal(f.out.Bytes(), &got))
	if got.Error != "" {
		return errors.New(got.Error)
	}
	return nil
}

func (f *firefox) ask(v any, command, argument string) error {
	f.t.Helper()
	line, err := json.Marshal(map[string]string{command: argument})
	require.NoError(f.t, err)
	_, err = fmt.Fprintf(f.in, "%s\n", line)
	require.NoError(f.t, err)
	return f.answer(v)
}

func (f *firefox) to(url string) {
	f.t.Helper()
	require.NoError(f.t, f.ask(nil, "go", url))
}

func (f *firefox) eval(v any, expression string) {
	f.t.Helper()
	require.NoError(f.t, f.ask(v, "eval", expression), expression)
}

func (f *firefox) until(expression string) {
	f.t.Helper()
	require.Eventually(f.t, func() bool {
		var holds bool
		return f.ask(&holds, "eval", "(async () => !!(await ("+expression+")))()") == nil && holds
	}, 30*time.Second, 50*time.Millisecond, expression)
}

// The core of TestOneVisitorIsCountedExactly, in Firefox.
func TestFirefox(t *testing.T) {
	f := openFirefox(t)
	random := newTape()
	w := start(t, func(o *world.Options) { o.Random = random })
	free, letGo := heldModule()
	letGo()
	w.Stand(free)

	f.to(w.URL + "/shoes/1")
	var marked bool
	f.eval(&marked, "!!navigator.webdriver")
	require.False(t, marked)
	var agreed clearReport
	f.eval(&agreed, both)
	require.True(t, agreed.OK, agreed.Say)
	const ready = `dunlin.debug().then((d) => d.value.sends?.ready)`
	f.until(ready)
	for _, path := range []string{"/shoes/2", "/shoes/3"} {
		f.to(w.URL + path)
		f.until(ready)
	}
	f.until(`JSON.parse(localStorage.dunlin).decisions?.[0]?.variant === "shoes"`)

	held, letGo := heldModule()
	w.Stand(held)
	f.to(w.URL + "/")
	var text string
	f.eval(&text, shown)
	require.Equal(t, "Shoes for you", text)
	f.until("dunlin.debug().then((d) => d.value.worker)")
	var early bool
	f.eval(&early, "dunlin.debug().then((d) => d.value.worker.times.module === undefined)")
	require.True(t, early, "the module is not there yet")

	letGo()
	f.until(`dunlin.debug().then((d) => d.value.slots[0].exposed)`)
	var told, own clearReport
	f.eval(&told, `dunlin.track("order", {value: 49.9, topics: ["shoes"]})`)
	require.True(t, told.OK, told.Say)
	f.eval(&own, "dunlin.report()")
	require.True(t, own.OK, own.Say)
	require.Contains(t, own.Value.Ones, clearCell{"funnel", "new", "order"})
	require.Contains(t, own.Value.Ones, clearCell{"exposed hero", "new", "shoes"})
	f.until(fmt.Sprintf("dunlin.debug().then((d) => d.value.sends.ready?.revision > %d)", own.Value.Revision))
	already := len(w.Reports())
	f.to("about:blank") // the fourth hide: the last place of the visit
	require.Eventually(t, func() bool { return len(w.Reports()) > already }, 20*time.Second, 10*time.Millisecond)
	requireCounted(t, w, random, own.Value.Ones)
	require.Empty(t, w.Violations())
}
