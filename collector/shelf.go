package collector

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// pointerExt ends the name of a plan's pointer, which lies beside the plan.
const pointerExt = ".priors"

// shelf keeps priors, opaque bytes under their SHA-256, and which of them are
// each plan's current ones. Readers take an immutable table and wait for no
// write.
type shelf struct {
	plans, priors string // folders
	step          spool.Step
	log           *slog.Logger

	table atomic.Pointer[map[plan.Digest]entry]
	seen  sync.Map // plan.Digest of priors -> verdict on their file

	writing sync.Mutex
	// waiting are the priors published since openShelf that no plan points at
	// yet: the leader publishes the bytes first and points at them then.
	waiting map[plan.Digest]bool
}

// entry is one plan's pointer, or why it cannot be read.
type entry struct {
	pointer
	err error
}

// verdict is what was found in a file, which is read again when it has changed.
type verdict struct {
	file  os.FileInfo // nil: there is none
	bad   string      // empty: its bytes are those of its name
	again bool        // it could not be read, and perhaps can the next time
}

func (v verdict) of(file os.FileInfo) bool {
	if v.file == nil || file == nil {
		return v.file == nil && file == nil
	}
	return os.SameFile(v.file, file) && v.file.Size() == file.Size() && v.file.ModTime().Equal(file.ModTime())
}

// openShelf reads each plan's pointer. One that cannot be read is told to the log
// and to damage: devices then choose without priors until it is set again.
func openShelf(plans, priors string, step spool.Step, log *slog.Logger) (*shelf, error) {
	s := &shelf{plans: plans, priors: priors, step: step, log: log, waiting: make(map[plan.Digest]bool)}
	files, err := os.ReadDir(plans)
	if err != nil {
		return nil, fmt.Errorf("collector: %w", err)
	}
	table := make(map[plan.Digest]entry)
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), pointerExt)
		d, err := plan.ParseDigest(name)
		if !ok || err != nil {
			continue // a plan, or what a crash left of a PUT that was not answered
		}
		var e entry
		b, err := os.ReadFile(s.pointerFile(d))
		if err == nil {
			e.pointer, err = parsePointer(b)
		}
		if err != nil {
			e.err = fmt.Errorf("collector: %s, which says which priors are the plan's, is damaged: devices choose without priors "+
				"until the leader publishes them again, which it does by itself at its next step: %w", s.pointerFile(d), err)
			log.Error("a plan's priors are not served", "why", e.err)
		}
		table[d] = e
	}
	s.table.Store(&table)
	return s, nil
}

func (s *shelf) pointerFile(d plan.Digest) string {
	return filepath.Join(s.plans, d.String()+pointerExt)
}
func (s *shelf) priorsFile(sum plan.Digest) string { return filepath.Join(s.priors, sum.String()) }

// current returns the SHA-256 of a plan's current priors, if there are some and
// their file is sound.
func (s *shelf) current(d plan.Digest) (sum plan.Digest, ok bool) {
	for {
		e, ok := (*s.table.Load())[d]
		if !ok || e.err != nil {
			return plan.Digest{}, false
		}
		if s.fault(e.current) == "" {
			return e.current, true
		}
		// Two newer ones may have been published since, and this one removed.
		if (*s.table.Load())[d].current == e.current {
			return plan.Digest{}, false
		}
	}
}

// fault says what is wrong with the file of priors that a plan points at. It asks
// the file system each time, and reads the file when it is not the one it knows.
func (s *shelf) fault(sum plan.Digest) string {
	file, err := os.Stat(s.priorsFile(sum))
	if err != nil {
		file = nil
	}
	if v, ok := s.seen.Load(sum); ok && !v.(verdict).again && v.(verdict).of(file) {
		return v.(verdict).bad
	}
	_, err = s.read(sum)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errDamaged): // and read has told so
		return errDamaged.Error()
	case errors.Is(err, os.ErrNotExist):
		return s.found(sum, verdict{bad: "is missing"})
	}
	return s.found(sum, verdict{file: file, bad: "cannot be read: " + err.Error(), again: true})
}

