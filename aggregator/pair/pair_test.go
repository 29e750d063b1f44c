package pair_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

func folder(t testing.TB) pair.Keys {
	t.Helper()
	k, err := pair.OpenKeys(filepath.Join(t.TempDir(), "keys"), pair.KeyOptions{})
	require.NoError(t, err)
	return k
}

func helper(t testing.TB, keys pair.Keys, r io.Reader) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	pair.NewHandler(keys, r, func(*http.Request) string { return "shop" }).Register(mux)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func ExampleCommitmentOf() {
	fmt.Println(pair.CommitmentOf(vdaf.VerifyKey{1, 2, 3}).String()[:16])
	// Output: b2248ac41df7c357
}

func TestBothHoldTheSameKey(t *testing.T) {
	mine, theirs := folder(t), folder(t)
	s := helper(t, theirs, rand.Reader)
	made, err := pair.Lead(context.Background(), s.Client(), s.URL, mine, rand.Reader)
	require.NoError(t, err)
	c := made.VerifyKey
	a, err := mine.Get(c)
	require.NoError(t, err)
	b, err := theirs.Get(c)
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.Equal(t, c, pair.CommitmentOf(a))
	_, err = mine.Get(plan.Commitment{})
	require.ErrorIs(t, err, pair.ErrNoKey)

	again, err := pair.Lead(context.Background(), s.Client(), s.URL, mine, rand.Reader)
	require.NoError(t, err)
	require.NotEqual(t, c, again.VerifyKey)

	// Each side holds the identity of its own recipient, for this pairing alone.
	for i, side := range []pair.Keys{mine, theirs} {
		want := []plan.Recipient{made.Leader, made.Helper}[i]
		id, err := side.Identity(c)
		require.NoError(t, err)
		require.Equal(t, want, id.Recipient())
		other, err := side.Identity(again.VerifyKey)
		require.NoError(t, err)
		require.NotEqual(t, id.Recipient(), other.Recipient())
	}
	owner, err := theirs.Owner(c)
	require.NoError(t, err)
	require.Equal(t, "shop", owner)
	owner, err = mine.Owner(c)
	require.NoError(t, err)
	require.Empty(t, owner)

	require.NoError(t, theirs.Destroy(c))
	require.NoError(t, theirs.Destroy(c), "again")
	_, err = theirs.Get(c)
	require.ErrorIs(t, err, pair.ErrNoKey)
	_, err = theirs.Identity(c)
	require.ErrorIs(t, err, pair.ErrNoKey)
	_, err = theirs.Identity(again.VerifyKey)
	require.NoError(t, err, "the other plan's")
}

// The key changes with either half, so neither side alone decides it.
func TestBothHalvesCount(t *testing.T) {
	seen := map[plan.Commitment]bool{}
	for _, halves := range [][2]byte{{1, 1}, {1, 2}, {2, 1}} {
		s := helper(t, folder(t), bytes.NewReader(bytes.Repeat(halves[1:], 32)))
		made, err := pair.Lead(context.Background(), s.Client(), s.URL, folder(t), bytes.NewReader(bytes.Repeat(halves[:1], 32)))
		require.NoError(t, err)
		c := made.VerifyKey
		require.False(t, seen[c])
		seen[c] = true
	}
}

func post(t *testing.T, s *httptest.Server, path string, body []byte) (*http.Response, []byte) {
	t.Helper()
	res, err := s.Client().Post(s.URL+path, "application/octet-stream", bytes.NewReader(body))
	require.NoError(t, err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return res, nil
	}
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, b
}

func TestLeaderCannotChangeItsMind(t *testing.T) {
	s := helper(t, folder(t), rand.Reader)
	a := bytes.Repeat([]byte{5}, 32)
	bound := sha256.Sum256(append([]byte("dunlin pair commit v1"), a...))

	_, b := post(t, s, pair.PathCommit, bound[:])
	require.Len(t, b, 32)
	res, _ := post(t, s, pair.PathCommit, bound[:])
	require.Equal(t, http.StatusConflict, res.StatusCode, "a second half for the same commitment")

	other := bytes.Repeat([]byte{6}, 32)
	res, _ = post(t, s, pair.PathReveal, append(bound[:], other...))
	require.Equal(t, http.StatusConflict, res.StatusCode, "another value than committed to")
	res, _ = post(t, s, pair.PathReveal, append(bound[:], a...))
	require.Equal(t, http.StatusConflict, res.StatusCode, "the session ended with the lie")
	res, _ = post(t, s, pair.PathReveal, append(bound[:], a[:31]...))
	require.Equal(t, http.StatusBadRequest, res.StatusCode)

	for i := range 40 { // sessions are bounded, the newest live
		bound := sha256.Sum256(append([]byte("dunlin pair commit v1"), bytes.Repeat([]byte{byte(i), 1}, 16)...))
		_, b := post(t, s, pair.PathCommit, bound[:])
		require.Len(t, b, 32)
	}
	_, c := post(t, s, pair.PathReveal, func() []byte {
		a := bytes.Repeat([]byte{39, 1}, 16)
		bound := sha256.Sum256(append([]byte("dunlin pair commit v1"), a...))
		return append(bound[:], a...)
	}())
	require.Len(t, c, 32+62, "commitment and recipient")
}

