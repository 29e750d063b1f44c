package seal_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

func Example() {
	file, recipient, _ := seal.GenerateIdentity()
	to, _ := seal.ParseRecipient(recipient)
	sealed, _ := to.Seal(nil, []byte("an input share"))

	id, _ := seal.ParseIdentity(bytes.NewReader(file))
	plain, err := id.Open(sealed, 14)
	fmt.Printf("%s %d %v\n", plain, len(sealed), err)
	// Output: an input share 214 <nil>
}

func pair(t testing.TB) (seal.Identity, seal.Recipient, []byte) {
	t.Helper()
	file, recipient, err := seal.GenerateIdentity()
	require.NoError(t, err)
	id, err := seal.ParseIdentity(bytes.NewReader(file))
	require.NoError(t, err)
	require.Equal(t, recipient, id.Recipient())
	to, err := seal.ParseRecipient(recipient)
	require.NoError(t, err)
	return id, to, file
}

func sealed(t testing.TB, to seal.Recipient, plain []byte) []byte {
	t.Helper()
	b, err := to.Seal(nil, plain)
	require.NoError(t, err)
	return b
}

// The size depends on the plaintext's size alone, or it would tell devices apart.
func TestSizeIsFixed(t *testing.T) {
	id, to, _ := pair(t)
	for _, n := range []int{0, 1, 47, 48, 170, 10362, 40000, seal.MaxPlain - 1, seal.MaxPlain} {
		for range 8 {
			plain := make([]byte, n)
			_, _ = rand.Read(plain)
			b := sealed(t, to, plain)
			require.Len(t, b, seal.SealedSize(n))
			got, err := id.Open(b, n)
			require.NoError(t, err)
			require.Equal(t, plain, got)
			_, err = id.Open(b, n+1)
			require.ErrorIs(t, err, seal.ErrOpen)
		}
	}
	_, err := to.Seal(nil, make([]byte, seal.MaxPlain+1))
	require.ErrorIs(t, err, seal.ErrSize)
	b, err := to.Seal([]byte("kept"), []byte("x"))
	require.NoError(t, err)
	require.Equal(t, "kept", string(b[:4]), "Seal appends")
}

// Debian's age and ours agree in both directions.
func TestAgeBinaryOpensIt(t *testing.T) {
	bin, err := exec.LookPath("age")
	if err != nil {
		t.Skip("no age binary on this machine")
	}
	id, to, file := pair(t)
	dir := t.TempDir()
	key, share := filepath.Join(dir, "key.txt"), filepath.Join(dir, "share.age")
	plain := bytes.Repeat([]byte("share "), 2000)
	require.NoError(t, os.WriteFile(key, file, 0o600))
	require.NoError(t, os.WriteFile(share, sealed(t, to, plain), 0o600))
	out, err := exec.Command(bin, "-d", "-i", key, share).Output()
	require.NoError(t, err)
	require.Equal(t, plain, out)

	cmd := exec.Command(bin, "-r", id.Recipient().Key)
	cmd.Stdin = bytes.NewReader(plain)
	theirs, err := cmd.Output()
	require.NoError(t, err)
	got, err := id.Open(theirs, len(plain))
	require.NoError(t, err)
	require.Equal(t, plain, got)

	read, err := seal.ReadIdentity(key)
	require.NoError(t, err)
	require.Equal(t, id.Recipient(), read.Recipient())
}

