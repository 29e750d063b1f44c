package edge_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/stretchr/testify/require"
)

// send makes a report at now by a true clock.
func send(t testing.TB, d *edge.Device, now plan.Time, r edge.Rand) edge.Outgoing {
	var out edge.Outgoing
	require.NoError(t, d.Report(now, now, r, &out))
	return out
}

// Both plaintexts hold the shares of exactly the vector that Measurement shows,
// bound to the report's head.
func TestReportSharesTheMeasurement(t *testing.T) {
	p := edgetest.Shop()
	published := edgetest.Publish(p)
	layout := plan.LayoutOf(p)
	sharder, err := share.New(share.Params{Length: layout.Cells, Weight: layout.Weight, Chunk: int(p.Chunk)})
	require.NoError(t, err)
	leaderSize, helperSize := layout.InputShareSizes(int(p.Chunk))

	d := device(t, p)
	track(t, d, start, view, edge.Event{Kind: plan.Exposure, Variant: 2}, edge.Event{Kind: plan.Click, InSlot: true}, order)
	cells, ok := d.Measurement(start)
	require.True(t, ok)
	require.Equal(t, []int{0, 3, 13, 40, 52, 64}, ones(cells))

	var random [3 * 160]byte
	_, _ = edgetest.NewRandom(3).Read(random[:])
	stream := bytes.NewReader(random[:])
	var out edge.Outgoing
	for revision := range uint32(3) {
		require.NoError(t, d.Report(start, start, stream, &out))
		require.True(t, edge.ScratchClear(d))
		drawn := random[160*revision:][:160]
		var nonce [16]byte
		copy(nonce[:], drawn[16:])
		head := report.Head{
			Plan: plan.DigestOf(published), Period: p.Periods[0].Date, ID: plan.ReportID(random[:16]),
			Revision: revision + 1, Nonce: nonce,
		}
		var want share.Shares
		require.NoError(t, sharder.Shard(&want, report.Context(head.Plan, head.Period), cells, &nonce, (*[128]byte)(drawn[32:])))
		head.Public = want.Public
		require.Equal(t, head, out.Head)
		leader, err := report.OpenPlain(out.Leader, report.Leader, &head, leaderSize)
		require.NoError(t, err)
		require.Equal(t, want.Leader, leader)
		helper, err := report.OpenPlain(out.Helper, report.Helper, &head, helperSize)
		require.NoError(t, err)
		require.Equal(t, want.Helper[:], helper)
	}
	out.Wipe()
	require.Equal(t, make([]byte, cap(out.Leader)), out.Leader[:cap(out.Leader)])
	require.Equal(t, make([]byte, cap(out.Helper)), out.Helper[:cap(out.Helper)])
}

// Room that an earlier, larger report left is cleared before it is given up.
func TestOutgoingRoomIsCleared(t *testing.T) {
	d := device(t, edgetest.Shop())
	track(t, d, start, view)
	small := send(t, d, start, edgetest.Rand0())
	room := small.Leader[:cap(small.Leader)]
	out := small
	require.NoError(t, d.UsePlan(edgetest.Publish(edgetest.Sized(512))))
	next := start + day
	track(t, d, next, view)
	require.NoError(t, d.Report(next, next, edgetest.Rand0(), &out))
	require.Equal(t, make([]byte, len(room)), room)
}

// The plaintexts' lengths depend on the plan alone.
func TestReportSizeTellsNothing(t *testing.T) {
	p := edgetest.Shop()
	for seed := range uint64(50) {
		rng := edgetest.Rand(seed)
		d := device(t, p)
		track(t, d, start, view)
		for range rng.IntN(40) {
			track(t, d, start, edgetest.Event(rng, p))
		}
		out := send(t, d, start, edgetest.NewRandom(byte(seed)))
		leader, helper := plan.LayoutOf(p).InputShareSizes(int(p.Chunk))
		require.Len(t, out.Leader, report.PlainHead+leader)
		require.Len(t, out.Helper, report.PlainHead+helper)
	}
}

