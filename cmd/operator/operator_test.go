package operator_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/require"
)

// standing is a service that stands still.
type standing struct {
	status operator.Status
	broken error // what a backup fails with, after some bytes
}

func (s standing) Status() (operator.Status, error) { return s.status, nil }

func (s standing) Backup(w io.Writer) error {
	_, err := w.Write(bytes.Repeat([]byte("tar"), 100_000))
	return errors.Join(err, s.broken)
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func standings() (upload, leader operator.Status) {
	taken, frozen := uint64(7), uint64(5)
	upload = operator.Status{
		Role: "collector", Version: "v1", Now: noon, Started: noon.Add(-time.Hour), Disk: collector.Disk{Free: 5, Total: 10},
		Damaged: []string{"a.spool is damaged: restore it"},
		Collector: &collector.Status{
			Counts: map[string]uint64{"reports.accepted": 7, "reports.period-closed": 2, "current-priors.accepted": 1},
			Queue:  collector.Queue{Waiting: 3, Limit: 4096},
			Batches: []collector.Batch{
				{Period: "2026-11-24", State: spool.Taking, Reports: &taken, Bytes: 40_000},
				{Period: "2026-11-23", State: spool.Frozen, Reports: &frozen, Bytes: 30_000},
			},
		},
	}
	midnight := noon.Truncate(24 * time.Hour)
	day := func(n int) operator.Batch {
		return operator.Batch{Plan: "p", Site: "shop.example", Start: midnight.AddDate(0, 0, n), End: midnight.AddDate(0, 0, n+1), MinBatch: 100}
	}
	running, open, released := day(0), day(-1), day(-2)
	running.State, open.State, released.State = "open", "open", "released"
	open.Begun, open.Finished, open.Accepted, open.Rejected = 12, 10, 300, map[string]uint64{"invalid_proof": 4}
	released.Ended, released.Accepted = true, 500
	leader = operator.Status{
		Role: "leader", Version: "v1", Now: noon,
		Aggregator: &operator.Aggregator{
			Plans:   []operator.Plan{{Digest: "p", Site: "shop.example", End: noon.AddDate(0, 1, 0)}},
			Batches: []operator.Batch{running, open, released},
			Step:    &operator.Step{At: noon, Failed: 2, Why: "the helper is away"},
		},
	}
	return upload, leader
}

func TestSocket(t *testing.T) {
	want, _ := standings()
	serve := func(t *testing.T, dir string, s operator.Service) *operator.Socket {
		t.Helper()
		m := operator.NewMetrics("collector", s.Status)
		socket, err := operator.Serve(dir, operator.Handler(s, operator.Gather(prometheus.NewRegistry(), m), slog.New(slog.DiscardHandler)))
		require.NoError(t, err)
		return socket
	}
	for name, folder := range map[string]string{"short": "data", "longer than a socket's path may be": strings.Repeat("a-long-name/", 12)} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), folder)
			require.NoError(t, os.MkdirAll(dir, 0o700))
			_, err := operator.At(dir).Status(t.Context())
			require.ErrorIs(t, err, operator.ErrDown)

			first := serve(t, dir, standing{status: want})
			info, err := os.Stat(filepath.Join(dir, operator.Name))
			require.NoError(t, err)
			require.EqualValues(t, 0o600, info.Mode().Perm())
			got, err := operator.At(dir).Status(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, got)
			text, err := operator.At(dir).Metrics(t.Context())
			require.NoError(t, err)
			require.Contains(t, string(text), `dunlin_collector_requests_total{area="reports",reason="accepted",role="collector"} 7`)
			tar, err := operator.At(dir).Backup(t.Context())
			require.NoError(t, err)
			b, err := io.ReadAll(tar)
			require.NoError(t, err)
			require.NoError(t, tar.Close())
			require.Len(t, b, 300_000)

			_, err = operator.Serve(dir, http.NotFoundHandler())
			require.ErrorIs(t, err, operator.ErrInUse)
			require.NoError(t, first.Close(t.Context()))
			require.NoFileExists(t, filepath.Join(dir, operator.Name))
			_, err = operator.At(dir).Status(t.Context())
			require.ErrorIs(t, err, operator.ErrDown)
		})
	}
	t.Run("left behind", func(t *testing.T) {
		dir := t.TempDir()
		l, err := net.Listen("unix", filepath.Join(dir, operator.Name))
		require.NoError(t, err)
		l.(*net.UnixListener).SetUnlinkOnClose(false) // as after a kill
		require.NoError(t, l.Close())
		_, err = operator.At(dir).Status(t.Context())
		require.ErrorIs(t, err, operator.ErrDown)
		s := serve(t, dir, standing{status: want})
		_, err = operator.At(dir).Status(t.Context())
		require.NoError(t, err)
		require.NoError(t, s.Close(t.Context()))
	})
	t.Run("a backup that fails in the middle is no whole one", func(t *testing.T) {
		dir := t.TempDir()
		s := serve(t, dir, standing{broken: errors.New("the disk is on fire")})
		tar, err := operator.At(dir).Backup(t.Context())
		if err == nil {
			_, err = io.ReadAll(tar)
			require.NoError(t, tar.Close())
		}
		require.Error(t, err)
		require.NoError(t, s.Close(context.WithoutCancel(t.Context())))
	})
}

