package console

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// What may be saved is what the dashboard reads: its pages, its presets, its parameters.
func TestPlacesAreTheDashboards(t *testing.T) {
	raw, err := os.ReadFile("../dashboard/src/location.ts")
	require.NoError(t, err)
	source := string(raw)
	list := func(name string) (out []string) {
		found := regexp.MustCompile(`export const ` + name + ` = \[(.*?)\] as const`).FindStringSubmatch(source)
		require.Len(t, found, 2, name)
		for _, one := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(found[1], -1) {
			out = append(out, one[1])
		}
		return out
	}
	require.Equal(t, list("views"), placeViews, "web/console/place.go: name the same pages")
	require.Equal(t, list("presets"), placePresets)
	var asked []string
	for _, one := range regexp.MustCompile(`\.get(?:All)?\("(\w+)"\)`).FindAllStringSubmatch(source, -1) {
		asked = append(asked, one[1])
	}
	slices.Sort(asked)
	require.Equal(t, slices.Compact(asked), slices.Sorted(maps.Keys(placeWords)), "web/console/place.go: name the same parameters")
}

func TestPlaces(t *testing.T) {
	for _, good := range []string{
		"#/overview", "#/slots?days=90", "#/slots?from=2026-11-01&to=2026-11-30&slot=hero&segment=%E5%AE%A2", "#/answers?cost=2026-10-08~2026-11-06~40000~0.4~spring&cost=2026-10-08~2026-11-06~1~0.4~x",
		"#/sorts?dates=last-month&compare=year&interval=noise&lang=zh", "#/slots?slot=a+b",
	} {
		_, err := parsePlace(good)
		require.NoError(t, err, good)
	}
	for _, bad := range []string{
		"", "#", "/slots", "#/nothing", "#/sign-in/abc", "#/shared/abc", "#/slots?", "#/slots?days=0", "#/slots?days=09", "#/slots?days=3661", "#/slots?days=90&days=30", "#/slots?days=30&dates=all",
		"#/slots?from=2026-11-01", "#/slots?from=2026-11-02&to=2026-11-01", "#/slots?from=2026-11-31&to=2026-12-01", "#/slots?x=1", "#/slots?slot=", "#/slots?slot=%00", "#/slots?slot=%ff", "#/slots?slot=é",
		"#/slots?slot=a;b=c", "#/slots?slot=%zz", "#/answers?cost=1", "#/slots?lang=de", "https://evil.example/#/slots", "#/slots\n", "#/slots?slot=" + strings.Repeat("a", 129),
		"#/slots?slot=" + strings.Repeat("a", mostFragment), "#/answers?" + strings.Repeat("cost=2026-10-08~2026-11-06~1~0.4~x&", 16) + "cost=2026-10-08~2026-11-06~1~0.4~x",
	} {
		_, err := parsePlace(bad)
		require.ErrorContains(t, err, "malformed", bad)
	}
}

// A place's dates are those that the dashboard asks for.
func TestPlaceDates(t *testing.T) {
	date := func(s string) plan.Date {
		d, err := plan.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	first, last := date("2026-01-15"), date("2026-03-31")
	for query, want := range map[string]string{
		"": "2026-03-02 2026-03-31", "?days=1": "2026-03-31 2026-03-31", "?days=90": "2026-01-15 2026-03-31", "?dates=last": "2026-03-31 2026-03-31", "?dates=before": "2026-03-30 2026-03-30",
		"?dates=month": "2026-03-01 2026-03-31", "?dates=last-month": "2026-02-01 2026-02-28", "?dates=year": "2026-01-15 2026-03-31", "?dates=12-months": "2026-01-15 2026-03-31", "?dates=all": "2026-01-15 2026-03-31",
		"?from=2025-01-01&to=2025-02-01": "2025-01-01 2025-02-01",
	} {
		p, err := parsePlace("#/slots" + query)
		require.NoError(t, err)
		from, to := p.dates(first, last)
		require.Equal(t, want, fmt.Sprint(from, " ", to), query)
	}
	p, err := parsePlace("#/slots?dates=last-month")
	require.NoError(t, err)
	from, to := p.dates(date("2025-01-01"), date("2026-01-31"))
	require.Equal(t, "2025-12-01 2025-12-31", fmt.Sprint(from, " ", to))
}

func FuzzPlace(f *testing.F) {
	for _, s := range []string{"#/overview", "#/slots?days=90", "#/slots?from=2026-11-01&to=2026-11-30", "#/sorts?dates=last-month", "#/x?%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePlace(s)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(s), mostFragment)
		// What is taken leads to the dashboard, and says the same when it is written anew.
		again, err := parsePlace(strings.TrimSuffix("#/"+p.view+"?"+p.said.Encode(), "?"))
		if err == nil {
			require.Equal(t, p, again)
		}
		from, to := p.dates(20000, 20400)
		require.LessOrEqual(t, from, to)
	})
}
