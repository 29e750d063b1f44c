package plan

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/privacy/sha256"
)

// Digest identifies a plan: the SHA-256 of its published bytes.
type Digest [sha256.Size]byte

// DigestOf returns the digest of published plan bytes.
func DigestOf(published []byte) Digest { return sha256.Sum(published) }

const hexDigits = "0123456789abcdef"

// String returns 64 hexadecimal digits.
func (d Digest) String() string { return hexString(d[:]) }

// MarshalText returns String's form, so that JSON and maps show it.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (d *Digest) UnmarshalText(b []byte) error {
	v, err := ParseDigest(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// ErrDigest: a digest is not 64 lower-case hexadecimal digits.
var ErrDigest = errors.New("plan: a digest is 64 lower-case hexadecimal digits")

// ParseDigest is the inverse of Digest.String.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	if !parseHex(d[:], s) {
		return Digest{}, ErrDigest
	}
	return d, nil
}

// ReportID names one device's report of one period: random, and never the same
// for another period, so that it links nothing over time.
type ReportID [16]byte

// Partition is the unit of scale: the first byte of the report ID.
func (id ReportID) Partition() byte { return id[0] }

// String returns 32 hexadecimal digits.
func (id ReportID) String() string { return hexString(id[:]) }

// ErrReportID: a report ID is not 32 lower-case hexadecimal digits.
var ErrReportID = errors.New("plan: a report ID is 32 lower-case hexadecimal digits")

// ParseReportID is the inverse of ReportID.String.
func ParseReportID(s string) (ReportID, error) {
	var id ReportID
	if !parseHex(id[:], s) {
		return ReportID{}, ErrReportID
	}
	return id, nil
}

// Commitment is the SHA-256 that binds a plan to its VDAF verify key without
// telling it (the aggregators' pairing makes both).
type Commitment [sha256.Size]byte

// String returns 64 hexadecimal digits.
func (c Commitment) String() string { return hexString(c[:]) }

// ParseCommitment is the inverse of Commitment.String.
func ParseCommitment(s string) (Commitment, error) {
	d, err := ParseDigest(s)
	return Commitment(d), err
}

func hexString(b []byte) string {
	out := make([]byte, 0, 2*len(b))
	for _, v := range b {
		out = append(out, hexDigits[v>>4], hexDigits[v&15])
	}
	return string(out)
}

func parseHex(dst []byte, s string) bool {
	if len(s) != 2*len(dst) {
		return false
	}
	for i := range s {
		var v byte
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v = c - '0'
		case c >= 'a' && c <= 'f':
			v = c - 'a' + 10
		default:
			return false
		}
		dst[i/2] = dst[i/2]<<4 | v
	}
	return true
}
