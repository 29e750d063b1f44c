package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"filippo.io/age"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// ErrIdentity: a key file that does not hold exactly one X25519 identity.
var ErrIdentity = errors.New("seal: a key file holds exactly one identity (AGE-SECRET-KEY-1…), as age-keygen writes it")

// maxKeyFile bounds a key file in bytes.
const maxKeyFile = 64 << 10

// Identity opens what was sealed to its recipient. It is safe for concurrent
// use; at most twice as many files as processors are decrypted at once.
type Identity struct {
	key       *age.X25519Identity
	recipient plan.Recipient
	gate      chan struct{}
}

// ReadIdentity reads a key file in age-keygen's format.
//
// Errors: ErrIdentity, ErrNoPassphrase, and the file's own.
func ReadIdentity(path string) (Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return Identity{}, fmt.Errorf("seal: %w", err)
	}
	defer f.Close()
	id, err := ParseIdentity(f)
	if err != nil {
		return Identity{}, fmt.Errorf("key file %s: %w", path, err)
	}
	return id, nil
}

// ParseIdentity reads a key file's content: lines that are empty or start with
// # are ignored, and one line holds the secret key. One that lies under a passphrase
// goes through Passphrase.Unlock first.
//
// Errors: ErrIdentity, ErrNoPassphrase.
func ParseIdentity(r io.Reader) (Identity, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err != nil {
		return Identity{}, fmt.Errorf("seal: read a key file: %w", err)
	}
	if len(b) > maxKeyFile {
		return Identity{}, ErrIdentity
	}
	if Locked(b) {
		return Identity{}, ErrNoPassphrase
	}
	// age's own errors are not wrapped: they may quote a line of the file.
	found, err := age.ParseIdentities(bytes.NewReader(b))
	if err != nil || len(found) != 1 {
		return Identity{}, ErrIdentity
	}
	key, ok := found[0].(*age.X25519Identity)
	if !ok {
		return Identity{}, ErrIdentity
	}
	return newIdentity(key), nil
}

func newIdentity(key *age.X25519Identity) Identity {
	return Identity{
		key:       key,
		recipient: plan.Recipient{Type: plan.X25519, Key: key.Recipient().String()},
		gate:      make(chan struct{}, 2*runtime.GOMAXPROCS(0)),
	}
}

// GenerateIdentity makes a new key and returns its file's content, which is
// secret and belongs in a file of mode 0600, with the recipient to publish. The
// file carries no date: age-keygen's "# created" line is a comment to age.
func GenerateIdentity() (file []byte, recipient plan.Recipient, err error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, plan.Recipient{}, fmt.Errorf("seal: %w", err)
	}
	id := newIdentity(key)
	var b strings.Builder
	fmt.Fprintf(&b, "# public key: %s\n%s\n", id.recipient.Key, key)
	return []byte(b.String()), id.recipient, nil
}

// Recipient returns whom to seal to so that this identity opens it.
func (id Identity) Recipient() plan.Recipient { return id.recipient }

// Format prints the recipient, never the key, whatever the verb.
func (id Identity) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "identity of %s", id.recipient.Key) }

// Open returns the plaintext of a file that Seal made for this identity. Any
// other file, and one whose plaintext is not plainSize bytes, is ErrOpen.
func (id Identity) Open(sealed []byte, plainSize int) ([]byte, error) {
	if id.key == nil || !shaped(sealed, plainSize) {
		return nil, ErrOpen
	}
	id.gate <- struct{}{}
	defer func() { <-id.gate }()
	// The ReaderAt form allocates one 64 KB buffer, the Reader form two.
	r, size, err := age.DecryptReaderAt(bytes.NewReader(sealed), int64(len(sealed)), id.key)
	if err != nil || size != int64(plainSize) {
		return nil, ErrOpen
	}
	plain := make([]byte, plainSize)
	if n, err := r.ReadAt(plain, 0); n != plainSize || err != nil && err != io.EOF {
		return nil, ErrOpen
	}
	return plain, nil
}
