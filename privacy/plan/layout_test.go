package plan_test

import (
	"testing"

	"github.com/cloudflare/circl/vdaf/prio3/mhcv"
	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// Every cell belongs to exactly one segment and column of one metric.
func TestCellsCoverTheMeasurement(t *testing.T) {
	for _, name := range references {
		p := reference(t, name)
		l := plan.LayoutOf(p)
		require.Len(t, l.Spans, len(p.Metrics)+1)
		owner := make([]int, l.Cells)
		weight := 0
		for i, s := range l.Spans {
			require.Equal(t, i-1, s.Metric)
			weight += s.Most
			for segment := range s.Segments {
				for column := range s.Columns {
					owner[s.Cell(segment, column)]++
				}
			}
			require.Equal(t, s.Segments*s.Columns, s.Cells())
		}
		require.Equal(t, weight, l.Weight)
		for cell, n := range owner {
			require.Equal(t, 1, n, "cell %d", cell)
		}
		require.Zero(t, l.Spans[0].Cell(0, 0), "present is cell 0")
	}
}

func TestSiteWideSpansIgnoreTheSegment(t *testing.T) {
	p := reference(t, "standard")
	l := plan.LayoutOf(p)
	last := l.Spans[len(l.Spans)-1]
	require.Equal(t, 1, last.Segments)
	require.Equal(t, last.Cell(0, 3), last.Cell(7, 3))
	require.Equal(t, l.Cells, last.Offset+last.Cells())
}

func TestColumnsHaveNames(t *testing.T) {
	p := reference(t, "standard")
	var got []string
	for _, m := range p.Metrics {
		require.NotZero(t, p.Columns(m))
		got = append(got, p.Column(m, p.Columns(m)-1))
	}
	require.Equal(t, []string{"", "order", "reminder", "reminder", "reminder", "holdout", "holdout", "holdout", "holdout", "holdout", "holdout"}, got)
}

// InputShareSizes are the sizes that circl itself gives and takes.
func TestInputShareSizes(t *testing.T) {
	for _, c := range []struct{ cells, weight, chunk int }{
		{1, 1, 1}, {2, 1, 3}, {7, 3, 2}, {31, 5, 34}, {31, 5, 1}, {36, 4, 10}, {64, 4, 10}, {128, 4, 18}, {256, 12, 18},
		{512, 12, 35}, {512, 12, 17}, {512, 12, 516}, {1024, 12, 34}, {1024, 64, 1031}, {1023, 63, 33}, {1024, 64, 69},
	} {
		v, err := mhcv.New(2, uint(c.cells), uint(c.weight), uint(c.chunk), nil)
		require.NoError(t, err)
		params := v.Params()
		var nonce mhcv.Nonce
		_, shares, err := v.Shard(make([]bool, c.cells), &nonce, make([]byte, params.RandSize()))
		require.NoError(t, err)
		leader, helper := plan.Layout{Cells: c.cells, Weight: c.weight}.InputShareSizes(c.chunk)
		for i, want := range []int{leader, helper} {
			b, err := shares[i].MarshalBinary()
			require.NoError(t, err)
			require.Len(t, b, want, "%+v, share %d", c, i)
		}
		own := share.Params{Length: c.cells, Weight: c.weight, Chunk: c.chunk}
		require.NoError(t, own.Check())
		require.Equal(t, own.LeaderSize(), leader)
	}
}

// Whatever chunk length Decode lets pass, the devices' Shard takes.
func TestEveryChunkOfAPlanCanBeSharded(t *testing.T) {
	p := reference(t, "hillstrom")
	l := plan.LayoutOf(p)
	accepted := 0
	for chunk := range 50 {
		p.Chunk = uint16(chunk)
		_, err := plan.Encode(p)
		want := share.Params{Length: l.Cells, Weight: l.Weight, Chunk: chunk}.Check()
		require.Equal(t, want == nil, err == nil, "chunk %d: %v, %v", chunk, want, err)
		if err == nil {
			accepted++
		}
	}
	require.Equal(t, l.Cells+3, accepted)
}
