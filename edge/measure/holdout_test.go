package measure_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// withHoldout gives the bench's plan a holdout, a chosen campaign at 0 and an
// assigned one at 1.
func withHoldout(p *plan.Plan) {
	p.Policy.Holdout = plan.Whole / 10
	assigned := p.Campaigns[0]
	assigned.Name = "assigned"
	p.Campaigns[0].Mode = plan.Chosen
	p.Campaigns = append(p.Campaigns, assigned)
}

var everyKind = []plan.Metric{
	{Kind: plan.Funnel},
	{Kind: plan.SlotExposed, Most: 3}, {Kind: plan.SlotClicked, Most: 3}, {Kind: plan.SlotConverted, Most: 3},
	{Kind: plan.CampaignExposed, Most: 3}, {Kind: plan.CampaignConverted, Most: 3}, {Kind: plan.CampaignConverted, Most: 3, Goal: 1},
	{Kind: plan.CampaignExposed, Most: 3, Source: 1}, {Kind: plan.CampaignConverted, Most: 3, Goal: 1, Source: 1},
}

func TestHoldoutHasAColumnOfItsOwn(t *testing.T) {
	run := func(change func(*plan.Plan), held bool) []string {
		b := newBenchOf(change, everyKind...)
		at := b.at(start)
		at.Held.Plan = held
		for _, i := range []int{1, 3} {
			b.Exposed(at, 0, i)
			b.Assigned(at, 0, i)
			if len(b.Layout().Spans) > 8 {
				b.Assigned(at, 1, i)
			}
			b.Clicked(at, 0)
			b.Happened(at, onOrder)
		}
		b.Happened(at, onCart)
		require.True(t, b.Fits(&b.l))
		return b.columns()
	}
	require.Equal(t, []string{"0001", "01010", "01010", "01010", "01010", "00010", "01010", "0101", "0101"}, run(withHoldout, false))
	require.Equal(t, []string{"0001", "00001", "00001", "00001", "00001", "00001", "00001", "0101", "0101"}, run(withHoldout, true))
	none := func(p *plan.Plan) {
		withHoldout(p)
		p.Policy.Holdout = 0
	}
	require.Equal(t, []string{"0001", "0101", "0101", "0101", "0101", "0001", "0101", "0101", "0101"}, run(none, true),
		"a plan without a holdout has no column for it")
}

// The most variants that a slot may have, and the holdout: the 64th column.
func TestHoldoutIsTheLastBit(t *testing.T) {
	b := newBenchOf(func(p *plan.Plan) {
		withHoldout(p)
		p.Slots[0].Variants = nil
		for i := range plan.MaxArms {
			p.Slots[0].Variants = append(p.Slots[0].Variants, plan.Variant{Name: fmt.Sprint(i)})
		}
	}, plan.Metric{Kind: plan.SlotExposed, Most: 2}, plan.Metric{Kind: plan.CampaignExposed})
	at := b.at(start)
	b.Exposed(at, 0, plan.MaxArms-1)
	at.Held.Plan = true
	b.Exposed(at, 0, 0)
	require.Equal(t, strings.Repeat("0", plan.MaxArms-1)+"11", b.columns()[0])
	r := wire.NewReader(b.l.Append(nil))
	l := measure.ReadLog(r)
	require.NoError(t, r.Close())
	require.True(t, b.Fits(&l))

	// The campaign has four arms and the holdout: a sixth column is not the plan's.
	in := b.l.Append(nil)
	for _, bit := range []int{4, 5} {
		in[len(in)-1] = 1 << bit
		r := wire.NewReader(in)
		l := measure.ReadLog(r)
		require.NoError(t, r.Close())
		require.Equal(t, bit == 4, b.Fits(&l), "column %d", bit)
	}
}

// happening is one event of a random day.
type happening struct {
	at    plan.Time
	kind  plan.EventKind
	index int // of the slot or campaign
	what  int // variant or arm
}

// play gives an event to the bench's rules.
func (b *bench) play(h happening, held bool) measure.Credits {
	at := b.at(h.at)
	at.Held.Plan = held
	switch h.kind {
	case plan.Exposure:
		b.Exposed(at, h.index, h.what)
	case plan.Assign:
		b.Assigned(at, h.index, h.what)
	case plan.Click:
		return b.Clicked(at, h.index)
	default:
		return b.Happened(at, plan.Trigger{Kind: h.kind})
	}
	return measure.Credits{}
}

