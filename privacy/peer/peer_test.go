package peer_test

import (
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/stretchr/testify/require"
)

func identity(t *testing.T) peer.Identity {
	t.Helper()
	id, err := peer.Generate(rand.Reader)
	require.NoError(t, err)
	return id
}

// serve starts a server with id that lets allowed in and tells who called.
func serve(t *testing.T, id peer.Identity, allowed ...peer.Key) *httptest.Server {
	t.Helper()
	conf, err := peer.ServerTLS(id, allowed...)
	require.NoError(t, err)
	s := httptest.NewUnstartedServer(peer.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k, _ := peer.Of(r)
		fmt.Fprint(w, k)
	}), allowed...))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = conf
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, id peer.Identity, server peer.Key, url string) (string, error) {
	t.Helper()
	c, err := peer.Client(id, server, 5*time.Second)
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	resp, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

func TestOnlyPinnedPeersTalk(t *testing.T) {
	leader, helper, stranger := identity(t), identity(t), identity(t)
	s := serve(t, helper, leader.Public())

	body, err := get(t, leader, helper.Public(), s.URL)
	require.NoError(t, err)
	require.Equal(t, leader.Public().String(), body)

	_, err = get(t, stranger, helper.Public(), s.URL)
	require.Error(t, err, "a client nobody pinned")
	_, err = get(t, leader, stranger.Public(), s.URL)
	require.ErrorIs(t, err, peer.ErrUnknownPeer, "a server nobody pinned")

	plain := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, Timeout: 5 * time.Second}
	_, err = plain.Get(s.URL)
	require.Error(t, err, "a client without any certificate")
}

// A handler that ends up on a listener without peer TLS lets nobody in.
func TestRequireIsClosedWithoutTLS(t *testing.T) {
	k := identity(t).Public()
	s := httptest.NewServer(peer.Require(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }), k))
	defer s.Close()
	resp, err := http.Get(s.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusForbidden, resp.StatusCode)
	require.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"))
}

func TestIdentityFile(t *testing.T) {
	id := identity(t)
	b, err := id.Marshal()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "leader.pem")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	got, err := peer.ReadIdentity(path)
	require.NoError(t, err)
	require.Equal(t, id.Public(), got.Public())
	require.True(t, id.Public().Verify([]byte("m"), got.Sign([]byte("m"))))
	require.False(t, id.Public().Verify([]byte("n"), got.Sign([]byte("m"))))

	require.NoError(t, os.Chmod(path, 0o644))
	_, err = peer.ReadIdentity(path)
	require.ErrorContains(t, err, "chmod 600")

	for _, bad := range []string{"", "junk", strings.Replace(string(b), "PRIVATE KEY", "PUBLIC KEY", 2), string(b) + "more"} {
		_, err := peer.ParseIdentity([]byte(bad))
		require.ErrorIs(t, err, peer.ErrIdentity)
	}
	der := strings.Split(string(b), "\n")[1]
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		require.NotContains(t, fmt.Sprintf(verb, id), der[20:40])
		require.Contains(t, fmt.Sprintf(verb, id), "peer identity", verb)
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("dunlin-peer1" + strings.Repeat("0a", 32))
	f.Add("dunlin-peer1" + strings.Repeat("0A", 32))
	f.Add("dunlin-peer1")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := peer.ParseKey(s)
		if err != nil {
			require.ErrorIs(t, err, peer.ErrKey)
			return
		}
		require.Equal(t, s, k.String())
	})
}

func FuzzParseIdentity(f *testing.F) {
	id, err := peer.Generate(rand.Reader)
	require.NoError(f, err)
	b, _ := id.Marshal()
	f.Add(b)
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if id, err := peer.ParseIdentity(b); err == nil {
			require.Len(t, id.Sign(b), 64)
		}
	})
}

func ExampleKey() {
	k, err := peer.ParseKey("dunlin-peer1" + strings.Repeat("00", 32))
	fmt.Println(k.String()[:16], err)
	// Output: dunlin-peer10000 <nil>
}
