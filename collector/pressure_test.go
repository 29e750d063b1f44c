package collector_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// Bodies that do not end hold their buffers and no more than there are: others are
// told to come back, and can once one of them has gone.
func TestSlowBodies(t *testing.T) {
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.UploadBytes = 4 * report.MaxSize })
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	begin := func(length string) net.Conn {
		conn, err := net.Dial("tcp", s.public.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%s\r\n\r\nab", octets, length)
		require.NoError(t, err)
		return conn
	}
	held := func() int64 {
		status, err := s.c.Status()
		require.NoError(t, err)
		require.EqualValues(t, 4*report.MaxSize, status.Uploads.Limit)
		return status.Uploads.Held
	}
	var slow []net.Conn
	large := "Content-Length: " + fmt.Sprint(report.MaxSize)
	unknown := "Transfer-Encoding: chunked"
	for i, length := range []string{large, unknown, large} {
		before := held()
		slow = append(slow, begin(length))
		require.Eventually(t, func() bool { return held() > before }, 5*time.Second, time.Millisecond, "body %d is being read", i)
	}
	body := reportOf(t, p, firstDate, 1, 1, 'a')
	for n := 0; ; n++ { // small ones fill what is left
		before := held()
		if before+16<<10+4 > 4*report.MaxSize {
			break
		}
		require.Less(t, n, 10)
		slow = append(slow, begin("Content-Length: 100"))
		require.Eventually(t, func() bool { return held() > before }, 5*time.Second, time.Millisecond)
	}
	response, answer := do(t, "POST", s.public.URL+"/v1/reports", octets, bytes.NewReader(body))
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Equal(t, collector.UploadsFull, reasonOf(t, response, answer))
	require.NotEmpty(t, response.Header.Get("Retry-After"))
	response, answer = do(t, "POST", s.public.URL+"/v1/reports", octets, bytes.NewReader(make([]byte, report.MaxSize+1)))
	require.Equal(t, collector.TooLarge, reasonOf(t, response, answer), "what is never taken needs no buffer")
	require.Zero(t, s.c.Counts()["reports.accepted"])

	before := held()
	require.NoError(t, slow[0].Close())
	require.Eventually(t, func() bool { return held() < before }, 5*time.Second, time.Millisecond)
	status, reason := s.post(body)
	require.Equal(t, http.StatusAccepted, status, reason)
	for _, conn := range slow[1:] {
		require.NoError(t, conn.Close())
	}
	require.Eventually(t, func() bool { return held() == 0 }, 5*time.Second, time.Millisecond, "all of it is given back")
}

// What passes by itself says when to try again, and nothing else does.
func TestRefusalsSayWhenToTryAgain(t *testing.T) {
	all := collector.Answers()
	require.NotEmpty(t, all)
	for reason, a := range all {
		passes := a.Status == http.StatusTooManyRequests || a.Status > http.StatusInternalServerError
		require.Equal(t, passes, a.Again, reason)
	}
}

// Those who are refused one after the other are told different times.
func TestRefusedOnesDoNotComeBackAtOnce(t *testing.T) {
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.KeepFree = 1 << 60 })
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	body := reportOf(t, p, firstDate, 1, 1, 'a')
	times := map[string]int{}
	for range 122 {
		r := httptest.NewRequest("POST", "/v1/reports", bytes.NewReader(body))
		r.Header.Set("Content-Type", octets)
		w := httptest.NewRecorder()
		s.c.Public().ServeHTTP(w, r)
		require.Equal(t, http.StatusInsufficientStorage, w.Code)
		require.Equal(t, collector.StorageFull, reasonOf(t, w.Result(), w.Body.Bytes()))
		times[w.Header().Get("Retry-After")]++
	}
	require.Len(t, times, 61)
	for wait, n := range times {
		require.Equal(t, 2, n, wait)
	}
	require.Contains(t, times, "60")
	require.Contains(t, times, "120")
}

// What an operator sees of a collector at work.
func TestStatus(t *testing.T) {
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.QueueLimit = 77 })
	p := testPlan("shop.example", 1, firstDate, 3)
	s.put(p)
	digest, _ := published(t, p)
	state := s.status()
	require.Equal(t, collector.Queue{Waiting: 0, Limit: 77}, state.Queue)
	require.Empty(t, state.Batches)
	require.Positive(t, state.Disk.Free)
	require.GreaterOrEqual(t, state.Disk.Total, state.Disk.Free)
	require.Empty(t, state.Restored)
	for i := range uint32(3) {
		s.post(reportOf(t, p, firstDate, 1, 1+i, 'a'))
	}
	s.set(start.Add(day))
	s.closeBatch(p, firstDate)
	s.post(reportOf(t, p, firstDate+1, 1, 1, 'a'))
	three, one := uint64(3), uint64(1)
	want := []collector.Batch{
		{Plan: digest, Period: firstDate.String(), State: "frozen", Reports: &three},
		{Plan: digest, Period: (firstDate + 1).String(), State: "taking", Reports: &one},
	}
	batches := func() []collector.Batch {
		all := s.status().Batches
		for i := range all {
			require.Positive(t, all[i].Bytes)
			all[i].Bytes = 0
		}
		return all
	}
	require.Equal(t, want, batches())
	s.restart() // which opens the file of the period that runs
	want[0] = collector.Batch{Plan: digest, Period: firstDate.String(), State: "resting"}
	require.Equal(t, want, batches())
	response, answer := do(t, "GET", s.inner.URL+"/v1/status", "", nil)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NotContains(t, string(answer), s.options.Dir)
	response, answer = do(t, "GET", s.public.URL+"/v1/status", "", nil)
	require.Equal(t, collector.NotFound, reasonOf(t, response, answer), "not for visitors")
	_, _ = io.Copy(io.Discard, response.Body)
}
