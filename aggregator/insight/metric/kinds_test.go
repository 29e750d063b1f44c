package metric_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/metric"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Whatever a plan measures, each cell of it has a name of its own.
func TestCellsOfEveryKindHaveNames(t *testing.T) {
	p := edgetest.Bare(1)
	order := plan.Trigger{Kind: plan.Order}
	p.Topics, p.Channels = []string{"shoes", "bags"}, []string{"banner", "mail"}
	p.Lists = []plan.List{{Name: "practice", Size: 4, Learning: true, Items: []string{"x", "y"}, Goal: order, Reward: 1}}
	p.Messages = []plan.Message{{Name: "sale", Channels: 0b10, Goal: order}}
	p.Surveys = []plan.Survey{{Name: "score", Kind: plan.NPS}}
	p.Predictions = []plan.Prediction{{Kind: plan.LapseRisk, Within: 3, Bins: []plan.Segment{{Name: "all"}}}}
	p.Metrics = nil
	for kind := plan.Topics; kind <= plan.SurveyAnswers; kind++ {
		m := plan.Metric{Name: fmt.Sprint("metric ", kind), Kind: kind, By: plan.SiteWide, Most: 1}
		if kind == plan.Next {
			m.By = plan.ByTopic
		}
		p.Metrics = append(p.Metrics, m)
	}
	published := edgetest.Publish(p)
	p, err := plan.Decode(published)
	require.NoError(t, err)
	cells, err := metric.Cells(published, record(p, published))
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, c := range cells {
		id := fmt.Sprintf("%s | %s | %s | %s", c.Metric, c.Segment, c.Before, c.Column)
		require.False(t, seen[id], id)
		seen[id] = true
	}
	for _, id := range []string{
		"metric 8 |  |  | bags", "metric 9 |  | shoes | bags", "metric 10 |  |  | shoes", "metric 11 |  |  | y", "metric 12 |  |  | shown",
		"metric 15 |  |  | all", "metric 18 |  |  | x", "metric 19 |  |  | mail", "metric 21 |  |  | ", "metric 22 |  |  | 10",
	} {
		require.True(t, seen[id], id)
	}
}
