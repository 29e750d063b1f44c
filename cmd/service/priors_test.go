package service_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// planInForce asks the collector as a device's host does.
func planInForce(t *testing.T, config string) (signed []byte, priors string) {
	t.Helper()
	conf, err := service.Read(config)
	require.NoError(t, err)
	res, err := http.Get("http://" + conf.Collector.Listen + "/v1/plan")
	require.NoError(t, err)
	defer res.Body.Close()
	signed, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	return signed, res.Header.Get("Dunlin-Priors")
}

// What the World fits reaches the devices of the plan, and the fit is given the
// leader's own releases and the bytes that the officer signed.
func TestFittedPriorsAreServed(t *testing.T) {
	dir, config := site(t)
	var said transcript
	w := testWorld(&said)
	w.Fit = func(_ context.Context, releases *release.Store, published []byte) ([]byte, error) {
		signed, err := releases.Plan(plan.DigestOf(published))
		if err != nil {
			return nil, err
		}
		all, err := releases.List()
		return fmt.Appendf(nil, "%d bytes signed, %d releases", len(signed), len(all)), err
	}
	stop := runIn(t, config, "all", w, &said)
	said.eventually(t, "leader works with")
	sign(t, dir, config)
	said.eventually(t, "plans accepted")
	want := func(signed []byte) string {
		return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%d bytes signed, 0 releases", len(signed))))
	}
	require.Eventually(t, func() bool {
		signed, priors := planInForce(t, config)
		return priors == want(signed)
	}, 20*time.Second, 10*time.Millisecond)
	stop()
	require.NotContains(t, said.String(), "priors were not published")
}

// A fit that fails is told once, in words of its own, and everything else goes on.
func TestAFitThatFailsIsLogged(t *testing.T) {
	dir, config := site(t)
	var said transcript
	w := testWorld(&said)
	var asked atomic.Int64
	w.Fit = func(context.Context, *release.Store, []byte) ([]byte, error) {
		asked.Add(1)
		return nil, errors.New("the spread is negative")
	}
	stop := runIn(t, config, "all", w, &said)
	said.eventually(t, "leader works with")
	sign(t, dir, config)
	said.eventually(t, "priors were not published; trying on")
	require.Contains(t, said.String(), "the spread is negative")
	require.Contains(t, said.String(), "No release is touched")
	require.NotContains(t, said.String(), "a batch could not be finished")
	_, priors := planInForce(t, config)
	require.Empty(t, priors)
	stop()
	require.Equal(t, 1, strings.Count(said.String(), "priors were not published"))
	require.Positive(t, asked.Load())
}

// A Step's report keeps what is wrong with batches apart from what only concerns
// priors, here with a collector that is gone.
func TestALeaderWithoutItsCollector(t *testing.T) {
	dir, config := site(t)
	var helper, collector, leader transcript
	stopHelper := run(t, config, "helper", &helper)
	helper.eventually(t, "helper listens")
	sign(t, dir, config)
	stopCollector := run(t, config, "collector", &collector)
	collector.eventually(t, "collector listens")
	w := testWorld(&leader)
	fitting, gone := make(chan bool), make(chan bool)
	w.Fit = func(context.Context, *release.Store, []byte) ([]byte, error) {
		fitting <- true
		<-gone
		return []byte("priors"), nil
	}
	stopLeader := runIn(t, config, "leader", w, &leader)
	select {
	case <-fitting:
	case <-time.After(20 * time.Second):
		t.Fatal("priors are never fitted")
	}
	stopCollector()
	close(gone)
	leader.eventually(t, "priors were not published; trying on")
	require.NotContains(t, leader.String(), "a batch could not be finished")
	stopLeader()
	stopHelper()
}
