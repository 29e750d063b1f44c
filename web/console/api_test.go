package console

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// What the dashboard reads and what the console writes have the same form: web/dashboard
// declares it as types, here are the structs. Names, kinds, lists, what may be null and
// what may be absent are compared, down to the last field.
func TestAPIIsThatOfTheDashboard(t *testing.T) {
	source, err := os.ReadFile("../dashboard/src/api.ts")
	require.NoError(t, err)
	ts := declarations(t, string(source))
	require.Len(t, ts, 38, "interfaces and types of api.ts: name new ones here")
	for name, v := range map[string]any{
		"Hidden": panel.Noise, "Count": panel.Count{}, "Rate": panel.Rate{}, "Plan": panel.Plan{}, "Uncrossed": panel.Uncrossed{}, "Variant": panel.Variant{}, "Slot": panel.Slot{},
		"Bin": panel.Bin{}, "Weekday": panel.Weekday{}, "Cohort": panel.Cohort{}, "Score": panel.Score{}, "Sort": panel.Sort{},
		"Sum": panel.Sum{}, "Mean": panel.Mean{}, "Revenue": panel.Revenue{},
		"Estimate": finding.Estimate{}, "State": finding.Found, "Leaving": finding.Leaving{}, "Leak": finding.Leak{}, "Campaign": finding.Campaign{},
		"Hours": finding.Hours{}, "Worth": finding.Worth{}, "Factors": finding.Factors{}, "Answers": finding.Answers{}, "Change": finding.Change{}, "Changes": finding.Changes{},
		"Belief": steer.Belief{}, "Told": steer.Told{}, "Order": steer.Order{}, "Rail": finding.Rail{}, "Proposal": Proposal{}, "Loop": Loop{},
		"Report": panel.Report{}, "Session": Session{}, "SiteList": SiteList{}, "SiteRole": SiteRole{}, "Site": Site{}, "Problem": Problem{},
	} {
		require.Contains(t, ts, name)
		compare(t, ts, name, ts[name], reflect.TypeOf(v))
	}
}

// Nothing is null, and nothing absent, but where the dashboard expects it: in a report of
// everything, and in one of a plan that counts nothing but who is there.
func TestReportsHoldToTheAPI(t *testing.T) {
	source, err := os.ReadFile("../dashboard/src/api.ts")
	require.NoError(t, err)
	ts := declarations(t, string(source))
	f, problems := planfile.Parse("demo.yaml", plans.Demo)
	require.Nil(t, problems)
	whole, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"}, Issued: f.Periods[0].Start,
	})
	require.NoError(t, err)
	bare := *whole
	bare.Metrics, bare.Policy.Holdout = nil, 0
	bare.Segments = bare.Segments[4:]
	unheld := *whole
	unheld.Policy.Holdout = 0
	for name, p := range map[string]*plan.Plan{"whole": whole, "bare": &bare, "unheld": &unheld} {
		for _, value := range []int64{0, -5000, 5000} {
			r := release.Record{Period: p.Periods[0], Weight: 9, Sigma2: p.Sigma2, Cells: make([]int64, plan.LayoutOf(p).Cells)}
			for i := range r.Cells {
				r.Cells[i] = value
			}
			report, err := panel.Of([]panel.Release{{Plan: p, Record: r}}, 0, r.Period.Date)
			require.NoError(t, err)
			written, err := json.Marshal(report)
			require.NoError(t, err)
			var v any
			require.NoError(t, json.Unmarshal(written, &v))
			holds(t, ts, name, ts["Report"], v)
		}
	}
}

// holds holds a JSON value to a shape.
func holds(t *testing.T, ts map[string]shape, where string, s shape, v any) {
	t.Helper()
	if declared, ok := ts[s.name]; ok {
		declared.null = declared.null || s.null
		s = declared
	}
	switch v := v.(type) {
	case nil:
		require.True(t, s.null, "%s is null", where)
	case []any:
		require.NotNil(t, s.list, where)
		for i, one := range v {
			holds(t, ts, fmt.Sprintf("%s[%d]", where, i), *s.list, one)
		}
	case map[string]any:
		for name, f := range s.fields {
			one, ok := v[name]
			require.True(t, ok || f.optional, "%s.%s is absent", where, name)
			if ok {
				holds(t, ts, where+"."+name, f.shape, one)
			}
		}
	default:
		require.Equal(t, map[string]string{"string": "string", "number": "float64", "boolean": "bool"}[s.name], fmt.Sprintf("%T", v), where)
	}
}

// compare holds a Go type to a shape.
func compare(t *testing.T, ts map[string]shape, where string, s shape, of reflect.Type) {
	t.Helper()
	if of.Kind() == reflect.Pointer {
		require.True(t, s.null, "%s may be null in Go", where)
		of = of.Elem()
	}
	switch {
	case s.list != nil:
		require.Equal(t, reflect.Slice, of.Kind(), where)
		compare(t, ts, where+"[]", *s.list, of.Elem())
	case s.fields != nil:
		require.Equal(t, reflect.Struct, of.Kind(), where)
		got := map[string]bool{}
		for _, f := range reflect.VisibleFields(of) {
			if f.Anonymous {
				continue // its fields are visible
			}
			name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
			got[name] = true
			want, ok := s.fields[name]
			require.True(t, ok, "%s.%s is not in api.ts", where, name)
			require.False(t, rest == "omitempty" && !want.optional, "%s.%s may be absent in Go", where, name)
			compare(t, ts, where+"."+name, want.shape, f.Type)
		}
		for name := range s.fields {
			require.True(t, got[name], "%s.%s is not in Go", where, name)
		}
	case s.name == "string" && of == reflect.TypeFor[time.Time]():
	case s.name == "string" || s.name == "boolean":
		require.Equal(t, map[string]reflect.Kind{"string": reflect.String, "boolean": reflect.Bool}[s.name], of.Kind(), where)
	case s.name == "number":
		zero := reflect.Zero(of)
		require.True(t, zero.CanInt() || zero.CanUint() || zero.CanFloat(), where)
	default:
		require.Contains(t, ts, s.name, where)
		compare(t, ts, where, ts[s.name], of)
	}
}
