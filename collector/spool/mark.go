package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

var (
	// ErrDeleted: the batch was deleted; nothing can be appended or read again.
	ErrDeleted = errors.New("spool: the batch was deleted")
	// ErrLost is what every LostError is, for errors.Is.
	ErrLost = errors.New("spool: lost file")
)

// LostError says which batch had a file that is not there any more. It may have
// held acknowledged reports, so an empty one must not take its place.
type LostError struct{ File string }

// Error names the file and what can be done.
func (e *LostError) Error() string {
	return fmt.Sprintf("spool file %s is missing, and reports were acknowledged when they were in it: this one period takes no more "+
		"and is not released, every other period is whole; put the file back if you have it", e.File)
}

// Is makes errors.Is(err, ErrLost) true.
func (e *LostError) Is(target error) bool { return target == ErrLost }

// DeletedMark ends the name of the empty file that says that a batch was deleted.
const DeletedMark = ".deleted"

// mark is the end of an empty file's name, <plan digest>-<date><mark>. The name is
// all there is to it, so nothing in it can be damaged.
type mark string

const (
	// begun: the batch has had a file. Made before its first report is acknowledged.
	begun mark = ".begun"
	// deleted: the batch is gone for good. Made before its file is removed.
	deleted mark = DeletedMark
)

// marks are those in one folder, all of them known after openMarks.
type marks struct {
	dir  string
	step Step

	mu  sync.RWMutex
	all map[Key]map[mark]bool
}

// openMarks reads the folder, made when it does not exist.
func openMarks(dir string, step Step) (*marks, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	m := &marks{dir: dir, step: step, all: make(map[Key]map[mark]bool)}
	for _, e := range entries {
		if key, kind, ok := parseMark(e.Name()); ok {
			m.note(key, kind)
		}
	}
	return m, nil
}

func parseMark(name string) (key Key, kind mark, ok bool) {
	for _, kind := range []mark{begun, deleted} {
		if stem, ok := strings.CutSuffix(name, string(kind)); ok {
			key, err := ParseKey(stem)
			return key, kind, err == nil
		}
	}
	return Key{}, "", false
}

func (m *marks) note(key Key, kind mark) {
	if m.all[key] == nil {
		m.all[key] = make(map[mark]bool)
	}
	m.all[key][kind] = true
}

func (m *marks) has(key Key, kind mark) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.all[key][kind]
}

func (m *marks) keys() (all []Key) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for key := range m.all {
		all = append(all, key)
	}
	return all
}

func (m *marks) file(key Key, kind mark) string {
	return filepath.Join(m.dir, key.String()+string(kind))
}

// gone says why a batch without a file must not get one.
//
// Errors: ErrDeleted, a LostError.
func (m *marks) gone(key Key, path string) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	switch {
	case m.all[key][deleted]:
		return ErrDeleted
	case m.all[key][begun]:
		return &LostError{File: path}
	}
	return nil
}

// set makes a mark, durable when it returns nil.
func (m *marks) set(key Key, kind mark) error {
	if m.has(key, kind) {
		return nil
	}
	err := m.step.Around("spool.mark"+string(kind), func() error {
		f, err := os.OpenFile(m.file(key, kind), os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		return errors.Join(f.Close(), syncDir(m.dir))
	})
	if err != nil {
		return fmt.Errorf("spool: mark %s: %w", m.file(key, kind), err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note(key, kind)
	return nil
}

// clear removes a batch's marks, begun first: a batch that a crash leaves with one
// alone is deleted still.
func (m *marks) clear(key Key) error {
	for _, kind := range []mark{begun, deleted} {
		if !m.has(key, kind) {
			continue
		}
		err := m.step.Around("spool.unmark"+string(kind), func() error {
			return errors.Join(removed(m.file(key, kind)), syncDir(m.dir))
		})
		if err != nil {
			return fmt.Errorf("spool: remove the mark %s: %w", m.file(key, kind), err)
		}
		m.mu.Lock()
		delete(m.all[key], kind)
		if len(m.all[key]) == 0 {
			delete(m.all, key)
		}
		m.mu.Unlock()
	}
	return nil
}

// removed removes a file that may not be there.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
