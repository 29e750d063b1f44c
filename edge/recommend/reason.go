package recommend

import (
	"math/bits"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// explain fills in a pick's parts and its reason.
func (f *field) explain(p *Pick) {
	i := int(p.Item)
	it := &f.c.items[i]
	p.Popular, p.Topic = f.c.score[i].popular, NoTopic
	popularity, by := f.popularity(it, &f.demand)
	p.Reason = Popular
	if popularity > 0 {
		p.Topic = by
	}
	if f.s.Held {
		return
	}
	own := f.parts(i)
	p.Interest = own.latest + own.lasting + own.page
	p.Price, p.Fresh, p.Rotation = own.price, own.fresh, own.rotation

	most := p.Popular - f.mean.popular
	if f.moves && by != NoTopic && f.demand[by] > f.plain[by] {
		p.Reason = NextStep
	}
	better := func(reason Reason, part, mean float64, topic uint8) {
		if part > 0 && part-mean > most {
			most, p.Reason, p.Topic = part-mean, reason, topic
		}
	}
	better(ViewedTopic, own.latest, f.mean.latest, strongest(it.Topics, &f.latest))
	better(LastingInterest, own.lasting, f.mean.lasting, strongest(it.Topics, &f.lasting))
	better(GoesWithPage, own.page, f.mean.page, uint8(bits.TrailingZeros64(it.Topics&f.s.Page)))
	better(New, own.fresh, f.mean.fresh, NoTopic)
	switch {
	case !f.s.List.Learning:
		better(FitsPrice, own.price, f.mean.price, NoTopic)
	case inBand(f.expected(it)):
		better(AtYourLevel, own.price, f.mean.price, NoTopic)
	}
}

// strongest returns the topic of a set whose share is the largest, the first of several.
func strongest(set uint64, share *[plan.MaxTopics]float64) uint8 {
	best := uint8(NoTopic)
	for ; set != 0; set &= set - 1 {
		if t := uint8(bits.TrailingZeros64(set)); best == NoTopic || share[t] > share[best] {
			best = t
		}
	}
	return best
}
