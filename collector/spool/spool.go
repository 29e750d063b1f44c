package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

var (
	// ErrBusy: as many reports wait for the disk as may; try again shortly.
	ErrBusy = errors.New("spool: too many reports wait for the disk")
	// ErrFrozen: the batch's period has been closed, nothing can be appended.
	ErrFrozen = errors.New("spool: the batch is frozen")
	// ErrOpen: the batch has not been frozen, so nothing can be read.
	ErrOpen = errors.New("spool: the batch is not frozen")
	// ErrUnknown: no report of that ID in the batch.
	ErrUnknown = errors.New("spool: no such report")
	// ErrFull: the disk has less left than Options.KeepFree; nothing was kept.
	ErrFull = errors.New("spool: the disk is full")
	// ErrClosed: the spool has been closed.
	ErrClosed = errors.New("spool: closed")
)

// Options of a Spool.
type Options struct {
	// Dir holds the batch files. Required; made when it does not exist.
	Dir string
	// Marks holds the marks of batches, which tell one that was deleted or lost
	// from one that never had a report. Default: Dir; elsewhere they outlive it.
	Marks string
	// QueueLimit is how many reports may wait for the disk, over all batches.
	// Default 4,096.
	QueueLimit int
	// KeepFree is how many bytes of its disk the spool leaves free: below it reports
	// are refused with ErrFull, and what is there can still be closed, read and
	// deleted. Default 64 MiB; negative for none.
	KeepFree int64
	// CommitLimit is how many reports share one commit at most. Default 512.
	CommitLimit int
	// Step hears of every durable step. Default: nobody.
	Step Step
	// Log hears of damaged files and failed commits, once each. Default: nobody.
	Log *slog.Logger
}

// Spool keeps batches. All methods are safe for concurrent use.
type Spool struct {
	dir         string
	marks       *marks
	queueLimit  int64
	commitLimit int
	keepFree    int64
	step        Step
	log         *slog.Logger
	waiting     atomic.Int64

	mu      sync.RWMutex // held for reading while something is queued
	closed  bool
	batches map[Key]*batch
	running sync.WaitGroup
	closing sync.Once
	failed  error
}