// Each reason not to send leaves state and out as they were.
func TestReportRefuses(t *testing.T) {
	busy := func(t *testing.T, p *plan.Plan) *edge.Device {
		d := device(t, p)
		track(t, d, start+hour, view)
		return d
	}
	now := start + 2*hour
	for name, c := range map[string]struct {
		plan           *plan.Plan
		before         func(*testing.T, *edge.Device)
		now, collector plan.Time
		rand           edge.Rand
		want           error
	}{
		"collector's time unknown":       {collector: -1, want: edge.ErrClock},
		"a day and a second ahead":       {collector: now - day - 1, want: edge.ErrClock},
		"a day and a second behind":      {collector: now + day + 1, want: edge.ErrClock},
		"before the first period":        {now: start - 1, want: edge.ErrNoPeriod},
		"after the last period":          {now: start + 60*day, want: edge.ErrNoPeriod},
		"no activity in this period":     {now: start + day, want: edge.ErrNothing},
		"forgotten, nothing reported":    {before: func(_ *testing.T, d *edge.Device) { d.Forget(now) }, want: edge.ErrNothing},
		"over the cap of a day":          {plan: with(func(p *plan.Plan) { p.Sigma2 = 10 }), want: edge.ErrExhausted},
		"randomness fails":               {rand: iotest.ErrReader(errors.New("no entropy")), want: edge.ErrRandom},
		"randomness ends":                {rand: bytes.NewReader(make([]byte, 159)), want: edge.ErrRandom},
		"randomness gives nothing":       {rand: reader(func([]byte) (int, error) { return 0, nil }), want: edge.ErrRandom},
		"randomness gives too much":      {rand: reader(func(p []byte) (int, error) { return len(p) + 1, nil }), want: edge.ErrRandom},
		"the last revision was made":     {before: func(t *testing.T, d *edge.Device) { send(t, d, now, edgetest.Rand0()); edge.SetRevision(d, 1<<32-1) }, want: edge.ErrExhausted},
		"a later period was reported":    {before: func(t *testing.T, d *edge.Device) { track(t, d, now+day, view); send(t, d, now+day, edgetest.Rand0()) }, want: edge.ErrPast},
		"the log went with a clock jump": {before: func(t *testing.T, d *edge.Device) { send(t, d, now, edgetest.Rand0()); track(t, d, now+day, view) }, want: edge.ErrPast},
	} {
		t.Run(name, func(t *testing.T) {
			if c.plan == nil {
				c.plan = edgetest.Shop()
			}
			if c.now == 0 {
				c.now = now
			}
			if c.collector == 0 {
				c.collector = c.now
			}
			if c.rand == nil {
				c.rand = edgetest.Rand0()
			}
			d := busy(t, c.plan)
			if c.before != nil {
				c.before(t, d)
			}
			state := d.AppendState(nil)
			var out edge.Outgoing
			require.ErrorIs(t, d.Report(c.now, c.collector, c.rand, &out), c.want)
			require.Equal(t, state, d.AppendState(nil))
			require.Zero(t, out)
			require.True(t, edge.ScratchClear(d))
		})
	}
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

// An unknown time of the collector is not the year 1970.
func TestUnknownTimeIsNoTime(t *testing.T) {
	p := edgetest.Bare(1)
	p.Issued, p.Periods[0] = 0, plan.Period{Date: 0, Start: 0, End: day}
	d := device(t, p)
	track(t, d, 1, view)
	require.ErrorIs(t, d.Report(1, 0, edgetest.Rand0(), new(edge.Outgoing)), edge.ErrClock)
	require.NoError(t, d.Report(1, 1, edgetest.Rand0(), new(edge.Outgoing)))
}

// A reader that gives a byte at a time, and its last with an error, is no failure.
func TestRandomnessInPieces(t *testing.T) {
	d := device(t, edgetest.Shop())
	track(t, d, start, view)
	whole := send(t, device1(t, d), start, bytes.NewReader(make([]byte, 160)))
	pieces := send(t, device1(t, d), start, iotest.DataErrReader(iotest.OneByteReader(bytes.NewReader(make([]byte, 160)))))
	require.Equal(t, whole, pieces)
}

// device1 returns a second device with d's visitor and the shop's plan.
func device1(t *testing.T, d *edge.Device) *edge.Device {
	n := device(t, edgetest.Shop())
	require.Equal(t, edge.Restored, n.Load(start, d.AppendState(nil)))
	return n
}

// The ledger is charged once a period, whatever number of revisions, and keeps
// the device below its caps for ever.
func TestLedgerIsChargedOncePerPeriod(t *testing.T) {
	p := edgetest.Sized(64)
	p.Sigma2 = 103 // weight 3: 14,563,107 a day, below the cap
	d := device(t, p)
	price, err := ledger.Charge(plan.LayoutOf(p).Weight, p.Sigma2)
	require.NoError(t, err)
	r := edgetest.Rand0()
	ids := map[plan.ReportID]bool{}
	for i := range 60 {
		at := start + plan.Time(i)*day
		track(t, d, at, view)
		for revision := range uint32(4) {
			out := send(t, d, at+hour, r)
			require.Equal(t, revision+1, out.Head.Revision)
			ids[out.Head.ID] = true
		}
		l := edge.LedgerOf(d)
		require.Equal(t, price, l.Spent(ledger.Date(p.Periods[i].Date)))
		require.LessOrEqual(t, l.Window(ledger.Date(p.Periods[i].Date)), ledger.Cap30)
	}
	require.Len(t, ids, 60)
}

// A report made again in place of one that has not left keeps ID and revision and draws
// all else anew; what it says is of now, and it costs nothing. Without one it is the
// period's first.
func TestReportAgain(t *testing.T) {
	d, r := device(t, edgetest.Shop()), edgetest.NewRandom(5)
	track(t, d, start, view)
	var first, again, next edge.Outgoing
	require.NoError(t, d.ReportAgain(start, start, r, &first))
	require.EqualValues(t, 1, first.Head.Revision)
	spent := edge.LedgerOf(d)
	track(t, d, start+1, order)
	require.NoError(t, d.ReportAgain(start+1, start+1, r, &again))
	require.Equal(t, first.Head.ID, again.Head.ID)
	require.EqualValues(t, 1, again.Head.Revision)
	require.NotEqual(t, first.Head.Nonce, again.Head.Nonce)
	require.NotEqual(t, first.Leader[report.PlainHead:], again.Leader[report.PlainHead:])
	require.Equal(t, spent, edge.LedgerOf(d))
	require.NoError(t, d.Report(start+2, start+2, r, &next))
	require.EqualValues(t, 2, next.Head.Revision)
	edge.SetRevision(d, 1<<32-1)
	require.ErrorIs(t, d.Report(start+3, start+3, r, &next), edge.ErrExhausted)
	require.NoError(t, d.ReportAgain(start+3, start+3, r, &next))
	require.EqualValues(t, uint32(1<<32-1), next.Head.Revision)

	// Another period's report is no reason to keep a revision.
	track(t, d, start+day, view)
	require.NoError(t, d.ReportAgain(start+day, start+day, r, &next))
	require.EqualValues(t, 1, next.Head.Revision)
	require.NotEqual(t, first.Head.ID, next.Head.ID)
}

// After Forget a reported period offers zeros under the same ID and nothing
// else; a period not yet reported begins anew.
func TestForget(t *testing.T) {
	d := device(t, edgetest.Shop())
	r := edgetest.Rand0()
	track(t, d, start, view, order, edge.Event{Kind: plan.Declare, Value: 1}, edge.Event{Kind: plan.Exposure, Variant: 1})
	sent := send(t, d, start, r)
	spent := edge.LedgerOf(d)
	d.Forget(start + hour)
	require.Equal(t, spent, edge.LedgerOf(d))

	// Only the stub is left: a device that had reported the same and nothing more is no different.
	other := device(t, edgetest.Shop())
	track(t, other, start+60, cart)
	same := edgetest.Rand0()
	send(t, other, start+60, same)
	other.Forget(start + hour)
	require.Equal(t, other.AppendState(nil), d.AppendState(nil))

	for i, at := range []plan.Time{start + hour, start + 2*hour, start + day - 1} {
		track(t, d, at, view, order)
		cells, ok := d.Measurement(at)
		require.True(t, ok)
		require.Empty(t, ones(cells), "nothing of after the erasure either")
		again := send(t, d, at, r)
		require.Equal(t, sent.Head.ID, again.Head.ID)
		require.Equal(t, uint32(i+2), again.Head.Revision)
		state := d.AppendState(nil)
		require.Equal(t, edge.Restored, d.Load(at, state))
	}
	track(t, d, start+day, view)
	next := send(t, d, start+day, r)
	require.NotEqual(t, sent.Head.ID, next.Head.ID)
	cells, _ := d.Measurement(start + day)
	require.Equal(t, []int{0, 1, 5}, ones(cells), "present, a regular by the orders since, who viewed")

	// Once the period is over there is nothing to take back, and no ID to keep.
	require.Contains(t, string(d.AppendState(nil)), string(next.Head.ID[:]))
	d.Forget(start + 2*day)
	require.NotContains(t, string(d.AppendState(nil)), string(next.Head.ID[:]))

	d = device(t, edgetest.Shop())
	track(t, d, start, view, order)
	d.Forget(start)
	require.Equal(t, edge.MindOf(device(t, edgetest.Shop())), edge.MindOf(d))
	track(t, d, start+1, cart)
	require.Equal(t, uint32(1), send(t, d, start+1, r).Head.Revision)
	cells, _ = d.Measurement(start + 1)
	require.Equal(t, []int{0, 3, 12}, ones(cells), "present, new, at the cart")
}

// Whatever happens (jumping clocks, plans with other calendars, erasure, states
// saved and restored), there is one report ID for a date, one date for an ID,
// revisions grow, nothing is drawn twice, and the budget holds.
func TestOneReportPerDate(t *testing.T) {
	kept := map[error]int{}
	sent, erased := 0, 0
	for seed := range uint64(400) {
		rng := edgetest.Rand(seed)
		random := edgetest.NewRandom(byte(seed))
		serial := uint64(1)
		p := edgetest.Plan(rng)
		d := device(t, p)
		last := map[plan.ReportID]report.Head{}
		ids := map[plan.Date]plan.ReportID{}
		nonces := map[[16]byte]bool{}
		total := map[plan.Date]ledger.NanoRho{}
		latest, now := plan.Date(-1), start+plan.Time(rng.IntN(86400))
		forgot := map[plan.ReportID]bool{}
		for range 120 {
			switch rng.IntN(12) {
			case 0:
				p = edgetest.Plan(rng)
				serial += uint64(rng.IntN(2))
				p.Serial = serial
				require.NoError(t, d.UsePlan(edgetest.Publish(p)))
			case 1:
				d.Forget(now)
				for id, h := range last {
					if q, ok := p.PeriodOf(h.Period); ok && h.Plan == plan.DigestOf(edgetest.Publish(p)) && now < q.End && ids[latest] == id {
						forgot[id] = true
					}
				}
			case 2:
				require.Equal(t, edge.Restored, d.Load(now, d.AppendState(nil)))
			case 3, 4, 5, 6:
				var out edge.Outgoing
				cells, shown := d.Measurement(now)
				err := d.Report(now, now, random, &out)
				if err != nil {
					kept[err]++
					require.True(t, !shown || errors.Is(err, edge.ErrExhausted))
					continue
				}
				sent++
				require.True(t, shown, "what is sent can be seen")
				h := out.Head
				if before, ok := last[h.ID]; ok {
					require.Equal(t, before.Revision+1, h.Revision)
					require.Equal(t, [2]any{before.Plan, before.Period}, [2]any{h.Plan, h.Period})
				} else {
					require.Equal(t, uint32(1), h.Revision)
					require.Greater(t, h.Period, latest, "dates only go forward")
					_, twice := ids[h.Period]
					require.False(t, twice, "a second report for %s", h.Period)
					latest, ids[h.Period] = h.Period, h.ID
					price, err := ledger.Charge(plan.LayoutOf(p).Weight, p.Sigma2)
					require.NoError(t, err)
					total[h.Period] = price
				}
				if forgot[h.ID] {
					erased++
					require.Empty(t, ones(cells))
				} else {
					require.True(t, cells[0])
				}
				require.False(t, nonces[h.Nonce])
				nonces[h.Nonce], last[h.ID] = true, h
				window := ledger.NanoRho(0)
				for d, c := range total {
					if d > h.Period-30 {
						window += c
					}
				}
				require.Equal(t, window, edgeWindow(d, h.Period))
				require.LessOrEqual(t, window, ledger.Cap30)
			default:
				require.NoError(t, d.Track(now, edgetest.Event(rng, p)))
			}
			if rng.IntN(3) == 0 {
				now = edgetest.Later(rng, now)
			}
		}
	}
	require.Greater(t, sent, 400)
	require.Greater(t, erased, 20)
	for _, err := range []error{edge.ErrNothing, edge.ErrNoPeriod, edge.ErrPast, edge.ErrPlanChanged} {
		require.Greater(t, kept[err], 20, "%v hardly ever happened", err)
	}
}

func edgeWindow(d *edge.Device, date plan.Date) ledger.NanoRho {
	l := edge.LedgerOf(d)
	return l.Window(ledger.Date(date))
}
