package seal

import (
	"bytes"
	"errors"
	"fmt"

	"filippo.io/age"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// MaxPlain is the largest plaintext in bytes: one chunk of age's stream.
const MaxPlain = 64 << 10

// Errors of this package.
var (
	// ErrRecipient: not an age X25519 recipient (age1…).
	ErrRecipient = errors.New("seal: not an age X25519 recipient")
	// ErrKeyType: a key type that this version does not seal to.
	ErrKeyType = errors.New("seal: unknown key type")
	// ErrSize: a plaintext over MaxPlain.
	ErrSize = errors.New("seal: the plaintext is too large")
	// ErrOpen: not a file sealed to this identity, of the size asked for. Why
	// exactly is not said, for who sent it learns nothing then.
	ErrOpen = errors.New("seal: cannot be opened")
)

// Recipient is whom a plan's input shares of one role are sealed to.
type Recipient struct{ to *age.X25519Recipient }

// ParseRecipient checks the key type and key of a plan's recipient.
//
// Errors: ErrKeyType, ErrRecipient.
func ParseRecipient(r plan.Recipient) (Recipient, error) {
	if r.Type != plan.X25519 {
		return Recipient{}, fmt.Errorf("%w %d: only X25519 (%d) is accepted", ErrKeyType, r.Type, plan.X25519)
	}
	to, err := age.ParseX25519Recipient(r.Key)
	if err != nil || to.String() != r.Key {
		return Recipient{}, ErrRecipient
	}
	return Recipient{to}, nil
}

// Seal appends plaintext, sealed, to dst: SealedSize(len(plaintext)) bytes. Its
// randomness is the system's (age takes no other).
//
// Errors: ErrSize, ErrRecipient for the zero Recipient.
func (r Recipient) Seal(dst, plaintext []byte) ([]byte, error) {
	if r.to == nil {
		return dst, ErrRecipient
	}
	if len(plaintext) > MaxPlain {
		return dst, ErrSize
	}
	out := bytes.NewBuffer(dst)
	out.Grow(SealedSize(len(plaintext)))
	w, err := age.Encrypt(out, r.to)
	if err != nil {
		return dst, fmt.Errorf("seal: %w", err)
	}
	if _, err := w.Write(plaintext); err != nil {
		return dst, fmt.Errorf("seal: %w", err)
	}
	if err := w.Close(); err != nil {
		return dst, fmt.Errorf("seal: %w", err)
	}
	return out.Bytes(), nil
}
