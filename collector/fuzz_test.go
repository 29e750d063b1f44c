package collector_test

import (
	"archive/tar"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// FuzzRestore restores any bytes: what is not a whole backup is refused and leaves a
// folder that no collector opens; what is restored can be opened and backed up, and
// nothing is written outside of the folder.
func FuzzRestore(f *testing.F) {
	s := serve(f, f.TempDir())
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	digest, _ := published(f, p)
	s.publish(digest, 1)
	s.set(start.Add(day))
	s.end(p, firstDate)
	good := s.backup()
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte{})
	f.Add(bytes.ReplaceAll(good, []byte("plans/"), []byte("../../")))
	f.Add(bytes.ReplaceAll(good, []byte("backup 1"), []byte("backup 2")))
	f.Fuzz(func(t *testing.T, archive []byte) {
		above := t.TempDir()
		dir := filepath.Join(above, "collector")
		failed := restore(archive, dir)
		options := collector.Options{Dir: dir, Verify: verify, Clock: s.now}
		c, err := collector.Open(options)
		require.Equal(t, failed == nil, err == nil, "%v, %v", failed, err)
		if failed == nil {
			require.NoError(t, c.Backup(tar.NewWriter(io.Discard), prefix))
			require.NoError(t, c.Close())
		} else {
			require.ErrorIs(t, failed, collector.ErrBackup)
		}
		entries, err := os.ReadDir(above)
		require.NoError(t, err)
		require.Len(t, entries, 1)
	})
}

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
