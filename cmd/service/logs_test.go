package service_test

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// faulty is randomness that panics once it is armed, with what must not be told.
type faulty struct {
	armed  atomic.Bool
	secret []byte
}

func (f *faulty) Read(b []byte) (int, error) {
	if f.armed.Swap(false) {
		panic(string(f.secret))
	}
	return rand.Read(b)
}

// visitor is where requests of this test come from: no service lives there.
const visitor = "127.0.0.2"

// visiting is a client at the visitor's address.
func visiting() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(visitor)}}).DialContext,
	}}
}

// Uploads, refusals, torn requests, handshakes that fail, panics, a release: nothing of
// it leaves an address, a report's ID or a byte of a share in a log, in what operators
// are shown or in metrics.
func TestLogsNameNoVisitor(t *testing.T) {
	dir, config := site(t)
	var said transcript
	var clock atomic.Int64
	random := &faulty{}
	world := func() service.World {
		w := testWorld(&said)
		w.Log = slog.New(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))
		w.Clock = func() time.Time { return time.Unix(clock.Load(), 0).UTC() }
		w.Pace = 10 * time.Millisecond
		return w
	}
	clock.Store(testWorld(nil).Clock().Unix())
	helper := world()
	helper.Random = random
	defer runIn(t, config, "helper", helper, &transcript{})()
	require.Eventually(t, func() bool {
		conf, err := service.Read(config)
		require.NoError(t, err)
		c, err := net.Dial("tcp", conf.Helper.Listen)
		return err == nil && c.Close() == nil
	}, 10*time.Second, 10*time.Millisecond)
	sign(t, dir, config)
	defer runIn(t, config, "collector", world(), &transcript{})()
	defer runIn(t, config, "leader", world(), &transcript{})()
	said.eventually(t, "plans accepted")
	conf, err := service.Read(config)
	require.NoError(t, err)
	p, err := service.ReadPlan(conf, filepath.Join(dir, "plan.signed"))
	require.NoError(t, err)
	published, err := plan.Encode(p)
	require.NoError(t, err)
	d := newDevices(t, published)

	// What visitors do, well and badly.
	post := func(body []byte, kind string) int {
		req, err := http.NewRequest(http.MethodPost, "http://"+conf.Collector.Listen+"/v1/reports", bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", kind)
		req.Header.Set("X-Forwarded-For", "203.0.113.7")
		res, err := visiting().Do(req)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	const octets = "application/octet-stream"
	for range 110 {
		require.Equal(t, http.StatusAccepted, post(d.report(p.Periods[0].Date), octets))
	}
	good := d.report(p.Periods[0].Date)
	require.Equal(t, http.StatusAccepted, post(good, octets))
	require.Equal(t, http.StatusAccepted, post(good, octets), "again")
	spoiled := d.report(p.Periods[0].Date)
	copy(spoiled[len(spoiled)-100:], make([]byte, 60))
	require.Equal(t, http.StatusAccepted, post(spoiled, octets), "who cannot open it cannot tell")
	require.Equal(t, http.StatusBadRequest, post(good[:len(good)-1], octets))
	require.Equal(t, http.StatusUnsupportedMediaType, post(good, "text/html"))
	require.Equal(t, http.StatusRequestEntityTooLarge, post(make([]byte, 200_000), octets))
	require.Equal(t, http.StatusConflict, post(d.report(p.Periods[1].Date), octets), "too early")
	c := dial(t, conf.Collector.Listen)
	_, err = c.Write(append([]byte("POST /v1/reports HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 9000\r\n\r\n"), good[:500]...))
	require.NoError(t, err)
	require.NoError(t, c.Close(), "torn")

	// Who has no business with the other listeners.
	stranger, err := peer.Generate(rand.Reader)
	require.NoError(t, err)
	for _, at := range []string{conf.Collector.Inner, conf.Helper.Listen} {
		c := dial(t, at)
		_, err := c.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		require.NoError(t, err)
		_, _ = io.ReadAll(c)
		require.NoError(t, c.Close())
		c = dial(t, at)
		require.Error(t, tls.Client(c, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}).Handshake())
		require.NoError(t, c.Close())
		// In TLS 1.3 a client hears of a refused certificate when it first reads.
		wrong, err := peer.Client(stranger, stranger.Public(), time.Second)
		require.NoError(t, err)
		_, err = wrong.Get("https://" + at + "/v1/status")
		require.Error(t, err)
	}

	// The period ends; the helper panics in the middle, and the leader goes on.
	random.secret = []byte(hex.EncodeToString(good[:64]))
	random.armed.Store(true)
	clock.Store(int64(p.Periods[0].End) + 60)
	said.eventually(t, `"msg":"a handler panicked`)
	said.eventually(t, `"msg":"released"`)

	var seen bytes.Buffer
	seen.WriteString(said.String())
	for _, f := range conf.Folders() {
		st, err := operator.At(f.Data).Status(t.Context())
		require.NoError(t, err)
		require.NoError(t, json.NewEncoder(&seen).Encode(st))
		metrics, err := operator.At(f.Data).Metrics(t.Context())
		require.NoError(t, err)
		seen.Write(metrics)
	}
	for _, line := range strings.Split(strings.TrimSpace(said.String()), "\n") {
		require.True(t, json.Valid([]byte(line)), line)
	}
	require.Contains(t, said.String(), "helper.(*Helper).close", "the panic is found by where it was")
	text := seen.String()
	for _, hidden := range []string{visitor, "203.0.113.7", string(random.secret[:16])} {
		require.False(t, strings.Contains(text, hidden), "%s is in what operators read", hidden)
	}
	for _, trace := range traces(d.made) {
		for _, form := range []string{string(trace), hex.EncodeToString(trace), strings.ToUpper(hex.EncodeToString(trace)), base64.StdEncoding.EncodeToString(trace)[:20], base64.RawURLEncoding.EncodeToString(trace)[:20]} {
			require.False(t, strings.Contains(text, form), "%x is in what operators read", trace)
		}
	}
}

// dial connects from the visitor's address.
func dial(t *testing.T, at string) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(visitor)}}).Dial("tcp", at)
	require.NoError(t, err)
	return c
}
