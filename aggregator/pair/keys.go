package pair

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/periodkey"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

var (
	// ErrNoKey: the aggregator holds no key with that commitment.
	ErrNoKey = errors.New("pair: no verify key with this commitment; run dunlin pair, and put the commitment that it prints into the plan")
	// ErrKeyFile: a key file's content does not fit its name.
	ErrKeyFile = errors.New("pair: the key file is damaged; pair again for a new plan")
)

// keyPrefix starts a key file's only line.
const keyPrefix = "dunlin-verify1"

// CommitmentOf returns what a plan publishes of a verify key. The key has 256
// random bits, so it hides the key as it binds it.
func CommitmentOf(key vdaf.VerifyKey) plan.Commitment {
	return sha256.Sum256(append([]byte("dunlin verify key commitment v1"), key[:]...))
}

// Locker encrypts identity files under a passphrase (seal's Locker is one).
type Locker interface {
	Lock(plain []byte) (locked []byte, err error)
	Unlock(locked []byte) (plain []byte, err error)
}

// KeyOptions of a folder of keys.
type KeyOptions struct {
	Lock Locker // nil: identity files lie in the clear, readable for their owner alone
	// Step is called around each durable step, as batch.Options.Step is. Optional.
	Step func(point string) error
}

// Keys is an aggregator's folder of what its pairings made: for each the verify
// key, and the age identity that shares under the plan are sealed to.
type Keys struct {
	dir string
	KeyOptions
}

// OpenKeys uses a folder, and makes it if need be.
func OpenKeys(dir string, o KeyOptions) (Keys, error) {
	if o.Step == nil {
		o.Step = func(string) error { return nil }
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Keys{}, fmt.Errorf("make the verify keys' folder: %w", err)
	}
	return Keys{dir, o}, nil
}

func (k Keys) path(c plan.Commitment) string {
	return filepath.Join(k.dir, "verify-"+c.String()+".key")
}

func (k Keys) identityPath(c plan.Commitment) string {
	return filepath.Join(k.dir, "age-"+c.String()+".age")
}

// Put keeps what a pairing made: the verify key, the file of the identity that was
// made with it, and at the helper the name of the leader that it was made with. It
// is durable when Put returns; putting the same key again changes nothing. Without an
// identity (nil) the aggregator's long-lived one opens the plan's shares.
func (k Keys) Put(key vdaf.VerifyKey, identity []byte, owner string) (plan.Commitment, error) {
	c := CommitmentOf(key)
	if _, err := k.Get(c); err == nil {
		return c, nil
	}
	if k.Lock != nil && len(identity) > 0 {
		var err error
		if identity, err = k.Lock.Lock(identity); err != nil {
			return c, fmt.Errorf("keep the plan's identity: %w", err)
		}
	}
	text := fmt.Appendf(nil, "%s%s\n", keyPrefix, hex.EncodeToString(key[:]))
	if owner != "" {
		text = fmt.Appendf(text, "%s%s\n", ownerPrefix, owner)
	}
	if err := k.Step("pair.keys before"); err != nil {
		return c, err
	}
	// The identity first: a verify key on disk stands for a whole pairing.
	var err error
	if len(identity) > 0 {
		err = k.write(k.identityPath(c), identity)
	}
	if err == nil {
		err = k.write(k.path(c), text)
	}
	if err != nil {
		return c, fmt.Errorf("keep verify key: %w", err)
	}
	return c, k.Step("pair.keys after")
}

// write makes a file that appears under its name only when it is whole.
func (k Keys) write(path string, content []byte) error {
	f, err := os.CreateTemp(k.dir, ".verify-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(f.Name()))
	}
	return syncFolder(k.dir)
}

// syncFolder makes a rename in the folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ownerPrefix starts the line of a key file that names the leader.
const ownerPrefix = "leader "

// Get returns the key with that commitment.
//
// Errors: ErrNoKey, ErrKeyFile.
func (k Keys) Get(c plan.Commitment) (vdaf.VerifyKey, error) {
	key, _, err := k.read(c)
	return key, err
}

// Owner returns the name of the leader that a key was made with; it is empty for
// keys of a time when a helper had one leader, and at the leader.
//
// Errors: ErrNoKey, ErrKeyFile.
func (k Keys) Owner(c plan.Commitment) (string, error) {
	_, owner, err := k.read(c)
	return owner, err
}

func (k Keys) read(c plan.Commitment) (key vdaf.VerifyKey, owner string, err error) {
	b, err := os.ReadFile(k.path(c))
	if errors.Is(err, os.ErrNotExist) {
		return key, "", fmt.Errorf("%w: %s", ErrNoKey, c)
	}
	if err != nil {
		return key, "", fmt.Errorf("read verify key: %w", err)
	}
	first, rest, _ := strings.Cut(string(b), "\n")
	digits, ok := strings.CutPrefix(first, keyPrefix)
	if rest != "" {
		owner, ok = strings.CutPrefix(strings.TrimSuffix(rest, "\n"), ownerPrefix)
	}
	if raw, err := hex.DecodeString(digits); ok && err == nil && len(raw) == len(key) {
		copy(key[:], raw)
		if have := CommitmentOf(key); subtle.ConstantTimeCompare(have[:], c[:]) == 1 {
			return key, owner, nil
		}
	}
	return vdaf.VerifyKey{}, "", fmt.Errorf("%w: %s", ErrKeyFile, k.path(c))
}

// Identity returns the age identity that was made with a verify key.
//
// Errors: ErrNoKey where none was (keys of older versions), seal.ErrIdentity, and
// the Locker's.
func (k Keys) Identity(c plan.Commitment) (seal.Identity, error) {
	path := k.identityPath(c)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return seal.Identity{}, fmt.Errorf("%w: %s", ErrNoKey, c)
	}
	if err != nil {
		return seal.Identity{}, fmt.Errorf("read a plan's identity: %w", err)
	}
	if k.Lock != nil {
		if b, err = k.Lock.Unlock(b); err != nil {
			return seal.Identity{}, fmt.Errorf("read a plan's identity %s: %w", path, err)
		}
	}
	id, err := seal.ParseIdentity(bytes.NewReader(b))
	if err != nil {
		return id, fmt.Errorf("read a plan's identity %s: %w", path, err)
	}
	return id, nil
}

// Destroy makes key and identity unreadable for good: the plan's last period is
// over and done with, and whoever kept sealed reports of it shall not find them
// (PRIVACY.md section 3, rule 10). What is gone already is no error.
func (k Keys) Destroy(c plan.Commitment) error {
	for _, path := range []string{k.identityPath(c), k.path(c)} {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err := k.Step("pair.destroy before"); err != nil {
			return err
		}
		if err := periodkey.Shred(path); err != nil {
			return fmt.Errorf("destroy a plan's keys: %w", err)
		}
		if err := k.Step("pair.destroy after"); err != nil {
			return err
		}
	}
	return nil
}
