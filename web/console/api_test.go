package console

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
)

var (
	interfaces = regexp.MustCompile(`(?s)export interface (\w+) \{\n(.*?)\n\}`)
	fields     = regexp.MustCompile(`(?m)^  (?:readonly )?(\w+)\??:`)
)

// What the dashboard reads and what the console writes have the same names: web/dashboard
// holds the contract as types, here are the structs.
func TestFieldsAreThoseOfTheDashboard(t *testing.T) {
	source, err := os.ReadFile("../dashboard/src/api.ts")
	require.NoError(t, err)
	declared := map[string][]string{}
	for _, m := range interfaces.FindAllStringSubmatch(string(source), -1) {
		for _, f := range fields.FindAllStringSubmatch(m[2], -1) {
			declared[m[1]] = append(declared[m[1]], f[1])
		}
	}
	for name, v := range map[string]any{
		"Count": panel.Count{}, "Rate": panel.Rate{}, "Plan": panel.Plan{}, "Variant": panel.Variant{}, "Slot": panel.Slot{},
		"Report": panel.Report{}, "Session": Session{}, "Site": Site{}, "Problem": Problem{},
	} {
		var got []string
		of := reflect.TypeOf(v)
		for i := range of.NumField() {
			tag, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			got = append(got, tag)
		}
		want := declared[name]
		require.NotEmpty(t, want, "api.ts declares no %s", name)
		slices.Sort(got)
		slices.Sort(want)
		require.Equal(t, want, got, name)
	}
}
