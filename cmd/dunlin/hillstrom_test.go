package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// A benchmark that misses a target ends with an error, so that CI sees it.
func TestHillstromTargets(t *testing.T) {
	good := func() hillstromResult {
		r := hillstromResult{Devices: everybody, Accepted: everybody, Coverage: .95}
		r.RateError.Median, r.RateError.P95 = .0098, .043
		r.Real.WorstZ, r.Real.MSDOverV = 2.4, 1
		return r
	}
	r := good()
	require.NoError(t, r.missed())
	for name, spoil := range map[string]func(*hillstromResult){
		"accepted":          func(r *hillstromResult) { r.Accepted-- },
		"real.worst_z":      func(r *hillstromResult) { r.Real.WorstZ = 5.1 },
		"real.msd_over_v":   func(r *hillstromResult) { r.Real.MSDOverV = .2 },
		"rate_error.median": func(r *hillstromResult) { r.RateError.Median = .0121 },
		"rate_error.p95":    func(r *hillstromResult) { r.RateError.P95 = .051 },
		"coverage":          func(r *hillstromResult) { r.Coverage = .9 },
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			spoil(&r)
			require.ErrorContains(t, r.missed(), name)
		})
	}
	few := good()
	few.Devices, few.Accepted, few.RateError.Median = 2000, 2000, .3
	require.NoError(t, few.missed(), "a prefix of the file has no pooled targets")
	few.Real.WorstZ = math.NaN()
	require.Error(t, few.missed())
}
