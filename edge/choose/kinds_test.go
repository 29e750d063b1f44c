package choose_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// school has everything that priors are fitted of: three segments, four topics, two lists
// of which the second teaches, both predictions, and a message by two of three channels.
func school() *plan.Plan {
	p := shop(0)
	p.Topics = []string{"a", "b", "c", "d"}
	p.Channels = []string{"banner", "toast", "mail"}
	p.Lists = []plan.List{{Items: []string{"x", "y"}}, {Items: []string{"1", "2", "3"}, Learning: true}, {}}
	p.Predictions = []plan.Prediction{{Kind: plan.LapseRisk, Bins: make([]plan.Segment, 5)}, {Kind: plan.BuyChance, Bins: make([]plan.Segment, 1)}}
	p.Messages = []plan.Message{{Channels: 0b101}}
	return p
}

func placed(kind choose.Kind, index uint8, segments, columns int) choose.PlacePriors {
	return choose.PlacePriors{Place: choose.Place{Kind: kind, Index: index}, Rates: rows(segments, columns)}
}

func TestFitsOfEveryKind(t *testing.T) {
	here := plan.Digest{7}
	for name, c := range map[string]struct {
		place choose.PlacePriors
		want  error
	}{
		"items of all":            {placed(choose.Items, 0, 1, 2), nil},
		"items by segment":        {placed(choose.Items, 1, 3, 3), nil},
		"items too many":          {placed(choose.Items, 0, 1, 3), choose.ErrPriors},
		"a list that names none":  {placed(choose.Items, 2, 1, 1), choose.ErrPriors},
		"no such list":            {placed(choose.Items, 3, 1, 2), choose.ErrPriors},
		"topics":                  {placed(choose.Topics, 0, 1, 4), nil},
		"topics by segment":       {placed(choose.Topics, 0, 3, 4), nil},
		"topics by topic":         {placed(choose.Topics, 0, 4, 4), choose.ErrPriors},
		"other topics":            {placed(choose.Topics, 1, 1, 4), choose.ErrPriors},
		"moves":                   {placed(choose.Next, 0, 4, 4), nil},
		"moves of one row":        {placed(choose.Next, 0, 1, 4), choose.ErrPriors},
		"moves by segment":        {placed(choose.Next, 0, 3, 4), choose.ErrPriors},
		"leaving":                 {placed(choose.Leave, 0, 1, 4), nil},
		"leaving, a topic short":  {placed(choose.Leave, 0, 1, 3), choose.ErrPriors},
		"lapse risk":              {placed(choose.Predicted, 0, 1, 5), nil},
		"buy chance":              {placed(choose.Predicted, 1, 1, 1), nil},
		"predicted by segment":    {placed(choose.Predicted, 0, 3, 5), choose.ErrPriors},
		"a bin short":             {placed(choose.Predicted, 0, 1, 4), choose.ErrPriors},
		"difficulties":            {placed(choose.Difficulty, 1, 1, 3), nil},
		"difficulties by segment": {placed(choose.Difficulty, 1, 3, 3), choose.ErrPriors},
		"a list that teaches not": {placed(choose.Difficulty, 0, 1, 2), choose.ErrPriors},
		"answers":                 {placed(choose.Response, 0, 1, 2), nil},
		"answers by segment":      {placed(choose.Response, 0, 3, 2), nil},
		"answers of all channels": {placed(choose.Response, 0, 1, 3), choose.ErrPriors},
		"no such message":         {placed(choose.Response, 1, 1, 2), choose.ErrPriors},
	} {
		t.Run(name, func(t *testing.T) {
			p := choose.Priors{Version: end, Plan: here, Places: []choose.PlacePriors{c.place}}
			require.ErrorIs(t, p.Fits(school(), here), c.want)
			if c.want != nil {
				return
			}
			b := encoded(t, p)
			require.EqualValues(t, 2, b[4])
			again, err := choose.Decode(b)
			require.NoError(t, err)
			require.Equal(t, p, *again)
			require.ErrorIs(t, p.Fits(shop(0), here), choose.ErrPriors, "a plan without it")
		})
	}
}

// What no plan can have has no bytes.
func TestImpossiblePlaces(t *testing.T) {
	for name, place := range map[string]choose.PlacePriors{
		"list 8":            placed(choose.Items, 8, 1, 2),
		"65 items":          placed(choose.Items, 0, 1, 65),
		"topics 1":          placed(choose.Topics, 1, 1, 4),
		"moves not square":  placed(choose.Next, 0, 4, 3),
		"prediction 2":      placed(choose.Predicted, 2, 1, 4),
		"predicted twice":   placed(choose.Predicted, 0, 2, 4),
		"difficulties of 2": placed(choose.Difficulty, 0, 2, 4),
		"message 8":         placed(choose.Response, 8, 1, 2),
		"nine channels":     placed(choose.Response, 0, 1, 9),
		"kind 9":            placed(9, 0, 1, 2),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := choose.Encode(choose.Priors{Version: 1, Places: []choose.PlacePriors{place}})
			require.ErrorIs(t, err, choose.ErrPriors)
		})
	}
}

func TestRow(t *testing.T) {
	p := &choose.Priors{Places: []choose.PlacePriors{
		placed(choose.Slot, 0, 3, 2), placed(choose.Items, 0, 1, 2), placed(choose.Next, 0, 4, 4),
	}}
	slot, items, next := p.Places[0], p.Places[1], p.Places[2]
	require.Equal(t, slot.Rates[2], p.Row(slot.Place, 2))
	require.Nil(t, p.Row(slot.Place, 3))
	require.Nil(t, p.Row(slot.Place, -1))
	require.Equal(t, items.Rates[0], p.Row(items.Place, 2), "one row is everyone's")
	require.Equal(t, next.Rates[3], p.Row(next.Place, 3))
	require.Nil(t, p.Row(next.Place, 4))
	require.Nil(t, p.Row(choose.Place{Kind: choose.Topics}, 0))
	require.Nil(t, (*choose.Priors)(nil).Row(slot.Place, 0))
}
