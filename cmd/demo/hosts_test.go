package demo

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyThisMachine(t *testing.T) {
	for _, good := range []string{"127.0.0.1:8080", "localhost:0", "[::1]:8080", "127.5.0.1:1"} {
		require.NoError(t, loopback(good), good)
	}
	for _, bad := range []string{"", "8080", ":8080", "0.0.0.0:8080", "[::]:8080", "192.168.1.4:8080", "example.org:8080", "127.0.0.1"} {
		require.ErrorIs(t, loopback(bad), ErrListen, bad)
	}
}

// A name that somebody else's DNS points here is not answered to, whatever is asked.
func TestForeignNamesAreRefused(t *testing.T) {
	asked := 0
	h := onlyLocal(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	ask := func(host string) int {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for _, host := range []string{"localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"} {
		require.Equal(t, http.StatusOK, ask(host), host)
	}
	require.Equal(t, 4, asked)
	for _, host := range []string{"rebound.example:8080", "rebound.example", "127.0.0.1.rebound.example:8080", ""} {
		require.Equal(t, http.StatusMisdirectedRequest, ask(host), host)
	}
	require.Equal(t, 4, asked)
}
