package sdk_test

import (
	"math"
	"strconv"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// wideNames are the names of a plan that only formats 3 and 4 have.
func wideNames(p *plan.Plan) page {
	surveys, lists, messages, predictions, held := []page{}, []page{}, []page{}, [][]string{}, []bool{}
	for i := range p.Surveys {
		s := &p.Surveys[i]
		surveys = append(surveys, page{"name": s.Name, "kind": s.Kind, "answers": texts(s.Answers)})
	}
	for i := range p.Lists {
		lists = append(lists, page{"name": p.Lists[i].Name, "items": texts(p.Lists[i].Items)})
	}
	for i := range p.Messages {
		m := &p.Messages[i]
		channels := []string{}
		for c := range m.Columns() {
			channels = append(channels, p.Channels[m.Channel(c)])
		}
		messages = append(messages, page{"name": m.Name, "channels": channels})
	}
	names := func(bins []plan.Segment) (out []string) {
		for _, b := range bins {
			out = append(out, b.Name)
		}
		return out
	}
	for i := range p.Predictions {
		predictions = append(predictions, names(p.Predictions[i].Bins))
	}
	dimensions := [][]string{}
	for i := range p.Dimensions {
		dimensions = append(dimensions, names(p.Dimensions[i].Bins))
	}
	for i := range p.Campaigns {
		held = append(held, p.Campaigns[i].Promotion.Holdout > 0)
	}
	return page{
		"networks": texts(p.Networks), "payments": texts(p.Payments), "pages": texts(p.Pages), "skills": texts(p.Skills),
		"channels": texts(p.Channels), "surveys": surveys, "lists": lists, "messages": messages, "predictions": predictions, "dimensions": dimensions,
		"held": held,
	}
}

// texts is a list that JSON writes as [] where it is empty.
func texts(list []string) []string { return append([]string{}, list...) }

func cellsOf(p *plan.Plan) []cell {
	l := plan.LayoutOf(p)
	cells := make([]cell, l.Cells)
	cells[0].Metric = "present"
	for _, span := range l.Spans[1:] {
		m := p.Metrics[span.Metric]
		for row := range span.Segments {
			for c := range span.Columns {
				cells[span.Cell(row, c)] = cell{Metric: m.Name, Segment: p.Row(m, row), Column: p.Column(m, c)}
			}
		}
	}
	return cells
}

func topicsOf(p *plan.Plan, set uint64) []string {
	names := []string{}
	for i, topic := range p.Topics {
		if set>>i&1 == 1 {
			names = append(names, topic)
		}
	}
	return names
}

// itemOf is the id whose key edgetest's events carry.
func itemOf(key uint64) string {
	for i := range 64 {
		if id := "item" + strconv.Itoa(i); uint64(profile.KeyOf(id)) == key {
			return id
		}
	}
	return ""
}

// pageOf is an event as a page tells it.
func pageOf(p *plan.Plan, e edge.Event) page {
	kinds := []string{
		"", "view", "click", "cart", "order", "custom", "exposure", "assign", "declare", "dwell", "search", "social", "media", "refund",
		"answer", "asked", "attempt", "arrive", "history", "listed", "picked", "reached", "responded",
	}
	at := page{"kind": kinds[e.Kind]}
	about := func() { at["topics"] = topicsOf(p, e.Topics) }
	// none of a list is told by leaving the name out
	one := func(key string, list []string, plusOne uint8) {
		if plusOne > 0 {
			at[key] = list[plusOne-1]
		}
	}
	bought := func() {
		at["value"] = float64(e.Minor) / 100
		if e.Quantity > 0 {
			at["items"] = e.Quantity
		}
		if e.Discount > 0 {
			at["discount"] = float64(e.Discount) / 100
		}
		one("payment", p.Payments, e.Payment)
		one("tier", plan.TierTexts, e.Tier)
	}
	switch e.Kind {
	case plan.View, plan.Cart:
		about()
		if e.Item != 0 {
			at["item"] = itemOf(e.Item)
		}
		one("tier", plan.TierTexts, e.Tier)
	case plan.Click:
		about()
		if e.InSlot {
			at["slot"] = p.Slots[e.Slot].Name
		}
	case plan.Order:
		about()
		bought()
	case plan.Custom:
		at["name"] = p.Events[e.Event]
	case plan.Exposure:
		at["slot"], at["variant"] = p.Slots[e.Slot].Name, p.Slots[e.Slot].Variants[e.Variant].Name
	case plan.Assign:
		at["campaign"], at["arm"] = p.Campaigns[e.Campaign].Name, p.Campaigns[e.Campaign].Arms[e.Arm]
	case plan.Declare:
		_, value := variableOf(p, plan.VarAttribute+int(e.Attribute), e.Value)
		if v, ok := value.(float64); ok && math.IsNaN(v) {
			value = 0
		}
		at["attribute"], at["value"] = p.Attributes[e.Attribute].Name, value
	case plan.Dwell:
		about()
		at["seconds"] = e.Seconds
	case plan.Search:
		about()
	case plan.Social:
		about()
		at["act"] = []string{"like", "share", "comment", "follow"}[e.Act]
		one("network", p.Networks, e.Network)
		one("sentiment", []string{"negative", "neutral", "positive"}, e.Sentiment)
	case plan.Media:
		about()
		at["quarter"] = e.Quarter
	case plan.Refund:
		about()
		at["value"] = float64(e.Minor) / 100
	case plan.Answer:
		s := &p.Surveys[e.Survey]
		at["survey"] = s.Name
		switch s.Kind {
		case plan.One:
			at["value"] = s.Answers[e.Answer]
		case plan.Multi:
			chosen := []string{}
			for i, answer := range s.Answers {
				if e.Answer>>i&1 == 1 {
					chosen = append(chosen, answer)
				}
			}
			at["value"] = chosen
		default:
			at["value"] = e.Answer
		}
	case plan.Asked:
		at["survey"] = p.Surveys[e.Survey].Name
	case plan.Attempt:
		about()
		at["skill"], at["item"], at["difficulty"], at["right"] = p.Skills[e.Skill], itemOf(e.Item), e.Difficulty, e.Right
	case plan.Arrive:
		at["channel"], at["device"], at["region"] = plan.ChannelTexts[e.Channel], plan.DeviceTexts[e.Device], plan.RegionTexts[e.Region]
		one("page", p.Pages, e.Page)
		at["offset"] = e.Offset
	case plan.History:
		about()
		bought()
		at["age"] = e.Age
	case plan.Listed:
		items := []string{}
		for _, key := range e.Items[:e.Count] {
			items = append(items, itemOf(key))
		}
		at["list"], at["items"] = p.Lists[e.List].Name, items
	case plan.Picked:
		about()
		at["list"], at["item"] = p.Lists[e.List].Name, itemOf(e.Item)
	case plan.Reached, plan.Responded:
		at["message"], at["channel"] = p.Messages[e.Message].Name, p.Channels[e.Channel]
		if e.Kind == plan.Responded {
			delete(at, "channel")
		}
	}
	return at
}
