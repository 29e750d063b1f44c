package console

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	goodCost = `{"name":"spring","from":"2026-10-08","to":"2026-11-06","amount":"40000.50","currency":"EUR","margin":"37.5","conversion":"12"}`
	goodView = `{"name":"slots","fragment":"#/slots?days=90&slot=hero&lang=zh"}`
)

// Notes are written, listed in order, and removed; who wrote them stands beside them.
func TestNotes(t *testing.T) {
	b := open(t, 1)
	ann, vic := b.member("ann", Analyst), b.member("vic", Viewer)
	for kind, bodies := range map[string][]string{
		"annotations": {`{"date":"2026-11-02","text":"大促开始 – sale"}`, `{"date":"2026-11-01","text":"new shop"}`},
		"costs":       {goodCost, `{"name":"autumn","from":"2026-09-08","to":"2026-09-08","amount":"0","currency":"CNY","margin":"100"}`},
		"views":       {goodView, `{"name":"first","fragment":"#/overview"}`},
	} {
		path := "/api/v1/" + kind
		var ids []string
		for _, one := range bodies {
			res, got := b.ask(ann, "POST", path, one)
			require.Equal(t, http.StatusCreated, res.StatusCode, "%s", got)
			var made map[string]any
			require.NoError(t, json.Unmarshal(got, &made))
			require.Equal(t, "ann", made["by"])
			require.Equal(t, start.Format(time.RFC3339), made["made"])
			ids = append(ids, made["id"].(string))
			delete(made, "id")
			delete(made, "by")
			delete(made, "made")
			kept, err := json.Marshal(made)
			require.NoError(t, err)
			require.JSONEq(t, one, string(kept))
		}
		_, got := b.ask(vic, "GET", path, "")
		var list map[string][]struct{ ID string }
		require.NoError(t, json.Unmarshal(got, &list))
		require.Len(t, list[kind], 2)
		require.Equal(t, []string{ids[1], ids[0]}, []string{list[kind][0].ID, list[kind][1].ID}, "in order")
		for _, id := range ids {
			res, _ := b.ask(ann, "DELETE", path+"/"+id, "{}")
			require.Equal(t, http.StatusNoContent, res.StatusCode)
			require.Equal(t, "not-found", b.refused(ann, 404, "DELETE", path+"/"+id, "{}"))
		}
		_, got = b.ask(vic, "GET", path, "")
		require.JSONEq(t, fmt.Sprintf(`{%q:[]}`, kind), string(got))
	}
	var told []string
	require.NoError(t, b.EachLine(func(l Line) {
		if l.Who == "ann" && l.What != didSignIn {
			told = append(told, strings.TrimSpace(l.What+" "+l.About+" "+l.Detail))
		}
	}))
	require.ElementsMatch(t, []string{
		"annotation removed 2026-11-02 大促开始 – sale", "annotation removed 2026-11-01 new shop",
		"cost entered spring 40000.50 EUR, 2026-10-08 to 2026-11-06", "cost entered autumn 0 CNY, 2026-09-08 to 2026-09-08",
		"cost removed spring 40000.50 EUR, 2026-10-08 to 2026-11-06", "cost removed autumn 0 CNY, 2026-09-08 to 2026-09-08",
		"view removed slots #/slots?days=90&slot=hero&lang=zh", "view removed first #/overview",
	}, told)
}

