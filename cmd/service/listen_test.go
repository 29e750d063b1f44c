package service

import (
	"bufio"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A proxy that asks for the connection's end sends a body nobody reads, and still hears
// why: the socket is not reset under it.
func TestARefusalIsHeardWhereTheConnectionEnds(t *testing.T) {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	})
	s, err := listen("127.0.0.1:0", refuse, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(t.Context())) })
	for _, line := range []string{"HTTP/1.0", "HTTP/1.1\r\nHost: a\r\nConnection: close"} {
		c, err := net.Dial("tcp", s.Addr)
		require.NoError(t, err)
		const size, pieces = 200_000, 20
		_, err = fmt.Fprintf(c, "POST / %s\r\nContent-Length: %d\r\n\r\n", line, size)
		require.NoError(t, err)
		for range pieces {
			_, err = c.Write(make([]byte, size/pieces))
			require.NoError(t, err, line)
			time.Sleep(2 * time.Millisecond) // so that the answer is made while the body is on its way
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err, line)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
		require.NoError(t, c.Close())
	}
}
