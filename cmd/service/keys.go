package service

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// Roles are what keys can be made for, in the order of the way of the data.
var Roles = []string{"officer", "collector", "leader", "helper"}

// Public is what others need to know of a host's keys; empty where no key was
// made.
type Public struct {
	Officer string
	Peers   map[string]peer.Key // by role
}

// KeysMustBeNew returns GenerateKeys' error for key files that exist.
func KeysMustBeNew(dir string, roles []string) error {
	for _, role := range roles {
		if err := MustBeNew(filepath.Join(dir, role+".pem")); err != nil {
			return err
		}
	}
	return nil
}

// GenerateKeys writes the identities of the roles below dir, which it makes, in the
// clear. What opens shares is not among them: pairing makes that, for each plan. It
// never overwrites one: where any of them exists it writes nothing.
func GenerateKeys(dir string, roles []string, random io.Reader) (Public, error) {
	return GenerateLockedKeys(dir, roles, seal.Passphrase{}, random)
}

// GenerateLockedKeys is GenerateKeys with every file under the passphrase, if one is
// given.
func GenerateLockedKeys(dir string, roles []string, pass seal.Passphrase, random io.Reader) (Public, error) {
	public := Public{Peers: map[string]peer.Key{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return public, fmt.Errorf("make keys: %w", err)
	}
	if err := KeysMustBeNew(dir, roles); err != nil {
		return public, err
	}
	for _, role := range roles {
		if role == "officer" {
			file, key, err := planfile.GenerateOfficer(random)
			if err != nil {
				return public, fmt.Errorf("make keys: %w", err)
			}
			if err := writeKey(filepath.Join(dir, "officer.pem"), file, pass); err != nil {
				return public, err
			}
			public.Officer = planfile.FormatOfficer(key)
			continue
		}
		id, err := peer.Generate(random)
		if err != nil {
			return public, err
		}
		file, err := id.Marshal()
		if err != nil {
			return public, err
		}
		if err := writeKey(filepath.Join(dir, role+".pem"), file, pass); err != nil {
			return public, err
		}
		public.Peers[role] = id.Public()
	}
	return public, nil
}

// writeKey writes a key file, under the passphrase if there is one.
func writeKey(path string, file []byte, pass seal.Passphrase) (err error) {
	if pass.Given() {
		if file, err = pass.Lock(file); err != nil {
			return err
		}
	}
	return WriteNew(path, file, 0o600)
}

// Addresses are where the services of one machine listen, host:port each.
type Addresses struct {
	Public string `json:"public,omitempty"` // collector, for browsers
	Inner  string `json:"inner,omitempty"`  // collector, for the leader
	Helper string `json:"helper,omitempty"` // helper, for the leader
	// Prefix is the path below which browsers find the collector at Public, as
	// /dunlin; empty for none.
	Prefix string `json:"prefix,omitempty"`
}

// LocalAddresses are the ones that a new services file names.
var LocalAddresses = Addresses{Public: "127.0.0.1:8080", Inner: "127.0.0.1:8081", Helper: "127.0.0.1:8082"}

// ServicesFile is a services file that runs all three roles on this machine from
// the keys of one folder.
func ServicesFile(p Public, at Addresses) []byte {
	paths := ""
	if at.Prefix != "" {
		paths = fmt.Sprintf("  paths: {prefix: %s}    # below it browsers find script and all else; see docs/serve.md\n", at.Prefix)
	}
	return fmt.Appendf(nil, `# All three services on one machine, to try Dunlin out. Paths are relative to this file.
officer: %[1]s

collector:
  listen: %[5]s      # for browsers
  inner: %[6]s       # for the leader alone, mutual TLS
  data: data/collector
  identity: collector.pem
  leader: %[2]s
%[8]s
leader:
  data: data/leader
  identity: leader.pem
  verify_keys: leader-verify
  plans: [plan.signed]        # made by: dunlin plan sign
  collector:
    url: https://%[6]s
    key: %[3]s
  helper:
    url: https://%[7]s
    key: %[4]s

helper:
  listen: %[7]s      # for the leader alone, mutual TLS
  data: data/helper
  identity: helper.pem
  verify_keys: helper-verify
  leader: %[2]s
`, p.Officer, p.Peers["leader"], p.Peers["collector"], p.Peers["helper"], at.Public, at.Inner, at.Helper, paths)
}

// MustBeNew returns WriteNew's error for a file that exists, before the work that
// would be lost by it.
func MustBeNew(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return existing(path)
	}
	return nil
}

func existing(path string) error {
	return fmt.Errorf("%s exists already and is not overwritten: move it away, or write elsewhere", path)
}

// WriteNew writes a file that must not exist yet, and syncs it.
func WriteNew(path string, b []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, os.ErrExist) {
		return existing(path)
	}
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
