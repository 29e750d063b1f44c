package service

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/term"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// Where a passphrase is looked for besides the services file, in this order; a
// terminal comes last, and only when a file asks for it.
const (
	// PassphraseEnv names a file.
	PassphraseEnv = "DUNLIN_PASSPHRASE_FILE"
	// credential is the name of systemd's credential (LoadCredential=, or encrypted).
	credential    = "dunlin-passphrase"
	credentialEnv = "CREDENTIALS_DIRECTORY"
)

// lock puts key files under the passphrase of a host and opens them. It looks for the
// passphrase when it first needs one. It is safe for concurrent use, and nil is one
// without a services file.
type lock struct {
	file string // of the services file; may be empty

	mu    sync.Mutex
	found bool
	pass  seal.Passphrase
	asked bool
}

// FindPassphrase returns the passphrase of a file, or of where else one is looked for
// without asking a person. Without any it is the zero Passphrase.
func FindPassphrase(file string) (seal.Passphrase, error) {
	if file != "" {
		return seal.ReadPassphrase(file)
	}
	if file := os.Getenv(PassphraseEnv); file != "" {
		p, err := seal.ReadPassphrase(file)
		if err != nil {
			return p, fmt.Errorf("%s: %w", PassphraseEnv, err)
		}
		return p, nil
	}
	if dir := os.Getenv(credentialEnv); dir != "" {
		p, err := seal.ReadCredential(filepath.Join(dir, credential))
		if !errors.Is(err, fs.ErrNotExist) {
			return p, err
		}
	}
	return seal.Passphrase{}, nil
}

// AskPassphrase asks a person at the terminal, twice for a new one. Without a
// terminal it returns the zero Passphrase.
func AskPassphrase(about string, twice bool) (seal.Passphrase, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return seal.Passphrase{}, nil
	}
	read := func(prompt string) (string, error) {
		fmt.Fprint(os.Stderr, prompt)
		b, err := term.ReadPassword(in)
		fmt.Fprintln(os.Stderr)
		if err != nil {
			return "", fmt.Errorf("read a passphrase: %w", err)
		}
		return string(b), nil
	}
	text, err := read(about + ": ")
	if err != nil {
		return seal.Passphrase{}, err
	}
	if twice {
		again, err := read("and once more: ")
		if err != nil {
			return seal.Passphrase{}, err
		}
		if again != text {
			return seal.Passphrase{}, errors.New("the two passphrases differ: nothing was written")
		}
	}
	return seal.NewPassphrase(text)
}

// passphrase returns the host's; with ask, a person is asked once if need be.
func (l *lock) passphrase(ask bool) (seal.Passphrase, error) {
	if l == nil {
		return FindPassphrase("")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.found {
		p, err := FindPassphrase(l.file)
		if err != nil {
			return p, err
		}
		l.pass, l.found = p, true
	}
	if !l.pass.Given() && ask && !l.asked {
		l.asked = true
		p, err := AskPassphrase("passphrase of the key files", false)
		if err != nil {
			return p, err
		}
		l.pass = p
	}
	return l.pass, nil
}

// Lock implements seal.Locker. Where no passphrase is known the file stays in the
// clear.
func (l *lock) Lock(plain []byte) ([]byte, error) {
	p, err := l.passphrase(false)
	if err != nil || !p.Given() {
		return plain, err
	}
	return p.Lock(plain)
}

// Unlock implements seal.Locker.
func (l *lock) Unlock(file []byte) ([]byte, error) {
	if !seal.Locked(file) {
		return file, nil
	}
	p, err := l.passphrase(true)
	if err != nil {
		return nil, err
	}
	return p.Unlock(file)
}

// identity opens a role's identity, which follows its file.
func (c *Config) identity(path string, log *slog.Logger) (*peer.Source, error) {
	return peer.OpenSource(path, peer.SourceOptions{Unlock: c.lock.Unlock, Log: log})
}

// readSecret reads a key file that may lie under the passphrase.
func (c *Config) readSecret(path string) ([]byte, error) {
	b, err := ReadSecret(path)
	if err != nil {
		return nil, err
	}
	if b, err = c.lock.Unlock(b); err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return b, nil
}

// OfficerKey reads the officer's key file, under the passphrase of the services file
// or of wherever else one is looked for.
func (c *Config) OfficerKey(path string) ([]byte, error) { return c.readSecret(path) }

// readAge reads an age key file; none (the zero Identity) where the path is empty.
func (c *Config) readAge(path string) (seal.Identity, error) {
	if path == "" {
		return seal.Identity{}, nil
	}
	b, err := c.readSecret(path)
	if err != nil {
		return seal.Identity{}, err
	}
	id, err := seal.ParseIdentity(bytes.NewReader(b))
	if err != nil {
		return seal.Identity{}, fmt.Errorf("key file %s: %w", path, err)
	}
	return id, nil
}

// signedBy verifies what the identity at path has signed, or one that was in its place
// before.
func signedBy(path string, now *peer.Source) Verifier {
	return func() peer.Keys {
		// A list that is not there, or damaged, vouches for nothing.
		former, _ := readFormer(path)
		return slices.Concat(peer.Keys{now.Public()}, former)
	}
}
