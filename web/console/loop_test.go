package console

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// logOnly is a helm whose devices are told of nothing: what they are told is package
// optimise's, which no console reaches.
type logOnly struct {
	*steer.Store
	read   []panel.Release
	before plan.Date
}

func (h *logOnly) Orders() ([]steer.Order, error) { return h.List() }

func (h *logOnly) Told(of []panel.Release, _ *steer.State, before plan.Date) ([]steer.Told, error) {
	h.read, h.before = of, before
	return []steer.Told{{Place: steer.Place{Kind: "slot", Name: "hero"}, Variants: []string{"plain"}, Segments: []steer.ToldSegment{{Variants: []steer.ToldVariant{{Name: "plain"}}}}}}, nil
}

func (b *bench) loop(c *http.Client, query string) (out Loop) {
	b.t.Helper()
	res, body := b.ask(c, "GET", "/api/v1/loop"+query, "")
	require.Equal(b.t, http.StatusOK, res.StatusCode, string(body))
	require.NoError(b.t, json.Unmarshal(body, &out))
	return out
}

// A console beside a helper shows rails and uplift, and steers nothing.
func TestLoopWithoutAHelm(t *testing.T) {
	b := open(t, 40)
	ann := b.member("ann", Analyst)
	got := b.loop(ann, "")
	require.False(t, got.Steerable)
	require.Empty(t, got.Told)
	require.Equal(t, "hero", got.Worth[0].Name)
	require.Equal(t, []string{"", "shoes", "bags", "watches", "sports", "kids"}, func() (out []string) {
		for _, r := range got.Rails {
			require.Equal(t, finding.None, r.State, "each cell is 1000")
			out = append(out, r.Variant)
		}
		return out
	}())
	require.Equal(t, "no-helm", b.refused(ann, 409, "POST", "/api/v1/loop/orders", `{"action":"go on"}`))
	require.Equal(t, "no-releases", open(t, 0).refusedLoop())
}

func (b *bench) refusedLoop() string {
	return b.refused(b.member("ann", Analyst), 404, "GET", "/api/v1/loop", "")
}

func TestLoopIsSteered(t *testing.T) {
	b := open(t, 40)
	store, err := steer.Open(filepath.Join(t.TempDir(), steer.File))
	require.NoError(t, err)
	helm := &logOnly{Store: store}
	b.opt.Helm = helm
	ann, vic := b.member("ann", Analyst), b.member("vic", Viewer)
	give := func(body string) steer.Order {
		t.Helper()
		res, got := b.ask(ann, "POST", "/api/v1/loop/orders", body)
		require.Equal(t, http.StatusCreated, res.StatusCode, string(got))
		var o steer.Order
		require.NoError(t, json.Unmarshal(got, &o))
		return o
	}
	o := give(`{"action":"stop","kind":"slot","name":"hero","variant":"bags"}`)
	require.Equal(t, steer.Order{ID: 1, At: start.UTC(), Site: "demo-shop.example", By: "ann", Action: steer.Stop, Place: steer.Place{Kind: "slot", Name: "hero"}, Variant: "bags"}, o)

	day := func(i int) string { return b.plan.Periods[i].Date.String() }
	got := b.loop(vic, "?from="+day(20)+"&to="+day(29))
	require.True(t, got.Steerable)
	require.Equal(t, []steer.Order{o}, got.Orders)
	require.Len(t, helm.read, 30, "what came after the range is not read")
	require.Equal(t, b.plan.Periods[20].Date-1, helm.before)
	require.Equal(t, day(0), got.Since)
	require.Equal(t, "no-releases", b.refused(vic, 404, "GET", "/api/v1/loop?from=2026-01-01&to=2026-01-02", ""))

	for body, says := range map[string]string{
		`{"action":"stop","kind":"slot","name":"hero","variant":"bags"}`:    "it is stopped already",
		`{"action":"resume","kind":"slot","name":"hero","variant":"shoes"}`: "it is not stopped",
		`{"action":"stop","kind":"slot","name":"hero","variant":"plain"}`:   "is the default",
		`{"action":"stop","kind":"slot","name":"side","variant":"x"}`:       "no slot",
		`{"action":"stop"}`:                                                       "say its kind and name",
		`{"action":"burn"}`:                                                       "an action is",
		`{"action":"go on"}`:                                                      "reads all releases already",
		`{"action":"watch","kind":"slot","name":"hero"}`:                          "so already",
		`{"action":"roll back","until":"` + day(39) + `"}`:                        "before the last",
		`{"action":"roll back","until":"2026-01-01"}`:                             "before the last",
		`{"action":"roll back","until":"soon"}`:                                   "the date of the last release",
		`{"action":"stop","kind":"slot","name":"hero","variant":"bags","by":"x"}`: "",
		`not json`: "",
	} {
		res, got := b.ask(ann, "POST", "/api/v1/loop/orders", body)
		require.Equal(t, http.StatusBadRequest, res.StatusCode, "%s", got)
		require.Contains(t, string(got), says, body)
		require.NotContains(t, string(got), "steer:")
	}
	give(`{"action":"stop","kind":"slot","name":"hero"}`)
	_, refused := b.ask(ann, "POST", "/api/v1/loop/orders", `{"action":"resume","kind":"slot","name":"hero","variant":"shoes"}`)
	require.Contains(t, string(refused), "resume it without a variant")
	give(`{"action":"resume","kind":"slot","name":"hero"}`)
	give(`{"action":"unwatch","kind":"slot","name":"hero"}`)
	give(`{"action":"roll back","until":"` + day(5) + `"}`)
	got = b.loop(vic, "")
	require.Equal(t, []steer.Place{{Kind: "slot", Name: "hero"}}, got.Unwatched)
	require.Equal(t, day(5), got.Back.Until)
	require.Len(t, got.Orders, 5)
	require.Equal(t, steer.RollBack, got.Orders[0].Action, "the newest first")

	// Another site's orders are none of this one's.
	_, err = store.Give(steer.Order{At: time.Unix(1, 0), Site: "other.example", Action: steer.Stop, Place: steer.Place{Kind: "slot", Name: "hero"}})
	require.NoError(t, err)
	require.Len(t, b.loop(vic, "").Orders, 5)

	// The audit log has each.
	var page AuditPage
	_, body := b.ask(b.member("otto", Officer), "GET", "/api/v1/audit", "")
	require.NoError(t, json.Unmarshal(body, &page))
	var told []string
	for _, l := range page.Lines {
		if l.Who == "ann" && l.What != didSignIn {
			told = append(told, l.What+"|"+l.About+"|"+l.Detail)
		}
	}
	require.Equal(t, []string{
		"loop: roll back||" + day(5), "loop: unwatch|hero|", "loop: resume|hero|", "loop: stop|hero|", "loop: stop|hero: bags|",
	}, told)
}
