package console

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A hash is in the usual form, says its parameters, and fits its password alone. Those of
// other parameters fit too, so that the parameters can grow.
func TestHash(t *testing.T) {
	h := newHashing(rand.Reader)
	hash, err := h.make(t.Context(), pass)
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=65536,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$`, hash)
	again, err := h.make(t.Context(), pass)
	require.NoError(t, err)
	require.NotEqual(t, hash, again, "salted")
	for password, want := range map[string]bool{pass: true, pass + " ": false, "": false} {
		got, err := h.check(t.Context(), hash, password)
		require.NoError(t, err)
		require.Equal(t, want, got, password)
	}
	// Source: phc-winner-argon2, test.c, hashtest(version, 2, 16, 1, "password", "somesalt", ...) of argon2id.
	reference := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	got, err := h.check(t.Context(), reference, "password")
	require.NoError(t, err)
	require.True(t, got)
}

func TestMalformedHash(t *testing.T) {
	h := newHashing(rand.Reader)
	h.memory = 64
	hash, err := h.make(t.Context(), pass)
	require.NoError(t, err)
	for _, change := range [][2]string{
		{"argon2id", "argon2i"}, {"v=19", "v=16"}, {"m=64,", "m=0,"}, {"m=64,", "m=4294967295,"}, {"t=2", "t=0"}, {"t=2", "t=65"}, {"p=1", "p=0"}, {"p=1", "p=1000"},
		{"$m=", "m="}, {hash[len(hash)-2:], ""}, {hash[len(hash)-2:], "??"},
	} {
		bad := strings.Replace(hash, change[0], change[1], 1)
		_, err := h.check(t.Context(), bad, pass)
		require.ErrorIs(t, err, errHash, bad)
	}
}
