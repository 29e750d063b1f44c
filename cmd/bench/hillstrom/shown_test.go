package hillstrom_test

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/cmd/bench/hillstrom"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/stretchr/testify/require"
)

// What the dashboard shows of the campaign, over redraws of both sides' noise on the exact
// sums of all customers; its shape is that of a real release of the first 300.
func TestShownAgainstExact(t *testing.T) {
	people, err := hillstrom.Read(os.Getenv("DUNLIN_DATA"), 64_000)
	if errors.Is(err, hillstrom.ErrNoData) && os.Getenv("CI") == "" {
		t.Skip("DUNLIN_DATA is not set: it names the folder of the customers' file")
	}
	require.NoError(t, err)
	once, err := hillstrom.Run(t.Context(), people[:300], hillstrom.Options{Dir: t.TempDir(), Module: inside(t), Log: io.Discard})
	require.NoError(t, err)
	all := hillstrom.Exact(people)
	truth, err := rig.Shown(once.Plan, once.Released.Record, all)
	require.NoError(t, err)
	const draws = 200
	var counts, countsHeld, rates, ratesHeld, mailed int
	for range draws {
		cells := append([]int64(nil), all...)
		for range 2 { // each aggregator's
			n, err := noise.NewSource(rand.Reader).Vector(len(cells), hillstrom.Sigma2)
			require.NoError(t, err)
			for i := range cells {
				cells[i] += n[i]
			}
		}
		shown, err := rig.Shown(once.Plan, once.Released.Record, cells)
		require.NoError(t, err)
		require.Equal(t, []string{"visited", "converted"}, []string{shown[0].GoalName, shown[1].GoalName})
		for g, s := range shown {
			require.Len(t, s.All, len(hillstrom.Arms))
			for arm, v := range s.All {
				is := truth[g].All[arm]
				for _, c := range [][2]panel.Count{{v.Exposed, is.Exposed}, {v.Won, is.Won}} {
					counts++
					if at := float64(c[1].Value); c[0].ExactLow <= at && at <= c[0].ExactHigh {
						countsHeld++
					}
				}
				if arm == 0 {
					require.Nil(t, v.Uplift)
					continue
				}
				rates++
				if u := v.Uplift; u.High != nil && u.Low <= is.Uplift.Value && is.Uplift.Value <= *u.High {
					ratesHeld++
				}
				// Either mail brings visits: +72 and +43 per cent of 10.6.
				if g == 0 && v.Uplift.Low > 0 {
					mailed++
				}
			}
		}
	}
	t.Logf("counts held in %.3f of %d; differences, whose intervals hold chance too, in %.3f of %d; a mail is said to bring visits in %d of %d",
		float64(countsHeld)/float64(counts), counts, float64(ratesHeld)/float64(rates), rates, mailed, 2*draws)
	require.InDelta(t, .95, float64(countsHeld)/float64(counts), .03)
	require.GreaterOrEqual(t, float64(ratesHeld)/float64(rates), .95)
	require.Equal(t, 2*draws, mailed)
}
