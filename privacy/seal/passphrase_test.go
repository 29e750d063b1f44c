package seal_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

const phrase = "correct horse battery staple"

func passphrase(t testing.TB, text string) seal.Passphrase {
	t.Helper()
	p, err := seal.NewPassphrase(text)
	require.NoError(t, err)
	return p
}

// scrypted is a file as age makes it, with a factor of its own.
func scrypted(t testing.TB, plain string, factor int, armored bool) []byte {
	t.Helper()
	to, err := age.NewScryptRecipient(phrase)
	require.NoError(t, err)
	to.SetWorkFactor(factor)
	var out bytes.Buffer
	var sink io.WriteCloser = nopCloser{&out}
	if armored {
		sink = armor.NewWriter(&out)
	}
	w, err := age.Encrypt(sink, to)
	require.NoError(t, err)
	_, err = io.WriteString(w, plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, sink.Close())
	return out.Bytes()
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestAKeyFileUnderAPassphrase(t *testing.T) {
	var _ seal.Locker = seal.Passphrase{}
	id, _, file := pair(t)
	p := passphrase(t, phrase)
	locked, err := p.Lock(file)
	require.NoError(t, err)
	require.True(t, seal.Locked(locked))
	require.False(t, seal.Locked(file))
	require.NotContains(t, string(locked), "AGE-SECRET-KEY")

	plain, err := p.Unlock(locked)
	require.NoError(t, err)
	require.Equal(t, file, plain)
	_, err = passphrase(t, "correct horse battery stable").Unlock(locked)
	require.ErrorIs(t, err, seal.ErrPassphrase)
	_, err = seal.Passphrase{}.Unlock(locked)
	require.ErrorIs(t, err, seal.ErrNoPassphrase)
	_, err = seal.ParseIdentity(bytes.NewReader(locked))
	require.ErrorIs(t, err, seal.ErrNoPassphrase, "a locked file where nobody unlocks it")

	// What age itself reads of it.
	by, err := age.NewScryptIdentity(phrase)
	require.NoError(t, err)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(locked)), by)
	require.NoError(t, err)
	found, err := age.ParseIdentities(r)
	require.NoError(t, err)
	require.Equal(t, id.Recipient().Key, found[0].(*age.X25519Identity).Recipient().String())
}

func TestFilesThatAgeLocked(t *testing.T) {
	p := passphrase(t, phrase)
	for _, armored := range []bool{false, true} {
		plain, err := p.Unlock(scrypted(t, "content", 10, armored))
		require.NoError(t, err)
		require.Equal(t, "content", string(plain))
	}
	// The work is refused before it is done: changing the number breaks the file's
	// MAC, which nobody gets to look at.
	greedy := bytes.Replace(scrypted(t, "content", 10, false), []byte(" 10\n"), []byte(" 21\n"), 1)
	_, err := p.Unlock(greedy)
	require.ErrorIs(t, err, seal.ErrWork)

	// To a recipient, not under a passphrase.
	_, to, _ := pair(t)
	_, err = p.Unlock(sealed(t, to, []byte("content")))
	require.ErrorIs(t, err, seal.ErrPassphrase)
}

// Every byte of a locked file that is changed or missing keeps it shut.
func TestDamagedLockedFiles(t *testing.T) {
	p := passphrase(t, phrase)
	whole := scrypted(t, "content", 1, false)
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 1
		plain, err := p.Unlock(bad)
		if i < len("age-encryption.org/") {
			require.NoError(t, err) // no longer an age file: what it is, its reader says
			require.Equal(t, bad, plain)
			continue
		}
		require.Error(t, err, i)
		if i < len(whole)-1 && i > len("age-encryption.org/") {
			_, err = p.Unlock(whole[:i])
			require.Error(t, err, i)
		}
	}
}

func TestPassphraseFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passphrase")
	write := func(text string, mode os.FileMode) {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		require.NoError(t, os.Chmod(path, mode))
	}
	locked := scrypted(t, "content", 1, true)
	for _, text := range []string{phrase, phrase + "\n", phrase + "\r\n"} {
		write(text, 0o600)
		p, err := seal.ReadPassphrase(path)
		require.NoError(t, err)
		_, err = p.Unlock(locked)
		require.NoError(t, err)
	}
	for _, text := range []string{"", "\n", "short", phrase + "\nsecond line\n", strings.Repeat("x", 5000)} {
		write(text, 0o600)
		_, err := seal.ReadPassphrase(path)
		require.ErrorIs(t, err, seal.ErrWeak, "%.20q", text)
	}
	write(phrase, 0o640)
	_, err := seal.ReadPassphrase(path)
	require.ErrorContains(t, err, "chmod 600 "+path)
	_, err = seal.ReadCredential(path)
	require.NoError(t, err)
	_, err = seal.ReadPassphrase(path + "-none")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestAPassphraseIsNeverPrinted(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		require.Equal(t, "a passphrase", fmt.Sprintf(verb, passphrase(t, phrase)), verb)
		require.NotContains(t, fmt.Sprintf(verb, struct{ P seal.Passphrase }{passphrase(t, phrase)}), "horse", verb)
	}
	require.Equal(t, "no passphrase", fmt.Sprint(seal.Passphrase{}))
}

func FuzzUnlock(f *testing.F) {
	f.Add(scrypted(f, "content", 1, false))
	f.Add(scrypted(f, "content", 1, true))
	f.Add([]byte("AGE-SECRET-KEY-1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Contains(b, []byte("-> scrypt")) && !bytes.Contains(b, []byte(" 1\n")) {
			return // a factor of the fuzzer's choice takes its memory
		}
		plain, err := passphrase(t, phrase).Unlock(b)
		if err == nil && !seal.Locked(b) {
			require.Equal(t, b, plain)
		}
	})
}

// The figure that the documentation gives for one key file.
func BenchmarkUnlock(b *testing.B) {
	p := passphrase(b, phrase)
	locked, err := p.Lock([]byte("content"))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, err := p.Unlock(locked)
		require.NoError(b, err)
	}
}
