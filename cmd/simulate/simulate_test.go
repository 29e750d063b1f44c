package simulate

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/stretchr/testify/require"
)

// TestMain makes the test binary a service where rig.Spawn asks for one.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == rig.Verb {
		if err := rig.Stepped(context.Background(), os.Args[2], os.Args[3], nil, os.Stdin, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// built is a plan file as devices see it, for simulations without services.
func built(t testing.TB, yaml []byte) (published []byte, p *plan.Plan) {
	t.Helper()
	f, problems := planfile.Parse("plan.yaml", yaml)
	require.NoError(t, problems.Err())
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "one"}, Helper: plan.Recipient{Type: plan.X25519, Key: "other"},
		Issued: f.Periods[0].Start,
	})
	require.NoError(t, err)
	published, err = plan.Encode(p)
	require.NoError(t, err)
	return published, p
}

func shopOf(t testing.TB, p *plan.Plan, o population.Options) *population.Site {
	t.Helper()
	s, err := population.New(p, o)
	require.NoError(t, err)
	return s
}

// loop runs a Loop of the shop's plan.
func loop(t testing.TB, visitors int, o LoopOptions) [][]Tally {
	t.Helper()
	published, p := built(t, plans.Shop)
	if o.Published == nil {
		o.Published = published
	}
	if o.Shop == nil {
		o.Shop = shopOf(t, p, population.Options{Seed: o.Seed, Visitors: visitors})
	}
	out, err := Loop(t.Context(), o)
	require.NoError(t, err)
	return out
}
