package peer_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/stretchr/testify/require"
)

// file is an identity file that a test replaces.
type file struct {
	t    *testing.T
	path string
}

func newFile(t *testing.T, id peer.Identity) file {
	f := file{t, filepath.Join(t.TempDir(), "role.pem")}
	f.put(id)
	return f
}

// put renames a new file over the old one, as keygen --promote does.
func (f file) put(id peer.Identity) {
	f.t.Helper()
	b, err := id.Marshal()
	require.NoError(f.t, err)
	f.write(b, 0o600)
}

func (f file) write(b []byte, mode os.FileMode) {
	f.t.Helper()
	next := f.path + "-next"
	require.NoError(f.t, os.WriteFile(next, b, 0o600))
	require.NoError(f.t, os.Chmod(next, mode))
	require.NoError(f.t, os.Rename(next, f.path))
}

func (f file) source(log *slog.Logger) *peer.Source {
	f.t.Helper()
	s, err := peer.OpenSource(f.path, peer.SourceOptions{Log: log})
	require.NoError(f.t, err)
	return s
}

// listed is a set of keys that changes.
type listed struct{ p atomic.Pointer[peer.Keys] }

func (l *listed) set(keys ...peer.Key) { k := peer.Keys(keys); l.p.Store(&k) }
func (l *listed) keys() peer.Keys      { return *l.p.Load() }

// rotating serves a leader's requests over a connection both ends of which change.
func rotating(t *testing.T, self peer.Self, allowed func() peer.Keys, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(peer.Admit(handler, allowed))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = peer.Server(self, allowed)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestBothSidesRotateUnderATransfer(t *testing.T) {
	oldLeader, newLeader, oldHelper, newHelper := identity(t), identity(t), identity(t), identity(t)
	leaderFile, helperFile := newFile(t, oldLeader), newFile(t, oldHelper)
	var leaders, helpers listed
	leaders.set(oldLeader.Public())
	helpers.set(oldHelper.Public())

	s := rotating(t, helperFile.source(nil), leaders.keys, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		k, _ := peer.Of(r)
		w.Header().Set("Leader", k.String())
		_, _ = w.Write(b)
	})
	c := peer.Connect(leaderFile.source(nil), helpers.keys, 10*time.Second)
	defer c.CloseIdleConnections()
	transfer := func(n int) (leader string, err error) {
		sent := bytes.Repeat([]byte{byte(n)}, 64<<10)
		res, err := c.Post(s.URL, "application/octet-stream", bytes.NewReader(sent))
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		got, err := io.ReadAll(res.Body)
		if err == nil && (res.StatusCode != http.StatusOK || !bytes.Equal(sent, got)) {
			err = fmt.Errorf("answered %s with %d bytes", res.Status, len(got))
		}
		return res.Header.Get("Leader"), err
	}

	// Workers transfer without a pause, and each step below waits until all of them
	// have been around since.
	const workers = 4
	var rounds [workers]atomic.Int64
	var failed atomic.Pointer[error]
	stop := make(chan struct{})
	around := make(chan int)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for n := 0; ; n++ {
				if _, err := transfer(n); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
				rounds[w].Add(1)
				select {
				case <-stop:
					return
				case around <- w:
				}
			}
		})
	}
	pass := func() {
		t.Helper()
		for seen := map[int]int{}; len(seen) < workers || min(seen[0], seen[1], seen[2], seen[3]) < 2; {
			seen[<-around]++
		}
		if err := failed.Load(); err != nil {
			require.NoError(t, *err)
		}
	}
	pass()
	leaders.set(oldLeader.Public(), newLeader.Public()) // both list both
	helpers.set(oldHelper.Public(), newHelper.Public())
	pass()
	leaderFile.put(newLeader) // promoted
	pass()
	helperFile.put(newHelper)
	pass()
	leaders.set(newLeader.Public()) // and the former ones go
	helpers.set(newHelper.Public())
	pass()
	close(stop)
	all.Wait()
	for w := range workers {
		require.Positive(t, rounds[w].Load())
	}
	leader, err := transfer(0)
	require.NoError(t, err)
	require.Equal(t, newLeader.Public().String(), leader)

	leaderFile.put(oldLeader)
	_, err = transfer(0)
	require.Error(t, err)
	leaderFile.put(newLeader)
	_, err = transfer(0)
	require.NoError(t, err)
}