func ageFile(t testing.TB, plain []byte, to ...age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to...)
	require.NoError(t, err)
	_, err = w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func armored(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	_, err := w.Write(b)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// hostile are files that the owner of id must refuse though age itself would
// take some of them.
func hostile(t testing.TB, id seal.Identity, to seal.Recipient, plain []byte) map[string][]byte {
	t.Helper()
	native, err := age.ParseX25519Recipient(id.Recipient().Key)
	require.NoError(t, err)
	other, _, _ := pair(t)
	stranger, err := age.ParseX25519Recipient(other.Recipient().Key)
	require.NoError(t, err)
	phrase, err := age.NewScryptRecipient("a passphrase")
	require.NoError(t, err)
	phrase.SetWorkFactor(10)
	good := sealed(t, to, plain)
	huge := append([]byte("age-encryption.org/v1\n-> X25519 "), bytes.Repeat([]byte("A"), 2<<20)...)
	flip := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	return map[string][]byte{
		"empty":             {},
		"sealed to another": ageFile(t, plain, stranger),
		"two recipients":    ageFile(t, plain, native, stranger),
		"a thousand stanzas": append([]byte("age-encryption.org/v1\n"),
			bytes.Repeat([]byte("-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"), 1000)...),
		"passphrase":      ageFile(t, plain, phrase),
		"armor":           armored(t, good),
		"huge header":     huge,
		"trailing byte":   append(bytes.Clone(good), 0),
		"cut short":       good[:len(good)-1],
		"other plain":     ageFile(t, plain[1:], native),
		"ephemeral":       flip(40),
		"file key":        flip(80),
		"mac":             flip(130),
		"payload nonce":   flip(170),
		"payload":         flip(190),
		"tag":             flip(len(good) - 1),
		"version":         flip(20),
		"low order point": append(append([]byte("age-encryption.org/v1\n-> X25519 "), bytes.Repeat([]byte("A"), 43)...), good[75:]...),
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	id, to, _ := pair(t)
	plain := bytes.Repeat([]byte{7}, 500)
	for name, b := range hostile(t, id, to, plain) {
		t.Run(name, func(t *testing.T) {
			_, err := id.Open(b, len(plain))
			require.ErrorIs(t, err, seal.ErrOpen)
			require.Equal(t, seal.ErrOpen.Error(), err.Error(), "no detail for the sender")
		})
	}
	_, err := id.Open(sealed(t, to, plain), len(plain))
	require.NoError(t, err, "the untouched file opens, so the changes were what was refused")
}

// What is not of the one shape costs no allocation at all.
func TestRefusalIsCheap(t *testing.T) {
	id, to, _ := pair(t)
	files := hostile(t, id, to, make([]byte, 500))
	for _, name := range []string{"two recipients", "a thousand stanzas", "passphrase", "armor", "huge header", "trailing byte", "cut short", "version"} {
		b := files[name]
		require.NotEmpty(t, b, name)
		require.Zero(t, testing.AllocsPerRun(10, func() { _, _ = id.Open(b, 500) }), name)
	}
}

func TestConcurrentOpens(t *testing.T) {
	id, to, _ := pair(t)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			plain := bytes.Repeat([]byte{byte(i)}, 300)
			b, err := to.Seal(nil, plain)
			if err == nil {
				var got []byte
				if got, err = id.Open(b, 300); err == nil && !bytes.Equal(got, plain) {
					err = io.ErrUnexpectedEOF
				}
			}
			if err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
}

func TestKeys(t *testing.T) {
	id, _, file := pair(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		require.NotContains(t, strings.ToUpper(fmt.Sprintf(verb, id)), "SECRET", verb)
	}
	for name, content := range map[string]string{
		"empty":     "",
		"two":       string(file) + string(file),
		"public":    id.Recipient().Key,
		"nonsense":  "AGE-SECRET-KEY-1QQQ",
		"too large": strings.Repeat("#\n", 64<<10),
		"ssh":       "ssh-ed25519 AAAA",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := seal.ParseIdentity(strings.NewReader(content))
			require.ErrorIs(t, err, seal.ErrIdentity)
			require.NotContains(t, err.Error(), "QQQ")
		})
	}
	_, err := seal.ReadIdentity(filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)

	for name, r := range map[string]plan.Recipient{
		"no type":  {Type: 0, Key: id.Recipient().Key},
		"hybrid":   {Type: 2, Key: id.Recipient().Key},
		"upcase":   {Type: plan.X25519, Key: strings.ToUpper(id.Recipient().Key)},
		"cut":      {Type: plan.X25519, Key: id.Recipient().Key[:30]},
		"a secret": {Type: plan.X25519, Key: string(file)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := seal.ParseRecipient(r)
			require.Error(t, err)
			if r.Type != plan.X25519 {
				require.ErrorIs(t, err, seal.ErrKeyType)
			} else {
				require.ErrorIs(t, err, seal.ErrRecipient)
			}
		})
	}
	_, err = seal.Recipient{}.Seal(nil, nil)
	require.ErrorIs(t, err, seal.ErrRecipient)
	_, err = seal.Identity{}.Open(nil, 0)
	require.ErrorIs(t, err, seal.ErrOpen)
}

// Nothing but what Seal made opens, and nothing panics.
func FuzzOpen(f *testing.F) {
	id, to, _ := pair(f)
	plain := []byte("a plaintext of thirty-two bytes.")
	good := sealed(f, to, plain)
	f.Add(good)
	for _, b := range hostile(f, id, to, plain) {
		if len(b) < 4096 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := id.Open(in, len(plain))
		if err != nil {
			require.ErrorIs(t, err, seal.ErrOpen)
			return
		}
		require.Equal(t, plain, got)
	})
}

func FuzzParseIdentity(f *testing.F) {
	_, _, file := pair(f)
	f.Add(file)
	f.Add([]byte("# nothing\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		id, err := seal.ParseIdentity(bytes.NewReader(in))
		if err != nil {
			require.ErrorIs(t, err, seal.ErrIdentity)
			return
		}
		_, err = seal.ParseRecipient(id.Recipient())
		require.NoError(t, err)
	})
}

// 10,362 bytes is the leader's plaintext at 512 cells, 170 the helper's.
func BenchmarkOpen(b *testing.B) {
	id, to, _ := pair(b)
	for _, n := range []int{170, 10362} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			file := sealed(b, to, make([]byte, n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := id.Open(file, n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	_, to, _ := pair(b)
	for _, n := range []int{170, 10362} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			plain, buf := make([]byte, n), make([]byte, 0, seal.SealedSize(n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := to.Seal(buf, plain); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
