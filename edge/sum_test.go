package edge_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
	"github.com/stretchr/testify/require"
)

// The aggregators accept every device's report, opened from its two plaintexts,
// and their sum is the sum of what the devices show as their measurements:
// erased ones, later revisions and any plan included.
func TestAggregatorsSumTheMeasurements(t *testing.T) {
	for seed := range uint64(20) {
		rng := edgetest.Rand(seed)
		p := edgetest.Plan(rng)
		digest, layout := plan.DigestOf(edgetest.Publish(p)), plan.LayoutOf(p)
		params := vdaf.Params{Length: layout.Cells, Weight: layout.Weight, Chunk: int(p.Chunk)}
		leaderSize, helperSize := layout.InputShareSizes(int(p.Chunk))
		context, key := report.Context(digest, p.Periods[0].Date), vdaf.VerifyKey{byte(seed)}
		leader, err := vdaf.New(params, context, key, vdaf.Leader)
		require.NoError(t, err)
		helper, err := vdaf.New(params, context, key, vdaf.Helper)
		require.NoError(t, err)
		sums := [2]*vdaf.AggregateShare{vdaf.NewAggregateShare(layout.Cells), vdaf.NewAggregateShare(layout.Cells)}
		want := make([]int64, layout.Cells)

		d := device(t, p)
		var out edge.Outgoing
		for i := range 15 {
			d.Load(start, nil)
			random := edgetest.NewRandom(byte(i))
			track(t, d, start, view)
			for range 1 + rng.IntN(3) {
				for range rng.IntN(20) {
					track(t, d, start+plan.Time(rng.IntN(plan.Day)), edgetest.Event(rng, p))
				}
				require.NoError(t, d.Report(start, start, random, &out))
			}
			if i%5 == 0 {
				d.Forget(start)
				require.NoError(t, d.Report(start, start, random, &out))
			}
			cells, ok := d.Measurement(start)
			require.True(t, ok)
			for _, c := range ones(cells) {
				want[c]++
			}
			h := &out.Head
			leaderShare, err := report.OpenPlain(out.Leader, report.Leader, h, leaderSize)
			require.NoError(t, err)
			helperShare, err := report.OpenPlain(out.Helper, report.Helper, h, helperSize)
			require.NoError(t, err)
			ls, lp, err := leader.Prepare(h.Nonce, h.Public[:], leaderShare)
			require.NoError(t, err)
			hs, hp, err := helper.Prepare(h.Nonce, h.Public[:], helperShare)
			require.NoError(t, err)
			message, err := helper.Combine(lp, hp)
			require.NoError(t, err)
			lo, err := leader.Finish(ls, message)
			require.NoError(t, err)
			ho, err := helper.Finish(hs, message)
			require.NoError(t, err)
			require.NoError(t, sums[0].Add(lo))
			require.NoError(t, sums[1].Add(ho))
		}
		got, err := vdaf.Unshard(sums[0], sums[1])
		require.NoError(t, err)
		require.Equal(t, want, got, "seed %d", seed)
		require.Equal(t, int64(12), got[0], "present: fifteen less the three erased")
	}
}
