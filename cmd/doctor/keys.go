package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// worn is how old a service's key may be before it should be rotated.
const worn = 365 * 24 * time.Hour

// keys looks at the files that make a role what it is.
func (h *Host) keys(l *Lines) {
	var files []string
	c := h.config
	if c.Collector != nil {
		files = append(files, c.Collector.Identity)
	}
	if c.Leader != nil {
		files = append(files, c.Leader.Identity, c.Leader.Age)
	}
	if c.Helper != nil {
		files = append(files, c.Helper.Identity, c.Helper.Age)
	}
	for _, path := range files {
		if path != "" {
			h.key(l, path)
		}
	}
	for _, dir := range h.pairings() {
		modes(l, dir)
	}
	for _, f := range c.Folders() {
		info, err := os.Stat(f.Data)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			l.add(Fail, f.Role, "chmod 700 "+f.Data, "%s, where keys of running periods lie, can be entered by others (mode %o)", f.Data, info.Mode().Perm())
		}
	}
	h.hands(l, files)
}

// pairings are the folders of what pairings made.
func (h *Host) pairings() (all []string) {
	if c := h.config.Leader; c != nil && c.VerifyKeys != "" {
		all = append(all, c.VerifyKeys)
	}
	if c := h.config.Helper; c != nil && c.VerifyKeys != "" {
		all = append(all, c.VerifyKeys)
	}
	return all
}

func (h *Host) key(l *Lines, path string) {
	about := "key " + filepath.Base(path)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.add(Fail, about, "make it with `dunlin keygen`, or name the right path in the services file", "%s is missing", path)
		return
	case err != nil:
		l.add(Fail, about, "ask as the user that the service runs as", "%v", err)
		return
	}
	if info.Mode().Perm()&0o077 != 0 {
		l.add(Fail, about, "chmod 600 "+path+"; if others use this host, rotate the key too", "%s can be read by others (mode %o)", path, info.Mode().Perm())
		return
	}
	b, err := os.ReadFile(path)
	if err != nil {
		l.add(Fail, about, "ask as the user that the service runs as", "%v", err)
		return
	}
	if inClear(b) {
		l.add(Warn, about, "put it under a passphrase: docs/operations.md, \"Keys under a passphrase\"", "%s lies in the clear: whoever copies the disk has it", path)
	} else {
		l.add(OK, about, "", "%s is under a passphrase", path)
	}
	if age := h.now().Sub(info.ModTime()); filepath.Ext(path) == ".pem" && age > worn {
		l.add(Warn, about, "rotate it: docs/operations.md, \"Rotating keys\"", "%s was made %s ago", path, span(age))
	}
}

// inClear reports whether a key file can be used without a passphrase.
func inClear(b []byte) bool {
	return bytes.Contains(b, []byte("AGE-SECRET-KEY-1")) || bytes.Contains(b, []byte("BEGIN PRIVATE KEY"))
}

// modes looks at a folder of keys that pairings made.
func modes(l *Lines, dir string) {
	about := "keys of plans"
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return // nothing was paired yet
	}
	if err != nil {
		l.add(Fail, about, "ask as the user that the service runs as", "%v", err)
		return
	}
	clear := 0
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 && !e.IsDir() {
			l.add(Fail, about, "chmod 600 "+path, "%s can be read by others", path)
		}
		if b, err := os.ReadFile(path); err == nil && bytes.Contains(b, []byte("AGE-SECRET-KEY-1")) {
			clear++
		}
	}
	if clear > 0 {
		l.add(Warn, about, "name a passphrase file before the next pairing: docs/operations.md, \"Keys under a passphrase\"; these go when their plans have ended", "%d of them in %s lie in the clear", clear, dir)
	}
}

// hands tells when one host holds both keys: then whoever has this host reads every
// report, whatever the mathematics say.
func (h *Host) hands(l *Lines, files []string) {
	const do = "have another person run the helper, on another host, with keys made there (docs/operations.md); take its key files off this one"
	const about = "two hands"
	if h.config.Leader != nil && h.config.Helper != nil {
		l.add(Fail, about, do, "leader and helper are in one services file: whoever has this host reads every report")
		return
	}
	foreign := []string{"leader.pem", "leader.age", "helper.pem", "helper.age", "officer.pem"}
	if h.config.Helper != nil {
		foreign = foreign[:2] // the officer's and the helper's belong here
	} else if h.config.Leader != nil {
		foreign = foreign[2:]
	} else {
		foreign = nil // a collector's host may hold whatever is none of the two
	}
	dirs := []string{filepath.Dir(h.file)}
	for _, f := range append(files, h.pairings()...) {
		if f != "" && !slices.Contains(dirs, filepath.Dir(f)) {
			dirs = append(dirs, filepath.Dir(f))
		}
	}
	found := false
	for _, dir := range dirs {
		for _, name := range foreign {
			if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
				found = true
				l.add(Fail, about, do, "%s lies on the other aggregator's host", filepath.Join(dir, name))
			}
		}
	}
	if !found {
		l.add(OK, about, "", "the other side's keys are not in %s", fmt.Sprint(dirs))
	}
}
