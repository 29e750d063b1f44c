package demo

import (
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/web/console"
	"github.com/stretchr/testify/require"
)

// signIn follows the one-time link, once.
func (p *person) signIn(d *Demo) {
	p.Helper()
	link, err := d.Link()
	require.NoError(p, err)
	token, ok := strings.CutPrefix(link, p.at+"/#/sign-in/")
	require.True(p, ok, link)
	require.Equal(p, http.StatusUnauthorized, p.ask("GET", "/api/v1/report", "", nil))
	var s console.Session
	require.Equal(p, http.StatusOK, p.ask("POST", "/api/v1/session", `{"token":"`+token+`"}`, &s))
	require.True(p, s.SignedIn && s.Demo)
	require.NotEqual(p, http.StatusOK, personAt(p.T, d).ask("POST", "/api/v1/session", `{"token":"`+token+`"}`, nil), "a link signs in once")
}

func (p *person) report(query string) (r panel.Report) {
	p.Helper()
	require.Equal(p, http.StatusOK, p.ask("GET", "/api/v1/report"+query, "", &r))
	return r
}

// cells are what the first screen shows: how many of them, and how many are hidden.
type cells struct{ all, hidden int }

func (c *cells) add(reasons ...panel.Hidden) {
	for _, h := range reasons {
		c.all++
		if h != "" {
			c.hidden++
		}
	}
}

// The dashboard has 90 days at the start, of whose last 30 it shows nearly all; and the
// new day after the button.
func TestDashboard(t *testing.T) {
	d := started(t, nil)
	p := personAt(t, d)
	p.signIn(d)

	var site console.Site
	require.Equal(t, http.StatusOK, p.ask("GET", "/api/v1/site", "", &site))
	require.Equal(t, "2026-08-24", site.First)
	require.Equal(t, historyLast, site.Last)
	require.Equal(t, d.days.others.history.Label.String(), site.Label)
	all := p.report("?from=" + site.First + "&to=" + site.Last)
	require.Equal(t, historyDays, all.Range.Releases)
	require.Len(t, all.Present.Days, historyDays)
	require.Empty(t, all.Range.Missing)

	r := p.report("")
	require.Equal(t, 30, r.Range.Releases)
	require.Equal(t, site.Last, r.Range.To)
	require.Equal(t, panel.Hidden(""), r.Present.Total.Hidden)
	require.InDelta(t, 17_400, r.Present.Total.Value/30, 600, "some have begun to leave")
	var first cells
	require.Len(t, r.Audience, 5)
	for _, s := range r.Audience {
		first.add(s.Total.Hidden, s.Share.Hidden)
	}
	for _, s := range r.Funnel.All {
		first.add(s.Reached.Hidden, s.OfFirst.Hidden, s.OfPrevious.Hidden)
	}
	for _, g := range r.Funnel.Segments {
		for _, s := range g.Stages {
			first.add(s.Reached.Hidden, s.OfFirst.Hidden, s.OfPrevious.Hidden)
		}
	}
	hero := r.Slots[0]
	require.Equal(t, "hero", hero.Name)
	require.Len(t, hero.All, 7)
	for _, v := range hero.All {
		first.add(v.Exposed.Hidden, v.Won.Hidden, v.Rate.Hidden)
	}
	require.Len(t, hero.Segments, 5)
	for _, s := range hero.Segments {
		for _, v := range s.Variants {
			first.add(v.Exposed.Hidden, v.Won.Hidden, v.Rate.Hidden)
		}
	}
	require.Equal(t, 10+9+45+21+105, first.all)
	t.Logf("%d of %d cells are hidden", first.hidden, first.all)
	require.LessOrEqual(t, first.hidden*5, first.all, "a fifth of the first screen is hidden")

	// Personalizing pays in both slots, and the dashboard can tell.
	for _, s := range r.Slots {
		require.NotNil(t, s.Uplift, s.Name)
		require.Greater(t, s.Uplift.Rate.Low, .05, s.Name)
		require.Len(t, s.UpliftDays, 30)
	}

	p.visit(p.state())
	p.nextDay()
	day := p.report("?from=2026-11-22&to=2026-11-22")
	require.Equal(t, 1, day.Range.Releases)
	require.Equal(t, 1, day.Plans)
	require.Greater(t, float64(day.Present.Total.Value), 4*math.Sqrt(2*float64(day.Plan.Sigma2)))
	month := p.report("")
	require.Equal(t, "2026-11-22", month.Range.To)
	require.Equal(t, 2, month.Plans, "the history's plan and the demo's are one series")
	require.Equal(t, day.Present.Days[0], month.Present.Days[29])
}
