package aggregator_test

import (
	"bytes"
	"io"
	"net/http"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/problem"
)

type answer struct {
	body []byte
	err  error // a problem
}

// ask posts to the helper as a leader could, past the wire that loses messages.
func (w *world) ask(verb string, body []byte) answer {
	w.t.Helper()
	return w.send(http.MethodPost, "/v1/batches/"+w.digest.String()+"/"+firstDay.String()+"/"+verb, body)
}

func (w *world) send(method, path string, body []byte) answer {
	w.t.Helper()
	req, err := http.NewRequest(method, w.servers[1].URL+path, bytes.NewReader(body))
	require.NoError(w.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(w.t, err)
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return answer{err: problem.Read(res)}
	}
	b, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	return answer{body: b}
}
