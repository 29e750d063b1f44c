package vdaf

import "errors"

// Errors. No error holds a share, a cell or a key.
var (
	// ErrParams: parameters, role or context out of bounds.
	ErrParams = errors.New("vdaf: parameters out of bounds")
	// ErrDecode: bytes of the wrong length or not of the form.
	ErrDecode = errors.New("vdaf: malformed bytes")
	// ErrJointRand: the input share, the nonce and the context are not those
	// that the public share was made from, or the prep message is of another
	// report.
	ErrJointRand = errors.New("vdaf: joint randomness does not match")
	// ErrProof: the two prep shares are of no valid measurement.
	ErrProof = errors.New("vdaf: proof is invalid")
	// ErrState: the state was used before.
	ErrState = errors.New("vdaf: state is used up")
	// ErrInternal: the library below failed in a way that it does not declare.
	// The report at hand is to be rejected like one with an invalid proof.
	ErrInternal = errors.New("vdaf: preparation failed")
	// ErrLength: two vectors of different length.
	ErrLength = errors.New("vdaf: vectors of different length")
	// ErrRange: a cell of the sum lies outside what counts and noise can reach:
	// the two aggregate shares are not of the same batch.
	ErrRange = errors.New("vdaf: sum out of range")
)
