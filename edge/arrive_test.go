package edge_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// How the visitor came counts for the segment of the period that the arrival begins,
// and, told later, not for a period that has begun.
func TestArrivalBeforeTheSegment(t *testing.T) {
	p := edgetest.Bare(9)
	p.Segments = []plan.Segment{
		{Name: "on a tablet", Rule: edgetest.NewRule().Var(plan.VarDevice).Num(1).Op(plan.OpEq).Code()},
		{Name: "everyone else"},
	}
	arrival := edge.Event{Kind: plan.Arrive, Device: 1}
	for name, c := range map[string]struct {
		events []edge.Event
		want   []bool // present, audience
	}{
		"first": {[]edge.Event{arrival, view}, []bool{true, true, false}},
		"later": {[]edge.Event{view, arrival}, []bool{true, false, true}},
	} {
		d := device(t, p)
		track(t, d, start, c.events...)
		cells, ok := d.Measurement(start)
		require.True(t, ok)
		require.Equal(t, c.want, cells, name)
		track(t, d, start+day, view)
		cells, _ = d.Measurement(start + day)
		require.Equal(t, []bool{true, true, false}, cells, "the next period knows either way")
	}
}
