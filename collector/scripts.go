package collector

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// LoaderFile is the loader's name in Options.Scripts, whatever it is served as.
const LoaderFile = "dunlin.js"

// PushFile is the name in Options.Scripts of the service worker's script, which sites
// register by its name.
const PushFile = "dunlin-push.js"

// hashedForm is the name of every other script: what it is, and the first 8
// digits of the SHA-256 of its bytes.
var hashedForm = regexp.MustCompile(`^[a-z]+-([0-9a-f]{8})\.js$`)

// hourly is for the loader and the service worker's script: their names stay when their
// bytes change.
const hourly = "public, max-age=3600"

// scriptPolicy is the Content-Security-Policy of scripts. A Worker runs under the
// one of its own response: by the browser's word it reaches its own origin and
// nothing else.
const scriptPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

// pushPolicy is the service worker's: what it shows may have an icon of the origin's.
const pushPolicy = scriptPolicy + "; img-src 'self'"

// scripts are the files that pages load.
type scripts struct {
	loader  *encoded
	push    *encoded // nil: there is none
	version string   // the first 8 digits of the loader's SHA-256
	hashed  map[string]*encoded
}

// openScripts reads what was built into a folder: the loader, the service worker's
// script, the scripts that are named by their bytes, and NAME.br beside any of them. It passes over the rest.
func openScripts(files fs.FS) (*scripts, error) {
	if files == nil {
		return nil, nil
	}
	s := &scripts{hashed: make(map[string]*encoded)}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("collector: read the scripts: %w", err)
	}
	for _, f := range entries {
		name := f.Name()
		form := hashedForm.FindStringSubmatch(name)
		if name != LoaderFile && name != PushFile && form == nil {
			continue
		}
		e, err := readScript(files, name)
		if err != nil {
			return nil, fmt.Errorf("collector: script %s: %w", name, err)
		}
		sum := sha256.Sum256(e.plain)
		digits := hex.EncodeToString(sum[:4])
		if form == nil {
			if name == PushFile {
				s.push = e
			} else {
				s.loader, s.version = e, digits
			}
			continue
		}
		if digits != form[1] {
			return nil, fmt.Errorf("collector: script %s has other bytes than its name says: build it again", name)
		}
		s.hashed[name] = e
	}
	if s.loader == nil {
		return nil, fmt.Errorf("collector: the scripts lack %s: build them with make web", LoaderFile)
	}
	return s, nil
}

func readScript(files fs.FS, name string) (*encoded, error) {
	plain, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	packed, err := fs.ReadFile(files, name+".br")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return encode(plain, packed)
}

func (c *Collector) getScript(ec echo.Context) error {
	name := ec.Param("file")
	if name == c.paths.Script {
		// A page that names a version wants these bytes: others would fail its
		// integrity check, and be kept for an hour under this address.
		if v := ec.QueryParam("v"); v != "" && v != c.scripts.version {
			return refuse(NotFound, "this version is not served here: print the page's tag again with `dunlin snippet`")
		}
		return c.sendScript(ec, c.scripts.loader, hourly, scriptPolicy)
	}
	if name == c.paths.push() && c.scripts.push != nil {
		return c.sendScript(ec, c.scripts.push, hourly, pushPolicy)
	}
	e, ok := c.scripts.hashed[name]
	if !ok {
		return refuse(NotFound, "reload the page: it names the scripts that are served now")
	}
	return c.sendScript(ec, e, forever, scriptPolicy)
}

func (c *Collector) sendScript(ec echo.Context, e *encoded, cache, policy string) error {
	ec.Response().Header().Set("Content-Security-Policy", policy)
	return c.send(ec, e, "text/javascript; charset=utf-8", cache)
}

// send answers with the form of e that the client takes.
func (c *Collector) send(ec echo.Context, e *encoded, mediaType, cache string) error {
	h := ec.Response().Header()
	h.Set("Cache-Control", cache)
	h.Set("X-Content-Type-Options", "nosniff")
	body := e.plain
	if e.negotiated() {
		h.Set("Vary", "Accept-Encoding")
		var name string
		if body, name = e.best(strings.Join(ec.Request().Header.Values("Accept-Encoding"), ",")); name != "" {
			h.Set("Content-Encoding", name)
		}
	}
	// Without it all but short answers go out in chunks, and nobody can say how much
	// is left.
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return ec.Blob(http.StatusOK, mediaType, body)
}
