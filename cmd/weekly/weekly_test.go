package weekly_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/cmd/demo"
	"github.com/dunlin-analytics/dunlin/cmd/weekly"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// monday is a week that the demo's history has whole, and Tuesday noon after it.
const monday = "2026-11-09"

var after = time.Date(2026, 11, 17, 12, 0, 0, 0, time.UTC)

func releases(t *testing.T) (out []panel.Release) {
	h, err := demo.Built()
	require.NoError(t, err)
	for _, r := range h.Releases {
		out = append(out, panel.Release{Plan: h.Plan, Record: r.Record})
	}
	return out
}

func date(t *testing.T, text string) plan.Date {
	d, err := plan.ParseDate(text)
	require.NoError(t, err)
	return d
}

func without(all []panel.Release, dates ...plan.Date) []panel.Release {
	return slices.DeleteFunc(slices.Clone(all), func(r panel.Release) bool { return slices.Contains(dates, r.Period.Date) })
}

// The numbers are the report's own, and the text says each with its interval.
func TestReport(t *testing.T) {
	all, from := releases(t), date(t, monday)
	whole, err := panel.Of(all, from, from+6)
	require.NoError(t, err)
	r, err := weekly.Of(all, from, weekly.English, "https://stats.shop.example")
	require.NoError(t, err)
	require.Equal(t, "2026-11-15", r.To)
	require.Empty(t, r.Missing)
	require.Equal(t, "present", r.Lines[0].Measure)
	require.Equal(t, float64(whole.Present.Total.Value), r.Lines[0].Value)
	require.NotNil(t, r.Lines[0].Change)
	seen := map[string]bool{}
	for _, l := range r.Lines {
		seen[l.Measure] = true
	}
	require.Equal(t, len(whole.Revenues) > 0, seen["revenue"])
	require.Equal(t, whole.Funnel != nil, seen["conversion"])
	text := r.Text(weekly.English)
	require.Regexp(t, `- Devices present: \d+ \[\d+ to \d+\]; (no clear change \[|[+-])`, text)
	require.Contains(t, text, "https://stats.shop.example/#/answers?from=2026-11-09&to=2026-11-15")

	zh, err := weekly.Of(all, from, weekly.Chinese, "")
	require.NoError(t, err)
	require.Regexp(t, `- 到访设备:\d+ \[\d+ 至 \d+\];`, zh.Text(weekly.Chinese))
	require.NotContains(t, zh.Text(weekly.Chinese), "Devices")

	some, err := weekly.Of(without(all, from+2), from, weekly.English, "")
	require.NoError(t, err)
	require.Contains(t, some.Text(weekly.English), "Only 6 of 7 days are released; without one: 2026-11-11.")
	low, high := -.02, .03
	r.Lines[0].Change.Low, r.Lines[0].Change.High = low, &high
	require.Contains(t, r.Text(weekly.English), "no clear change [-2.0 to +3.0] %")
}

// hook is a webhook that answers with what comes next, and 200 at last.
type hook struct {
	*httptest.Server
	answers []int
	heads   []http.Header
	bodies  [][]byte
}

var key = []byte(strings.Repeat("k", 32))

func sender(t *testing.T, answers ...int) (*hook, *weekly.Sender) {
	h := &hook{answers: answers}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		b, _ := io.ReadAll(q.Body)
		h.heads, h.bodies = append(h.heads, q.Header), append(h.bodies, b)
		if len(h.answers) > 0 {
			code := h.answers[0]
			h.answers = h.answers[1:]
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
		}
	}))
	t.Cleanup(h.Close)
	dir := t.TempDir()
	t.Setenv("WEEKLY_SECRET", "whsec_"+base64.StdEncoding.EncodeToString(key))
	file := filepath.Join(dir, "weekly.yaml")
	require.NoError(t, os.WriteFile(file, []byte("webhooks:\n  - url: "+h.URL+"/private-path\n    secret_env: WEEKLY_SECRET\n"), 0o600))
	c, err := weekly.ReadConfig(file)
	require.NoError(t, err)
	return h, &weekly.Sender{
		Config: c, State: filepath.Join(dir, "weekly.json"), Clock: func() time.Time { return after }, Said: io.Discard,
		Wait: func(context.Context, time.Duration) error { return nil },
	}
}