// A connection that is open when its key is taken off the list is of no more use
// than a new one, at either end.
func TestARemovedKeyIsRefusedOnAnOpenConnection(t *testing.T) {
	leader, helper, other := identity(t), identity(t), identity(t)
	var leaders, helpers listed
	leaders.set(leader.Public())
	helpers.set(helper.Public())
	s := rotating(t, helper, leaders.keys, func(http.ResponseWriter, *http.Request) {})
	c := peer.Connect(leader, helpers.keys, 5*time.Second)
	defer c.CloseIdleConnections()
	status := func() (int, error) {
		res, err := c.Get(s.URL)
		if err != nil {
			return 0, err
		}
		_, _ = io.Copy(io.Discard, res.Body)
		return res.StatusCode, res.Body.Close()
	}
	got, err := status()
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, got)

	leaders.set(other.Public())
	got, err = status()
	require.NoError(t, err, "the same connection, so no handshake fails")
	require.Equal(t, http.StatusForbidden, got)
	_, err = status()
	require.Error(t, err, "the server has closed it")

	leaders.set(leader.Public())
	got, err = status()
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, got)
	helpers.set(other.Public())
	_, err = status()
	require.ErrorIs(t, err, peer.ErrUnknownPeer, "the client does not use what it has open")
}

// Neither end ever resumes a session: what was proven holds for one connection.
func TestNoSessionIsResumed(t *testing.T) {
	leader, helper := identity(t), identity(t)
	var resumed atomic.Int64
	s := rotating(t, helper, peer.Fixed(leader.Public()), func(_ http.ResponseWriter, r *http.Request) {
		if r.TLS.DidResume {
			resumed.Add(1)
		}
	})
	c := peer.Connect(leader, peer.Fixed(helper.Public()), 5*time.Second)
	for range 3 {
		res, err := c.Get(s.URL)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		c.CloseIdleConnections()
	}
	require.Zero(t, resumed.Load())
}

func TestASourceFollowsItsFile(t *testing.T) {
	var log bytes.Buffer
	first, second := identity(t), identity(t)
	f := newFile(t, first)
	s := f.source(slog.New(slog.NewTextHandler(&log, nil)))
	require.Equal(t, first.Public(), s.Public())
	require.Empty(t, log.String())

	f.put(second)
	require.Equal(t, second.Public(), s.Public())
	require.True(t, second.Public().Verify([]byte("m"), s.Sign([]byte("m"))))
	require.Contains(t, log.String(), "an identity has changed")

	good, err := first.Marshal()
	require.NoError(t, err)
	for _, bad := range []struct {
		content string
		mode    os.FileMode
		why     string
	}{{"junk", 0o600, "not a peer identity file"}, {string(good), 0o640, "can be read by others"}, {"", 0o600, "not a peer identity file"}} {
		log.Reset()
		f.write([]byte(bad.content), bad.mode)
		for range 3 {
			require.Equal(t, second.Public(), s.Public(), "the identity from before")
		}
		require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("level=ERROR")), "told of once:\n%s", &log)
		require.Contains(t, log.String(), bad.why)
		require.NotContains(t, log.String(), "PRIVATE")
	}
	log.Reset()
	require.NoError(t, os.Remove(f.path))
	for range 3 {
		require.Equal(t, second.Public(), s.Public())
	}
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("level=ERROR")), &log)
	f.put(first)
	require.Equal(t, first.Public(), s.Public(), "and it comes back")
}

func TestASourceUnderAPassphrase(t *testing.T) {
	id := identity(t)
	f := newFile(t, id)
	plain, err := id.Marshal()
	require.NoError(t, err)
	f.write(append([]byte("locked "), plain...), 0o600)
	_, err = peer.OpenSource(f.path, peer.SourceOptions{})
	require.ErrorIs(t, err, peer.ErrIdentity)
	shut := errors.New("shut")
	_, err = peer.OpenSource(f.path, peer.SourceOptions{Unlock: func([]byte) ([]byte, error) { return nil, shut }})
	require.ErrorIs(t, err, shut)
	s, err := peer.OpenSource(f.path, peer.SourceOptions{Unlock: func(b []byte) ([]byte, error) { return bytes.TrimPrefix(b, []byte("locked ")), nil }})
	require.NoError(t, err)
	require.Equal(t, id.Public(), s.Public())
}

func TestKeys(t *testing.T) {
	a, b, c := identity(t), identity(t), identity(t)
	keys := peer.Keys{a.Public(), b.Public()}
	require.True(t, keys.Has(b.Public()))
	require.False(t, keys.Has(c.Public()))
	require.True(t, keys.Verify([]byte("m"), b.Sign([]byte("m"))))
	require.False(t, keys.Verify([]byte("m"), c.Sign([]byte("m"))))
	require.False(t, peer.Keys(nil).Verify([]byte("m"), c.Sign([]byte("m"))))

	require.Regexp(t, `^[0-9a-f]{5}(-[0-9a-f]{5}){3}$`, keys.Fingerprint())
	require.Equal(t, keys.Fingerprint(), peer.Keys{b.Public(), a.Public(), a.Public()}.Fingerprint())
	require.NotEqual(t, keys.Fingerprint(), keys[:1].Fingerprint())
	// Pinned, or two versions of dunlin would show two people different words.
	require.Equal(t, "23b56-f892c-f680b-9e726", peer.Keys{{}}.Fingerprint())
}
