package choose_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// record is the plainest own evidence: maps, and every date that was counted.
type record struct {
	clock  decay.Clock
	newest plan.Date
	of     map[column]*counted
}

type column struct{ place, name profile.Key }

type counted struct {
	shown, won    uint32
	tried, gained map[plan.Date]bool
}

// day moves the newest date on, forgets those two weeks and a day before it, and
// returns the date, or what stands for one so long ago.
func (m *record) day(date plan.Date) plan.Date {
	m.newest = max(m.newest, date)
	for _, c := range m.of {
		for _, dates := range []map[plan.Date]bool{c.tried, c.gained} {
			maps.DeleteFunc(dates, func(d plan.Date, _ bool) bool { return m.newest-d > 14 })
		}
	}
	return max(date, m.newest-14)
}

// count counts a date that no later one was counted before.
func (m *record) count(sum *uint32, dates map[plan.Date]bool, date plan.Date) {
	for d := range dates {
		if d >= date {
			return
		}
	}
	dates[date] = true
	m.clock.Factor(choose.EvidenceHalfLife).Add(sum, decay.One)
}

func (m *record) shown(at column, date plan.Date) {
	date = m.day(date)
	if m.of[at] == nil {
		if len(m.of) == choose.MaxEntries {
			least := slices.MinFunc(slices.Collect(maps.Keys(m.of)), func(a, b column) int {
				x, y := m.of[a], m.of[b]
				for _, pair := range [][2]uint64{{uint64(x.shown), uint64(y.shown)}, {uint64(a.place), uint64(b.place)}, {uint64(a.name), uint64(b.name)}} {
					if pair[0] < pair[1] {
						return -1
					} else if pair[0] > pair[1] {
						return 1
					}
				}
				return 0
			})
			delete(m.of, least)
		}
		m.of[at] = &counted{tried: map[plan.Date]bool{}, gained: map[plan.Date]bool{}}
	}
	m.count(&m.of[at].shown, m.of[at].tried, date)
}

func (m *record) won(at column, date plan.Date) {
	date = m.day(date)
	if c := m.of[at]; c != nil {
		m.count(&c.won, c.gained, date)
	}
}

func (m *record) advance(age plan.Time) {
	halvings := m.clock.Advance(choose.EvidenceHalfLife, age)
	for at, c := range m.of {
		c.shown, c.won = c.shown>>halvings, c.won>>halvings
		if c.shown == 0 {
			delete(m.of, at)
		}
	}
}

func (m *record) rewind(date plan.Date) {
	m.newest = min(m.newest, date)
	for _, c := range m.of {
		for _, dates := range []map[plan.Date]bool{c.tried, c.gained} {
			for d := range dates {
				if d > date {
					delete(dates, d)
					dates[date] = true
				}
			}
		}
	}
}

func (m *record) adopt(places []choose.PlaceNames) {
	maps.DeleteFunc(m.of, func(at column, _ *counted) bool {
		return !slices.ContainsFunc(places, func(p choose.PlaceNames) bool {
			return p.Name == at.place && slices.Contains(p.Columns, at.name)
		})
	})
}

// Random calls, with clocks that jump both ways, more columns than there is room
// for, plans that change, and states stored and read back.
func TestEvidenceAgainstTheModel(t *testing.T) {
	reached := map[string]int{}
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 31))
		var e choose.Evidence
		m := &record{of: map[column]*counted{}}
		now := plan.Time(20_780 * plan.Day)
		places, columns := 1+rng.IntN(16), 1+rng.IntN(30)
		if seed%5 == 0 {
			columns = 300
		}
		length := plan.Date(1) // of a period, in days
		date := func() plan.Date { return plan.Date(now/plan.Day) / length * length }
		pass := func(age plan.Time) {
			now = max(now+age, 0)
			e.Advance(age)
			m.advance(age)
			if age < 0 {
				e.Rewind(date())
				m.rewind(date())
			}
		}
		random := func() column { return column{profile.Key(rng.IntN(places)), profile.Key(rng.IntN(columns))} }
		for range 1500 {
			switch rng.IntN(60) {
			case 0:
				pass(plan.Time(rng.IntN(40 * plan.Day)))
			case 1:
				reached["clock set back"]++
				pass(-plan.Time(rng.IntN(40 * plan.Day)))
			case 2:
				if rng.IntN(20) == 0 {
					pass([]plan.Time{365 * plan.Day, -365 * plan.Day}[rng.IntN(2)])
				}
			case 3:
				if rng.IntN(20) > 0 {
					break
				}
				var kept []choose.PlaceNames
				for p := range places {
					n := choose.PlaceNames{Name: profile.Key(p)}
					for c := range columns {
						if rng.IntN(4) > 0 {
							n.Columns = append(n.Columns, profile.Key(c))
						}
					}
					kept = append(kept, n)
				}
				reached["another plan"]++
				e.Adopt(kept)
				m.adopt(kept)
				before := date()
				length = []plan.Date{1, 7, 28}[rng.IntN(3)]
				if before-date() > 14 {
					reached["a period from before the window"]++
				}
			case 4:
				bytesOf(t, &e)
			default:
				pass(plan.Time(rng.IntN(3 * plan.Hour)))
				at := random()
				if rng.IntN(3) > 0 {
					if len(m.of) == choose.MaxEntries && m.of[at] == nil {
						reached["eviction"]++
					}
					e.Shown(at.place, at.name, date())
					m.shown(at, date())
				} else {
					e.Won(at.place, at.name, date())
					m.won(at, date())
				}
			}
			at := random()
			shown, won := 0.0, 0.0
			if c := m.of[at]; c != nil {
				f := m.clock.Factor(choose.EvidenceHalfLife)
				shown = float64(f.Read(c.shown)) / decay.One
				won = min(float64(f.Read(c.won))/decay.One, shown)
				reached["read"]++
			}
			require.Equal(t, [2]float64{shown, won}, read(t, &e, at.place, at.name), "seed %d", seed)
		}
		for at, c := range m.of {
			f := m.clock.Factor(choose.EvidenceHalfLife)
			got := read(t, &e, at.place, at.name)
			require.Equal(t, float64(f.Read(c.shown))/decay.One, got[0], "seed %d", seed)
		}
	}
	require.Greater(t, reached["a period from before the window"], 10)
	for _, what := range []string{"clock set back", "another plan", "eviction", "read"} {
		require.Greater(t, reached[what], 100, "the sequences hardly reach: %s", what)
	}
}
