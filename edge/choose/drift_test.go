package choose_test

import (
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// What a visitor reacts to changes: after the change the device comes back to what is best
// now, because own evidence fades towards the prior; where nothing changes it loses little
// by that. (What everyone reacts to drifts too: optimise.HalfLife.)
func TestOwnEvidenceFollowsDrift(t *testing.T) {
	const devices, before, after = 300, 120, 120
	n := choose.PlaceNames{Place: choose.Place{}, Name: 7, Columns: []profile.Key{1, 2}, Topics: make([]uint64, 2), Terms: choose.Terms{Reward: 1}}
	live := func(changes bool) (settled, late float64) {
		for i := range devices {
			rng := rand.New(rand.NewPCG(uint64(i), 8))
			m := drawnMemory(rng)
			e := &choose.Evidence{}
			var p profile.Profile
			now := promoStart
			for day := range before + after {
				now += plan.Day
				e.Advance(plan.Day)
				p.Touch(now)
				s := promoAt(now, nil)
				s.Policy.Explore = 500
				var d choose.Decision
				m.Choose(&d, &n, e, s)
				best := 0
				if changes && day >= before {
					best = 1
				}
				rate := .08
				if d.Column == best {
					rate = .4
				}
				date := plan.Date(now / plan.Day)
				e.Shown(n.Name, n.Columns[d.Column], date)
				if rng.Float64() < rate {
					e.Won(n.Name, n.Columns[d.Column], date)
				}
				if d.Column == best {
					switch {
					case day >= before-30 && day < before:
						settled++
					case day >= before+after-30:
						late++
					}
				}
			}
		}
		return settled / (devices * 30), late / (devices * 30)
	}
	settled, late := live(true)
	require.Greater(t, settled, .85)
	require.Greater(t, late, .8, "three months after the change")
	_, stays := live(false)
	require.Greater(t, stays, .88, "forgetting costs little where nothing changes")
	t.Logf("best shown: %.3f before, %.3f from 90 days after a change, %.3f without one", settled, late, stays)
}
