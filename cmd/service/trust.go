package service

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
)

// Trust is whom the services of a host know by their keys. It follows the services
// file, and what pairing keeps beside the stores: a key that is added or taken away
// there counts from the next handshake or request on. All else in the file is read
// when a service starts. What cannot be read leaves all as it was. It is safe for
// concurrent use.
type Trust struct {
	log *slog.Logger

	mu   sync.Mutex // guards what follows
	last *Config
	seen sights
	told repeated
}

// Trust returns whom c's services know. A Config that no file was read for never
// changes.
func (c *Config) Trust(log *slog.Logger) *Trust { return &Trust{log: log, last: c, seen: c.seen} }

func (t *Trust) config() *Config {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last.file == "" {
		return t.last
	}
	now, err := t.last.look()
	if err == nil && now.same(t.seen) {
		return t.last
	}
	c := t.last
	if err == nil {
		t.seen = now
		c, err = t.last.again()
	}
	if t.told.news(err) {
		t.log.Error("whom to trust could not be read anew; going on as before", "why", err)
	}
	if err != nil {
		return t.last
	}
	if !slices.Equal(t.last.pins(), c.pins()) {
		t.log.Info("the peers' keys have changed", "file", c.file)
	}
	t.last = c
	return c
}

// again reads the file that c is of, which must still be of the same roles.
func (c *Config) again() (*Config, error) {
	now, err := Read(c.file)
	if err != nil {
		return nil, err
	}
	if c.Collector != nil && now.Collector == nil || c.Leader != nil && now.Leader == nil || c.Helper != nil && now.Helper == nil {
		return nil, fmt.Errorf("%s: a section that this service runs by is gone: put it back, or stop the service", c.file)
	}
	return now, nil
}

// pins are all keys that c lets in or connects to.
func (c *Config) pins() (all peer.Keys) {
	if c.Collector != nil {
		all = append(all, c.Collector.Leader...)
	}
	if c.Leader != nil {
		all = append(append(all, c.Leader.Collector.Keys...), c.Leader.Helper.Keys...)
	}
	for _, l := range c.Leaders {
		all = append(all, l.Keys...)
	}
	return all
}

// AtCollector are the keys that the collector's inner listener lets in.
func (t *Trust) AtCollector() peer.Keys {
	if c := t.config(); c.Collector != nil {
		return c.Collector.Leader
	}
	return nil
}

// Collector are the keys of the leader's collector.
func (t *Trust) Collector() peer.Keys {
	if c := t.config(); c.Leader != nil {
		return c.Leader.Collector.Keys
	}
	return nil
}

// Helper are the keys of the leader's helper.
func (t *Trust) Helper() peer.Keys {
	if c := t.config(); c.Leader != nil {
		return c.Leader.Helper.Keys
	}
	return nil
}

// HelperSigned verifies what the leader's helper has signed, with the keys that it
// had too.
func (t *Trust) HelperSigned() Verifier {
	return func() peer.Keys {
		c := t.config()
		if c.Leader == nil {
			return nil
		}
		return slices.Concat(c.Leader.Helper.Keys, c.Leader.Helper.Former)
	}
}

// AtHelper are the keys that the helper's listener lets in: those of all leaders.
func (t *Trust) AtHelper() (all peer.Keys) {
	for _, l := range t.config().Leaders {
		all = append(all, l.Keys...)
	}
	return all
}

// Leader returns the leader that a request is of, by the key that its connection
// has proven.
func (t *Trust) Leader(r *http.Request) (helper.Peer, bool) {
	k, ok := peer.Of(r)
	if !ok {
		return helper.Peer{}, false
	}
	for _, l := range t.config().Leaders {
		if l.Keys.Has(k) {
			return helper.Peer{Name: l.Name, Keys: slices.Concat(l.Keys, l.Former)}, true
		}
	}
	return helper.Peer{}, false
}

// LeaderName is Leader's name alone; empty for nobody.
func (t *Trust) LeaderName(r *http.Request) string {
	who, _ := t.Leader(r)
	return who.Name
}

// Verifier verifies a signature by whichever keys there are when it is asked.
type Verifier func() peer.Keys

// Verify implements release.Verifier.
func (v Verifier) Verify(message, signature []byte) bool { return v().Verify(message, signature) }

// sight is how a file was found; none (nil) for one that is not there.
type sight struct {
	path string
	info fs.FileInfo
}

type sights []sight

// look notes how the files are that say whom to trust.
func (c *Config) look() (all sights, err error) {
	paths := []string{c.file}
	if c.Leader != nil {
		paths = append(paths, c.Leader.helperFile())
	}
	if c.Helper != nil {
		dir := c.Helper.leadersDir()
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look for admitted leaders: %w", err)
		}
		for _, e := range entries {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look for whom to trust: %w", err)
		}
		if err != nil {
			info = nil
		}
		all = append(all, sight{path, info})
	}
	return all, nil
}

func (s sights) same(other sights) bool {
	return slices.EqualFunc(s, other, func(a, b sight) bool {
		if a.path != b.path || (a.info == nil) != (b.info == nil) {
			return false
		}
		return a.info == nil || os.SameFile(a.info, b.info) && a.info.ModTime().Equal(b.info.ModTime()) && a.info.Size() == b.info.Size()
	})
}
