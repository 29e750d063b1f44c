package plan

import "math/bits"

// MetricKind is what a metric counts; docs/plan.md states the counting rules.
type MetricKind byte

// The metric kinds and the cells of each, by segment (S segments) or site-wide
// (S = 1). The index is written segment first.
const (
	Audience          MetricKind = 1 // S cells
	Funnel            MetricKind = 2 // S x stages, the deepest stage reached
	CampaignExposed   MetricKind = 3 // S x arms
	CampaignConverted MetricKind = 4 // S x arms, for one goal
	SlotExposed       MetricKind = 5 // S x variants
	SlotClicked       MetricKind = 6 // S x variants
	SlotConverted     MetricKind = 7 // S x variants

	Topics        MetricKind = 8  // S x topics of views
	Next          MetricKind = 9  // topics x topics: the one of a view, by the one of the view before
	Last          MetricKind = 10 // topics: of the period's last view
	Items         MetricKind = 11 // S x a list's named items that were used
	ListExposed   MetricKind = 12 // S x 1
	ListClicked   MetricKind = 13 // S x 1
	ListConverted MetricKind = 14 // S x 1
	State         MetricKind = 15 // a prediction's bins: at the period's first activity
	Outcome       MetricKind = 16 // a prediction's bins: in which it came out (docs/plan.md)
	Tried         MetricKind = 17 // S x a learning list's named items
	Solved        MetricKind = 18 // S x a learning list's named items
	ReachShown    MetricKind = 19 // S x channels of a message
	ReachAnswered MetricKind = 20 // S x channels of a message
	SurveyAsked   MetricKind = 21 // S x 1
	SurveyAnswers MetricKind = 22 // S x answers
	Sorted        MetricKind = 23 // S x a dimension's bins
	Returned      MetricKind = 24 // a dimension's bins: of the period of activity before
	Earned        MetricKind = 25 // S x arms of a revenue x points of its grid
	SocialActs    MetricKind = 26 // S, or topics, x social acts: like, share, comment, follow
	SharedTo      MetricKind = 27 // S x networks: of shares
)

// By is the breakdown of a metric.
type By byte

// BySegment splits by the period's segment, SiteWide does not; ByTopic splits Next by the
// topic of the view before, and SocialActs by what the act was about.
const (
	BySegment By = 1
	SiteWide  By = 2
	ByTopic   By = 3
)

// Metric is one histogram of the measurement.
type Metric struct {
	Name   string
	Kind   MetricKind
	By     By
	Most   uint8 // most ones in the histogram
	Source uint8 // index of the campaign, slot, list, prediction, message, survey, dimension or revenue
	Goal   uint8 // index of the campaign's goal
}

func (p *Plan) checkMetrics() error {
	next := 0
	for _, m := range p.Metrics {
		sources, by, most := 1, m.By == BySegment || m.By == SiteWide, MaxMost
		switch m.Kind {
		case Audience:
			by, most = m.By == BySegment, 1
		case Funnel:
			if len(p.Stages) < 2 {
				return ErrMetric
			}
			most = 1
		case CampaignExposed, CampaignConverted:
			sources = len(p.Campaigns)
		case SlotExposed, SlotClicked, SlotConverted:
			sources = len(p.Slots)
		case Topics, Last:
			if len(p.Topics) == 0 {
				return ErrMetric
			}
			if m.Kind == Last {
				by, most = m.By == SiteWide, 1
			}
		case Next:
			by = m.By == ByTopic
			if next++; next > 1 || len(p.Topics) < 2 {
				return ErrMetric
			}
		case Items:
			sources = len(p.Lists)
		case ListExposed, ListClicked, ListConverted:
			sources, most = len(p.Lists), 1
		case Tried, Solved:
			if sources = len(p.Lists); int(m.Source) < sources && !p.Lists[m.Source].Learning {
				return ErrMetric
			}
		case State, Outcome:
			sources, by, most = len(p.Predictions), m.By == SiteWide, 1
		case ReachShown, ReachAnswered:
			sources = len(p.Messages)
		case SurveyAsked, SurveyAnswers:
			if sources = len(p.Surveys); int(m.Source) < sources && p.Surveys[m.Source].Kind != Multi {
				most = 1
			}
		case Sorted:
			sources, most = len(p.Dimensions), 1
		case Returned:
			sources, by, most = len(p.Dimensions), m.By == SiteWide, 1
		case Earned:
			sources, most = len(p.Revenues), 1
		case SocialActs:
			if by = by || m.By == ByTopic; m.By == ByTopic && (len(p.Topics) == 0 || len(p.Topics) > MaxActTopics) {
				return ErrMetric
			}
		case SharedTo:
			if len(p.Networks) == 0 {
				return ErrMetric
			}
		default:
			return ErrMetric
		}
		if !by || int(m.Source) >= sources || m.Most == 0 || int(m.Most) > most {
			return ErrMetric
		}
		if goals := m.Kind == CampaignConverted; goals && int(m.Goal) >= len(p.Campaigns[m.Source].Goals) || !goals && m.Goal != 0 {
			return ErrMetric
		}
		// More ones than columns could never be set; by topic there are as many for each topic.
		if m.By != ByTopic && int(m.Most) > p.Columns(m) || p.Columns(m) > MaxColumns {
			return ErrMetric
		}
	}
	l := LayoutOf(p)
	if l.Cells > MaxCells || l.Weight > MaxWeight || int(p.Chunk) > l.Cells+bits.Len(uint(l.Weight)) {
		return ErrMeasurable
	}
	if leader, _ := l.InputShareSizes(int(p.Chunk)); leader > MaxInputShare {
		return ErrNoise
	}
	return nil
}
