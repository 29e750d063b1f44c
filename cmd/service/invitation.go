package service

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
)

// The two lines by which a leader and a helper come to know each other. Each is a
// prefix and, in base64url without padding,
//
//	invitation  dunlin-invite1    1 byte version | url | name | officer | keys | 16 nonce | 8 expires
//	acceptance  dunlin-leader1    1 byte version | name | 32 helper | keys | 16 nonce
//
// and then 64 bytes, the first key's Ed25519 signature over the prefix and all that is
// before it. A text is 2 bytes of length and UTF-8, keys are one byte of count and 32
// bytes each, expires is Unix seconds; numbers are big-endian.
//
// The signature tells a line that was damaged on its way, and that whoever wrote it
// holds the first key. It does not tell whose key that is: people compare the
// fingerprints that both sides print.
const (
	invitePrefix  = "dunlin-invite1"
	leaderPrefix  = "dunlin-leader1"
	lineVersion   = 1
	signatureSize = 64
	maxLineKeys   = 8
	maxLine       = 4096
)

// ErrLine: a line is not one that dunlin pair prints, or is damaged.
var ErrLine = errors.New("not a whole line of `dunlin pair invite` or `dunlin pair accept`: copy all of it, from dunlin- to its end")

// invitation is a helper's offer to serve a leader. The first key is the one that
// signed; a second one is the helper's next.
type invitation struct {
	URL     string
	Name    string // that the leader will have at the helper
	Officer string
	Keys    peer.Keys
	Nonce   nonce
	Expires time.Time
}

// acceptance is the leader's answer.
type acceptance struct {
	Name   string
	Helper peer.Key // whom it is for
	Keys   peer.Keys
	Nonce  nonce
}

func (i invitation) line(id peer.Identity) string {
	b := []byte{lineVersion}
	b = appendText(b, i.URL)
	b = appendText(b, i.Name)
	b = appendText(b, i.Officer)
	b = appendKeys(b, i.Keys)
	b = append(b, i.Nonce[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(i.Expires.Unix()))
	return signLine(invitePrefix, b, id)
}

func (a acceptance) line(id peer.Identity) string {
	b := []byte{lineVersion}
	b = appendText(b, a.Name)
	b = append(b, a.Helper[:]...)
	b = appendKeys(b, a.Keys)
	b = append(b, a.Nonce[:]...)
	return signLine(leaderPrefix, b, id)
}

// IsInvitation reports whether a line is a helper's, for a leader to accept.
func IsInvitation(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), invitePrefix) }

// parseInvitation is the inverse of line; white space, as mail puts in, is dropped.
//
// Errors: ErrLine.
func parseInvitation(line string) (i invitation, err error) {
	d, err := openLine(invitePrefix, line)
	if err != nil {
		return i, err
	}
	i.URL, i.Name, i.Officer, i.Keys = d.text(), d.text(), d.text(), d.keys()
	copy(i.Nonce[:], d.take(len(i.Nonce)))
	if at := d.take(8); at != nil {
		seconds := binary.BigEndian.Uint64(at)
		d.short = d.short || seconds >= 1<<40 // beyond what a time can be
		i.Expires = time.Unix(int64(seconds&(1<<40-1)), 0).UTC()
	}
	return i, d.end(i.Keys, i.Name)
}

// parseAcceptance is the inverse of line.
//
// Errors: ErrLine.
func parseAcceptance(line string) (a acceptance, err error) {
	d, err := openLine(leaderPrefix, line)
	if err != nil {
		return a, err
	}
	a.Name = d.text()
	copy(a.Helper[:], d.take(len(a.Helper)))
	a.Keys = d.keys()
	copy(a.Nonce[:], d.take(len(a.Nonce)))
	return a, d.end(a.Keys, a.Name)
}

func appendText(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

func appendKeys(b []byte, ks peer.Keys) []byte {
	b = append(b, byte(len(ks)))
	for _, k := range ks {
		b = append(b, k[:]...)
	}
	return b
}

func signLine(prefix string, b []byte, id peer.Identity) string {
	signature := id.Sign(append([]byte(prefix), b...))
	return prefix + base64.RawURLEncoding.EncodeToString(append(b, signature...))
}

// lineReader takes a line's parts off its front.
type lineReader struct {
	prefix    string
	signed    []byte // all but the signature
	signature []byte
	rest      []byte
	short     bool // what was to come is not there, or is not possible
}

func openLine(prefix, line string) (*lineReader, error) {
	if len(line) > maxLine {
		return nil, ErrLine
	}
	digits, ok := strings.CutPrefix(strings.Join(strings.Fields(line), ""), prefix)
	b, err := base64.RawURLEncoding.Strict().DecodeString(digits)
	if !ok || err != nil || len(b) < 1+signatureSize {
		return nil, ErrLine
	}
	cut := len(b) - signatureSize
	d := &lineReader{prefix: prefix, signed: b[:cut], signature: b[cut:], rest: b[1:cut]}
	if b[0] != lineVersion {
		return nil, fmt.Errorf("the line has version %d, and this dunlin knows %d: use the same version of dunlin on both hosts", b[0], lineVersion)
	}
	return d, nil
}

func (d *lineReader) take(n int) []byte {
	if d.short || len(d.rest) < n {
		d.short = true
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *lineReader) text() string {
	n := d.take(2)
	if n == nil {
		return ""
	}
	return string(d.take(int(binary.BigEndian.Uint16(n))))
}

func (d *lineReader) keys() (ks peer.Keys) {
	n := d.take(1)
	if n == nil || n[0] == 0 || n[0] > maxLineKeys {
		d.short = true
		return nil
	}
	for range n[0] {
		var k peer.Key
		copy(k[:], d.take(len(k)))
		ks = append(ks, k)
	}
	return ks
}

// end checks that all was taken, the signature, and the leader's name.
func (d *lineReader) end(keys peer.Keys, name string) error {
	if d.short || len(d.rest) > 0 || !named(name) || !keys[0].Verify(append([]byte(d.prefix), d.signed...), d.signature) {
		return ErrLine
	}
	return nil
}