func TestHelperThatKeepsAnotherKeyIsNoticed(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 32)) })
	s := httptest.NewServer(mux)
	defer s.Close()
	_, err := pair.Lead(context.Background(), s.Client(), s.URL, folder(t), rand.Reader)
	require.ErrorIs(t, err, pair.ErrPeer)

	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem.Write(w, problem.New(problem.PairFailed, "not today"))
	}))
	defer refusing.Close()
	_, err = pair.Lead(context.Background(), refusing.Client(), refusing.URL, folder(t), rand.Reader)
	require.ErrorIs(t, err, problem.PairFailed)
}

func TestKeyFiles(t *testing.T) {
	dir := t.TempDir()
	keys, err := pair.OpenKeys(dir, pair.KeyOptions{})
	require.NoError(t, err)
	key := vdaf.VerifyKey{9, 8, 7}
	c, err := keys.Put(key, nil, "")
	require.NoError(t, err)
	_, err = keys.Put(key, nil, "")
	require.NoError(t, err)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1, "no temporary file is left")
	path := filepath.Join(dir, "verify-"+c.String()+".key")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	require.NoError(t, os.WriteFile(path, []byte("dunlin-verify1"+fmt.Sprintf("%064x", 1)), 0o600))
	_, err = keys.Get(c)
	require.ErrorIs(t, err, pair.ErrKeyFile)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		require.NotContains(t, fmt.Sprintf(verb, key), "09", verb)
		require.NotContains(t, fmt.Sprintf(verb, key), "9 8 7", verb)
	}
}

// reversed stands for a passphrase.
type reversed struct{ wrong bool }

var errWrong = errors.New("wrong passphrase")

func (reversed) Lock(b []byte) ([]byte, error) {
	b = bytes.Clone(b)
	slices.Reverse(b)
	return b, nil
}

func (r reversed) Unlock(b []byte) ([]byte, error) {
	if r.wrong {
		return nil, errWrong
	}
	return r.Lock(b)
}

func TestIdentityUnderAPassphrase(t *testing.T) {
	dir := t.TempDir()
	keys, err := pair.OpenKeys(dir, pair.KeyOptions{Lock: reversed{}})
	require.NoError(t, err)
	s := helper(t, keys, rand.Reader)
	made, err := pair.Lead(context.Background(), s.Client(), s.URL, folder(t), rand.Reader)
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(dir, "age-"+made.VerifyKey.String()+".age"))
	require.NoError(t, err)
	require.NotContains(t, string(b), "AGE-SECRET-KEY")
	id, err := keys.Identity(made.VerifyKey)
	require.NoError(t, err)
	require.Equal(t, made.Helper, id.Recipient())
	keys.Lock = reversed{wrong: true}
	_, err = keys.Identity(made.VerifyKey)
	require.ErrorIs(t, err, errWrong)
}

// A key is made with the leader that committed to it.
func TestAnotherLeaderCannotReveal(t *testing.T) {
	mux := http.NewServeMux()
	pair.NewHandler(folder(t), rand.Reader, func(r *http.Request) string { return r.Header.Get("From") }).Register(mux)
	ask := func(who, path string, body []byte) int {
		r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
		r.Header.Set("From", who)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w.Code
	}
	a := bytes.Repeat([]byte{5}, 32)
	bound := sha256.Sum256(append([]byte("dunlin pair commit v1"), a...))
	require.Equal(t, http.StatusOK, ask("one", pair.PathCommit, bound[:]))
	require.Equal(t, http.StatusConflict, ask("two", pair.PathReveal, append(bound[:], a...)))
	require.Equal(t, http.StatusOK, ask("one", pair.PathReveal, append(bound[:], a...)))
}
