package service

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

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
}

// CollectorConfig is the upload endpoint's part.
type CollectorConfig struct {
	Listen   string   // for browsers
	Inner    string   // for the leader alone, mutual TLS
	Data     string   // folder of spool and plans
	Identity string   // own peer identity file
	Leader   peer.Key // the only peer let in at Inner
	// Paths are the names that browsers use. Default: collector.DefaultPaths.
	Paths collector.Paths
}

// LeaderConfig is the analytics team's aggregator.
type LeaderConfig struct {
	Data       string   // folder of batches.db and releases.db
	Identity   string   // own peer identity file
	Age        string   // own age key file
	VerifyKeys string   // folder of the keys that pairing made
	Plans      []string // signed plans to serve and aggregate
	Collector  Remote
	Helper     Remote
}

// HelperConfig is the privacy officer's aggregator.
type HelperConfig struct {
	Listen     string // for the leader alone, mutual TLS
	Data       string
	Identity   string
	Age        string
	VerifyKeys string
	Leader     peer.Key // the only peer let in
}

// Remote is another service: its address and the key that it must prove.
type Remote struct {
	URL       string // https://host:port
	Key       peer.Key
	Recipient string // of the helper: age1…, for pairing
}

// Read reads and checks a services file. Errors name file, line, column, key and
// what is accepted there.
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
	c.resolve(filepath.Dir(path))
	return c, nil
}

// What the keys of a services file accept, in the words of its errors.
const (
	wantOfficer   = "the officer's public key, dunlin-officer1…, as `dunlin keygen officer` printed it"
	wantPeer      = "the public key of the %s, dunlin-peer1…, as `dunlin keygen %[1]s` printed it"
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
)

// Parse reads a services file's bytes; name stands in errors.
func Parse(name string, b []byte) (*Config, error) {
	f := &faults{file: name}
	top := readFields(f, b, "officer", "collector", "leader", "helper")
	if top == nil {
		return nil, f.err()
	}
	c := &Config{Officer: top.text("officer", wantOfficer, func(s string) error { _, err := planfile.ParseOfficer(s); return err })}
	if len(top.values) == 1 && c.Officer != "" {
		f.add(top.at, "yaml", "no role", "a section collector, leader or helper")
	}
	if s := top.section("collector", "listen", "inner", "data", "identity", "leader", "paths"); s != nil {
		c.Collector = &CollectorConfig{
			Listen: s.address("listen"), Inner: s.address("inner"), Data: s.text("data", wantFolder, nil),
			Identity: s.text("identity", fmt.Sprintf(wantIdentity, "collector"), nil), Leader: s.peer("leader", "leader"),
			Paths: s.paths(),
		}
	}
	if s := top.section("leader", "data", "identity", "age", "verify_keys", "plans", "collector", "helper"); s != nil {
		c.Leader = &LeaderConfig{
			Data: s.text("data", wantFolder, nil), Identity: s.text("identity", fmt.Sprintf(wantIdentity, "leader"), nil),
			Age: s.text("age", fmt.Sprintf(wantAge, "leader"), nil), VerifyKeys: s.text("verify_keys", wantFolder, nil),
			Plans: s.texts("plans", wantPlans),
		}
		if r := s.need("collector", "url", "key"); r != nil {
			c.Leader.Collector = Remote{URL: r.url(), Key: r.peer("key", "collector")}
		}
		if r := s.need("helper", "url", "key", "recipient"); r != nil {
			c.Leader.Helper = Remote{URL: r.url(), Key: r.peer("key", "helper"), Recipient: r.text("recipient", wantRecipient, isRecipient)}
		}
	}
	if s := top.section("helper", "listen", "data", "identity", "age", "verify_keys", "leader"); s != nil {
		c.Helper = &HelperConfig{
			Listen: s.address("listen"), Data: s.text("data", wantFolder, nil),
			Identity: s.text("identity", fmt.Sprintf(wantIdentity, "helper"), nil), Age: s.text("age", fmt.Sprintf(wantAge, "helper"), nil),
			VerifyKeys: s.text("verify_keys", wantFolder, nil), Leader: s.peer("leader", "leader"),
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return c, nil
}

func (s *fields) address(name string) string {
	return s.text(name, wantAddress, func(v string) error {
		_, port, err := net.SplitHostPort(v)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		return err
	})
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

func (s *fields) peer(name, role string) (k peer.Key) {
	s.text(name, fmt.Sprintf(wantPeer, role), func(v string) (err error) { k, err = peer.ParseKey(v); return err })
	return k
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
	}
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
