package planfile

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
)

const officerPrefix = "dunlin-officer1"

// Errors of the officer's keys.
var (
	// ErrOfficer: a public key is not written as FormatOfficer writes it.
	ErrOfficer = errors.New(`an officer's public key is "dunlin-officer1" and 64 lower-case hexadecimal digits`)
	// ErrOfficerKey: a file is not an officer's key file.
	ErrOfficerKey = errors.New("not an officer's key file (a PKCS #8 PEM block with an Ed25519 key)")
)

// GenerateOfficer makes a privacy officer's signing key from 32 random bytes,
// and returns the key file's bytes: PEM, PKCS #8.
func GenerateOfficer(rand io.Reader) (file []byte, public ed25519.PublicKey, err error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, nil, fmt.Errorf("make an officer's key: %w", err)
	}
	key := ed25519.NewKeyFromSeed(seed)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("encode an officer's key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), key.Public().(ed25519.PublicKey), nil
}

// ParseOfficerKey reads a key file's bytes.
//
// Errors: ErrOfficerKey.
func ParseOfficerKey(file []byte) (ed25519.PrivateKey, error) {
	block, rest := pem.Decode(file)
	if block == nil || block.Type != "PRIVATE KEY" || len(strings.TrimSpace(string(rest))) > 0 {
		return nil, ErrOfficerKey
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, ErrOfficerKey
	}
	return private, nil
}

// FormatOfficer writes a public key as configuration files and pages give it.
func FormatOfficer(public ed25519.PublicKey) string {
	return officerPrefix + hex.EncodeToString(public)
}

// ParseOfficer is the inverse of FormatOfficer.
//
// Errors: ErrOfficer.
func ParseOfficer(text string) (ed25519.PublicKey, error) {
	digits, ok := strings.CutPrefix(text, officerPrefix)
	key, err := hex.DecodeString(digits)
	if !ok || err != nil || len(key) != ed25519.PublicKeySize || FormatOfficer(key) != text {
		return nil, ErrOfficer
	}
	return key, nil
}
