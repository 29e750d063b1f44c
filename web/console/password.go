package console

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Parameters of new hashes: OWASP's first choice for argon2id is 46 MiB and one pass,
// this is above it.
const (
	memory  = 64 << 10 // KiB
	passes  = 2
	threads = 1
	keySize = 32
	salt    = 16
)

// Bounds of a password.
const (
	leastPassword = 12  // characters
	mostPassword  = 512 // bytes
)

// errHash: what is stored is no hash of this package's form.
var errHash = errors.New("console: a stored password hash is malformed")

// How many passwords are looked at at once, at 64 MiB each, and how many more may wait.
const (
	atOnce  = 2
	waiting = 30
)

// hashing computes argon2id.
type hashing struct {
	random       io.Reader
	memory       uint32 // of new hashes, in KiB
	queue, slots chan struct{}
}

func newHashing(random io.Reader) hashing {
	return hashing{random, memory, make(chan struct{}, waiting+atOnce), make(chan struct{}, atOnce)}
}

// enter waits for a free place.
//
// Errors: errBusy where too many wait already, and ctx's own.
func (h hashing) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, errBusy
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, ctx.Err()
	}
}

// make hashes a password, in the usual form: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (h hashing) make(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	s := make([]byte, salt)
	if _, err := io.ReadFull(h.random, s); err != nil {
		return "", fmt.Errorf("console: draw a salt: %w", err)
	}
	key := argon2.IDKey([]byte(password), s, passes, h.memory, threads, keySize)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, passes, threads, b64(s), b64(key)), nil
}

// check tells whether the password is the hash's. An empty hash is nobody's, and takes
// as long.
func (h hashing) check(ctx context.Context, hash, password string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if hash == "" {
		argon2.IDKey([]byte(password), make([]byte, salt), passes, h.memory, threads, keySize)
		return false, nil
	}
	parts := strings.Split(hash, "$")
	var version int
	var m, t uint32
	var p uint8
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errHash
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m == 0 || m > 1<<20 || t == 0 || t > 64 || p == 0 {
		return false, errHash
	}
	s, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, errHash
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) != keySize {
		return false, errHash
	}
	got := argon2.IDKey([]byte(password), s, t, m, p, keySize)
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// acceptable says what is wrong with a new password.
func acceptable(password, name string) *refusal {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return malformed("the password is not UTF-8")
	case n < leastPassword:
		return malformed("the password has %d characters: at least %d are wanted; four random words do well", n, leastPassword)
	case len(password) > mostPassword:
		return malformed("the password has %d bytes: at most %d are taken", len(password), mostPassword)
	case strings.EqualFold(password, name) || strings.Count(password, password[:1]) == len(password):
		return malformed("the password is guessed too easily: take four random words")
	}
	return nil
}