// found keeps a verdict, and tells the log of one that is both bad and news.
func (s *shelf) found(sum plan.Digest, v verdict) string {
	before, known := s.seen.Swap(sum, v)
	if v.bad != "" && (!known || before.(verdict).bad != v.bad || !before.(verdict).of(v.file)) {
		s.log.Error("a priors file cannot be served: devices choose without it until it is published again", "file", s.priorsFile(sum), "why", v.bad)
	}
	return v.bad
}

var errDamaged = errors.New("is damaged: its bytes are not those of its name")

// read returns the priors of a SHA-256.
//
// Errors: os.ErrNotExist, errDamaged.
func (s *shelf) read(sum plan.Digest) ([]byte, error) {
	f, err := os.Open(s.priorsFile(sum))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := f.Stat()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(content) != sum {
		s.found(sum, verdict{file: file, bad: errDamaged.Error()})
		return nil, errDamaged
	}
	s.found(sum, verdict{file: file})
	return content, nil
}

// put keeps priors under their SHA-256. added is false when they were there.
func (s *shelf) put(sum plan.Digest, content []byte) (added bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if !s.named()[sum] {
		s.waiting[sum] = true
	}
	if _, err := s.read(sum); err == nil {
		return false, nil
	}
	if err := writeFile(s.priorsFile(sum), content, s.step, "priors"); err != nil {
		return false, err
	}
	s.seen.Delete(sum)
	return true, nil
}

// point makes stored priors the plan's current ones, on disk first, and removes
// what no plan's pointer names any more. changed is false when they were current.
func (s *shelf) point(d, sum plan.Digest) (changed bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	switch _, err := s.read(sum); {
	case errors.Is(err, os.ErrNotExist):
		return false, refuse(NotFound, "PUT the priors to /v1/priors/%s first, then make them the plan's", sum)
	case errors.Is(err, errDamaged):
		return false, refuse(StorageFailed, "PUT the priors to /v1/priors/%s again, their file is damaged; then make them the plan's", sum)
	case err != nil:
		return false, fmt.Errorf("collector: %w", err)
	}
	table := maps.Clone(*s.table.Load())
	before := table[d]
	if before.err == nil && before.current == sum {
		return false, nil
	}
	next := pointer{sum, before.current} // of a damaged pointer nothing is known: zero
	if err := writeFile(s.pointerFile(d), next.append(nil), s.step, "pointer"); err != nil {
		return false, err
	}
	table[d] = entry{pointer: next}
	s.table.Store(&table)
	delete(s.waiting, sum)
	s.sweep()
	return true, nil
}

// named are all priors that pointers name.
func (s *shelf) named() map[plan.Digest]bool {
	all := make(map[plan.Digest]bool)
	for _, e := range *s.table.Load() {
		all[e.current], all[e.previous] = true, true
	}
	return all
}

// sweep removes the files of priors that are neither named by a pointer nor
// waiting for one, and what crashes left behind. While a pointer cannot be read
// nothing is removed, as nobody knows what it names.
func (s *shelf) sweep() {
	for _, e := range *s.table.Load() {
		if e.err != nil {
			return
		}
	}
	files, err := os.ReadDir(s.priors)
	named := s.named()
	for _, f := range files {
		name, half := strings.CutSuffix(f.Name(), temporary)
		sum, parsed := plan.ParseDigest(name)
		if parsed != nil || !half && (named[sum] || s.waiting[sum]) {
			continue
		}
		err = errors.Join(err, s.step.Around("priors.remove", func() error { return os.Remove(filepath.Join(s.priors, f.Name())) }))
		s.seen.Delete(sum)
	}
	if err != nil {
		s.log.Error("old priors were not removed; trying again when the next ones come", "why", err)
	}
}

// damage says what keeps plans' priors from being served.
func (s *shelf) damage() (all []error) {
	for d, e := range *s.table.Load() {
		if e.err != nil {
			all = append(all, e.err)
		} else if bad := s.fault(e.current); bad != "" {
			all = append(all, fmt.Errorf("collector: priors file %s of plan %s %s: devices choose without priors until the leader "+
				"publishes them again, which it does by itself at its next step", s.priorsFile(e.current), d, bad))
		}
	}
	return all
}
