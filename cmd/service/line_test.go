package service

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
)

// lineIdentity is the identity of a seed of 32 equal bytes.
func lineIdentity(t testing.TB, seed byte) peer.Identity {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize)))
	require.NoError(t, err)
	id, err := peer.ParseIdentity(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	require.NoError(t, err)
	return id
}

// The lines of docs/formats.md.
func TestLineBytes(t *testing.T) {
	helper, leader := lineIdentity(t, 1), lineIdentity(t, 2)
	docs, err := os.ReadFile("../../docs/formats.md")
	require.NoError(t, err)
	i := invitation{URL: "https://h:1", Name: "shop", Officer: "o", Keys: peer.Keys{helper.Public()}, Nonce: nonce{1, 2, 3}, Expires: time.Unix(1_800_000_000, 0)}
	a := acceptance{Name: "shop", Helper: helper.Public(), Keys: peer.Keys{leader.Public()}, Nonce: i.Nonce}
	for _, line := range []string{i.line(helper), a.line(leader)} {
		require.Contains(t, string(docs), line)
	}
}

// What goes into a line comes out of it, and any other text is refused or is such a
// line.
func FuzzLines(f *testing.F) {
	id := lineIdentity(f, 1)
	i := invitation{URL: "https://h:1", Name: "shop", Officer: "o", Keys: peer.Keys{id.Public()}, Expires: time.Unix(1<<31, 0).UTC()}
	a := acceptance{Name: "shop", Keys: peer.Keys{id.Public(), {}}}
	f.Add(i.line(id), "https://h:1", "shop", uint32(1), byte(1))
	f.Add(a.line(id), "", "a-b", uint32(0), byte(8))
	f.Add(invitePrefix+"AQ", "x", "0", uint32(1<<31), byte(2))
	f.Fuzz(func(t *testing.T, text, url, name string, expires uint32, n byte) {
		if got, err := parseInvitation(text); err == nil {
			require.NotEmpty(t, got.Keys)
			require.True(t, named(got.Name))
		}
		if got, err := parseAcceptance(text); err == nil {
			require.NotEmpty(t, got.Keys)
		}
		if !named(name) || len(url) > 200 || n == 0 || n > maxLineKeys {
			return
		}
		keys := peer.Keys{id.Public()}
		for len(keys) < int(n) {
			keys = append(keys, peer.Key{byte(len(keys))})
		}
		want := invitation{URL: url, Name: name, Officer: url, Keys: keys, Nonce: nonce{n}, Expires: time.Unix(int64(expires), 0).UTC()}
		got, err := parseInvitation(want.line(id))
		require.NoError(t, err)
		require.Equal(t, want, got)
		answer := acceptance{Name: name, Helper: keys[0], Keys: keys, Nonce: nonce{n}}
		back, err := parseAcceptance(answer.line(id))
		require.NoError(t, err)
		require.Equal(t, answer, back)
	})
}

// A line is signed by its own first key, or it is none.
func TestALineOfAnotherKey(t *testing.T) {
	one, two := lineIdentity(t, 1), lineIdentity(t, 2)
	random, err := peer.Generate(rand.Reader)
	require.NoError(t, err)
	for _, id := range []peer.Identity{two, random} {
		_, err := parseInvitation(invitation{Name: "shop", Keys: peer.Keys{one.Public()}, Expires: time.Unix(1, 0)}.line(id))
		require.ErrorIs(t, err, ErrLine)
		_, err = parseAcceptance(acceptance{Name: "shop", Keys: peer.Keys{one.Public(), id.Public()}}.line(id))
		require.ErrorIs(t, err, ErrLine)
	}
	// A signature of one kind of line is none of the other.
	line := acceptance{Name: "shop", Keys: peer.Keys{one.Public()}}.line(one)
	_, err = parseInvitation(invitePrefix + line[len(leaderPrefix):])
	require.ErrorIs(t, err, ErrLine)
}
