package speed

import (
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// item is the key of the nth item of an invented catalogue.
func item(n int) uint64 { return 1 + uint64(n)*0x9e3779b97f4a7c15 }

// acts are events of every kind that plans/school.yaml has a use for, one after the
// other, each some seconds after the one before.
func acts() (Play, error) {
	p, published, err := built("plans/school.yaml", plans.School)
	if err != nil {
		return Play{}, err
	}
	now := p.Periods[0].Start + plan.Hour
	play := Play{Setup: []Message{{abi.OpPlan, published}, {abi.OpLoad, abi.AppendTime(nil, now)}}}
	for round := range 200 {
		var r Round
		topic := uint64(1) << (round % len(p.Topics))
		of := item(round % 97)
		seen := edge.Event{Kind: plan.Listed, Count: edge.MaxListed}
		for i := range seen.Items {
			seen.Items[i] = item(round + i)
		}
		for _, e := range []edge.Event{
			{Kind: plan.Arrive, Channel: uint8(round % plan.Channels), Offset: 60}, {Kind: plan.View, Topics: topic}, {Kind: plan.Dwell, Topics: topic, Seconds: 40},
			{Kind: plan.Exposure, Variant: uint8(round % 3)}, {Kind: plan.Click, InSlot: true, Topics: topic}, {Kind: plan.Search, Topics: topic}, seen,
			{Kind: plan.Picked, Item: of, Topics: topic}, {Kind: plan.View, Topics: topic, Item: of, Tier: 2}, {Kind: plan.Media, Quarter: 4, Topics: topic},
			{Kind: plan.Attempt, Skill: uint8(round % len(p.Skills)), Item: of, Difficulty: .5, Right: round%3 > 0, Topics: topic},
			{Kind: plan.Social, Act: plan.Comment, Sentiment: 3, Topics: topic}, {Kind: plan.Reached}, {Kind: plan.Responded}, {Kind: plan.Asked}, {Kind: plan.Answer, Answer: 4},
			{Kind: plan.Cart, Topics: topic, Item: of}, {Kind: plan.Order, Minor: 4900, Topics: topic, Quantity: 2, Payment: 1, Tier: 2}, {Kind: plan.Refund, Minor: 4900},
			{Kind: plan.History, Age: 40 * plan.Day, Minor: 900 + int64(round), Topics: topic},
		} {
			now += 7
			r.Timed = append(r.Timed, Message{abi.OpTrack, edge.AppendEvent(abi.AppendTime(nil, now), e)})
		}
		now += plan.Hour / 8
		play.Rounds = append(play.Rounds, r)
	}
	return play, nil
}

// ranks are lists of so many items, for a visitor with some interests.
func ranks(items int) (Play, error) {
	p, published, err := built("plans/school.yaml", plans.School)
	if err != nil {
		return Play{}, err
	}
	now := p.Periods[0].Start + plan.Hour
	var catalogue []recommend.Item
	for i := range items {
		catalogue = append(catalogue, recommend.Item{
			Key: item(i), Topics: 1 << (i % len(p.Topics)), Price: int64(500 + 13*i), Added: 20_000, Skill: uint8(1 + i%len(p.Skills)), Difficulty: float64(i%81-40) / 20,
		})
	}
	play := Play{Setup: []Message{
		{abi.OpPlan, published}, {abi.OpLoad, abi.AppendTime(nil, now)}, {abi.OpCatalogue, append([]byte{0}, recommend.Encode(catalogue)...)},
	}}
	for i := range 40 {
		e := edge.Event{Kind: plan.View, Topics: 1 << (i % 3), Item: item(i % 7)}
		play.Setup = append(play.Setup, Message{abi.OpTrack, edge.AppendEvent(abi.AppendTime(nil, now), e)})
	}
	for range 60 {
		var r Round
		for range 5 {
			now++
			m := abi.RecommendMessage{Now: now, Ask: edge.Ask{Page: 1, Current: uint64(profile.KeyOf("none"))}}
			r.Timed = append(r.Timed, Message{abi.OpRecommend, m.Append(nil)})
		}
		play.Rounds = append(play.Rounds, r)
	}
	return play, nil
}
