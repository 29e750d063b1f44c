package finding

import (
	"errors"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
)

// Verdict is what a proposal does with a budget.
type Verdict string

// The verdicts. Raise: every cost brought more than it took, for sure. Cut: less. Keep: it may
// have been either.
const (
	Raise Verdict = "raise"
	Cut   Verdict = "cut"
	Keep  Verdict = "keep"
)

// Proposal is what to spend next on what cost money last.
type Proposal struct {
	Name    string  `json:"name"` // as the cost has it
	Kind    string  `json:"kind"` // campaign, slot or list
	Verdict Verdict `json:"verdict"`
	// Incremental is (margin x increment - cost) / cost of the last cost, over its dates.
	Incremental Estimate `json:"incremental"`
	Was         float64  `json:"was"` // the last cost
	Amount      float64  `json:"amount"`
	From        string   `json:"from"` // the dates after it, as many
	To          string   `json:"to"`
	// Gain is what the change is worth beside leaving the amount as it was, if what is added
	// or saved returns as all of it did. Returns diminish: of a raise it is rather less, of a
	// cut rather more.
	Gain *Estimate `json:"gain"` // null: nothing changes
}

const (
	// step is how much of a budget a proposal moves at most: what half as much, or half as much
	// again, would have returned nobody has measured.
	step = .5
	// fresh is how much a budget is raised by where nothing was saved elsewhere.
	fresh = .2
)

// Budget proposes what to spend next: half of what surely lost money goes, in parts as large
// as their costs were, to what surely brought some; which is raised by a fifth where nothing
// is saved. Only the latest cost of a name counts, and one that is planned already is left
// alone.
//
// Errors: panel.ErrLayout.
func Budget(all []panel.Release, costs []Cost) ([]Proposal, error) {
	out := []Proposal{}
	for _, c := range latest(costs) {
		report, err := panel.Of(all, c.From, c.To)
		if errors.Is(err, panel.ErrNone) {
			continue // planned, or of dates on which nothing was released
		}
		if err != nil {
			return nil, err
		}
		for i := range report.Revenues {
			r := &report.Revenues[i]
			if r.Name != c.Name && r.Of != c.Name || r.Kind == "site" {
				continue
			}
			said := campaign(r, c)
			if said.Incremental == nil {
				continue
			}
			days := c.To - c.From
			p := Proposal{
				Name: c.Name, Kind: r.Kind, Verdict: Keep, Incremental: *said.Incremental, Was: c.Cost, Amount: c.Cost,
				From: (c.To + 1).String(), To: (c.To + 1 + days).String(),
			}
			switch {
			case p.Incremental.Low > 0:
				p.Verdict = Raise
			case p.Incremental.High < 0:
				p.Verdict = Cut
			}
			out = append(out, p)
			break
		}
	}
	saved, raised := 0., 0.
	for _, p := range out {
		switch p.Verdict {
		case Cut:
			saved += step * p.Was
		case Raise:
			raised += p.Was
		}
	}
	for i := range out {
		p := &out[i]
		switch p.Verdict {
		case Cut:
			p.Amount -= step * p.Was
		case Raise:
			more := fresh
			if saved > 0 {
				more = min(saved/raised, step)
			}
			p.Amount += more * p.Was
		default:
			continue
		}
		by := p.Amount - p.Was
		gain := Estimate{p.Incremental.Value * by, p.Incremental.Low * by, p.Incremental.High * by}
		gain.Low, gain.High = min(gain.Low, gain.High), max(gain.Low, gain.High)
		p.Gain = &gain
	}
	return out, nil
}

// latest are the costs that no other of their name comes after, in the order of their dates.
func latest(costs []Cost) (out []Cost) {
	for _, c := range costs {
		later := slices.ContainsFunc(costs, func(o Cost) bool { return o.Name == c.Name && o.To > c.To })
		again := slices.ContainsFunc(out, func(o Cost) bool { return o.Name == c.Name })
		if !later && !again && c.Cost > 0 {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Cost) int { return int(a.To) - int(b.To) })
	return out
}