// days invents events on two slots and two campaigns with the bench's window.
func days(seed uint64, n int) []happening {
	rng := edgetest.Rand(seed)
	var out []happening
	now := start
	for range n {
		h := happening{at: now, kind: []plan.EventKind{plan.View, plan.Click, plan.Cart, plan.Order, plan.Dwell, plan.Exposure, plan.Assign}[rng.IntN(7)]}
		h.index, h.what = rng.IntN(2), rng.IntN(4)
		if h.kind == plan.Click {
			h.index = rng.IntN(3) - 1
		}
		out = append(out, h)
		now += plan.Time(rng.IntN(60))
	}
	return out
}

// two gives the bench's plan two slots, of which the first is won by a click, and
// two campaigns.
func two(p *plan.Plan) {
	withHoldout(p)
	p.Slots = append(p.Slots, p.Slots[0])
	p.Slots[1].Name = "other"
	p.Slots[0].Goal = plan.Trigger{Kind: plan.Click}
}

// A device of the holdout and another one that lives through the same: the same
// memory, the same credits, the same funnel; where one has variants, the other has
// the holdout's column, and nothing where it has none.
func TestHoldoutChangesTheColumnAlone(t *testing.T) {
	ones := 0
	for seed := range uint64(300) {
		metrics := append([]plan.Metric{{Kind: plan.SlotExposed, Source: 1, Most: 2}, {Kind: plan.SlotConverted, Source: 1, Most: 2}}, everyKind...)
		other, held := newBenchOf(two, metrics...), newBenchOf(two, metrics...)
		for _, h := range days(seed, 40) {
			require.Equal(t, other.play(h, false), held.play(h, true))
		}
		require.Equal(t, other.m, held.m)
		require.True(t, held.Fits(&held.l))
		got := held.columns()
		for i, want := range other.columns() {
			if len(want) == 5 {
				require.True(t, strings.HasSuffix(want, "0"), "another device in the holdout's column")
				if strings.Contains(want, "1") {
					want = "00001"
					ones++
				}
			}
			require.Equal(t, want, got[i], "seed %d, metric %d", seed, i)
		}
	}
	require.Greater(t, ones, 1000)
}

// What a device learns by, against the whole history: an event credits a source if
// its last exposure is within the window and no event of the goal was credited to
// it before.
func TestCreditsAreTheHistorys(t *testing.T) {
	const window = 100
	total := 0
	for seed := range uint64(500) {
		b := newBenchOf(two)
		history := days(seed, 60)
		reaches := func(h happening, campaign bool, source int) bool {
			switch {
			case campaign: // its first goal is a cart event
				return h.kind == plan.Cart
			case source == 0:
				return h.kind == plan.Click && h.index == 0
			}
			return h.kind == plan.Order
		}
		for k, h := range history {
			credits := b.play(h, seed%2 == 0)
			for _, campaign := range []bool{false, true} {
				for source := range 2 {
					exposing, kind, got := plan.Exposure, plan.SlotExposed, credits.Slots
					if campaign {
						exposing, kind, got = plan.Assign, plan.CampaignConverted, credits.Campaigns
					}
					last := -1
					for j, e := range history[:k+1] {
						if e.kind == exposing && e.index == source {
							last = j
						}
					}
					want := last >= 0 && last < k && reaches(h, campaign, source) && h.at-history[last].at <= window
					for j := last + 1; want && j < k; j++ {
						want = !reaches(history[j], campaign, source)
					}
					require.Equal(t, want, got>>source&1 == 1, "seed %d, event %d: %+v", seed, k, h)
					column, at, ok := b.LastExposed(&b.m, kind, source)
					require.Equal(t, last >= 0, ok)
					if ok {
						require.Equal(t, history[last].at, at)
						require.Equal(t, history[last].what, column)
					}
					if want {
						total++
					}
				}
			}
			require.Zero(t, credits.Slots>>2|credits.Campaigns>>2)
		}
	}
	require.Greater(t, total, 1500)
}

// A campaign's first goal alone is a credit, and credits are told where nothing is
// measured too.
func TestCreditsOfTheFirstGoal(t *testing.T) {
	b := newBench()
	b.Assigned(unmeasured(&b.m, start), 0, 2)
	b.Exposed(unmeasured(&b.m, start), 0, 2)
	require.Equal(t, measure.Credits{Slots: 1}, b.Happened(unmeasured(&b.m, start), onOrder), "order is the campaign's second goal")
	require.Equal(t, measure.Credits{Campaigns: 1}, b.Happened(unmeasured(&b.m, start), onCart))
	require.Zero(t, b.Happened(unmeasured(&b.m, start), onCart))
	require.Zero(t, b.Clicked(unmeasured(&b.m, start), 0))
}
