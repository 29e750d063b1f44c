package service

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/goccy/go-yaml"
)

// Config is a services file: which roles this host runs, where they listen, whom
// they trust. Paths are relative to the file.
type Config struct {
	// Officer is the public key whose signature makes a plan (dunlin-officer1…).
	Officer   string           `yaml:"officer"`
	Collector *CollectorConfig `yaml:"collector"`
	Leader    *LeaderConfig    `yaml:"leader"`
	Helper    *HelperConfig    `yaml:"helper"`
}

// CollectorConfig is the upload endpoint's part.
type CollectorConfig struct {
	Listen   string   `yaml:"listen"`   // for browsers
	Inner    string   `yaml:"inner"`    // for the leader alone, mutual TLS
	Data     string   `yaml:"data"`     // folder of spool and plans
	Identity string   `yaml:"identity"` // own peer identity file
	Leader   peer.Key `yaml:"leader"`   // the only peer let in at Inner
}

// LeaderConfig is the analytics team's aggregator.
type LeaderConfig struct {
	Data       string   `yaml:"data"`        // folder of batches.db and releases.db
	Identity   string   `yaml:"identity"`    // own peer identity file
	Age        string   `yaml:"age"`         // own age key file
	VerifyKeys string   `yaml:"verify_keys"` // folder of the keys that pairing made
	Plans      []string `yaml:"plans"`       // signed plans to serve and aggregate
	Collector  Remote   `yaml:"collector"`
	Helper     Remote   `yaml:"helper"`
}

// HelperConfig is the privacy officer's aggregator.
type HelperConfig struct {
	Listen     string   `yaml:"listen"` // for the leader alone, mutual TLS
	Data       string   `yaml:"data"`
	Identity   string   `yaml:"identity"`
	Age        string   `yaml:"age"`
	VerifyKeys string   `yaml:"verify_keys"`
	Leader     peer.Key `yaml:"leader"` // the only peer let in
}

// Remote is another service: its address and the key that it must prove.
type Remote struct {
	URL       string   `yaml:"url"` // https://host:port
	Key       peer.Key `yaml:"key"`
	Recipient string   `yaml:"recipient"` // of the helper: age1…, for pairing
}

// Read reads and checks a services file.
func Read(path string) (*Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the services file: %w", err)
	}
	c, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.resolve(filepath.Dir(path))
	return c, nil
}

// Parse reads a services file's bytes. Errors name line, column and key.
func Parse(b []byte) (*Config, error) {
	var c Config
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict(), yaml.DisallowUnknownField()).Decode(&c); err != nil {
		return nil, errors.New(yaml.FormatError(err, false, true))
	}
	return &c, c.check()
}

func (c *Config) check() error {
	var missing []error
	need := func(key, value string) {
		if value == "" {
			missing = append(missing, fmt.Errorf("%s is missing", key))
		}
	}
	needKey := func(key string, k peer.Key) {
		if k == (peer.Key{}) {
			missing = append(missing, fmt.Errorf("%s is missing: the peer's public key, dunlin-peer1…, as `dunlin keygen` printed it", key))
		}
	}
	need("officer", c.Officer)
	if c.Collector == nil && c.Leader == nil && c.Helper == nil {
		missing = append(missing, errors.New("no role: give a section collector, leader or helper"))
	}
	if r := c.Collector; r != nil {
		need("collector.listen", r.Listen)
		need("collector.inner", r.Inner)
		need("collector.data", r.Data)
		need("collector.identity", r.Identity)
		needKey("collector.leader", r.Leader)
	}
	if r := c.Leader; r != nil {
		need("leader.data", r.Data)
		need("leader.identity", r.Identity)
		need("leader.age", r.Age)
		need("leader.verify_keys", r.VerifyKeys)
		for _, to := range []struct {
			key string
			Remote
		}{{"leader.collector", r.Collector}, {"leader.helper", r.Helper}} {
			if u, err := url.Parse(to.URL); err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" {
				missing = append(missing, fmt.Errorf("%s.url is %q: accepted is https://HOST:PORT", to.key, to.URL))
			}
			needKey(to.key+".key", to.Key)
		}
		need("leader.helper.recipient", r.Helper.Recipient)
	}
	if r := c.Helper; r != nil {
		need("helper.listen", r.Listen)
		need("helper.data", r.Data)
		need("helper.identity", r.Identity)
		need("helper.age", r.Age)
		need("helper.verify_keys", r.VerifyKeys)
		needKey("helper.leader", r.Leader)
	}
	return errors.Join(missing...)
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
