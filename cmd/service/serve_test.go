package service_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/stretchr/testify/require"
)

// transcript is what a service prints and logs.
type transcript struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (s *transcript) eventually(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(s.String(), text) }, 20*time.Second, 10*time.Millisecond, "%s\nnever said: %s", s, text)
}

// The clock stands in the first period of plans/small.yaml.
func testWorld(log io.Writer) service.World {
	if log == nil {
		log = io.Discard
	}
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	return service.World{Clock: func() time.Time { return now }, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(log, nil))}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// run serves a role in the background; stop ends it and checks that it ended well.
func run(t *testing.T, config, role string, said *transcript) (stop func()) {
	t.Helper()
	return runIn(t, config, role, testWorld(said), said)
}

func runIn(t *testing.T, config, role string, w service.World, said *transcript) (stop func()) {
	t.Helper()
	conf, err := service.Read(config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- service.Serve(ctx, conf, role, w, said) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				require.NoError(t, err)
			case <-time.After(15 * time.Second):
				t.Errorf("%s does not end", role)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// sign pairs through the running helper, and builds and signs plans/small.yaml.
func sign(t *testing.T, dir, config string) {
	t.Helper()
	signPlan(t, dir, config, plans.Small)
}

func signPlan(t *testing.T, dir, config string, text []byte) {
	t.Helper()
	conf, err := service.Read(config)
	require.NoError(t, err)
	paired, err := service.Pair(t.Context(), conf, rand.Reader)
	require.NoError(t, err)
	f, problems := planfile.Parse("plan.yaml", text)
	require.NoError(t, problems.Err())
	p, err := f.Plan(planfile.BuildInput{Leader: paired.Leader, Helper: paired.Helper, VerifyKey: paired.VerifyKey, Issued: f.Periods[0].Start})
	require.NoError(t, err)
	published, err := plan.Encode(p)
	require.NoError(t, err)
	require.NoError(t, service.MaySign(conf, p))
	secret, err := service.ReadSecret(filepath.Join(dir, "officer.pem"))
	require.NoError(t, err)
	officer, err := planfile.ParseOfficerKey(secret)
	require.NoError(t, err)
	require.NoError(t, service.WriteNew(filepath.Join(dir, "plan.signed"), planfile.Sign(published, officer), 0o600))
}

// The three services may start in any order: the leader comes first here, finds
// nobody, and goes on once the others are there and the plan is signed.
func TestALeaderThatStartsFirstWaitsForTheOthers(t *testing.T) {
	dir, config := site(t)
	var leader, helper, collector transcript
	stopLeader := run(t, config, "leader", &leader)
	leader.eventually(t, "there is no signed plan "+filepath.Join(dir, "plan.signed")+" yet")

	stopHelper := run(t, config, "helper", &helper)
	helper.eventually(t, "helper listens")
	sign(t, dir, config)
	leader.eventually(t, "nobody listens at https://127.0.0.1:")

	stopCollector := run(t, config, "collector", &collector)
	leader.eventually(t, "plans accepted by helper and collector")
	require.LessOrEqual(t, strings.Count(leader.String(), "level=ERROR"), 3, "the same trouble is not told again and again:\n%s", &leader)
	stopLeader()
	stopHelper()
	stopCollector()
}

func TestAllInOneProcessAndWhatItLogs(t *testing.T) {
	dir, config := site(t)
	var said transcript
	stop := run(t, config, "all", &said)
	said.eventually(t, "leader works with")
	sign(t, dir, config)
	said.eventually(t, "plans accepted")
	conf, err := service.Read(config)
	require.NoError(t, err)

	// Visitors at fault and peers that are none leave no line behind.
	before := said.String()
	for range 3 {
		res, err := http.Post("http://"+conf.Collector.Listen+"/v1/reports", "application/octet-stream", strings.NewReader("not a report"))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusBadRequest, res.StatusCode)
	}
	for _, at := range []string{conf.Collector.Listen, conf.Collector.Inner, conf.Helper.Listen} {
		c, err := net.Dial("tcp", at)
		require.NoError(t, err)
		_, err = c.Write([]byte("\x00 neither HTTP nor TLS\r\n\r\n"))
		require.NoError(t, err)
		_, _ = io.ReadAll(c)
		require.NoError(t, c.Close())
	}
	require.Equal(t, before, said.String())

	// A second one in its place says what to do.
	err = service.Serve(t.Context(), conf, "collector", testWorld(nil), io.Discard)
	require.ErrorIs(t, err, service.ErrAddressInUse)
	require.ErrorContains(t, err, "listen at "+conf.Collector.Listen+": the address is in use: stop the process")
	require.True(t, service.InUse(err))
	err = service.Serve(t.Context(), conf, "helper", testWorld(nil), io.Discard)
	require.ErrorContains(t, err, "the store is in use by another process")
	require.True(t, service.InUse(err))
	stop()
}

func TestServeRefusesARoleWithoutASection(t *testing.T) {
	_, config := site(t)
	conf, err := service.Read(config)
	require.NoError(t, err)
	conf.Helper = nil
	for _, role := range []string{"helper", "all"} {
		require.EqualError(t, service.Serve(t.Context(), conf, role, testWorld(nil), io.Discard), "the services file has no section helper")
	}
}

// Whoever answers with another key, or knows this one not, is named with what to
// do about it.
func TestPairingWithTheWrongOnes(t *testing.T) {
	_, config := site(t)
	conf, err := service.Read(config)
	require.NoError(t, err)
	_, err = service.Pair(t.Context(), conf, rand.Reader)
	require.ErrorContains(t, err, "nobody listens at "+conf.Leader.Helper.URL+": start that service with `dunlin serve`")

	var said transcript
	defer run(t, config, "helper", &said)()
	said.eventually(t, "helper listens")

	wrong := *conf.Leader
	wrong.Helper.Keys = conf.Leader.Collector.Keys
	_, err = service.Pair(t.Context(), &service.Config{Officer: conf.Officer, Leader: &wrong}, rand.Reader)
	require.ErrorContains(t, err, "does not hold the key that the services file names for it")

	stranger := *conf.Leader
	stranger.Identity = conf.Collector.Identity
	_, err = service.Pair(t.Context(), &service.Config{Officer: conf.Officer, Leader: &stranger}, rand.Reader)
	require.ErrorContains(t, err, "does not know this service's key")

	_, err = service.Pair(t.Context(), &service.Config{Officer: conf.Officer, Helper: conf.Helper}, rand.Reader)
	require.ErrorContains(t, err, "has no section leader")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = service.Pair(ctx, conf, rand.Reader)
	require.True(t, errors.Is(err, context.Canceled), err)
}
