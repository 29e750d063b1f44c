package demo

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/stretchr/testify/require"
)

// parsed is plans/demo.yaml with nobody's keys.
func parsed(t *testing.T) *plan.Plan { return planOf(t, plans.Demo) }

func planOf(t *testing.T, yaml []byte) *plan.Plan {
	t.Helper()
	f, problems := planfile.Parse(planName, yaml)
	require.NoError(t, problems.Err())
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "one"}, Helper: plan.Recipient{Type: plan.X25519, Key: "other"},
		Issued: f.Periods[0].Start,
	})
	require.NoError(t, err)
	return p
}

func TestHistoryYAML(t *testing.T) {
	yaml, err := historyYAML(historyDays)
	require.NoError(t, err)
	p := planOf(t, yaml)
	require.EqualValues(t, 1, p.Serial)
	require.Len(t, p.Periods, historyDays)
	require.Equal(t, "2026-08-24", p.Periods[0].Date.String())

	now := parsed(t)
	both, err := calendar(p, now)
	require.NoError(t, err)
	require.Len(t, both.Periods, historyDays+len(now.Periods))
	for i, q := range both.Periods[1:] {
		require.Equal(t, both.Periods[i].End, q.Start)
	}
	now.Periods = now.Periods[1:]
	_, err = calendar(p, now)
	require.ErrorContains(t, err, "the history ends on 2026-11-21 and the demo begins on 2026-11-23")
}
