package edge_test

import (
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// An event is accepted or refused as the plan says; a refused one changes nothing.
func TestTrackChecksEvents(t *testing.T) {
	p := edgetest.Shop()
	p.Campaigns = append(p.Campaigns, plan.Campaign{Name: "picked", Mode: plan.Chosen, Arms: []string{"a", "b"}, Goals: []plan.Goal{{Name: "g", On: plan.Trigger{Kind: plan.View}}}})
	for name, c := range map[string]struct {
		e  edge.Event
		ok bool
	}{
		"view":                    {edge.Event{Kind: plan.View}, true},
		"click":                   {edge.Event{Kind: plan.Click}, true},
		"click in the slot":       {edge.Event{Kind: plan.Click, InSlot: true}, true},
		"click in no slot of it":  {edge.Event{Kind: plan.Click, InSlot: true, Slot: 1}, false},
		"cart":                    {edge.Event{Kind: plan.Cart}, true},
		"order of nothing":        {edge.Event{Kind: plan.Order}, true},
		"largest order":           {edge.Event{Kind: plan.Order, Minor: edge.MaxOrder}, true},
		"order too large":         {edge.Event{Kind: plan.Order, Minor: edge.MaxOrder + 1}, false},
		"negative order":          {edge.Event{Kind: plan.Order, Minor: -1}, false},
		"custom":                  {edge.Event{Kind: plan.Custom}, true},
		"custom unknown":          {edge.Event{Kind: plan.Custom, Event: 1}, false},
		"exposure":                {edge.Event{Kind: plan.Exposure, Variant: 2}, true},
		"exposure of no variant":  {edge.Event{Kind: plan.Exposure, Variant: 3}, false},
		"exposure in no slot":     {edge.Event{Kind: plan.Exposure, Slot: 1}, false},
		"assign":                  {edge.Event{Kind: plan.Assign, Arm: 2}, true},
		"assign no arm":           {edge.Event{Kind: plan.Assign, Arm: 3}, false},
		"assign the device's own": {edge.Event{Kind: plan.Assign, Campaign: 1}, true},
		"assign no campaign":      {edge.Event{Kind: plan.Assign, Campaign: 2}, false},
		"flag":                    {edge.Event{Kind: plan.Declare, Value: 1}, true},
		"flag 2":                  {edge.Event{Kind: plan.Declare, Value: 2}, false},
		"flag nan":                {edge.Event{Kind: plan.Declare, Value: math.NaN()}, false},
		"choice":                  {edge.Event{Kind: plan.Declare, Attribute: 1, Value: 2}, true},
		"choice past the end":     {edge.Event{Kind: plan.Declare, Attribute: 1, Value: 3}, false},
		"choice negative":         {edge.Event{Kind: plan.Declare, Attribute: 1, Value: -1}, false},
		"choice between":          {edge.Event{Kind: plan.Declare, Attribute: 1, Value: 0.5}, false},
		"choice enormous":         {edge.Event{Kind: plan.Declare, Attribute: 1, Value: 1e300}, false},
		"choice nan":              {edge.Event{Kind: plan.Declare, Attribute: 1, Value: math.NaN()}, false},
		"number":                  {edge.Event{Kind: plan.Declare, Attribute: 2, Value: -1e300}, true},
		"number infinite":         {edge.Event{Kind: plan.Declare, Attribute: 2, Value: math.Inf(1)}, false},
		"number nan":              {edge.Event{Kind: plan.Declare, Attribute: 2, Value: math.NaN()}, false},
		"declare no attribute":    {edge.Event{Kind: plan.Declare, Attribute: 3}, false},
		"no kind":                 {edge.Event{}, false},
		"unknown kind":            {edge.Event{Kind: 10}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var d edge.Device
			require.ErrorIs(t, d.Track(edgetest.Start, c.e), edge.ErrNoPlan)
			require.NoError(t, d.UsePlan(edgetest.Publish(p)))
			before := d.AppendState(nil)
			b := edge.AppendEvent(nil, c.e)
			require.LessOrEqual(t, len(b), edge.MaxEvent)
			back, err := edge.DecodeEvent(b)
			if !c.ok {
				require.ErrorIs(t, d.Track(edgetest.Start, c.e), edge.ErrEvent)
				if err == nil { // well formed, but not of this plan
					require.Equal(t, c.e, back)
					err = d.Track(edgetest.Start, back)
				}
				require.ErrorIs(t, err, edge.ErrEvent)
				require.Equal(t, before, d.AppendState(nil))
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.e, back)
			require.NoError(t, d.Track(edgetest.Start, c.e))
			require.NotEqual(t, before, d.AppendState(nil))
		})
	}
}

// What no plan can mean has bytes that no plan's device reads, never those of
// another event.
func TestBytesOfNoEvent(t *testing.T) {
	for name, e := range map[string]edge.Event{
		"click in a slot past the last byte": {Kind: plan.Click, InSlot: true, Slot: 255},
		"declare nan":                        {Kind: plan.Declare, Value: math.NaN()},
		"declare another nan":                {Kind: plan.Declare, Value: math.Float64frombits(0xfff8_0000_0000_0001)},
		"declare infinity":                   {Kind: plan.Declare, Value: math.Inf(1)},
		"declare minus infinity":             {Kind: plan.Declare, Value: math.Inf(-1)},
		"order too large":                    {Kind: plan.Order, Minor: edge.MaxOrder + 1},
		"negative order":                     {Kind: plan.Order, Minor: -1},
		"most negative order":                {Kind: plan.Order, Minor: math.MinInt64},
		"no kind":                            {},
		"unknown kind":                       {Kind: 10},
		"largest kind":                       {Kind: 255},
	} {
		_, err := edge.DecodeEvent(edge.AppendEvent(nil, e))
		require.ErrorIs(t, err, edge.ErrEvent, name)
	}
	last := edge.Event{Kind: plan.Click, InSlot: true, Slot: 254}
	back, err := edge.DecodeEvent(edge.AppendEvent(nil, last))
	require.NoError(t, err)
	require.Equal(t, last, back)
}

// What is decoded encodes to the same bytes, and any plan takes it or says ErrEvent.
func FuzzDecodeEvent(f *testing.F) {
	p := edgetest.Shop()
	rng := edgetest.Rand(1)
	for range 40 {
		f.Add(edge.AppendEvent(nil, edgetest.Event(rng, p)))
	}
	f.Add([]byte{4, 0x80, 0})                      // an order in a longer form than needed
	f.Add([]byte{8, 0, 0x80, 0, 0, 0, 0, 0, 0, 0}) // -0
	f.Add([]byte{1, 0})                            // left over
	f.Add(make([]byte, edge.MaxEvent+1))
	f.Fuzz(func(t *testing.T, in []byte) {
		e, err := edge.DecodeEvent(in)
		if err != nil {
			require.ErrorIs(t, err, edge.ErrEvent)
			return
		}
		require.Equal(t, in, edge.AppendEvent(nil, e))
		var d edge.Device
		require.NoError(t, d.UsePlan(edgetest.Publish(p)))
		if err := d.Track(edgetest.Start, e); err != nil {
			require.ErrorIs(t, err, edge.ErrEvent)
		}
	})
}
