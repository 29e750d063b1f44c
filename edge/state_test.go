package edge_test

import (
	"math"
	"os"
	"reflect"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// lived returns a device with something of everything in its state, in the
// middle of a period that it has reported.
func lived(t testing.TB, p *plan.Plan, seed uint64) *edge.Device {
	rng := edgetest.Rand(seed)
	d := device(t, p)
	now := start
	for i := range 120 {
		track(t, d, now, edgetest.Event(rng, p))
		if places := choose.PlacesOf(p); len(places) > 0 && i%10 == 9 {
			out := pick(t, d, now, places[rng.IntN(len(places))], lots(rng, rng.Uint32()))
			track(t, d, now, edgetest.Shown(&out))
		}
		if i < 119 {
			now += plan.Time(rng.Int64N(int64(hour)))
		}
	}
	track(t, d, now, view)
	send(t, d, now, edgetest.NewRandom(byte(seed)))
	return d
}

// The largest state that any plan allows stays below the bound: every
// attribute, campaign and slot remembered, every goal credited, every metric
// counted, every number at its widest.
func TestStateIsBounded(t *testing.T) {
	p := edgetest.Widest()
	d := device(t, p)
	late := p.Periods[1].Start + 12*hour
	rng := edgetest.Rand(1)
	var decision choose.Decision
	places := choose.PlacesOf(p)
	for i := range 10_000 {
		now := start + plan.Time(rng.Int64N(int64(12*hour)))
		track(t, d, now, edgetest.Any(rng, p))
		if i%10 == 0 {
			require.NoError(t, d.Choose(now, places[i/10%len(places)], lots(rng, 1<<32-1), &decision))
		}
	}
	t.Logf("%d bytes after 10,000 random events", len(d.AppendState(nil)))
	send(t, d, start+12*hour, edgetest.Rand0())
	for i := range plan.MaxAttributes {
		track(t, d, late, edge.Event{Kind: plan.Declare, Attribute: uint8(i), Value: 1})
	}
	for i := range plan.MaxCampaigns {
		track(t, d, late, edge.Event{Kind: plan.Assign, Campaign: uint8(i), Arm: 13}, edge.Event{Kind: plan.Exposure, Slot: uint8(i), Variant: 15})
	}
	for i := range uint8(plan.MaxMessages) {
		for k := range uint8(plan.MaxChannels) {
			track(t, d, late, edge.Event{Kind: plan.Reached, Message: i, Channel: k})
		}
		track(t, d, late, edge.Event{Kind: plan.Picked, List: i, Item: 1 << 63})
	}
	track(t, d, late, edge.Event{Kind: plan.Order, Minor: edge.MaxOrder}, cart, view)
	full := len(d.AppendState(nil))
	// Every field of doc.go's layouts at its greatest width, every list full.
	const (
		exposure = 8 + 8 + 6 + 1
		widest   = 7 + 8 + 8 + // frame
			ledger.Size + 5 + 13*5 + 1 + 32 + 5 + 6 + 16 + 5 + 1 + // guard
			4453 + // profile: TestWidestProfile
			1 + choose.LotSize + 6 + 1 + (plan.MaxCampaigns+plan.MaxSlots)*(1+8+8+6+1) + // choices
			1 + plan.MaxCampaigns*(8+6+5+30) + // their showings
			choose.MaxEvidence + 64 + recommend.MaxMemory + reach.MaxMemory + // predictions, items, messages
			4 + plan.MaxCampaigns*(exposure+8*plan.MaxGoals) + (plan.MaxSlots+plan.MaxLists+plan.MaxMessages)*(exposure+8) + 1 + 8 + 5 + // memory
			1 + 32 + 5 + 1 + 1 + plan.MaxPredictions + 1 + plan.MaxMetrics*10 + 1 + 8*2 + 1 + plan.MaxLists*10 // log
	)
	t.Logf("%d bytes under the maximal plan, at most %d under any", full, widest)
	require.LessOrEqual(t, full, widest)
	require.LessOrEqual(t, widest, edge.MaxState)
	// What is between: no device of the three others' cells, no year of showings; weight forbids that every
	// metric has all its columns; no day has the trials, nor the strength of interest,
	// of years.
	require.Greater(t, full, widest-plan.MaxMetrics*10-choose.MaxEntries*3-plan.MaxTopics*5*2-2200, "the plan is not maximal")

	for seed := range uint64(100) {
		p := edgetest.Plan(edgetest.Rand(seed))
		edgetest.Calendar(p, plan.Daily, 60)
		require.Less(t, len(lived(t, p, seed).AppendState(nil)), full)
	}
}

// No change of a single byte goes unnoticed. Damage to the ledger's part
// exhausts it; damage elsewhere costs the profile and the running report, and
// the ledger goes on. Either way nothing more is sent for the period.
func TestDamagedStateIsSetAside(t *testing.T) {
	d := lived(t, edgetest.Shop(), 1)
	state := d.AppendState(nil)
	sound := edge.LedgerOf(d)
	guarded := edge.Guarded(state)
	last, _ := sound.Last()
	date := plan.Date(last)
	now := plan.Time(date) * day
	var n edge.Device
	require.NoError(t, n.UsePlan(edgetest.Publish(edgetest.Shop())))
	check := func(bad []byte, guard bool, what string) {
		require.Equal(t, edge.SetAside, n.Load(now, bad), what)
		l := edge.LedgerOf(&n)
		if !guard {
			require.Equal(t, sound, l, what)
		} else {
			require.Equal(t, ledger.Cap30, l.Window(ledger.Date(date+29)), what)
		}
		track(t, &n, now, view)
		err := n.Report(now, now, edgetest.Rand0(), new(edge.Outgoing))
		if guard {
			require.ErrorIs(t, err, edge.ErrExhausted, what)
		} else {
			require.ErrorIs(t, err, edge.ErrPast, what)
		}
	}
	for i := range state {
		for bit := range 8 {
			bad := append([]byte(nil), state...)
			bad[i] ^= 1 << bit
			check(bad, i < guarded, "flip")
		}
		if i > 0 {
			check(state[:i], i < guarded, "cut")
		}
	}
	check(append(append([]byte(nil), state...), 0), false, "longer")
	check(make([]byte, edge.MaxState+1), true, "too long")

	// What was reported can still be taken back without the body.
	bad := append([]byte(nil), state...)
	bad[len(bad)-1]++
	n.Load(now, bad)
	n.Forget(now)
	cells, ok := n.Measurement(now)
	require.True(t, ok)
	require.Empty(t, ones(cells))
	require.Equal(t, uint32(2), send(t, &n, now, edgetest.Rand0()).Head.Revision)

	// The body's damage is over with the period, the ledger's with its 30 dates.
	n.Load(now, bad)
	track(t, &n, now+day, view)
	require.Equal(t, uint32(1), send(t, &n, now+day, edgetest.Rand0()).Head.Revision)
	bad[0]++
	n.Load(now, bad)
	for i := range plan.Time(32) {
		at := now + i*day
		track(t, &n, at, view)
		err := n.Report(at, at, edgetest.Rand0(), new(edge.Outgoing))
		require.Equal(t, i <= 30, err != nil, "day %d: %v", i, err)
	}
}

// Right checksums around wrong contents: what no device writes is damage too,
// and nothing of a half-read body stays.
func TestForgedStateIsSetAside(t *testing.T) {
	d := lived(t, edgetest.Shop(), 1)
	guard, body := edge.ParseState(d.AppendState(nil))
	empty := device(t, edgetest.Shop())
	require.Equal(t, edge.SetAside, empty.Load(start, edge.SealState(guard, []byte{})))
	n := device(t, edgetest.Shop())
	for i := range body {
		require.Equal(t, edge.SetAside, n.Load(start, edge.SealState(guard, body[:i])))
		require.Equal(t, edge.MindOf(empty), edge.MindOf(n))
	}
	unrevised := append([]byte(nil), guard...)
	unrevised[len(guard)-2] = 0
	require.Equal(t, edge.SetAside, n.Load(start, edge.SealState(unrevised, body)))
	require.Equal(t, edge.SetAside, n.Load(start, edge.SealState(append(guard[:len(guard):len(guard)], 0), body)))

	// A log that the plan's counting rules cannot give is dropped.
	d = device(t, edgetest.Shop())
	track(t, d, start, view)
	guard, body = edge.ParseState(d.AppendState(nil))
	body[len(body)-1] = 3 // two of one variant of converted: hero
	require.Equal(t, edge.Restored, n.Load(start, edge.SealState(guard, body)))
	_, ok := n.Measurement(start)
	require.False(t, ok)
}

// A state of version 1 is set aside but for its guard, which had no year in it:
// the ledger goes on, and the running report can be taken back. Other versions are not
// known, and the budget is then taken as spent.
func TestEarlierVersions(t *testing.T) {
	d := lived(t, edgetest.Shop(), 1)
	guard, body := edge.ParseState(d.AppendState(nil))
	guard = edge.WithoutYear(d, guard)
	sound := edge.LedgerOf(d)
	last, _ := sound.Last()
	now := plan.Time(last) * day
	n := device(t, edgetest.Shop())
	for _, body := range [][]byte{body, {}, []byte("what version 1 knew")} {
		require.Equal(t, edge.SetAside, n.Load(now, edge.SealStateOf(1, guard, body)))
		require.Equal(t, sound, edge.LedgerOf(n))
		track(t, n, now, view)
		require.Equal(t, uint32(1), edge.Visits(n), "a visitor never seen")
		require.ErrorIs(t, n.Report(now, now, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrPast)
		next := now + day
		track(t, n, next, view)
		require.Equal(t, uint32(1), send(t, n, next, edgetest.Rand0()).Head.Revision)

		n.Load(now, edge.SealStateOf(1, guard, body))
		n.Forget(now)
		require.Equal(t, uint32(2), send(t, n, now, edgetest.Rand0()).Head.Revision)
		require.Equal(t, edge.Restored, n.Load(now, n.AppendState(nil)), "saved again, it is of today's version")
	}
	// Bytes that a device of version 1 wrote (commit 2e076d8) under the shop's plan of
	// then with serial 3, after two revisions of the first day's report.
	old, err := os.ReadFile("testdata/state-v1.bin")
	require.NoError(t, err)
	require.Equal(t, edge.SetAside, n.Load(start, old))
	l := edge.LedgerOf(n)
	require.Equal(t, ledger.NanoRho(274_659), l.Window(ledger.Date(start/day)), "9 ones at sigma squared 16,384")
	require.ErrorIs(t, n.Track(start, view), edge.ErrPlanSerial)
	require.NoError(t, n.UsePlan(edgetest.Publish(with(func(p *plan.Plan) { p.Serial = 3 }))))
	track(t, n, start, view)
	require.ErrorIs(t, n.Report(start, start, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrPlanChanged, "until the day ends")
	track(t, n, start+day, view)
	require.Equal(t, uint32(1), send(t, n, start+day, edgetest.Rand0()).Head.Revision)
	n = device(t, edgetest.Shop())

	damaged := edge.SealStateOf(1, guard, body)
	damaged[10]++
	for _, state := range [][]byte{damaged, edge.SealStateOf(0, guard, body), edge.SealStateOf(3, guard, body)} {
		require.Equal(t, edge.SetAside, n.Load(now, state))
		l := edge.LedgerOf(n)
		require.Equal(t, ledger.Cap30, l.Window(last+29))
	}
}

// Bytes that a device of version 2 wrote (commit 999c3f7) under the shop's plan: five days
// with two views each, on the fourth a cart and an order of 19.99 about shoes. The profile
// goes on.
func TestProfileOfVersion2(t *testing.T) {
	old, err := os.ReadFile("testdata/state-v2.bin")
	require.NoError(t, err)
	n := device(t, edgetest.Shop())
	now := start + 4*day
	require.Equal(t, edge.SetAside, n.Load(now, old))
	known := lasting(t, facts(t, n, now))
	require.Equal(t, []float64{5, 10, 1, 1, 19.99},
		[]float64{known[plan.VarVisits], known[plan.VarViews], known[plan.VarCarts], known[plan.VarOrders], known[plan.VarRevenue]})
	track(t, n, now+day, view)
	require.Equal(t, uint32(1), send(t, n, now+day, edgetest.Rand0()).Head.Revision)
	require.Equal(t, edge.Restored, n.Load(now+day, n.AppendState(nil)))

	// A damaged body is set aside as ever.
	old[len(old)-20]++
	require.Equal(t, edge.SetAside, n.Load(now, old))
	require.Zero(t, lasting(t, facts(t, n, now))[plan.VarVisits])
}

// However many plans a device sees, it remembers only what the last one names.
func TestPlansDoNotPileUp(t *testing.T) {
	var d edge.Device
	sizes := map[int]bool{}
	for i := range 5 {
		p := edgetest.Maximal()
		p.Serial = uint64(i + 1)
		for j := range p.Campaigns {
			p.Campaigns[j].Name = string(rune('a'+i)) + p.Campaigns[j].Name[1:]
			p.Slots[j].Name = string(rune('a'+i)) + p.Slots[j].Name[1:]
		}
		for j := range p.Attributes {
			p.Attributes[j].Name = string(rune('a'+i)) + p.Attributes[j].Name[1:]
		}
		require.NoError(t, d.UsePlan(edgetest.Publish(p)))
		for j := range plan.MaxAttributes {
			track(t, &d, start, edge.Event{Kind: plan.Declare, Attribute: uint8(j), Value: 1})
		}
		for j := range plan.MaxCampaigns {
			track(t, &d, start, edge.Event{Kind: plan.Assign, Campaign: uint8(j)}, edge.Event{Kind: plan.Exposure, Slot: uint8(j)})
		}
		state := d.AppendState(nil)
		sizes[len(state)] = true
		require.Equal(t, edge.Restored, d.Load(start, state))
	}
	require.Len(t, sizes, 1)
}

// A damaged ledger found by a device whose clock is far behind is exhausted for
// the plan's time, not for the clock's.
func TestExhaustedIgnoresAClockBehind(t *testing.T) {
	p := with(func(p *plan.Plan) { p.Issued = start })
	d := device(t, p)
	require.Equal(t, edge.SetAside, d.Load(0, []byte{1}))
	track(t, d, start, view)
	require.ErrorIs(t, d.Report(start, start, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrExhausted)
}

// Nothing of one visitor is left when the next is loaded: neither in what the
// instance holds nor in anything that it gives out afterwards.
func TestLoadReplacesEverything(t *testing.T) {
	p := edgetest.Shop()
	visitors := [][]byte{nil, {1, 2, 3}}
	for seed := range uint64(6) {
		visitors = append(visitors, lived(t, p, seed).AppendState(nil))
	}
	used := device(t, p)
	for round := range 3 {
		for i, b := range visitors {
			now := start + plan.Time(round)*day
			// The visitor before: a whole day.
			used.Load(now, visitors[(i+1)%len(visitors)])
			track(t, used, now, order, edge.Event{Kind: plan.Declare, Value: 1}, edge.Event{Kind: plan.Assign, Arm: 1})
			_ = used.Report(now, now, edgetest.NewRandom(9), new(edge.Outgoing))

			other := device(t, p)
			require.Equal(t, other.Load(now, b), used.Load(now, b))
			require.Equal(t, edge.MindOf(other), edge.MindOf(used))
			rng := edgetest.Rand(uint64(i))
			for range 20 {
				e, at := edgetest.Event(rng, p), start+2*day+plan.Time(rng.Int64N(int64(10*day)))
				track(t, other, at, e)
				track(t, used, at, e)
				var want, got edge.Outgoing
				require.Equal(t, other.Report(at, at, edgetest.NewRandom(1), &want), used.Report(at, at, edgetest.NewRandom(1), &got))
				require.Equal(t, want, got)
				require.Equal(t, other.AppendState(nil), used.AppendState(nil))
				require.True(t, edge.ScratchClear(used))
			}
		}
	}
}

// Nothing of a visitor lies behind a pointer, where the next one's state would
// not overwrite it.
func TestMindHoldsNoPointer(t *testing.T) {
	var look func(path string, of reflect.Type)
	fields := 0
	look = func(path string, of reflect.Type) {
		switch of.Kind() {
		case reflect.Struct:
			for i := range of.NumField() {
				look(path+"."+of.Field(i).Name, of.Field(i).Type)
			}
		case reflect.Array:
			look(path+"[]", of.Elem())
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.String, reflect.Interface, reflect.Chan, reflect.Func, reflect.UnsafePointer:
			t.Errorf("%s is a %s", path, of.Kind())
		default:
			fields++
		}
	}
	look("mind", reflect.TypeOf(edge.MindOf(new(edge.Device))))
	require.Greater(t, fields, 30)
}

// AppendState appends: what stood before stays, and no checksum depends on it.
func TestAppendStateAppends(t *testing.T) {
	d := lived(t, edgetest.Shop(), 2)
	require.Equal(t, append([]byte("before"), d.AppendState(nil)...), d.AppendState([]byte("before")))
}

// Any guard and body under right checksums: either set aside, or exactly what
// encodes to the same bytes; and under a plan nothing panics and no vector
// breaks its bounds.
func FuzzLoad(f *testing.F) {
	p := edgetest.Shop()
	layout := plan.LayoutOf(p)
	published := edgetest.Publish(p)
	add := func(d *edge.Device) {
		guard, body := edge.ParseState(d.AppendState(nil))
		f.Add(guard, body)
	}
	for seed := range uint64(8) {
		d := lived(f, p, seed)
		add(d)
		d.Forget(start)
		add(d)
	}
	add(new(edge.Device))
	f.Add([]byte{}, []byte{})
	now := start + 5*day
	f.Fuzz(func(t *testing.T, guard, body []byte) {
		if len(guard) > math.MaxUint16 {
			return
		}
		state := edge.SealState(guard, body)
		var d edge.Device
		loaded := d.Load(now, state)
		require.NotEqual(t, edge.Fresh, loaded)
		if loaded == edge.Restored {
			require.Equal(t, state, d.AppendState(nil))
		}
		if d.UsePlan(published) != nil {
			return
		}
		require.LessOrEqual(t, len(d.AppendState(nil)), edge.MaxState)
		for _, at := range []plan.Time{start, now} {
			if cells, ok := d.Measurement(at); ok && len(ones(cells)) > 0 {
				checkBounds(t, layout, cells)
			}
			for _, e := range []edge.Event{view, order, {Kind: plan.Click, InSlot: true}, {Kind: plan.Assign, Arm: 1}} {
				require.NoError(t, d.Track(at, e))
			}
			if cells, ok := d.Measurement(at); ok && len(ones(cells)) > 0 {
				checkBounds(t, layout, cells)
			}
			_ = d.Report(at, at, edgetest.Rand0(), new(edge.Outgoing))
		}
		again := d.AppendState(nil)
		require.Equal(t, edge.Restored, d.Load(now, again))
		require.Equal(t, again, d.AppendState(nil))
	})
}
