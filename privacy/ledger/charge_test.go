package ledger

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/stretchr/testify/require"
)

func TestChargeTable(t *testing.T) {
	for _, c := range []struct {
		weight int
		sigma2 uint64
		want   NanoRho
	}{
		{12, 247, 24_291_498}, // PRIVACY.md, section 7
		{4, 83, 24_096_386},
		{1, 1, 500_000_000},
		{1, 3, 166_666_667},
		{1, 1 << 24, 30},
		{1024, 1, 512_000_000_000},
		{1024, 1 << 24, 30_518},
	} {
		got, err := Charge(c.weight, c.sigma2)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "w %d, sigma^2 %d", c.weight, c.sigma2)
	}
}

// The charge is the exact fraction rounded up, everywhere.
func TestChargeIsTheCeiling(t *testing.T) {
	for weight := 1; weight <= maxWeight; weight += 11 {
		for sigma2 := uint64(1); sigma2 <= maxSigma2; sigma2 = sigma2*3/2 + 1 {
			got, err := Charge(weight, sigma2)
			require.NoError(t, err)
			want, rest := new(big.Int).DivMod(big.NewInt(int64(weight)*1e9), big.NewInt(2*int64(sigma2)), new(big.Int))
			if rest.Sign() > 0 {
				want.Add(want, big.NewInt(1))
			}
			require.Equal(t, want.Uint64(), uint64(got), "w %d, sigma^2 %d", weight, sigma2)
		}
	}
}

func TestNoPrice(t *testing.T) {
	for name, c := range map[string]struct {
		weight int
		sigma2 uint64
	}{
		"weight 0":           {0, 247},
		"weight negative":    {-12, 247},
		"weight above cells": {1025, 247},
		"largest weight":     {math.MaxInt, 247},
		"sigma^2 0":          {12, 0},
		"sigma^2 too large":  {12, 1<<24 + 1},
		"2 sigma^2 overflow": {12, 1 << 63},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Charge(c.weight, c.sigma2)
			require.ErrorIs(t, err, ErrCharge)
			require.Zero(t, c)
		})
	}
}

// The caps are the epsilons that PRIVACY.md states, by the accounting of
// privacy/noise: eps 1.000 a day, 6.48 over 30 days, and CapDay is the largest
// whole nano-rho that stays within eps 1.
func TestCapsInEpsilon(t *testing.T) {
	epsilon := func(c NanoRho) noise.Epsilon { return noise.Rho(float64(c) * 1e-9).Epsilon(1e-6) }
	require.Equal(t, "1.000", fmt.Sprintf("%.3f", epsilon(CapDay)))
	require.Equal(t, "6.48", fmt.Sprintf("%.2f", epsilon(Cap30)))
	require.LessOrEqual(t, float64(epsilon(CapDay)), 1.0)
	require.Greater(t, float64(epsilon(CapDay+1)), 1.0)
	require.Equal(t, Cap30, Days*CapDay)
}

// Every sigma^2 that the servers compute for eps 1 fits under the device's cap;
// one less does not.
func TestPlansAtEpsilonOneFit(t *testing.T) {
	for _, weight := range []int{1, 2, 4, 5, 8, 9, 12, 16, 1024} {
		sigma2, err := noise.SigmaSquared(weight, 1, 1e-6)
		require.NoError(t, err)
		c, err := Charge(weight, sigma2)
		require.NoError(t, err)
		require.LessOrEqual(t, c, CapDay, "w %d", weight)
		c, err = Charge(weight, sigma2-1)
		require.NoError(t, err)
		require.Greater(t, c, CapDay, "w %d", weight)
	}
}
