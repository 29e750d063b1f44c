package problem_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/problem"
)

func TestThereAndBack(t *testing.T) {
	rec := httptest.NewRecorder()
	problem.Write(rec, fmt.Errorf("close: %w", problem.New(problem.PeriodOpen, "wait %d s", 5)))
	res := rec.Result()
	require.Equal(t, http.StatusConflict, res.StatusCode)
	err := problem.Read(res)
	require.ErrorIs(t, err, problem.PeriodOpen)
	require.NotErrorIs(t, err, problem.BatchClosed)
	require.ErrorContains(t, err, "wait 5 s")
}

// What a service fails at inside is not told to a peer.
func TestInternalErrorsAreNotQuoted(t *testing.T) {
	rec := httptest.NewRecorder()
	problem.Write(rec, errors.New("/secret/path"))
	require.Equal(t, http.StatusInternalServerError, rec.Code)
	require.NotContains(t, rec.Body.String(), "secret")
}

func FuzzRead(f *testing.F) {
	f.Add("application/problem+json", `{"type":"urn:dunlin:problem:replay"}`)
	f.Add("text/html", "<p>")
	f.Fuzz(func(t *testing.T, kind, body string) {
		rec := httptest.NewRecorder()
		rec.Header()["Content-Type"] = []string{kind}
		rec.WriteHeader(409)
		_, _ = rec.WriteString(body)
		require.Error(t, problem.Read(rec.Result()))
	})
}

func TestFull(t *testing.T) {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		err := problem.Full(fmt.Errorf("write batches.db: %w", &os.PathError{Op: "write", Path: "batches.db", Err: e}), "this helper's")
		require.ErrorIs(t, err, problem.StorageFull)
		require.ErrorContains(t, err, "this helper's disk is full: free space")
		require.NotContains(t, err.Error(), "batches.db", "no path leaves the host")
	}
	other := errors.New("other")
	require.Equal(t, other, problem.Full(other, "x"))
	require.NoError(t, problem.Full(nil, "x"))
}
