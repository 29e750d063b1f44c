package weekly

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Config is what a file of weekly reports says.
type Config struct {
	Language   Language  `yaml:"language"`    // en (default) or zh
	GraceHours int       `yaml:"grace_hours"` // after the week, until it is sent without what is missing; default 48
	Address    string    `yaml:"address"`     // the console's, for links
	Webhooks   []Webhook `yaml:"webhooks"`
}

// Webhook is one target. Its secret is whsec_ and base64, as Standard Webhooks has it, and
// stands in a file or in the environment.
type Webhook struct {
	URL        string `yaml:"url"`
	SecretFile string `yaml:"secret_file"`
	SecretEnv  string `yaml:"secret_env"`

	key  []byte
	host string
}

// ReadConfig reads and checks a file, and the secrets that it names.
func ReadConfig(path string) (*Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("weekly: %w: write one as docs/operations.md has it", err)
	}
	c := Config{Language: English, GraceHours: 48}
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&c); err != nil {
		return nil, fmt.Errorf("weekly: %s: %w", path, err)
	}
	switch {
	case c.Language != English && c.Language != Chinese:
		return nil, fmt.Errorf("weekly: %s: language %q: accepted is en or zh", path, c.Language)
	case c.GraceHours < 0 || c.GraceHours > 24*days:
		return nil, fmt.Errorf("weekly: %s: grace_hours %d: accepted are 0 to %d", path, c.GraceHours, 24*days)
	case len(c.Webhooks) == 0:
		return nil, fmt.Errorf("weekly: %s: no target: list one below webhooks", path)
	}
	if c.Address != "" {
		if u, err := url.Parse(c.Address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fmt.Errorf("weekly: %s: address: accepted is where the console stands, as https://stats.shop.example", path)
		}
		c.Address = strings.TrimRight(c.Address, "/")
	}
	seen := map[string]bool{}
	for i := range c.Webhooks {
		if err := c.Webhooks[i].check(); err != nil {
			return nil, fmt.Errorf("weekly: %s: webhook %d: %w", path, i+1, err)
		}
		if seen[c.Webhooks[i].URL] {
			return nil, fmt.Errorf("weekly: %s: webhook %d: its url is listed before", path, i+1)
		}
		seen[c.Webhooks[i].URL] = true
	}
	return &c, nil
}

func (w *Webhook) check() error {
	u, err := url.Parse(w.URL)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return errors.New("url: accepted is https://HOST/PATH without a user")
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback) {
		return errors.New("url: accepted is https; http to this machine alone")
	}
	w.host = u.Host
	var text string
	switch {
	case (w.SecretFile == "") == (w.SecretEnv == ""):
		return errors.New("give secret_file or secret_env, one of both")
	case w.SecretFile != "":
		b, err := os.ReadFile(w.SecretFile)
		if err != nil {
			return fmt.Errorf("secret_file: %w", err)
		}
		text = string(b)
	default:
		text = os.Getenv(w.SecretEnv)
	}
	encoded, ok := strings.CutPrefix(strings.TrimSpace(text), "whsec_")
	if w.key, err = base64.StdEncoding.DecodeString(encoded); !ok || err != nil || len(w.key) < 24 || len(w.key) > 64 {
		return errors.New("its secret is not whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)")
	}
	return nil
}

func (c *Config) grace() time.Duration { return time.Duration(c.GraceHours) * time.Hour }
