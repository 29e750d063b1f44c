package service

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
)

// Admitted is a leader that a helper serves. Plans belong to the name, which stays
// when keys change.
type Admitted struct {
	Name string
	Keys peer.Keys // of which it must prove one
	// Former are keys that it had: what they signed counts, who holds them does not.
	Former peer.Keys

	invited bool // not of the services file
}

var name = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// named reports whether s can name a leader. It is part of file names.
func named(s string) bool { return name.MatchString(s) }

// ErrName: a leader's name is none.
var ErrName = errors.New("a leader's name has 1 to 32 letters, digits and -, in lower case")

// leadersDir is the folder of the leaders that came by invitation, a file each.
func (c *HelperConfig) leadersDir() string { return filepath.Join(c.Data, "leaders") }

func (c *HelperConfig) leaderFile(name string) string {
	return filepath.Join(c.leadersDir(), name+".json")
}

// helperFile is where a leader keeps the helper that invited it.
func (c *LeaderConfig) helperFile() string { return filepath.Join(c.Data, "helper.json") }

// leaderRecord is the file of an invited or admitted leader. Nothing in it is secret;
// who can write it decides whom the helper serves.
type leaderRecord struct {
	Version int             `json:"version"`
	Name    string          `json:"name"`
	Keys    peer.Keys       `json:"keys,omitempty"`
	Former  peer.Keys       `json:"former,omitempty"`
	Nonce   nonce           `json:"nonce,omitzero"` // of the invitation that admitted it
	Invited *openInvitation `json:"invited,omitempty"`
}

// openInvitation was not answered yet.
type openInvitation struct {
	Nonce   nonce     `json:"nonce"`
	Expires time.Time `json:"expires"`
}

// helperRecord is what a leader keeps of the invitation that it accepted.
type helperRecord struct {
	Version int       `json:"version"`
	URL     string    `json:"url"`
	Name    string    `json:"name"` // of this leader at the helper
	Keys    peer.Keys `json:"keys"`
	Former  peer.Keys `json:"former,omitempty"`
}

// recordVersion is that of both files.
const recordVersion = 1

// nonce makes an invitation one of a kind.
type nonce [16]byte

func (n nonce) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(n[:])), nil }

func (n *nonce) UnmarshalText(b []byte) error {
	v, err := hex.DecodeString(string(b))
	if err != nil || len(v) != len(n) {
		return errors.New("not 32 hexadecimal digits")
	}
	copy(n[:], v)
	return nil
}

// readRecord reads one of the two files; ok is false without it.
func readRecord(path string, into any) (ok bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read what pairing keeps: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil || d.More() {
		return false, fmt.Errorf("%s is damaged: remove it, and pair by invitation again", path)
	}
	return true, nil
}

func errVersion(path string, version int) error {
	return fmt.Errorf("%s has version %d, and this dunlin knows %d: use the dunlin that wrote it, or remove it and pair by invitation again", path, version, recordVersion)
}

func (c *HelperConfig) readLeader(name string) (r leaderRecord, ok bool, err error) {
	path := c.leaderFile(name)
	ok, err = readRecord(path, &r)
	if ok && r.Version != recordVersion {
		return r, false, errVersion(path, r.Version)
	}
	if ok && r.Name != name {
		return r, false, fmt.Errorf("%s is of a leader %q: name it after that one", path, r.Name)
	}
	return r, ok, err
}

func (c *LeaderConfig) readHelper() (r helperRecord, ok bool, err error) {
	path := c.helperFile()
	ok, err = readRecord(path, &r)
	if ok && r.Version != recordVersion {
		return r, false, errVersion(path, r.Version)
	}
	return r, ok, err
}

// writeRecord replaces a file durably, whole or not at all.
func writeRecord(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write what pairing keeps: %w", err)
	}
	return replaceFile(path, append(b, '\n'), 0o600)
}

// readPaired adds to c whom pairing by invitation has brought. What the services file
// says of the same ones goes before.
func (c *Config) readPaired() error {
	if c.Leader != nil && c.Leader.Helper.URL == "" {
		r, ok, err := c.Leader.readHelper()
		if err != nil {
			return err
		}
		if ok {
			c.Leader.Helper = Remote{URL: r.URL, Keys: r.Keys, Former: r.Former}
		}
	}
	if c.Helper == nil {
		return nil
	}
	all, err := c.invited()
	if err != nil {
		return err
	}
	for _, r := range all {
		if !slices.ContainsFunc(c.Leaders, func(l Admitted) bool { return l.Name == r.Name }) {
			c.Leaders = append(c.Leaders, Admitted{Name: r.Name, Keys: r.Keys, Former: r.Former, invited: true})
		}
	}
	return nil
}

// invited reads the records of all leaders that were invited, by name.
func (c *Config) invited() (all []leaderRecord, err error) {
	entries, err := os.ReadDir(c.Helper.leadersDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the admitted leaders: %w", err)
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !named(name) {
			continue // what a crash has left of writing, or somebody else's
		}
		r, ok, err := c.Helper.readLeader(name)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, r)
		}
	}
	return all, nil
}

// former are the keys of both lists of before that are not among now.
func former(now peer.Keys, before ...peer.Keys) (all peer.Keys) {
	for _, k := range slices.Concat(before...) {
		if !now.Has(k) && !all.Has(k) {
			all = append(all, k)
		}
	}
	return all
}