// Open opens the spool in o.Dir. Batch files are opened and checked when they
// are first used.
func Open(o Options) (*Spool, error) {
	if o.Dir == "" {
		return nil, errors.New("spool: Dir is required")
	}
	if o.QueueLimit < 0 || o.CommitLimit < 0 {
		return nil, errors.New("spool: QueueLimit and CommitLimit are positive, or 0 for the default")
	}
	if o.QueueLimit == 0 {
		o.QueueLimit = 4096
	}
	if o.CommitLimit == 0 {
		o.CommitLimit = 512
	}
	if o.KeepFree == 0 {
		o.KeepFree = 64 << 20
	}
	if o.Marks == "" {
		o.Marks = o.Dir
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	marked, err := openMarks(o.Marks, o.Step)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	s := &Spool{dir: o.Dir, marks: marked, queueLimit: int64(o.QueueLimit), commitLimit: o.CommitLimit, keepFree: o.KeepFree, step: o.Step, log: o.Log, batches: make(map[Key]*batch)}
	if err := s.finish(); err != nil {
		return nil, err
	}
	for _, err := range s.Damaged() { // by now only what is missing
		s.log.Error("a period's spool file is missing", "error", err)
	}
	return s, nil
}

// File returns the path of a batch's file.
func (s *Spool) File(key Key) string { return filepath.Join(s.dir, key.file()) }

// Prepare opens and checks a batch's file if there is one, so that damage is
// known before the first report needs it.
//
// Errors: a DamageError, ErrDeleted, a LostError, ErrNewer, ErrClosed, and the disk's.
func (s *Spool) Prepare(key Key) error {
	if _, err := os.Stat(s.File(key)); errors.Is(err, os.ErrNotExist) {
		return s.marks.gone(key, s.File(key))
	}
	return s.submit(key, &item{kind: opening, done: make(chan error, 1)})
}

// Damaged returns the errors of all files found damaged so far, or of a newer
// version, and a LostError for each that is missing.
func (s *Spool) Damaged() []error {
	var out []error
	s.mu.RLock()
	for _, b := range s.batches {
		if err := b.broken(); err != nil {
			out = append(out, err)
		}
	}
	s.mu.RUnlock()
	for _, key := range s.marks.keys() {
		if _, err := os.Stat(s.File(key)); errors.Is(err, os.ErrNotExist) {
			if err := s.marks.gone(key, s.File(key)); errors.Is(err, ErrLost) {
				out = append(out, err)
			}
		}
	}
	return out
}

// Append puts a report at the end of its batch and returns when it is on disk.
// raw must parse as a report whose plan and period are the key's; the spool
// adds Headroom bytes behind it in place if there is room, and does not keep it.
//
// Errors: ErrBusy, ErrFrozen, ErrDeleted, ErrClosed, a DamageError, a LostError,
// ErrNewer, or the disk's own, ErrFull among them; after any of them the report is not acknowledged, though after the disk's it may
// have been stored.
func (s *Spool) Append(key Key, raw []byte) error {
	if s.waiting.Add(1) > s.queueLimit {
		s.waiting.Add(-1)
		return ErrBusy
	}
	defer s.waiting.Add(-1)
	it := items.Get().(*item)
	it.kind, it.raw = appending, raw
	err := s.submit(key, it)
	it.raw = nil
	items.Put(it)
	return err
}

// Trial returns what Append would of a report of that batch now, and keeps nothing: no
// file is made, and of one that is there no byte is changed. It is held up as appends are.
//
// Errors: Append's.
func (s *Spool) Trial(key Key) error {
	if s.waiting.Add(1) > s.queueLimit {
		s.waiting.Add(-1)
		return ErrBusy
	}
	defer s.waiting.Add(-1)
	return s.submit(key, &item{kind: trying, done: make(chan error, 1)})
}

var items = sync.Pool{New: func() any { return &item{done: make(chan error, 1)} }}

// Freeze closes a batch for good and returns what it holds. Calling it again
// returns the same. One that never had a report is closed empty; one that had, and
// whose file is gone, is not. Whoever calls it has made sure that the period is over.
//
// Errors: ErrDeleted, ErrClosed, a DamageError, a LostError, ErrNewer, or the disk's.
func (s *Spool) Freeze(key Key) (Summary, error) {
	it := &item{kind: freezing, done: make(chan error, 1)}
	err := s.submit(key, it)
	return it.summary, err
}

// submit queues it and waits for its outcome.
func (s *Spool) submit(key Key, it *item) error {
	for {
		b, err := s.batch(key)
		if err != nil {
			return err
		}
		// Between here and the queue neither the spool nor the batch must end, or
		// the item would be sent to a queue that nobody reads.
		s.mu.RLock()
		if s.batches[key] == b && !s.closed {
			b.queue <- it
			s.mu.RUnlock()
			return <-it.done
		}
		s.mu.RUnlock()
	}
}

// batch returns the running batch of key, started when it is first asked for.
//
// Errors: ErrClosed, ErrDeleted.
func (s *Spool) batch(key Key) (*batch, error) {
	s.mu.RLock()
	b, closed := s.batches[key], s.closed
	s.mu.RUnlock()
	if closed {
		return nil, ErrClosed
	}
	if b != nil {
		return b, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if b = s.batches[key]; b == nil {
		if s.Deleted(key) {
			return nil, ErrDeleted
		}
		b = &batch{key: key, path: s.File(key), marks: s.marks, limit: s.commitLimit, keep: s.keepFree, step: s.step, log: s.log, queue: make(chan *item, s.commitLimit)}
		s.batches[key] = b
		s.running.Add(1)
		go func() {
			defer s.running.Done()
			b.run()
		}()
	}
	return b, nil
}

// opened returns the batch of key for reading, its file opened. It makes none.
func (s *Spool) opened(key Key) (*batch, error) {
	b, err := s.batch(key)
	if err != nil || b.ready() {
		return b, err
	}
	if err := s.Prepare(key); err != nil {
		return nil, err
	}
	return b, nil
}

// Close writes what waits, closes all files and returns the first error of
// that. Calling it again returns the same.
func (s *Spool) Close() error {
	s.closing.Do(func() {
		s.mu.Lock()
		s.closed = true
		for _, b := range s.batches {
			close(b.queue)
		}
		s.mu.Unlock()
		s.running.Wait()
		var all []error
		for _, b := range s.batches {
			all = append(all, b.closeFile())
		}
		s.failed = errors.Join(all...)
	})
	return s.failed
}

// Report returns the report that counts under an ID. In a batch that is not
// frozen yet it is the one that would count by now, found by looking at all: for
// an operator's look, not for work. A batch that nothing was appended to is
// ErrOpen.
//
// Errors: ErrOpen, ErrUnknown, ErrDeleted, ErrClosed, a DamageError, a LostError.
func (s *Spool) Report(key Key, id plan.ReportID) ([]byte, error) {
	b, err := s.opened(key)
	if err != nil {
		return nil, err
	}
	return b.report(id)
}

// Page calls each with the counted reports of one partition of a frozen batch,
// ascending by ID, beginning behind after (or, when that is nil, with the first),
// until limit reports or at least maxBytes bytes have been handed out. The bytes
// are valid during the call only. more says whether reports are left.
//
// Errors: ErrOpen, ErrDeleted, ErrClosed, a DamageError, a LostError, and what each
// returned.
func (s *Spool) Page(key Key, partition byte, after *plan.ReportID, limit, maxBytes int, each func(raw []byte) error) (more bool, err error) {
	b, err := s.opened(key)
	if err != nil {
		return false, err
	}
	return b.page(partition, after, limit, maxBytes, each)
}
