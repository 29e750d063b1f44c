package simulate

import (
	"context"
	"math"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// stock hands a device what each list of the plan shows, the same to everybody:
// exercises to those that teach, all else to the others.
func (l *life) stock(ctx context.Context, p *plan.Plan) error {
	l.plan = p
	if len(l.shop.Catalogue()) == 0 {
		return nil
	}
	l.ids = make([][]string, len(p.Lists))
	for i := range p.Lists {
		var items []recommend.Item
		for _, it := range l.shop.Catalogue() {
			if (it.Skill >= 0) != p.Lists[i].Learning {
				continue
			}
			items = append(items, recommend.Item{
				Key: uint64(profile.KeyOf(it.ID)), Topics: it.Topics, Price: it.Minor,
				Added: int32(int(p.Periods[0].Date) - it.Added), Skill: uint8(it.Skill + 1), Difficulty: it.Difficulty,
			})
			l.ids[i] = append(l.ids[i], it.ID)
		}
		if err := l.device.UseCatalogue(ctx, i, recommend.Encode(items)); err != nil {
			return err
		}
	}
	return nil
}

// act does one action of a visit.
func (l *life) act(ctx context.Context, v *population.Visitor, visit population.Visit, a population.Action) error {
	switch a.Kind {
	case population.Choose:
		return l.choose(ctx, v, visit, a)
	case population.Recommend:
		return l.recommend(ctx, v, visit, a)
	case population.Meet:
		return l.meet(ctx, v, visit, a)
	case population.Ask:
		return l.ask(ctx, v, visit, a)
	}
	return l.track(ctx, a)
}

// recommend asks the device what a list shows, says that it was seen, and has the visitor
// take something or nothing.
func (l *life) recommend(ctx context.Context, v *population.Visitor, visit population.Visit, a population.Action) error {
	list := int(a.List)
	if err := l.device.Recommend(ctx, a.At, edge.Ask{List: list}, &l.picks); err != nil {
		return err
	}
	if len(l.picks) == 0 {
		return nil
	}
	ids := make([]string, len(l.picks))
	e := edge.Event{Kind: plan.Listed, List: a.List}
	for i, pick := range l.picks {
		ids[i] = l.ids[list][pick.Item]
		e.Items[e.Count] = uint64(profile.KeyOf(ids[i]))
		if e.Count++; e.Count == edge.MaxListed || i == len(l.picks)-1 {
			if err := l.device.Track(ctx, a.At, e); err != nil {
				return err
			}
			e.Items, e.Count = [edge.MaxListed]uint64{}, 0
		}
	}
	o := offered{offer: list, taken: taken(v, visit.Day, ids), teaches: l.plan.Lists[list].Learning}
	o.fit = math.Abs(v.Solves(ids[0], visit.Day) - .75)
	l.offered = append(l.offered, o)
	return l.all(ctx, v.Take(visit, a, ids))
}

// meet asks the device whether a message may come and by which channel, shows it if it may
// come now, and has the visitor react or not.
func (l *life) meet(ctx context.Context, v *population.Visitor, visit population.Visit, a population.Action) error {
	answer, err := l.device.Reach(ctx, a.At, int(a.Message))
	if err != nil {
		return err
	}
	if answer.Refused != 0 || answer.Quiet {
		return nil
	}
	e := edge.Event{Kind: plan.Reached, Message: a.Message, Channel: answer.Channel}
	if err := l.device.Track(ctx, a.At, e); err != nil {
		return err
	}
	hour := math.Mod(float64(a.At)/float64(plan.Hour), 24)
	l.offered = append(l.offered, offered{offer: len(l.plan.Lists) + int(a.Message), taken: v.ReactsAt(int(answer.Channel), hour)})
	return l.all(ctx, v.React(visit, a, int(answer.Channel)))
}

// ask has the visitor answer the survey that may be asked, if there is one.
func (l *life) ask(ctx context.Context, v *population.Visitor, visit population.Visit, a population.Action) error {
	due, err := l.device.AppendSurveys(ctx, a.At, true, nil)
	if err == nil {
		due, err = l.device.AppendSurveys(ctx, a.At, false, due)
	}
	if err != nil || len(due) == 0 {
		return err
	}
	if err := l.device.Track(ctx, a.At, edge.Event{Kind: plan.Asked, Survey: due[0]}); err != nil {
		return err
	}
	return l.all(ctx, v.Reply(visit, a, int(due[0])))
}

func (l *life) all(ctx context.Context, actions []population.Action) error {
	for _, a := range actions {
		if err := l.track(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// track tells the device of an event.
func (l *life) track(ctx context.Context, a population.Action) error {
	e := edge.Event{
		Kind: a.Kind, Topics: a.Topics, Seconds: a.Seconds, InSlot: a.InSlot, Slot: a.Slot, Event: a.Event, Minor: a.Minor,
		Quantity: a.Quantity, Discount: a.Discount, Payment: a.Payment, Tier: a.Tier,
		Act: a.Act, Network: a.Network, Sentiment: a.Sentiment,
		Channel: a.Channel, Device: a.Device, Region: a.Region, Page: a.Page, Offset: a.Offset,
		Campaign: a.Campaign, Arm: a.Arm, List: a.List, Message: a.Message, Survey: a.Survey, Answer: a.Reply,
		Skill: a.Skill, Difficulty: a.Difficulty, Right: a.Right,
	}
	if a.Item != "" {
		e.Item = uint64(profile.KeyOf(a.Item))
	}
	return l.device.Track(ctx, a.At, e)
}
