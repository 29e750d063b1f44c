package planfile

import (
	"crypto/ed25519"
	"errors"
)

const (
	signedMagic   = "DLPS"
	signedVersion = 1
	signedHead    = len(signedMagic) + 1 + ed25519.SignatureSize
	signedLabel   = "dunlin plan v1\n" // keeps the signature from serving any other purpose
)

// Errors of Verify.
var (
	// ErrSigned: bytes that are not a signed plan file.
	ErrSigned = errors.New("not a signed plan (a file made by dunlin plan sign)")
	// ErrSignature: the signature is not this officer's over these bytes.
	ErrSignature = errors.New("the plan's signature is not the privacy officer's")
)

// Sign returns the signed file of published plan bytes.
func Sign(published []byte, key ed25519.PrivateKey) []byte {
	b := make([]byte, 0, signedHead+len(published))
	b = append(b, signedMagic...)
	b = append(b, signedVersion)
	b = append(b, ed25519.Sign(key, signedMessage(published))...)
	return append(b, published...)
}

// Verify returns the published bytes of a signed file, aliasing it. What they
// say is for plan.Decode to read; that the officer signed them is all that is
// checked here.
//
// Errors: ErrSigned, ErrSignature.
func Verify(signed []byte, officer ed25519.PublicKey) (published []byte, err error) {
	published, err = Unverified(signed)
	if err != nil {
		return nil, err
	}
	signature := signed[signedHead-ed25519.SignatureSize : signedHead]
	if len(officer) != ed25519.PublicKeySize || !ed25519.Verify(officer, signedMessage(published), signature) {
		return nil, ErrSignature
	}
	return published, nil
}

// Unverified returns the published bytes of a signed file whoever signed it:
// for people who look at a plan, never for anything that acts on one.
//
// Errors: ErrSigned.
func Unverified(signed []byte) ([]byte, error) {
	if len(signed) <= signedHead || string(signed[:len(signedMagic)]) != signedMagic || signed[len(signedMagic)] != signedVersion {
		return nil, ErrSigned
	}
	return signed[signedHead:], nil
}

func signedMessage(published []byte) []byte {
	return append([]byte(signedLabel), published...)
}
