package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The questions are answered for whoever is signed in; what is asked wrongly is said.
func TestAnswersAndChanges(t *testing.T) {
	b := open(t, 40)
	ann := b.member("ann", Analyst)
	var a finding.Answers
	res, body := b.ask(ann, "GET", "/api/v1/answers", "")
	require.Equal(t, http.StatusOK, res.StatusCode, string(body))
	require.NoError(t, json.Unmarshal(body, &a))
	require.Equal(t, finding.NotAsked, a.Leaving.State, "the shop's plan asks for no coming back")
	require.Equal(t, finding.None, a.Worth.State, "each cell is 1000")
	require.Empty(t, a.Campaigns)

	var c finding.Changes
	res, body = b.ask(ann, "GET", "/api/v1/changes?compare=previous&from="+b.plan.Periods[20].Date.String()+"&to="+b.plan.Periods[39].Date.String(), "")
	require.Equal(t, http.StatusOK, res.StatusCode, string(body))
	require.NoError(t, json.Unmarshal(body, &c))
	require.Equal(t, finding.Found, c.State)
	require.Zero(t, c.Present.Value)
	require.Equal(t, 1000., c.Present.Before)

	cost := func(text string) string { return "/api/v1/answers?" + url.Values{"cost": {text}}.Encode() }
	for _, path := range []string{
		"/api/v1/changes", "/api/v1/changes?compare=never", "/api/v1/answers?from=today", cost("1"), cost("2026-11-23~2026-11-22~1~0.4~x"),
		cost("2026-11-23~2026-11-24~1~40~x"), cost("2026-11-23~2026-11-24~NaN~0.4~x"), cost("2026-11-23~2026-11-24~1~0.4~"),
	} {
		require.Equal(t, "malformed", b.refused(ann, 400, "GET", path, ""), path)
	}
	res, _ = b.ask(b.browser(), "GET", "/api/v1/answers", "")
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
}

// A cost that was entered goes into the answers, unless the question brings its own.
func TestNotedCosts(t *testing.T) {
	b := open(t, 1)
	ann := b.member("ann", Analyst)
	res, body := b.ask(ann, "POST", "/api/v1/costs", `{"name":"spring","from":"2026-11-23","to":"2026-11-30","amount":"1200.50","currency":"EUR","margin":"37.5"}`)
	require.Equal(t, http.StatusCreated, res.StatusCode, string(body))
	day := func(s string) plan.Date {
		d, err := plan.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	released, err := b.Console.releases()
	require.NoError(t, err)
	all, err := b.withNoted(nil, released)
	require.NoError(t, err)
	require.Equal(t, []finding.Cost{{Name: "spring", From: day("2026-11-23"), To: day("2026-11-30"), Cost: 1200.5, Margin: .375}}, all)
	own := []finding.Cost{{Name: "spring", Cost: 1}}
	all, err = b.withNoted(own, released)
	require.NoError(t, err)
	require.Equal(t, own, all)
}
