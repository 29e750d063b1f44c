package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/cmd/service"
)

// damaged tells of files that cannot be used: as the process met them, or of an
// aggregator that does not run, as they lie there.
func (h *Host) damaged(l *Lines, r role) {
	if r.status != nil {
		for _, what := range r.status.Damaged {
			l.add(Fail, r.name, "do what the text says; docs/operations.md, \"Damaged files\", says what is lost", "%s", oneLine(what))
		}
		return
	}
	if r.name == "collector" {
		return // its files are read by its process alone
	}
	path := filepath.Join(r.data, service.BatchesFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		l.add(OK, r.name, "", "has stored nothing yet in %s", r.data)
		return
	}
	db, err := store.OpenRead(path, "see docs/operations.md, \"Damaged files\"")
	switch {
	case errors.Is(err, store.ErrLocked):
		l.add(Warn, r.name, "find the process (fuser "+path+") and end it", "a process has its store open and no operator's socket")
	case err != nil:
		l.add(Fail, r.name, "docs/operations.md, \"Damaged files\"", "%v", err)
	default:
		if err := db.Close(); err != nil {
			l.add(Fail, r.name, "look at the disk", "%v", err)
		}
		h.released(l, r)
	}
}

// released says what a role that does not run has released.
func (h *Host) released(l *Lines, r role) {
	s, err := release.OpenRead(filepath.Join(r.data, service.ReleasesFile))
	if err != nil {
		l.add(Fail, r.name, "docs/operations.md, \"Damaged files\"", "%v", err)
		return
	}
	all, err := s.List()
	switch {
	case err != nil:
		l.add(Fail, r.name, "docs/operations.md, \"Damaged files\"", "%v", err)
	case len(all) == 0:
		l.add(OK, r.name, "", "its files are whole; nothing is released yet")
	default:
		l.add(OK, r.name, "", "its files are whole; %d periods are released, the last is %s", len(all), all[len(all)-1].Period.Date)
	}
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", "; ") }
