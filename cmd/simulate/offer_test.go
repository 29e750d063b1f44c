package simulate

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// lived returns what came of a plan's lists and messages from a day on.
func lived(t *testing.T, src []byte, o population.Options, from, days int) []Offer {
	f, problems := planfile.Parse("plan.yaml", src)
	require.Empty(t, problems)
	key := func(c string) plan.Recipient {
		return plan.Recipient{Type: plan.X25519, Key: "age1" + strings.Repeat(c, 58)}
	}
	p, err := f.Plan(planfile.BuildInput{Leader: key("l"), Helper: key("h"), Issued: f.Periods[0].Start})
	require.NoError(t, err)
	published, err := plan.Encode(p)
	require.NoError(t, err)
	c, err := NewCrowd(t.Context(), CrowdOptions{Shop: shopOf(t, p, o), Plan: p, Seed: o.Seed, Device: NativeUnder(published)})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close(context.Background())) }()
	all := c.newOffers()
	for day := range days {
		require.NoError(t, c.Live(t.Context(), day, nil))
		for i, o := range c.Offers() {
			if a := &all[i]; day >= from {
				a.Showings, a.Taken, a.Fit = a.Showings+o.Showings, a.Taken+o.Taken, a.Fit+o.Fit
				a.HeldShowings, a.HeldTaken, a.HeldFit = a.HeldShowings+o.HeldShowings, a.HeldTaken+o.HeldTaken, a.HeldFit+o.HeldFit
			}
		}
	}
	return all
}

// With no release at all yet the list of plans/feed.yaml goes better by what a device knows
// than as it stands, and the exercises of plans/school.yaml lie nearer to what the visitor can do; in null populations, where all is alike to everybody, it makes no difference.
func TestOffersPay(t *testing.T) {
	const from, days = 6, 14
	for _, c := range []struct {
		world population.World
		src   []byte
	}{{population.Feed, plans.Feed}, {population.School, plans.School}} {
		o := population.Options{Seed: 4, Visitors: 800, World: c.world, Lively: true, Settled: true}
		all := lived(t, c.src, o, from, days)
		t.Logf("%v: %+v, uplift %.3f", c.world, all[0], all[0].Uplift())
		if c.world == population.Feed {
			require.Greater(t, all[0].Uplift(), 1.12)
		} else {
			// A device puts by what was solved, and these learners like to solve it again: how
			// much is taken says less than how near it lies.
			require.Less(t, all[0].Fit, all[0].HeldFit, "nearer to three of four solved")
		}
		o.Null = true
		null := lived(t, c.src, o, from, days)
		t.Logf("%v, null: uplift %.3f", c.world, null[0].Uplift())
		require.InDelta(t, 1, null[0].Uplift(), .02, c.world)
	}
}