// What is no note is refused with what is wanted.
func TestNoNotes(t *testing.T) {
	b := open(t, 1)
	ann := b.member("ann", Analyst)
	change := func(of, name, value string) string {
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(of), &v))
		v[name] = value
		out, err := json.Marshal(v)
		require.NoError(t, err)
		return string(out)
	}
	for path, bodies := range map[string][]string{
		"annotations": {`{}`, `{"date":"2026-02-30","text":"x"}`, `{"date":"2026-11-01","text":""}`, `{"date":"2026-11-01","text":" x"}`, `{"date":"2026-11-01","text":"a\nb"}`,
			`{"date":"2026-11-01","text":"` + strings.Repeat("é", 281) + `"}`, `{"date":"2026-11-01","text":"x","by":"bob"}`, `{"date":"2026-11-01","text":"x"} {}`},
		"costs": {`{}`, change(goodCost, "name", ""), change(goodCost, "from", "x"), change(goodCost, "to", "2026-10-07"), change(goodCost, "amount", "-1"), change(goodCost, "amount", "1e3"),
			change(goodCost, "amount", "1.00001"), change(goodCost, "amount", "1,5"), change(goodCost, "amount", "1234567890123"), change(goodCost, "currency", "eur"), change(goodCost, "currency", ""),
			change(goodCost, "margin", "0"), change(goodCost, "margin", "100.1"), change(goodCost, "margin", "NaN"), change(goodCost, "conversion", "x"), change(goodCost, "roi", "1")},
		"views": {`{}`, change(goodView, "name", ""), change(goodView, "fragment", "#/sign-in/x")},
	} {
		for _, bad := range bodies {
			require.Equal(t, "malformed", b.refused(ann, 400, "POST", "/api/v1/"+path, bad), bad)
		}
	}
	longest := `{"date":"2026-11-01","text":"` + strings.Repeat("é", 280) + `"}`
	res, _ := b.ask(ann, "POST", "/api/v1/annotations", longest)
	require.Equal(t, http.StatusCreated, res.StatusCode)
	for range mostNotes {
		_, err := addNote(b.Accounts, kindView, shell, func(n note) View { return View{n, newView{"x", "#/slots"}} }, "", "", "")
		require.NoError(t, err)
	}
	require.Equal(t, "too-many", b.refused(ann, 409, "POST", "/api/v1/views", goodView))
	res, _ = b.ask(ann, "POST", "/api/v1/annotations", longest)
	require.Equal(t, http.StatusCreated, res.StatusCode, "each kind has its own bound")
}

// A cost is told to package finding in its units.
func TestCostOfFinding(t *testing.T) {
	b := open(t, 1)
	ann := b.member("ann", Analyst)
	b.ask(ann, "POST", "/api/v1/costs", goodCost)
	all, err := b.Costs()
	require.NoError(t, err)
	require.Len(t, all, 1)
	one, err := all[0].Finding()
	require.NoError(t, err)
	require.Equal(t, "spring", one.Name)
	require.Equal(t, "2026-10-08", one.From.String())
	require.Equal(t, "2026-11-06", one.To.String())
	require.InDelta(t, 40000.5, one.Cost, 1e-9)
	require.InDelta(t, .375, one.Margin, 1e-12)
	require.False(t, math.IsNaN(one.Margin))
}

// A cost of dates of which nothing was released is left out of the answers, which it would
// stop otherwise.
func TestCostsOfNoRelease(t *testing.T) {
	b := open(t, 10)
	ann := b.member("ann", Analyst)
	first := b.plan.Periods[0].Date
	for name, days := range map[string][2]plan.Date{"before": {-5, -1}, "within": {2, 3}, "over": {-5, 50}, "after": {10, 20}} {
		res, got := b.ask(ann, "POST", "/api/v1/costs", fmt.Sprintf(`{"name":%q,"from":%q,"to":%q,"amount":"1","currency":"EUR","margin":"40"}`, name, first+days[0], first+days[1]))
		require.Equal(t, http.StatusCreated, res.StatusCode, "%s", got)
	}
	all, err := b.Console.releases()
	require.NoError(t, err)
	costs, err := b.withNoted([]finding.Cost{{Name: "within"}}, all)
	require.NoError(t, err)
	var names []string
	for _, one := range costs {
		names = append(names, one.Name)
	}
	require.Equal(t, []string{"within", "over"}, names, "asked about first")
	require.Zero(t, costs[0].Margin)
	require.InDelta(t, .4, costs[1].Margin, 1e-12)
}
