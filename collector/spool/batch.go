package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
)

type kind byte

const (
	appending kind = iota
	freezing
	opening // changes nothing
	trying  // neither
	deleting
)

// item is one request to a batch's goroutine.
type item struct {
	kind    kind
	raw     []byte
	summary Summary
	done    chan error // of capacity 1
}

// batch is one file. Its run goroutine makes every change to it.
type batch struct {
	key   Key
	path  string
	marks *marks
	limit int
	keep  int64 // bytes of the disk
	step  Step
	log   *slog.Logger
	queue chan *item

	arrived atomic.Uint64 // reports in the file, since it was opened
	mapped  mapped

	mu      sync.RWMutex // held for reading during reads, so that db stays
	db      *bolt.DB     // nil before it is opened, and after a failed commit
	frozen  *Summary
	damage  error // why the file cannot be used until the collector starts again
	failing bool  // the latest commit failed, and the log has been told

	held []*item // of the commit at hand, kept to save allocating
}

// run serves the queue until it is closed. An item belongs to whoever submitted
// it again as soon as its outcome is sent.
func (b *batch) run() {
	for first := range b.queue {
		appends, other := b.collect(first)
		if len(appends) > 0 {
			err := b.commit(appends)
			for _, it := range appends {
				it.done <- err
			}
		}
		if other == nil {
			continue
		}
		switch other.kind {
		case freezing:
			summary, err := b.freeze()
			other.summary = summary
			other.done <- err
		case opening:
			other.done <- b.open()
		case trying:
			other.done <- b.trial()
		case deleting:
			other.done <- b.delete()
		}
	}
}

// collect returns the appends that share the next commit: whoever queued up
// during the last one; nobody is waited for. Any other item ends the collecting
// and is returned too.
func (b *batch) collect(first *item) (appends []*item, other *item) {
	b.held = b.held[:0]
	for it := first; ; {
		if it.kind != appending {
			return b.held, it
		}
		if b.held = append(b.held, it); len(b.held) == b.limit {
			return b.held, nil
		}
		select {
		case next, ok := <-b.queue:
			if !ok {
				return b.held, nil
			}
			it = next
		default:
			return b.held, nil
		}
	}
}

// open opens the file if it is not open, and makes it when it never was there.
// Only run calls it.
func (b *batch) open() error {
	b.mu.RLock()
	db, damage := b.db, b.damage
	b.mu.RUnlock()
	if damage != nil {
		return damage
	}
	if db != nil {
		return nil
	}
	if b.marks.has(b.key, deleted) {
		return ErrDeleted // and its file is about to go, should it be there still
	}
	db, err := openFile(b.path, b.key, b.marks, b.step)
	if err != nil {
		return b.note(err)
	}
	frozen, reports, err := readState(db, b.path)
	if err != nil {
		return b.note(err)
	}
	b.arrived.Store(reports)
	b.mu.Lock()
	b.db, b.frozen = db, frozen
	b.mu.Unlock()
	return nil
}

// note remembers damage, tells the log what is new, and returns err.
func (b *batch) note(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch lasts := errors.Is(err, ErrDamaged) || errors.Is(err, ErrNewer); {
	case lasts && b.damage == nil:
		b.damage = err
		b.log.Error("a period's spool file cannot be used", "error", err)
	case !lasts && !b.failing:
		b.failing = true
		b.log.Error("a period's reports cannot be written; none is acknowledged", "file", b.path, "error", err)
	}
	return err
}

// ready reports whether the file is open.
func (b *batch) ready() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.db != nil
}

func (b *batch) broken() error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.damage
}

// commit appends in one transaction.
func (b *batch) commit(appends []*item) error {
	// Asked before a file that a failed commit has closed is opened again, and so
	// read again: while the disk is full a refusal costs next to nothing.
	if err := b.room(); err != nil {
		return b.note(err)
	}
	if err := b.open(); err != nil {
		return err
	}
	if b.frozen != nil {
		return ErrFrozen
	}
	size := 0
	for _, it := range appends {
		size += len(it.raw)
	}
	err := b.update("spool.commit", func(tx *bolt.Tx) error {
		b.mapped.touch(tx, size)
		bucket := tx.Bucket(bucketReports)
		bucket.FillPercent = 1 // keys only grow
		sequence := bucket.Sequence()
		keys := make([]byte, 0, 8*len(appends))
		for _, it := range appends {
			sequence++
			keys = append(keys, sequenceKey(sequence)...)
			key := keys[len(keys)-8:]
			if err := bucket.Put(key, seal(key, it.raw)); err != nil {
				return err
			}
		}
		return bucket.SetSequence(sequence)
	})
	if err == nil {
		b.arrived.Add(uint64(len(appends)))
	}
	return err
}

// trial says what commit would, in its order, but for what only writing shows.
func (b *batch) trial() error {
	if err := b.room(); err != nil {
		return err // the log is told by the first report that meets it
	}
	if damage := b.broken(); damage != nil {
		return damage
	}
	if !b.ready() {
		// open would make a file, which is a report's to do.
		if _, err := os.Stat(b.path); errors.Is(err, os.ErrNotExist) {
			return b.marks.gone(b.key, b.path)
		}
		if err := b.open(); err != nil {
			return err
		}
	}
	if b.frozen != nil {
		return ErrFrozen
	}
	return nil
}

// room is ErrFull while the disk has less left than is kept free. A disk that does
// not tell is asked by writing.
func (b *batch) room() error {
	if b.keep <= 0 {
		return nil
	}
	free, _, err := Free(filepath.Dir(b.path))
	if err != nil || free >= b.keep {
		return nil
	}
	return fmt.Errorf("%w: free some of the disk of %s: %d MiB are left and %d are kept for closing periods",
		ErrFull, filepath.Dir(b.path), free>>20, b.keep>>20)
}

// update runs one transaction, which is the durable step of that name.
func (b *batch) update(step string, f func(tx *bolt.Tx) error) error {
	return b.written(b.step.Around(step, func() error {
		return guarded(b.path, func() error { return b.db.Update(f) })
	}))
}

// written takes the outcome of a transaction. After a failed one nobody knows
// what the disk holds, so the file is closed, and checked before the next.
func (b *batch) written(err error) error {
	if err == nil {
		b.mu.Lock()
		b.failing = false
		b.mu.Unlock()
		return nil
	}
	err = b.note(fmt.Errorf("spool: write %s: %w", b.path, err))
	// A file that cannot even be closed would stay locked, and the next open
	// would say so; its error adds nothing here.
	_ = b.closeFile()
	return err
}

func (b *batch) closeFile() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	// bbolt may have panicked on damage with locks held that Close waits for.
	if b.db == nil || b.damage != nil {
		return nil
	}
	db := b.db
	b.db = nil
	return guarded(b.path, db.Close)
}
