package simulation

import (
	"bytes"
	"net/http"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// book is the oracle's memory: for each batch and ID, in order, every report that
// the collector may have taken. It is a plain map and knows no store, no
// aggregator, and nothing of how a batch is summed.
type book struct {
	w       *world
	batches map[message.Batch]map[plan.ReportID][]arrival
}

// arrival is a report that reached the collector before its period's bound.
type arrival struct {
	report.Head
	of    *parcel // nil: it is no sound report of this batch, and counts for nothing
	acked bool    // it was acknowledged; otherwise the collector crashed over it
}

func newBook(w *world) *book {
	return &book{w: w, batches: map[message.Batch]map[plan.ReportID][]arrival{}}
}

func (k *book) add(b message.Batch, a arrival) {
	if k.batches[b] == nil {
		k.batches[b] = map[plan.ReportID][]arrival{}
	}
	k.batches[b][a.ID] = append(k.batches[b][a.ID], a)
}

// arrives is called with a report that reaches the collector. It enters the book as
// one that may count, unless the collector's answer says otherwise.
func (k *book) arrives(text []byte) (heard func(status int, answer []byte)) {
	head, err := report.ParseHead(text)
	if err != nil {
		return func(status int, _ []byte) {
			if status == http.StatusAccepted {
				k.w.violate("the collector acknowledges what is no report")
			}
		}
	}
	b := message.Batch{Plan: head.Plan, Date: head.Period}
	a := arrival{Head: head, of: k.w.sound(b, text)}
	p := k.w.period(b)
	now := k.w.now + k.w.skew[collectorRole]
	open := p != nil && p.bounds.Start <= now && now < p.bounds.End
	if open {
		k.add(b, a)
	}
	return func(status int, _ []byte) {
		switch {
		case status == http.StatusAccepted && !open:
			k.w.violate("the collector acknowledges a report outside its period")
		case status == http.StatusAccepted:
			last := k.batches[b][a.ID]
			last[len(last)-1].acked = true
		case open:
			if a.of != nil && status/100 == 4 && k.w.isHanded(p.of) && !k.w.superseded(p) && !k.w.mayAbandon[b] {
				k.w.violate("the collector refuses a report in its period: %d", status)
			}
			last := k.batches[b][a.ID]
			k.batches[b][a.ID] = last[:len(last)-1]
		}
	}
}

// sound returns the parcel whose bytes arrive in the batch that it was made for, if
// it has no flaw.
func (c *Cast) sound(b message.Batch, text []byte) *parcel {
	head, err := report.ParseHead(text)
	if err != nil {
		return nil
	}
	p := c.byID[head.ID]
	for _, p := range p {
		if p.Plan == b.Plan && p.Period == b.Date && !p.flawed && bytes.Equal(p.bytes, text) {
			return p
		}
	}
	return nil
}

// outcomes are what may become of an ID: nil for nothing. Of what was acknowledged
// the highest revision counts, and of that the first arrival. What arrived without
// an acknowledgement may be stored or not: if it is above, or as high and earlier,
// it may count instead.
//
// Source: DESIGN.md "Reports and the spool".
func outcomes(all []arrival) (may []*parcel) {
	var highest uint32
	acked := false
	for _, a := range all {
		if a.acked && a.Revision >= highest {
			highest, acked = a.Revision, true
		}
	}
	first := true // no acknowledged arrival of the highest revision so far
	for _, a := range all {
		switch {
		case a.Revision > highest:
			may = append(may, a.of)
		case a.Revision == highest && first && acked:
			may = append(may, a.of)
			first = !a.acked
		}
	}
	if !acked {
		may = append(may, nil) // nothing of it may have been stored
	}
	return may
}
