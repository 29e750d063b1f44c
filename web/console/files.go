package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

const index = "index.html"

// media are the types of the files that a build makes. The system's own table is not
// asked: it differs, and with nosniff a script of another type does not run.
var media = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
}

// hashed matches names that hold a digest of their content, as the dashboard's build
// gives them: such a file never changes.
var hashed = regexp.MustCompile(`^/assets/.*[-.][A-Za-z0-9_-]{8}\.[a-z0-9]+$`)

// files are the dashboard's, in memory: they are few and small.
type files struct{ byPath map[string]file }

type file struct {
	plain, brotli []byte
	media, tag    string
	lasts         bool
}

// readFiles reads every file; NAME.br is the brotli form of NAME.
func readFiles(from fs.FS) (*files, error) {
	out := &files{map[string]file{}}
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".br") {
			return err
		}
		f := file{media: media[path.Ext(name)], lasts: hashed.MatchString("/" + name)}
		if f.media == "" {
			f.media = "application/octet-stream"
		}
		if f.plain, err = fs.ReadFile(from, name); err != nil {
			return err
		}
		// Without a brotli form it is sent as it is.
		f.brotli, _ = fs.ReadFile(from, name+".br")
		sum := sha256.Sum256(f.plain)
		f.tag = hex.EncodeToString(sum[:8])
		out.byPath["/"+name] = f
		return nil
	})
	if err != nil {
		return nil, err
	}
	home, ok := out.byPath["/"+index]
	if !ok {
		return nil, fmt.Errorf("%s: %w", index, fs.ErrNotExist)
	}
	out.byPath["/"] = home
	return out, nil
}

func (f *files) serve(ec echo.Context) error {
	got, ok := f.byPath[ec.Request().URL.Path]
	if !ok {
		return errNowhere
	}
	h := ec.Response().Header()
	h.Set("Content-Type", got.media)
	h.Set("Cache-Control", "no-cache")
	if got.lasts {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, tag := got.plain, got.tag
	if got.brotli != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsBrotli(ec.Request().Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "br")
			body, tag = got.brotli, tag+"-br"
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	// It knows If-None-Match and HEAD; a range of a file nobody asks.
	ec.Request().Header.Del("Range")
	http.ServeContent(ec.Response(), ec.Request(), "", time.Time{}, bytes.NewReader(body))
	return nil
}

// acceptsBrotli reads an Accept-Encoding header; "br;q=0" refuses.
func acceptsBrotli(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "br") {
			q, ok := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
			return !ok || strings.Trim(q, "0.") != ""
		}
	}
	return false
}
