package soak

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

var someBatch = message.Batch{Plan: plan.Digest{1}, Date: 20_000}

// visited is a device of partition 7 with the fates of its revisions.
func visited(n byte, fates ...uint32) *device {
	d := &device{id: plan.ReportID{7, n}}
	for i, fate := range fates {
		p := &parcel{head: report.Head{ID: d.id, Revision: uint32(i + 1), Nonce: [report.NonceSize]byte{n, byte(i)}}}
		p.learn(fate)
		d.revisions = append(d.revisions, p)
	}
	return d
}

// counts is what an aggregator says that counted reports of partition 7, in this order.
func counts(t *testing.T, all ...*parcel) []message.Tally {
	t.Helper()
	tallies := make([]message.Tally, batch.Partitions)
	for n := range tallies {
		tallies[n] = batch.EmptyTally(someBatch, byte(n))
	}
	p := batch.Partition{Tally: tallies[7]}
	sum := vdaf.NewAggregateShare(0)
	for _, one := range all {
		require.NoError(t, p.Count(&one.head, sum, vdaf.OutputShare{}))
	}
	tallies[7] = p.Tally
	return tallies
}

// What the log allows is found, and of all else it is said that it was not sent so.
func TestCheck(t *testing.T) {
	sure := visited(1, acknowledged, acknowledged)
	older := visited(2, acknowledged, unsent)
	torn := visited(3, acknowledged, open, open)
	gone := visited(4, open)
	refused := visited(5, unsent)
	b := &book{Batch: someBatch, devices: []*device{refused, gone, torn, older, sure}}
	b.sort()
	never := visited(6, unsent).revisions[0]
	s, o, w, g := sure.revisions, older.revisions, torn.revisions, gone.revisions
	for name, c := range map[string]struct {
		counted []*parcel
		arrived uint64
		wrong   bool
	}{
		"all that was left open is lost":     {counted: []*parcel{s[1], o[0], w[0]}},
		"one that was left open came":        {counted: []*parcel{s[1], o[0], w[0], g[0]}, arrived: 1},
		"a revision that was left open came": {counted: []*parcel{s[1], o[0], w[1]}, arrived: 1},
		"the last one came, and another":     {counted: []*parcel{s[1], o[0], w[2], g[0]}, arrived: 2},

		"acknowledged and lost":                  {counted: []*parcel{s[1], o[0]}, wrong: true},
		"a lower revision than was acknowledged": {counted: []*parcel{s[0], o[0], w[0]}, wrong: true},
		"twice":                                  {counted: []*parcel{s[1], o[0], o[0], w[0]}, wrong: true},
		"two revisions of one":                   {counted: []*parcel{s[0], s[1], o[0], w[0]}, wrong: true},
		"out of order":                           {counted: []*parcel{o[0], s[1], w[0]}, wrong: true},
		"refused and counted":                    {counted: []*parcel{s[1], o[0], w[0], refused.revisions[0]}, wrong: true},
		"a revision that was never sent":         {counted: []*parcel{s[1], o[1], w[0]}, wrong: true},
		"of a device that there is not":          {counted: []*parcel{s[1], o[0], w[0], never}, wrong: true},
		"nothing":                                {wrong: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := b.check(counts(t, c.counted...))
			if c.wrong {
				require.ErrorIs(t, err, ErrCounted)
				return
			}
			require.NoError(t, err)
			require.Equal(t, Tally{Acknowledged: 3, Sent: 7, Open: 3, Counted: uint64(len(c.counted)), Arrived: c.arrived}, got)
		})
	}

	changed := counts(t, s[1], o[0], w[0])
	changed[7].Count++
	_, err := b.check(changed)
	require.ErrorIs(t, err, ErrCounted, "the hash is right and the number is not")
	changed = counts(t, s[1], o[0], w[0])
	changed[6].Hash[0]++
	_, err = b.check(changed)
	require.ErrorIs(t, err, ErrCounted, "a partition that nothing was sent to")
	_, err = b.check(changed[1:])
	require.ErrorIs(t, err, ErrCounted)

	// More was left open than can be tried.
	many := &book{Batch: someBatch}
	for n := range byte(30) {
		many.devices = append(many.devices, visited(n, open))
	}
	_, err = many.check(counts(t))
	require.ErrorIs(t, err, errReadings)
}

// What is known of a report becomes surer only.
func TestLearn(t *testing.T) {
	var p parcel
	for _, c := range [][2]uint32{{unsent, unsent}, {open, open}, {unsent, open}, {acknowledged, acknowledged}, {open, acknowledged}, {unsent, acknowledged}} {
		p.learn(c[0])
		require.Equal(t, c[1], p.fate.Load())
	}
}
