package collector_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// FuzzUpload posts any bytes: what is accepted is a whole report of the plan and
// period, and is handed out as it came; anything else is a problem document.
func FuzzUpload(f *testing.F) {
	now := start.Add(12 * time.Hour)
	c, err := collector.Open(collector.Options{Dir: f.TempDir(), Verify: verify, SealedSize: sealedSize, Clock: func() time.Time { return now }})
	require.NoError(f, err)
	defer c.Close()
	p := testPlan("shop.example", 1, firstDate, 2)
	digest, signed := published(f, p)
	put := httptest.NewRecorder()
	c.Inner().ServeHTTP(put, httptest.NewRequest("PUT", "/v1/plans/"+digest.String(), bytes.NewReader(signed)))
	require.Equal(f, http.StatusCreated, put.Code)

	good := reportOf(f, p, firstDate, 1, 1, 'a')
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(good[:report.HeadSize])
	f.Add(reportOf(f, p, firstDate+1, 1, 1, 'a'))
	f.Add([]byte("DLR1"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		request := httptest.NewRequest("POST", "/v1/reports", bytes.NewReader(body))
		request.Header.Set("Content-Type", octets)
		answer := httptest.NewRecorder()
		c.Public().ServeHTTP(answer, request)
		if answer.Code != http.StatusAccepted {
			reasonOf(t, answer.Result(), answer.Body.Bytes())
			return
		}
		r, err := report.Parse(body)
		require.NoError(t, err)
		require.Equal(t, digest, r.Plan)
		require.Equal(t, firstDate, r.Period)
		require.Len(t, body, len(good))
	})
}
