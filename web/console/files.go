package console

import (
	"bytes"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"
)

const index = "index.html"

// hashed matches names that hold a digest of their content, as the dashboard's build
// gives them: such a file never changes.
var hashed = regexp.MustCompile(`[-.][A-Za-z0-9_-]{8}\.[a-z0-9]+$`)

// files are the dashboard's, in memory: they are few and small.
type files struct{ byPath map[string]file }

type file struct {
	plain, brotli []byte
	media         string
	lasts         bool
}

// readFiles reads every file; NAME.br is the brotli form of NAME.
func readFiles(from fs.FS) (*files, error) {
	out := &files{map[string]file{}}
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".br") {
			return err
		}
		var f file
		if f.plain, err = fs.ReadFile(from, name); err != nil {
			return err
		}
		// Without a brotli form it is sent as it is.
		f.brotli, _ = fs.ReadFile(from, name+".br")
		if f.media = mime.TypeByExtension(path.Ext(name)); f.media == "" {
			f.media = "application/octet-stream"
		}
		f.lasts = hashed.MatchString(name)
		out.byPath["/"+name] = f
		return nil
	})
	if err != nil {
		return nil, err
	}
	home, ok := out.byPath["/"+index]
	if !ok {
		return nil, fs.ErrNotExist
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
	body := got.plain
	if got.brotli != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsBrotli(ec.Request().Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "br")
			body = got.brotli
		}
	}
	return ec.Stream(http.StatusOK, got.media, bytes.NewReader(body))
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
