package peer

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
)

// Self is who this end of a connection is, asked for at each handshake: an
// Identity, which stays, or a *Source, which follows its file.
type Self interface{ Current() Identity }

// Current is the identity itself.
func (id Identity) Current() Identity { return id }

// SourceOptions of an identity file.
type SourceOptions struct {
	// Unlock returns the content of a file that lies under a passphrase, and any
	// other content as it is. Default: the content is taken as it is.
	Unlock func(file []byte) (plain []byte, err error)
	// Log hears of a file that has changed, and of one that cannot be used.
	// Default: nobody.
	Log *slog.Logger
}

// Source is an identity that is read again when its file changes, so that a key is
// replaced without a restart: rename the new file over the old one. A file that
// cannot be used leaves the identity as it was, and is told of once. It is safe for
// concurrent use.
type Source struct {
	path string
	o    SourceOptions

	mu      sync.Mutex // guards what follows
	current Identity
	seen    os.FileInfo // of the file that was looked at last; nil when there was none
}

// OpenSource reads the identity file at path, as ReadIdentity does, and goes on
// to watch it.
func OpenSource(path string, o SourceOptions) (*Source, error) {
	if o.Unlock == nil {
		o.Unlock = func(file []byte) ([]byte, error) { return file, nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read a peer identity: %w", err)
	}
	id, err := readIdentity(path, o.Unlock)
	if err != nil {
		return nil, err
	}
	return &Source{path: path, o: o, current: id, seen: info}, nil
}

// Current returns the identity, after a look at whether its file has changed: one
// system call, where it has not. While a changed file is read the others wait: an
// identity that is gone is shown to nobody.
func (s *Source) Current() Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
	return s.current
}

func (s *Source) refresh() {
	info, err := os.Stat(s.path)
	if err == nil && s.seen != nil && same(info, s.seen) {
		return
	}
	if err != nil {
		if s.seen != nil { // news
			s.o.Log.Error("an identity file cannot be read; going on with the identity from before", "file", s.path, "why", err)
		}
		s.seen = nil
		return
	}
	s.seen = info
	id, err := readIdentity(s.path, s.o.Unlock)
	if err != nil {
		s.o.Log.Error("an identity file cannot be used; going on with the identity from before", "file", s.path, "why", err)
		return
	}
	if id.Public() != s.current.Public() {
		s.o.Log.Info("an identity has changed", "file", s.path, "from", s.current.Public(), "to", id.Public())
	}
	s.current = id
}

// same reports whether a file is the one that was read. Mode and size are in it for
// clocks of file systems that tick slowly.
func same(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode()
}

// Public returns the key of the current identity.
func (s *Source) Public() Key { return s.Current().Public() }

// Sign signs with the current identity.
func (s *Source) Sign(message []byte) []byte { return s.Current().Sign(message) }
