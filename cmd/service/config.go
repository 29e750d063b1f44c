package service

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Config is a services file: which roles this host runs, where they listen, whom
// they trust. Paths are relative to the file.
type Config struct {
	// Officer is the public key whose signature makes a plan (dunlin-officer1…).
	Officer   string
	Collector *CollectorConfig
	Leader    *LeaderConfig
	Helper    *HelperConfig
	// Leaders are those that the helper serves: the services file's, and those that
	// `dunlin pair accept` has admitted.
	Leaders []Admitted
	// Floors are what the helper asks of every plan.
	Floors Floors
	// Limits are what the collector takes of a site and of an address.
	Limits Limits
	// Metrics is where metrics are served for operators, HOST:PORT; empty: nowhere.
	Metrics string

	file string // that it was read from, absolute; empty for none
	lock *lock
	seen sights // of what Read has read
}

// CollectorConfig is the upload endpoint's part.
type CollectorConfig struct {
	Listen   string    // for browsers
	Inner    string    // for the leader alone, mutual TLS
	Data     string    // folder of spool and plans
	Identity string    // own peer identity file
	Leader   peer.Keys // of the only peer let in at Inner
	// Paths are the names that browsers use. Default: collector.DefaultPaths.
	Paths collector.Paths
}

// LeaderConfig is the analytics team's aggregator.
type LeaderConfig struct {
	Data       string   // folder of batches.db and releases.db
	Identity   string   // own peer identity file
	Age        string   // age key file for plans whose pairing made no identity; may be empty
	VerifyKeys string   // folder of the keys that pairing made
	Plans      []string // signed plans to serve and aggregate
	Collector  Remote
	// Helper is the section's, or the one that `dunlin pair accept` has kept below
	// Data; without URL where there is neither.
	Helper Remote
}

// HelperConfig is the privacy officer's aggregator.
type HelperConfig struct {
	Listen     string // for leaders alone, mutual TLS
	Data       string
	Identity   string
	Age        string // may be empty, as LeaderConfig.Age
	VerifyKeys string
}

// Remote is another service: its address and the keys of which it must prove one.
type Remote struct {
	URL  string // https://host:port
	Keys peer.Keys
	// Former are keys that it had: what they signed counts, who holds them does not.
	Former peer.Keys
}

// Read reads and checks a services file, and what pairing keeps in the roles' data
// folders. Errors name file, line, column, key and what is accepted there.
func Read(path string) (*Config, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no services file %s: name yours with --config, or make one with `dunlin init`", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the services file: %w", err)
	}
	c, err := Parse(path, b)
	if err != nil {
		return nil, err
	}
	if c.file, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("read the services file: %w", err)
	}
	c.resolve(filepath.Dir(path))
	if c.seen, err = c.look(); err != nil {
		return nil, err
	}
	if err := c.readPaired(); err != nil {
		return nil, err
	}
	return c, nil
}

// Parse reads a services file's bytes; name stands in errors.
func Parse(name string, b []byte) (*Config, error) {
	f := &faults{file: name}
	top := readFields(f, b, "officer", "collector", "leader", "helper", "leaders", "floors", "limits", "metrics", "passphrase_file")
	if top == nil {
		return nil, f.err()
	}
	c := &Config{
		Officer: top.text("officer", wantOfficer, func(s string) error { _, err := planfile.ParseOfficer(s); return err }),
		Metrics: top.optionalAddress("metrics"),
		lock:    &lock{file: top.optional("passphrase_file", wantSecret, nil)},
		Floors:  top.floors(), Limits: top.limits(),
	}
	if s := top.section("collector", "listen", "inner", "data", "keys", "identity", "leader", "paths"); s != nil {
		c.Collector = &CollectorConfig{
			Listen: s.address("listen"), Inner: s.address("inner"), Data: s.text("data", wantFolder, nil),
			Identity: s.keyFiles("collector").identity, Leader: s.peers("leader", "leader"),
			Paths: s.paths(),
		}
	}
	if s := top.section("leader", "data", "keys", "identity", "age", "verify_keys", "plans", "collector", "helper"); s != nil {
		files := s.keyFiles("leader")
		c.Leader = &LeaderConfig{
			Data: s.text("data", wantFolder, nil), Identity: files.identity, Age: files.age, VerifyKeys: files.verify,
			Plans: s.texts("plans", wantPlans),
		}
		if r := s.need("collector", "url", "key"); r != nil {
			c.Leader.Collector = Remote{URL: r.url(), Keys: r.peers("key", "collector")}
		}
		if r := s.section("helper", "url", "key", "former", "recipient"); r != nil {
			c.Leader.Helper = Remote{URL: r.url(), Keys: r.peers("key", "helper"), Former: r.former("helper")}
			r.optional("recipient", wantRecipient, isRecipient) // of older files: pairing tells it now
		}
	}
	if s := top.section("helper", "listen", "data", "keys", "identity", "age", "verify_keys", "leader", "former"); s != nil {
		files := s.keyFiles("helper")
		c.Helper = &HelperConfig{
			Listen: s.address("listen"), Data: s.text("data", wantFolder, nil),
			Identity: files.identity, Age: files.age, VerifyKeys: files.verify,
		}
		if _, ok := s.values["leader"]; ok {
			c.Leaders = []Admitted{{Name: batch.FormerOwner, Keys: s.peers("leader", "leader"), Former: s.former("leader")}}
		}
	}
	for _, l := range top.leaders() {
		if len(c.Leaders) > 0 && c.Leaders[0].Name == l.Name {
			f.add(top.values["leaders"].at, "leaders."+l.Name, "helper.leader has that name already", "another name, or no helper.leader")
		}
		c.Leaders = append(c.Leaders, l)
	}
	top.fits(c)
	if err := f.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// fits tells of sections that nothing reads.
func (s *fields) fits(c *Config) {
	if c.Collector == nil && c.Leader == nil && c.Helper == nil && len(s.faults.all) == 0 {
		s.faults.add(s.at, "yaml", "no role", "a section collector, leader or helper")
	}
	for _, o := range []struct {
		name, of string
		missing  bool
	}{{"leaders", "helper", c.Helper == nil}, {"floors", "helper", c.Helper == nil}, {"limits", "collector", c.Collector == nil}} {
		if v, ok := s.values[o.name]; ok && o.missing && s.values[o.of].node == nil {
			s.faults.add(v.at, o.name, "there is no section "+o.of+" that it is of", "it beside a section "+o.of)
		}
	}
	seen := map[peer.Key]string{}
	for _, l := range c.Leaders {
		for _, k := range l.Keys {
			if other, ok := seen[k]; ok && other != l.Name {
				s.faults.add(s.at, "leaders", fmt.Sprintf("%s is the key of both %s and %s", k, other, l.Name), "keys of one leader each")
			}
			seen[k] = l.Name
		}
	}
}

// resolve makes every path absolute, from the folder of the services file.
func (c *Config) resolve(dir string) {
	fix := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
		if path, ok := strings.CutSuffix(*p, ifThere); ok {
			*p = path
			if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
				*p = ""
			}
		}
	}
	fix(&c.lock.file)
	if r := c.Collector; r != nil {
		fix(&r.Data)
		fix(&r.Identity)
	}
	if r := c.Leader; r != nil {
		fix(&r.Data)
		fix(&r.Identity)
		fix(&r.Age)
		fix(&r.VerifyKeys)
		for i := range r.Plans {
			fix(&r.Plans[i])
		}
	}
	if r := c.Helper; r != nil {
		fix(&r.Data)
		fix(&r.Identity)
		fix(&r.Age)
		fix(&r.VerifyKeys)
	}
}
