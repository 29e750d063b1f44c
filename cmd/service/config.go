package service

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
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
	Former    peer.Keys
	Recipient string // of a helper whose pairings made no identities: age1…
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

// What the keys of a services file accept, in the words of its errors.
const (
	wantOfficer   = "the officer's public key, dunlin-officer1…, as `dunlin keygen officer` printed it"
	wantPeer      = "the public key of the %s, dunlin-peer1…, as `dunlin keygen %[1]s` printed it, or a list of several while it changes"
	wantAddress   = "HOST:PORT, as 127.0.0.1:8080"
	wantURL       = "https://HOST:PORT"
	wantFolder    = "a folder, from here or absolute"
	wantIdentity  = "the path of %s.pem, which `dunlin keygen %[1]s` made"
	wantAge       = "the path of %s.age, which `dunlin keygen %[1]s` made"
	wantRecipient = "whom the helper's shares are sealed to, age1…, as `dunlin keygen helper` printed it"
	wantPrefix    = "a path of the site such as /dunlin, without a slash at the end"
	wantScript    = "a name of letters, digits and - _ ~ . such as dunlin.js"
	wantAPI       = "a name of letters, digits and - _ ~ . such as v1"
	wantPlans     = "a list of files that `dunlin plan sign` made"
	wantKeys      = "the folder that `dunlin keygen %s` wrote to"
	wantFormer    = "a list of public keys that the %s had, dunlin-peer1…"
	wantLeaders   = "NAME: the leader's public key, a list of several, or {key: …, former: […]}"
	wantName      = "a name of 1 to 32 letters, digits and -, in lower case"
	wantSecret    = "a file with a passphrase in its only line, for its owner alone"
)

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
			c.Leader.Helper = Remote{URL: r.url(), Keys: r.peers("key", "helper"), Former: r.former("helper"), Recipient: r.optional("recipient", wantRecipient, isRecipient)}
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
	c.Leaders = append(c.Leaders, top.leaders()...)
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

// keyFiles are where a role's keys lie.
type roleFiles struct{ identity, age, verify string }

// keyFiles reads the one key that names a folder, or those that name each file. With
// a folder the age key is found there if it is there (see resolve), and what pairing
// makes goes below data.
func (s *fields) keyFiles(role string) (f roleFiles) {
	dir := s.optional("keys", fmt.Sprintf(wantKeys, role), nil)
	if dir == "" {
		f.identity = s.text("identity", fmt.Sprintf(wantIdentity, role), nil)
	} else {
		f.identity = cmp.Or(s.optional("identity", fmt.Sprintf(wantIdentity, role), nil), filepath.Join(dir, role+".pem"))
	}
	if role == "collector" {
		return f
	}
	f.age = s.optional("age", fmt.Sprintf(wantAge, role), nil)
	if dir == "" {
		f.verify = s.text("verify_keys", wantFolder, nil)
		return f
	}
	f.verify = s.optional("verify_keys", wantFolder, nil)
	if data := s.values["data"].node; f.verify == "" && data != nil {
		f.verify = filepath.Join(data.GetToken().Value, "pairings")
	}
	if f.age == "" {
		f.age = filepath.Join(dir, role+".age") + ifThere
	}
	return f
}

// ifThere ends a path that resolve drops where no file is at it.
const ifThere = "\x00"

func (s *fields) address(name string) string { return s.text(name, wantAddress, isAddress) }

func (s *fields) optionalAddress(name string) string {
	return s.optional(name, wantAddress, isAddress)
}

func isAddress(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	return err
}

func (s *fields) url() string {
	return s.text("url", wantURL, func(v string) error {
		u, err := url.Parse(v)
		if err == nil && (u.Scheme != "https" || u.Host == "" || "https://"+u.Host != v) {
			err = errors.New("not of that form")
		}
		return err
	})
}

// paths reads the section paths, each key of which may be left out.
func (s *fields) paths() (p collector.Paths) {
	f := s.section("paths", "prefix", "script", "api")
	if f == nil {
		return collector.DefaultPaths
	}
	p.Prefix = f.optional("prefix", wantPrefix, func(v string) error { return collector.Paths{Prefix: v}.Check() })
	p.Script = f.optional("script", wantScript, func(v string) error { return collector.Paths{Script: v}.Check() })
	p.API = f.optional("api", wantAPI, func(v string) error { return collector.Paths{API: v}.Check() })
	return p.Or(collector.DefaultPaths)
}

// peers reads one key or a list of them.
func (s *fields) peers(name, role string) (ks peer.Keys) {
	s.oneOrMore(name, fmt.Sprintf(wantPeer, role), func(v string) error {
		k, err := peer.ParseKey(v)
		ks = append(ks, k)
		return err
	})
	return ks
}

// former reads the keys that a peer had.
func (s *fields) former(role string) (ks peer.Keys) {
	if _, ok := s.values["former"]; !ok {
		return nil
	}
	s.oneOrMore("former", fmt.Sprintf(wantFormer, role), func(v string) error {
		k, err := peer.ParseKey(v)
		ks = append(ks, k)
		return err
	})
	return ks
}

func isRecipient(s string) error {
	_, err := seal.ParseRecipient(plan.Recipient{Type: plan.X25519, Key: s})
	return err
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
