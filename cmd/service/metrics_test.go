package service_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/stretchr/testify/require"
)

// All roles of a process tell their metrics at one address of this host, each by its
// socket too; no other host may ask.
func TestMetrics(t *testing.T) {
	_, config := site(t)
	w := testWorld(nil)
	w.Metrics = freeAddress(t)
	var said transcript
	stop := runIn(t, config, "all", w, &said)
	said.eventually(t, "metrics for operators at http://"+w.Metrics+"/metrics")
	res, err := http.Get("http://" + w.Metrics + "/metrics")
	require.NoError(t, err)
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	for _, role := range []string{"collector", "leader", "helper"} {
		require.Contains(t, string(text), `dunlin_disk_free_bytes{role="`+role+`"}`)
	}
	require.Contains(t, string(text), "go_goroutines ")
	res, err = http.Get("http://" + w.Metrics + "/status")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusNotFound, res.StatusCode, "metrics and nothing else")
	conf, err := service.Read(config)
	require.NoError(t, err)
	text, err = operator.At(conf.Helper.Data).Metrics(t.Context())
	require.NoError(t, err)
	require.Contains(t, string(text), `dunlin_disk_free_bytes{role="helper"}`)
	require.NotContains(t, string(text), `role="leader"`)
	stop()

	for _, public := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:9090", "metrics.example:9090"} {
		w.Metrics = public
		err := service.Serve(t.Context(), conf, "helper", w, io.Discard)
		require.ErrorIs(t, err, service.ErrPublicMetrics, public)
	}
}

// A socket that somebody serves already is another process' data folder.
func TestADataFolderIsServedOnce(t *testing.T) {
	_, config := site(t)
	conf, err := service.Read(config)
	require.NoError(t, err)
	var said transcript
	stop := run(t, config, "leader", &said)
	said.eventually(t, "leader works with")
	err = service.Serve(t.Context(), conf, "leader", testWorld(nil), io.Discard)
	require.True(t, service.InUse(err), "%v", err)
	stop()
}
