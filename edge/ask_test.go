package edge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Each trigger of a survey alone, and all that may be asked at once, in the plan's order.
func TestSurveysThatMayBeAsked(t *testing.T) {
	p := edgetest.Shop()
	survey := func(name string, set func(*plan.Survey)) {
		s := plan.Survey{Name: name, Kind: plan.CSAT, Every: uint32(plan.Day)}
		set(&s)
		p.Surveys = append(p.Surveys, s)
	}
	survey("always", func(*plan.Survey) {})
	survey("exit", func(s *plan.Survey) { s.Exit = true })
	survey("bought", func(s *plan.Survey) { s.Stage = uint8(len(p.Stages)) })
	survey("twice", func(s *plan.Survey) { s.Cap = 2 })
	d := device(t, p)
	due := func(now plan.Time, exit bool) []byte {
		t.Helper()
		b, err := d.AppendSurveys(now, exit, nil)
		require.NoError(t, err)
		return b
	}
	now := start
	track := func(e edge.Event) { require.NoError(t, d.Track(now, e)) }
	track(edge.Event{Kind: plan.View})
	require.Equal(t, []byte{0, 3}, due(now, false))
	require.Equal(t, []byte{1}, due(now, true))
	track(edge.Event{Kind: plan.Order, Minor: 100})
	require.Equal(t, []byte{0, 2, 3}, due(now, false))
	track(edge.Event{Kind: plan.Asked, Survey: 0})
	track(edge.Event{Kind: plan.Asked, Survey: 3})
	require.Equal(t, []byte{2}, due(now+plan.Day-1, false))
	require.Contains(t, due(now+plan.Day, false), byte(0))
	now += plan.Day
	track(edge.Event{Kind: plan.Asked, Survey: 3})
	require.NotContains(t, due(now+400*plan.Day, false), byte(3), "asked as often as it may be")
	b, err := new(edge.Device).AppendSurveys(now, false, nil)
	require.ErrorIs(t, err, edge.ErrNoPlan)
	require.Empty(t, b)
}
