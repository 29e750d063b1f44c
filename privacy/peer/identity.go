package peer

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Key is a peer's public identity.
type Key [ed25519.PublicKeySize]byte

const keyPrefix = "dunlin-peer1"

// String returns the key as configuration files give it.
func (k Key) String() string { return keyPrefix + hex.EncodeToString(k[:]) }

// ErrKey: a public key is not written as this package writes it.
var ErrKey = errors.New(`a peer's public key is "dunlin-peer1" and 64 hexadecimal digits`)

// ParseKey is the inverse of Key.String.
func ParseKey(s string) (Key, error) {
	var k Key
	h, ok := strings.CutPrefix(s, keyPrefix)
	if b, err := hex.DecodeString(h); ok && err == nil && len(b) == len(k) && h == strings.ToLower(h) {
		copy(k[:], b)
		return k, nil
	}
	return Key{}, ErrKey
}

// UnmarshalText lets configuration files hold keys.
func (k *Key) UnmarshalText(b []byte) error {
	v, err := ParseKey(string(b))
	if err == nil {
		*k = v
	}
	return err
}

// MarshalText returns String's form.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Verify reports whether sig is k's signature over message.
func (k Key) Verify(message, sig []byte) bool { return ed25519.Verify(k[:], message, sig) }

// Identity is a service's own key pair. Its debug output is redacted.
type Identity struct{ private ed25519.PrivateKey }

// Generate makes an identity from randomness.
func Generate(rand io.Reader) (Identity, error) {
	_, private, err := ed25519.GenerateKey(rand)
	if err != nil {
		return Identity{}, fmt.Errorf("make a peer identity: %w", err)
	}
	return Identity{private}, nil
}

// Public returns the key that others pin.
func (id Identity) Public() Key {
	var k Key
	copy(k[:], id.private.Public().(ed25519.PublicKey))
	return k
}

// Sign signs message, for records that outlive a connection. The caller puts a
// label of its own in front, so that no signature serves two purposes.
func (id Identity) Sign(message []byte) []byte { return ed25519.Sign(id.private, message) }

// String and GoString keep the private key out of logs.
func (id Identity) String() string   { return "peer identity " + id.Public().String() }
func (id Identity) GoString() string { return id.String() }

// Format does the same for every verb.
func (id Identity) Format(s fmt.State, _ rune) { io.WriteString(s, id.String()) }

// Marshal returns the identity file's bytes.
func (id Identity) Marshal() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(id.private)
	if err != nil {
		return nil, fmt.Errorf("encode a peer identity: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ErrIdentity: a file is not an identity file.
var ErrIdentity = errors.New("not a peer identity file (a PKCS #8 PEM block with an Ed25519 key)")

// ParseIdentity reads an identity file's bytes.
func ParseIdentity(b []byte) (Identity, error) {
	block, rest := pem.Decode(b)
	if block == nil || block.Type != "PRIVATE KEY" || len(strings.TrimSpace(string(rest))) > 0 {
		return Identity{}, ErrIdentity
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return Identity{}, ErrIdentity
	}
	return Identity{private}, nil
}

// ReadIdentity reads an identity file, and refuses one that others may read.
func ReadIdentity(path string) (Identity, error) {
	return readIdentity(path, func(file []byte) ([]byte, error) { return file, nil })
}

func readIdentity(path string, unlock func([]byte) ([]byte, error)) (Identity, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Identity{}, fmt.Errorf("read a peer identity: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Identity{}, fmt.Errorf("read a peer identity: %s can be read by others; run: chmod 600 %s", path, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Identity{}, fmt.Errorf("read a peer identity: %w", err)
	}
	if b, err = unlock(b); err != nil {
		return Identity{}, fmt.Errorf("read %s: %w", path, err)
	}
	id, err := ParseIdentity(b)
	if err != nil {
		return Identity{}, fmt.Errorf("read %s: %w", path, err)
	}
	return id, nil
}
