package main

import (
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/bench/leave"
	"github.com/dunlin-analytics/dunlin/cmd/bench/msnbc"
	"github.com/dunlin-analytics/dunlin/cmd/bench/next"
	"github.com/dunlin-analytics/dunlin/cmd/bench/shop"
	"github.com/stretchr/testify/require"
)

func TestMsnbcTargets(t *testing.T) {
	good := func() (r msnbc.Result) {
		r.SegmentDevice.MeanG, r.SegmentDevice.Worst, r.Segment.G = .92, .87, .37
		r.Interest = r.SegmentDevice
		return r
	}
	require.NoError(t, missedMsnbc(good()))
	for name, spoil := range map[string]func(*msnbc.Result){
		"segment_device.mean_G":   func(r *msnbc.Result) { r.SegmentDevice.MeanG = .919 },
		"segment_device.worst_G":  func(r *msnbc.Result) { r.SegmentDevice.Worst = .869 },
		"segment_interest.mean_G": func(r *msnbc.Result) { r.Interest.MeanG = .919 },
		"segment.G":               func(r *msnbc.Result) { r.Segment.G = math.NaN() },
		"guard.worst_margin":      func(r *msnbc.Result) { r.Guard.Worst = -1e-6 },
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			spoil(&r)
			err := missedMsnbc(r)
			require.ErrorContains(t, err, "target missed: "+name+" is ")
			require.NotContains(t, err.Error(), "\n", "the others are met")
		})
	}
}

func TestLeaveTarget(t *testing.T) {
	require.NoError(t, missedLeave(leave.Result{Ratio: .95, Worst: .95}))
	for _, r := range []leave.Result{{Ratio: .949, Worst: .95}, {Ratio: .96, Worst: .949}, {Ratio: math.NaN(), Worst: 1}} {
		require.ErrorContains(t, missedLeave(r), "target missed: auc_ratio is ")
	}
}

func TestNextTargets(t *testing.T) {
	good := func() (r next.Result) {
		r.HR, r.NDCG, r.Worst = leastHR, leastNDCG, next.Ratio{HR: leastHR, NDCG: leastNDCG}
		return r
	}
	require.NoError(t, missedNext(good()))
	for name, spoil := range map[string]func(*next.Result){
		"hr3_ratio":         func(r *next.Result) { r.HR = .949 },
		"ndcg3_ratio":       func(r *next.Result) { r.NDCG = math.NaN() },
		"worst.hr3_ratio":   func(r *next.Result) { r.Worst.HR = 0 },
		"worst.ndcg3_ratio": func(r *next.Result) { r.Worst.NDCG = .939 },
	} {
		r := good()
		spoil(&r)
		err := missedNext(r)
		require.ErrorContains(t, err, "target missed: "+name+" is ")
		require.NotContains(t, err.Error(), "\n", "the others are met")
	}
}

func TestShopTargets(t *testing.T) {
	good := func() (r shop.Result) {
		r.GainRatio.Mean, r.OverUniform.WorstDay, r.Null.FalseWinners = .85, 1, .05
		return r
	}
	require.NoError(t, missedShop(good()))
	for name, spoil := range map[string]func(*shop.Result){
		"gain_ratio.mean":        func(r *shop.Result) { r.GainRatio.Mean = .849 },
		"over_uniform.worst_day": func(r *shop.Result) { r.OverUniform.WorstDay = math.NaN() },
		"null.false_winners":     func(r *shop.Result) { r.Null.FalseWinners = .055 },
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			spoil(&r)
			err := missedShop(r)
			require.ErrorContains(t, err, "target missed: "+name+" is ")
			require.NotContains(t, err.Error(), "\n", "the others are met")
		})
	}
	all := good()
	all.GainRatio.Mean, all.Null.FalseWinners = 0, 1
	require.ErrorContains(t, missedShop(all), "null.false_winners")
	require.ErrorContains(t, missedShop(all), "gain_ratio.mean")
}