// A failing webhook is tried again under one ID, and a week is sent once; after a crash
// between sending and noting it comes under the same ID.
func TestSentOnce(t *testing.T) {
	all := releases(t)
	h, s := sender(t, 500, 429, 408)
	require.NoError(t, s.Run(t.Context(), all))
	require.Len(t, h.heads, 4)
	for i, head := range h.heads {
		require.Equal(t, h.heads[0].Get("webhook-id"), head.Get("webhook-id"))
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(head.Get("webhook-id") + "." + head.Get("webhook-timestamp") + "." + string(h.bodies[i])))
		require.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)), head.Get("webhook-signature"))
	}
	var m weekly.Message
	require.NoError(t, json.Unmarshal(h.bodies[0], &m))
	require.Equal(t, "dunlin.weekly", m.Type)
	require.Equal(t, monday, m.Data.From)
	require.Contains(t, m.Data.Text, "Devices present")

	require.NoError(t, s.Run(t.Context(), all))
	require.Len(t, h.heads, 4)
	require.NoError(t, os.Remove(s.State)) // as if it had ended before it was noted
	require.NoError(t, s.Run(t.Context(), all))
	require.Len(t, h.heads, 5)
	require.Equal(t, h.heads[0].Get("webhook-id"), h.heads[4].Get("webhook-id"))
	require.NoError(t, s.Again(t.Context(), all, date(t, monday)-7))
	require.NotEqual(t, h.heads[0].Get("webhook-id"), h.heads[5].Get("webhook-id"))
}

func TestRefusals(t *testing.T) {
	all := releases(t)
	for _, code := range []int{302, 308, 400, 401, 410} {
		h, s := sender(t, code)
		err := s.Run(t.Context(), all)
		require.Error(t, err, code)
		require.Len(t, h.heads, 1, code)
		require.NotContains(t, err.Error(), "private-path")
		require.NoError(t, s.Run(t.Context(), all), "a later run sends it: it is not lost")
		require.Len(t, h.heads, 2, code)
	}
	h, s := sender(t)
	h.Close()
	err := s.Run(t.Context(), all)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "private-path")
}

// An unfinished week waits until its grace is over, and is then sent as it is.
func TestGrace(t *testing.T) {
	from := date(t, monday)
	all := without(releases(t), from+6)
	h, s := sender(t)
	require.NoError(t, s.Run(t.Context(), all))
	require.Empty(t, h.heads)
	s.Clock = func() time.Time { return after.AddDate(0, 0, 2) }
	require.NoError(t, s.Run(t.Context(), all))
	require.Len(t, h.heads, 1)
	require.Contains(t, string(h.bodies[0]), `"missing":["2026-11-15"]`)
}

func TestConfigRefused(t *testing.T) {
	t.Setenv("WEEKLY_SECRET", "whsec_"+base64.StdEncoding.EncodeToString(key))
	t.Setenv("WEEKLY_SHORT", "whsec_AAAA")
	for text, says := range map[string]string{
		"language: fr":  "accepted is en or zh",
		"language: en":  "no target",
		"nothing: here": "nothing",
		"webhooks: [{url: 'http://shop.example/', secret_env: WEEKLY_SECRET}]":      "accepted is https",
		"webhooks: [{url: 'https://shop.example/'}]":                                "one of both",
		"webhooks: [{url: 'https://shop.example/', secret_env: WEEKLY_SHORT}]":      "openssl rand",
		"webhooks: [{url: 'https://a:b@shop.example/', secret_env: WEEKLY_SECRET}]": "without a user",
	} {
		file := filepath.Join(t.TempDir(), "weekly.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text+"\n"), 0o600))
		_, err := weekly.ReadConfig(file)
		require.ErrorContains(t, err, says, text)
	}
}