func TestMetrics(t *testing.T) {
	taking, leader := standings()
	a := operator.NewMetrics("collector", standing{status: taking}.Status)
	b := operator.NewMetrics("leader", standing{status: leader}.Status)
	upload := a.Time(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	upload.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/v1/reports", nil))
	upload.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/plan", nil))
	id := strings.Repeat("ab", 32)
	inner := a.Count("inner", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v1/batches") {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	for _, path := range []string{"/v1/batches/" + id + "/2026-11-23/partitions/7", "/v1/batches/" + id + "/2026-11-22/partitions/255", "/" + id, "/wp-login.php"} {
		inner.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	all := operator.Gather(prometheus.NewRegistry(), a, b)
	families, err := all.Gather()
	require.NoError(t, err)
	var gathered []string
	for _, f := range families {
		gathered = append(gathered, f.GetName())
	}
	require.Equal(t, operator.Names(), gathered)
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	require.NoError(t, err)
	require.Empty(t, problems)

	w := httptest.NewRecorder()
	operator.MetricsHandler(all).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := w.Body.String()
	for _, line := range []string{
		`dunlin_collector_requests_total{area="reports",reason="period-closed",role="collector"} 2`,
		`dunlin_collector_queue_reports{role="collector"} 3`,
		`dunlin_collector_batches{role="collector",state="taking"} 1`,
		`dunlin_collector_batches{role="collector",state="damaged"} 0`,
		`dunlin_collector_spool_bytes{role="collector"} 70000`,
		`dunlin_collector_upload_seconds_count{role="collector"} 1`,
		`dunlin_damaged_files{role="collector"} 1`,
		`dunlin_last_backup_timestamp_seconds{role="leader"} 0`,
		`dunlin_aggregator_batches{role="leader",state="running"} 1`,
		`dunlin_aggregator_batches{role="leader",state="open"} 1`,
		`dunlin_aggregator_partitions_finished{role="leader"} 10`,
		`dunlin_aggregator_reports_counted{role="leader"} 800`,
		`dunlin_aggregator_reports_rejected{reason="invalid_proof",role="leader"} 4`,
		`dunlin_aggregator_oldest_unreleased_seconds{role="leader"} 43200`,
		`dunlin_leader_trouble{role="leader",with="batches"} 1`,
		`dunlin_leader_trouble{role="leader",with="priors"} 0`,
		`dunlin_leader_failed_rounds_total{role="leader"} 2`,
		`dunlin_requests_total{listener="inner",role="collector",route="GET /v1/batches/{id}/{date}/partitions/{n}",status="200"} 2`,
		`dunlin_requests_total{listener="inner",role="collector",route="other",status="404"} 2`,
	} {
		require.Contains(t, text, line+"\n")
	}
	require.NotContains(t, text, id)
}

// A status that cannot be read says so, in place of the rest.
func TestMetricsOfWhatFails(t *testing.T) {
	m := operator.NewMetrics("helper", func() (operator.Status, error) { return operator.Status{}, errors.New("the store is damaged") })
	w := httptest.NewRecorder()
	operator.MetricsHandler(operator.Gather(prometheus.NewRegistry(), m)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Contains(t, w.Body.String(), `dunlin_status_failed{role="helper"} 1`)
	require.NotContains(t, w.Body.String(), "dunlin_disk_free_bytes")
}
