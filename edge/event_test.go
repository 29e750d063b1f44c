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
		"a view of two topics":    {edge.Event{Kind: plan.View, Topics: 5}, true},
		"a click about a topic":   {edge.Event{Kind: plan.Click, InSlot: true, Topics: 4}, true},
		"a cart about a topic":    {edge.Event{Kind: plan.Cart, Topics: 1}, true},
		"an order about all":      {edge.Event{Kind: plan.Order, Minor: 1, Topics: 7}, true},
		"a dwell of no time":      {edge.Event{Kind: plan.Dwell}, true},
		"the longest dwell":       {edge.Event{Kind: plan.Dwell, Seconds: 1<<16 - 1, Topics: 2}, true},
		"a fourth topic":          {edge.Event{Kind: plan.View, Topics: 8}, false},
		"the last topic of any":   {edge.Event{Kind: plan.Dwell, Topics: 1 << 63}, false},
		"no kind":                 {edge.Event{}, false},
		"unknown kind":            {edge.Event{Kind: 23}, false},
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
		"unknown kind":                       {Kind: 23},
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

// The bytes that doc.go draws.
func TestBytesOfEvents(t *testing.T) {
	for want, e := range map[string]edge.Event{
		"\x01\x85\x01":     {Kind: plan.View, Topics: 0x85},
		"\x02\x00\x01":     {Kind: plan.Click, Topics: 1},
		"\x02\x03\x00":     {Kind: plan.Click, InSlot: true, Slot: 2},
		"\x03\x02":         {Kind: plan.Cart, Topics: 2},
		"\x04\xcf\x0f\x04": {Kind: plan.Order, Minor: 1999, Topics: 4},
		"\x05\x07":         {Kind: plan.Custom, Event: 7},
		"\x06\x01\x02":     {Kind: plan.Exposure, Slot: 1, Variant: 2},
		"\x07\x01\x02":     {Kind: plan.Assign, Campaign: 1, Arm: 2},
		"\x08\x01\x3f\xf0\x00\x00\x00\x00\x00\x00": {Kind: plan.Declare, Attribute: 1, Value: 1},
		"\x09\x2d\x01": {Kind: plan.Dwell, Seconds: 45, Topics: 1},
		"\x09\xff\xff\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01": {Kind: plan.Dwell, Seconds: 65_535, Topics: 1<<64 - 1},
	} {
		require.Equal(t, []byte(want), edge.AppendEvent(nil, e))
		back, err := edge.DecodeEvent([]byte(want))
		require.NoError(t, err)
		require.Equal(t, e, back)
		for i := range want {
			_, err := edge.DecodeEvent([]byte(want[:i]))
			require.ErrorIs(t, err, edge.ErrEvent)
		}
		_, err = edge.DecodeEvent([]byte(want + "\x00"))
		require.ErrorIs(t, err, edge.ErrEvent)
	}
	_, err := edge.DecodeEvent([]byte("\x09\x80\x80\x04\x00"))
	require.ErrorIs(t, err, edge.ErrEvent, "65,536 seconds")
}

// Dwelling makes present and prolongs a visit, and reaches nothing.
func TestDwellIsAnActivity(t *testing.T) {
	p := edgetest.Shop()
	d := device(t, p)
	dwell := edge.Event{Kind: plan.Dwell, Seconds: 60, Topics: 1}
	track(t, d, start, dwell)
	cells, ok := d.Measurement(start)
	require.True(t, ok)
	require.Equal(t, []int{0, 3}, ones(cells), "present, new, at no stage")
	track(t, d, start+29*minute, dwell)
	track(t, d, start+58*minute, view)
	require.Equal(t, uint32(1), edge.Visits(d))
}

// What is decoded encodes to the same bytes, and any plan takes it or says ErrEvent.
func FuzzDecodeEvent(f *testing.F) {
	p := edgetest.Shop()
	rng := edgetest.Rand(1)
	for range 40 {
		f.Add(edge.AppendEvent(nil, edgetest.Event(rng, p)))
	}
	f.Add([]byte{4, 0x80, 0, 0})                   // an order in a longer form than needed
	f.Add([]byte{1, 0x80, 0})                      // topics in one
	f.Add([]byte{8, 0, 0x80, 0, 0, 0, 0, 0, 0, 0}) // -0
	f.Add([]byte{1, 0, 0})                         // left over
	f.Add([]byte{1})                               // without its topics
	f.Add([]byte{9, 0x80, 0x80, 4, 0})             // a dwell of 65,536 seconds
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
