package load_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector/load"
)

func body(b []byte, i int) []byte { return fmt.Append(b, "body ", i) }

func Example() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	defer s.Close()
	r, err := load.Run(context.Background(), load.Options{URL: s.URL, Connections: 4, Total: 100, Body: body, Now: time.Now})
	fmt.Println(r.Statuses, err)
	// Output: map[202:100] <nil>
}

// Each body arrives once, answers with a body do not shift the next one.
func TestEachBodyOnce(t *testing.T) {
	var mu sync.Mutex
	got := map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		got[string(b)]++
		mu.Unlock()
		if len(b)%2 == 0 {
			http.Error(w, "a body to skip", http.StatusTeapot)
		}
	}))
	defer s.Close()
	r, err := load.Run(context.Background(), load.Options{URL: s.URL + "/x?y", Connections: 3, Total: 50, Body: body, Now: time.Now})
	require.NoError(t, err)
	require.Len(t, got, 50)
	require.Equal(t, map[int]int{200: 40, 418: 10}, r.Statuses)
	require.LessOrEqual(t, r.P50, r.P99)
	require.Positive(t, r.RequestsPerSecond)
}

func TestFailures(t *testing.T) {
	good := load.Options{URL: "http://127.0.0.1:1", Connections: 1, Total: 1, Body: body, Now: time.Now}
	_, err := load.Run(context.Background(), good)
	require.Error(t, err, "nobody listens")
	for name, change := range map[string]func(*load.Options){
		"https":         func(o *load.Options) { o.URL = "https://example.org" },
		"no connection": func(o *load.Options) { o.Connections = 0 },
		"no body":       func(o *load.Options) { o.Body = nil },
	} {
		o := good
		change(&o)
		_, err := load.Run(context.Background(), o)
		require.ErrorContains(t, err, "load: needs", name)
	}
}
