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

	"github.com/dunlin-analytics/dunlin/privacy/plan"
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

// Keys is an aggregator's folder of verify keys.
type Keys struct{ dir string }

// OpenKeys uses a folder, and makes it if need be.
func OpenKeys(dir string) (Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Keys{}, fmt.Errorf("make the verify keys' folder: %w", err)
	}
	return Keys{dir}, nil
}

func (k Keys) path(c plan.Commitment) string {
	return filepath.Join(k.dir, "verify-"+c.String()+".key")
}

// Put keeps a key durably; putting it again changes nothing.
func (k Keys) Put(key vdaf.VerifyKey) (plan.Commitment, error) {
	c := CommitmentOf(key)
	f, err := os.CreateTemp(k.dir, ".verify-*") // mode 0600
	if err != nil {
		return c, fmt.Errorf("keep verify key: %w", err)
	}
	_, err = fmt.Fprintf(f, "%s%s\n", keyPrefix, hex.EncodeToString(key[:]))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), k.path(c))
	}
	if err == nil {
		err = syncFolder(k.dir)
	}
	if err != nil {
		return c, errors.Join(fmt.Errorf("keep verify key: %w", err), os.RemoveAll(f.Name()))
	}
	return c, nil
}

// syncFolder makes a rename in the folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get returns the key with that commitment.
//
// Errors: ErrNoKey, ErrKeyFile.
func (k Keys) Get(c plan.Commitment) (vdaf.VerifyKey, error) {
	var key vdaf.VerifyKey
	b, err := os.ReadFile(k.path(c))
	if errors.Is(err, os.ErrNotExist) {
		return key, fmt.Errorf("%w: %s", ErrNoKey, c)
	}
	if err != nil {
		return key, fmt.Errorf("read verify key: %w", err)
	}
	digits, ok := bytes.CutPrefix(bytes.TrimSuffix(b, []byte("\n")), []byte(keyPrefix))
	if raw, err := hex.DecodeString(string(digits)); ok && err == nil && len(raw) == len(key) {
		copy(key[:], raw)
		if have := CommitmentOf(key); subtle.ConstantTimeCompare(have[:], c[:]) == 1 {
			return key, nil
		}
	}
	return vdaf.VerifyKey{}, fmt.Errorf("%w: %s", ErrKeyFile, k.path(c))
}
