package browser_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/web"
)

// troubles are all reasons that dunlin.debug() gives.
func (d *debug) troubles() (out []string) {
	if d.Why != "" {
		out = append(out, d.Why)
	}
	for _, t := range d.Trouble {
		out = append(out, t.Why)
	}
	if d.Worker != nil {
		for _, t := range d.Worker.Trouble {
			out = append(out, t.Why)
		}
	}
	return out
}

// wholeAndSilent: the page shows its default content, dunlin.debug() says why, and no
// report is sent, on this page or the next.
func (p *person) wholeAndSilent(why string) {
	p.t.Helper()
	eval[any](p, both)
	var last debug
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if last = p.debug(); slices.Contains(last.troubles(), why) {
			break
		}
		require.True(p.t, time.Now().Before(end), "want %s: %+v", why, last)
	}
	require.Equal(p.t, "Welcome", eval[string](p, shown))
	p.to("/")
	require.Equal(p.t, "Welcome", eval[string](p, shown))
	time.Sleep(300 * time.Millisecond)
	require.NoError(p.t, p.Leave())
	require.Never(p.t, func() bool { return len(p.w.Reports()) > 0 }, 700*time.Millisecond, 20*time.Millisecond)
}

func TestForgedPlan(t *testing.T) {
	w := start(t, nil)
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/plan") {
			return false
		}
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return false
		}
		out.Header().Set("Date", w.Now().Format(http.TimeFormat))
		_, _ = out.Write(planfile.Sign(w.Published, key))
		return true
	})
	p := visit(t, w)
	p.to("/")
	p.wholeAndSilent("plan-signature")
}

func TestWrongOfficer(t *testing.T) {
	w := start(t, nil)
	public, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	w.Tag = func(tag string) string {
		return strings.Replace(tag, w.Keys.Officer, planfile.FormatOfficer(public), 1)
	}
	p := visit(t, w)
	p.to("/")
	p.wholeAndSilent("plan-signature")
}

func TestAnotherModule(t *testing.T) {
	w := start(t, nil)
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, ".wasm") {
			return false
		}
		out.Header().Set("Content-Type", "application/wasm")
		_, _ = out.Write([]byte("\x00asm\x01\x00\x00\x00"))
		return true
	})
	p := visit(t, w)
	p.to("/")
	p.wholeAndSilent("module")
}

// A module that traps in its first call, pinned by a build of its own of the script: the
// real one with the body of call replaced by unreachable.
func TestModuleThatTraps(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("node is not here: it builds a script that pins another module")
	}
	require.NoError(t, err)
	var trapping []byte
	w := start(t, func(o *world.Options) {
		trapping = trap(t, o.Module)
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "trap.wasm"), trapping, 0o600))
		build := exec.CommandContext(t.Context(), node, "sdk/build.mjs")
		build.Dir = "../../web"
		build.Env = append(os.Environ(), "DUNLIN_MODULE="+filepath.Join(dir, "trap.wasm"), "DUNLIN_SDK="+filepath.Join(dir, "sdk"))
		out, err := build.CombinedOutput()
		require.NoError(t, err, "%s", out)
		o.Scripts = os.DirFS(filepath.Join(dir, "sdk"))
		o.Module, o.ModuleBrotli = trapping, nil
	})
	p := visit(t, w)
	p.to("/")
	p.wholeAndSilent("module")
}

// inWorker lets a script run in the Worker before its own.
func inWorker(t *testing.T, script string) world.Gate {
	scripts, err := web.SDK()
	require.NoError(t, err)
	return func(out http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/worker-") {
			return false
		}
		b, err := fs.ReadFile(scripts, strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			return false
		}
		out.Header().Set("Content-Type", "text/javascript")
		_, _ = out.Write(append([]byte(script), b...))
		return true
	}
}

func TestStorageDenied(t *testing.T) {
	t.Run("database", func(t *testing.T) {
		w := start(t, nil)
		w.Stand(inWorker(t, `IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError") };`))
		p := visit(t, w)
		p.to("/")
		p.wholeAndSilent("storage")
	})
	t.Run("all", func(t *testing.T) {
		w := start(t, nil)
		p := visitIn(t, another(t, browser.Options{NoStorage: true}), w)
		p.to("/")
		p.wholeAndSilent("storage")
	})
}

// The disk is full: the browser has no room for the site's database.
func TestStorageFull(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w)
	require.NoError(t, p.Quota(w.URL, 1))
	p.to("/")
	p.wholeAndSilent("storage")
}

func TestNetworkGone(t *testing.T) {
	w := start(t, nil)
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/plan") || strings.HasSuffix(r.URL.Path, ".wasm") {
			out.WriteHeader(http.StatusBadGateway)
			return true
		}
		return false
	})
	p := visit(t, w)
	p.to("/")
	p.wholeAndSilent("network")
}

// A loader that somebody has changed does not run: the tag pins its bytes.
func TestChangedLoader(t *testing.T) {
	w := start(t, nil)
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/dunlin.js") {
			return false
		}
		out.Header().Set("Content-Type", "text/javascript")
		_, _ = out.Write([]byte("window.stolen = true"))
		return true
	})
	p := visit(t, w)
	p.to("/")
	require.False(t, eval[bool](p, "!!window.stolen || !!window.dunlin"))
	require.Equal(t, "Welcome", eval[string](p, shown))
}

// Without JavaScript the page is whole and nothing at all is asked for.
func TestScriptOff(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w)
	require.NoError(t, p.WithoutScript())
	p.to("/")
	shot, err := p.Shot()
	require.NoError(t, err)
	require.NotEmpty(t, shot)
	p.onlyTheScript(500 * time.Millisecond)
	// The inspector's own scripts run all the same.
	require.Equal(t, "Welcome", eval[string](p, shown))
	require.False(t, eval[bool](p, "!!window.dunlin"))
}

// trap replaces the body of the module's exported function call by unreachable.
func trap(t testing.TB, module []byte) []byte {
	t.Helper()
	read := func(at int) (v, next int) {
		for shift := 0; ; shift += 7 {
			b := module[at]
			at++
			v |= int(b&0x7f) << shift
			if b < 0x80 {
				return v, at
			}
		}
	}
	imported, index := 0, -1
	for at := 8; at < len(module); {
		id := module[at]
		size, body := read(at + 1)
		end := body + size
		switch id {
		case 2:
			n, p := read(body)
			for range n {
				for range 2 {
					var l int
					l, p = read(p)
					p += l
				}
				require.Zero(t, module[p], "only functions are imported")
				_, p = read(p + 1)
				imported++
			}
		case 7:
			n, p := read(body)
			for range n {
				l, q := read(p)
				name := string(module[q : q+l])
				kind := module[q+l]
				i, next := read(q + l + 1)
				if name == "call" && kind == 0 {
					index = i
				}
				p = next
			}
		case 10:
			require.Positive(t, index)
			n, p := read(body)
			for i := range n {
				size, q := read(p)
				if i == index-imported {
					out := append([]byte(nil), module...)
					// No locals, unreachable, and nothing but that up to the end.
					out[q] = 0
					for k := q + 1; k < q+size-1; k++ {
						out[k] = 0x00 // unreachable
					}
					out[q+size-1] = 0x0b
					return out
				}
				p = q + size
			}
		}
		at = end
	}
	t.Fatal("the module has no function call")
	return nil
}
