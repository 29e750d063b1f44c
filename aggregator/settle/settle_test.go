package settle_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/settle"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// shareOf encodes a share that holds just these values.
func shareOf(values ...int64) []byte {
	a := vdaf.NewAggregateShare(len(values))
	if err := a.AddNoise(values); err != nil {
		panic(err) // the lengths are equal
	}
	b, err := a.MarshalBinary()
	if err != nil {
		panic(err) // a vector always encodes
	}
	return b
}

func ExampleSums() {
	sums, err := settle.Sums(shareOf(400, -20, 0), shareOf(31, 3, 0), 3)
	fmt.Println(sums, err)
	// Output: [431 -17 0] <nil>
}

func TestShares(t *testing.T) {
	good := shareOf(1, 2)
	for name, bad := range map[string][]byte{
		"short": good[:16], "long": append(good[:32:32], make([]byte, 16)...), "none": nil,
		"above the prime": append(append([]byte(nil), good[:16]...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
	} {
		_, err := settle.Sums(good, bad, 2)
		require.ErrorIs(t, err, vdaf.ErrDecode, name)
		_, err = settle.Sums(bad, good, 2)
		require.ErrorIs(t, err, vdaf.ErrDecode, name)
	}
	_, err := settle.Sums(good, shareOf(1<<41, 0), 2)
	require.ErrorIs(t, err, vdaf.ErrRange, "not shares of one batch")
}

// The record says what the plan says: nothing comes from the peer but its share.
func TestRecord(t *testing.T) {
	p := &plan.Plan{Sigma2: 97, Segments: make([]plan.Segment, 3), Metrics: []plan.Metric{{Kind: plan.Audience, By: plan.BySegment, Most: 1}}}
	b := message.Batch{Plan: plan.Digest{7}, Date: 20000}
	period := plan.Period{Date: 20000, Start: 20000 * plan.Day, End: 20001 * plan.Day}
	r, err := settle.Record(b, p, period, shareOf(1, 2, 3, 4), shareOf(-9, 0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, []int64{-8, 2, 3, 5}, r.Cells)
	require.Equal(t, b.Plan, r.Plan)
	require.Equal(t, period, r.Period)
	require.Equal(t, 2, r.Weight)
	require.EqualValues(t, 194, r.Variance())
	_, err = settle.Record(b, p, period, shareOf(1, 2, 3), shareOf(1, 2, 3))
	require.ErrorIs(t, err, vdaf.ErrDecode)
}
