package choose_test

import (
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// The posterior, worked out by hand.
func TestPosterior(t *testing.T) {
	rate := func(mean float64, strength uint32) choose.Rate { return choose.Rate{Mean: mean, Strength: strength} }
	for name, c := range map[string]struct {
		o              choose.Option
		lift           float64
		mean, strength float64
	}{
		"the prior alone":                {choose.Option{Prior: rate(.2, 10)}, 0, .2, 10},
		"a weak prior and own trials":    {choose.Option{Prior: rate(.5, 2), Shown: 2, Won: 2}, 0, .75, 4},
		"a prior at the cap":             {choose.Option{Prior: rate(.1, 20), Shown: 20, Won: 10}, 0, .3, 40},
		"a stronger one counts the same": {choose.Option{Prior: rate(.1, 1000), Shown: 20, Won: 10}, 0, .3, 1020},
		"as strong as any":               {choose.Option{Prior: rate(.1, choose.MaxStrength), Shown: 180, Won: 180}, 0, .91, choose.MaxStrength + 180},
		"the usual interest":             {choose.Option{Prior: rate(.2, 10), Match: .25}, 4, .2, 10},
		"all interest":                   {choose.Option{Prior: rate(.2, 10), Match: 1}, 4, 5. / 13, 10}, // odds 1/4 x 5/2
		"half of it":                     {choose.Option{Prior: rate(.2, 10), Match: .5}, 4, 3. / 11, 10},
		"none of it":                     {choose.Option{Prior: rate(.2, 10)}, 4, 1. / 9, 10}, // odds 1/4 x 1/2
		"the largest lift, no interest":  {choose.Option{Prior: rate(.5, 10)}, plan.MaxLift, 1. / 252, 10},
		"the largest lift, all of it":    {choose.Option{Prior: rate(.5, 10), Match: 1}, plan.MaxLift, 1001. / 1252, 10},
		"no lift":                        {choose.Option{Prior: rate(.2, 10), Match: 1}, 0, .2, 10},
		"interest and own trials":        {choose.Option{Prior: rate(.2, 12), Match: 1, Shown: 1, Won: 1}, 4, (12*5./13 + 1) / 13, 13},
		"nothing released":               {choose.Option{Prior: choose.Bare(), Shown: 18}, 0, .005, 20},
	} {
		options := []choose.Option{c.o}
		require.Zero(t, choose.Best(options, choose.Terms{Lift: c.lift, Reward: 2, Costs: []float64{.25}}), name)
		require.InDelta(t, c.mean, options[0].Mean, 1e-12, name)
		require.InDelta(t, c.strength, options[0].Strength, 1e-12, name)
		require.InDelta(t, 2*c.mean-.25, options[0].Value, 1e-12, name)
		require.Zero(t, options[0].Draw)
	}
}

// How far failures alone outweigh a prior, however strong, when every period has its
// trial: by what factor its mean falls in the end, which is the lead over a rival that it
// then loses, and after how many days a lead of two is lost. docs/plan.md says so too.
func TestHowFarOwnEvidenceGoes(t *testing.T) {
	for name, c := range map[string]struct {
		days       plan.Date // of a period
		sum, lead  float64
		twoIsLost  plan.Date
		neverTwice bool
	}{
		"daily":   {days: 1, sum: 40.9, lead: 3.04, twoIsLost: 27},
		"weekly":  {days: 7, sum: 6.29, lead: 1.31, neverTwice: true},
		"4 weeks": {days: 28, sum: 2, lead: 1.1, neverTwice: true},
	} {
		t.Run(name, func(t *testing.T) {
			var e choose.Evidence
			lost, lead := plan.Date(-1), 1.
			for day := plan.Date(0); day < 3*364; day += c.days {
				e.Shown(1, 1, today+day)
				shown, _ := e.Read(1, 1)
				o := []choose.Option{{Prior: choose.Rate{Mean: .2, Strength: choose.MaxStrength}, Shown: shown}}
				choose.Best(o, choose.Terms{Reward: 1})
				if lead = .2 / o[0].Mean; lead > 2 && lost < 0 {
					lost = day
				}
				if day+c.days >= 3*364 {
					require.InDelta(t, c.sum, shown, .02)
				}
				e.Advance(plan.Time(c.days) * plan.Day)
			}
			require.InDelta(t, c.lead, lead, .01)
			if c.neverTwice {
				require.Negative(t, lost)
			} else {
				require.Equal(t, c.twoIsLost, lost)
			}
		})
	}
}

// Whatever priors, evidence and policy are, the mean is a rate and the strength a number.
func TestPosteriorStaysARate(t *testing.T) {
	for _, mean := range []float64{0x1p-32, .5, 1 - 0x1p-32} {
		for _, strength := range []uint32{1, 19, 21, choose.MaxStrength} {
			for _, won := range []float64{0, .5, 600} {
				for _, lift := range []float64{0, 4, 1000} {
					for _, match := range []float64{0, 1} {
						o := []choose.Option{{Prior: choose.Rate{Mean: mean, Strength: strength}, Shown: 600, Won: won, Match: match}}
						choose.Best(o, choose.Terms{Lift: lift, Reward: 1})
						require.True(t, o[0].Mean > 0 && o[0].Mean < 1, "%+v", o[0])
						require.InDelta(t, float64(strength)+600, o[0].Strength, 1e-6)
					}
				}
			}
		}
	}
}

// Best is the first of the largest values, and no rate where it costs more than it earns.
func TestBest(t *testing.T) {
	options := func(means ...float64) []choose.Option {
		var out []choose.Option
		for _, m := range means {
			out = append(out, choose.Option{Prior: choose.Rate{Mean: m, Strength: 1}})
		}
		return out
	}
	require.Equal(t, 1, choose.Best(options(.1, .3, .2), choose.Terms{Reward: 1}))
	require.Equal(t, 0, choose.Best(options(.3, .3, .3), choose.Terms{Reward: 1}))
	require.Equal(t, 2, choose.Best(options(.1, .3, .2), choose.Terms{Reward: 1, Costs: []float64{0, .25, 0}}))
	require.Equal(t, 1, choose.Best(options(.1, .3, .2), choose.Terms{Reward: 2, Costs: []float64{0, .15, 0}}))
}
