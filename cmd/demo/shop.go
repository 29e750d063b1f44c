package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// place is what stands in the head of the shop's pages where the script's tag goes.
const place = "<!--dunlin-->"

// policy is the shop's Content Security Policy: nothing of any other host, nothing
// inline, and WebAssembly for the script's Worker.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// contentTypes are those of the shop's files. The system's table is not asked: it
// differs between machines.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".txt":  "text/plain; charset=utf-8",
}

// runCookie says of which start of the demo a browser has seen a page. Cookies know no
// ports, so its name does: two demos on one host are two.
func runCookie(port string) string { return "demo-run-" + port }

// shop serves the shop's pages with the script in them.
type shop struct {
	files fs.FS
	run   string        // of this start
	port  string        // that the demo listens at
	tag   func() string // the script's and the bar's
	// privacy is the tag of <dunlin-privacy>, on the page that shows it.
	privacy string
}

// newShop refuses pages that the script cannot be put into.
func newShop(files fs.FS, run, port string, tag func() string) (*shop, error) {
	b, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return nil, fmt.Errorf("the demo's shop: %w", err)
	}
	if !bytes.Contains(b, []byte(place)) {
		return nil, errors.New("the demo's shop has no place for the script: run make web, then build again")
	}
	return &shop{files: files, run: run, port: port, tag: tag}, nil
}

// ServeHTTP serves a file by its name below the shop's folder.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" || strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	kind, ok := contentTypes[path.Ext(name)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	b, err := fs.ReadFile(s.files, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", policy)
	if path.Ext(name) == ".html" {
		// The tag holds the clock, so that a page is never an old one.
		h.Set("Cache-Control", "no-store")
		s.meet(w, r)
		tag := s.tag()
		if path.Base(name) == "privacy.html" {
			tag += s.privacy
		}
		b = bytes.Replace(b, []byte(place), []byte(tag), 1)
		_, _ = w.Write(b)
		return
	}
	sum := sha256.Sum256(b)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	h.Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, noTime, bytes.NewReader(b))
}

// meet clears what a browser keeps of an earlier start of the demo, once: its keys are
// gone, and its days were other ones.
func (s *shop) meet(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(runCookie(s.port)); err == nil && c.Value == s.run {
		return
	}
	// Lax: who comes by a link of another site's page must not lose what this start has seen.
	http.SetCookie(w, &http.Cookie{Name: runCookie(s.port), Value: s.run, Path: "/demo/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	w.Header().Set("Clear-Site-Data", `"storage"`)
}
