package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Delete removes a batch and all that it held, and makes sure that it never
// appears again, neither empty nor after a crash: a mark is on disk before the file
// goes, and Open finishes what a crash interrupts. What was never there can be
// deleted, and deleting again does nothing. Whoever calls it has made sure that the
// period is over.
//
// Errors: ErrClosed and the disk's; after those, call it again.
func (s *Spool) Delete(key Key) error {
	switch err := s.submit(key, &item{kind: deleting, done: make(chan error, 1)}); {
	case errors.Is(err, ErrDeleted): // before, and its file is gone
		return nil
	case err != nil:
		return err
	}
	s.stop(key)
	return nil
}

// stop ends a deleted batch's goroutine. What is in its queue is answered.
func (s *Spool) stop(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.batches[key]; b != nil && !s.closed {
		delete(s.batches, key)
		close(b.queue)
	}
}

// Deleted reports whether a batch was deleted.
func (s *Spool) Deleted(key Key) bool { return s.marks.has(key, deleted) }

// Forget removes what is left of a deleted batch, its marks. From then on nothing
// here tells it from one that never was: whoever calls it refuses its period for
// another reason.
//
// Errors: ErrOpen for a batch that was not deleted, and the disk's.
func (s *Spool) Forget(key Key) error {
	if !s.Deleted(key) {
		return ErrOpen
	}
	return s.marks.clear(key)
}

// Keys returns all batches that have a file or a mark, in no order.
func (s *Spool) Keys() ([]Key, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	all := s.marks.keys()
	marked := make(map[Key]bool, len(all))
	for _, key := range all {
		marked[key] = true
	}
	for _, e := range entries {
		if key, err := keyOf(e.Name()); err == nil && !marked[key] {
			all = append(all, key)
		}
	}
	return all, nil
}

// delete runs in the batch's goroutine, so no append or freezing is under way.
func (b *batch) delete() error {
	if err := b.marks.set(b.key, deleted); err != nil {
		return err
	}
	b.drop()
	return removeFile(b.path, b.step)
}

// drop lets go of the file, waiting for who reads it. One that is damaged may hold
// locks of bbolt's for ever: its memory map stays until the process ends.
func (b *batch) drop() {
	// Its pages are to be removed: whether closing wrote anything is no matter.
	_ = b.closeFile()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.db, b.frozen, b.damage, b.failing = nil, nil, nil, false
}

func removeFile(path string, step Step) error {
	err := step.Around("spool.remove", func() error {
		return errors.Join(removed(path), syncDir(filepath.Dir(path)))
	})
	if err != nil {
		return fmt.Errorf("spool: remove %s: %w", path, err)
	}
	return nil
}

// finish does what a crash interrupted: files that were made by half go, and those
// of deleted batches.
func (s *Spool) finish() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(s.dir, e.Name())
		if strings.HasSuffix(e.Name(), extension+temporary) {
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("spool: %w", err)
			}
			continue
		}
		if key, err := keyOf(path); err == nil && s.Deleted(key) {
			if err := removeFile(path, s.step); err != nil {
				return err
			}
		}
	}
	return nil
}
