package main

import (
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// choice is the room of one decision. It is the guest's and not the heap's, where a
// slice that grows would leave what it knew of the visitor behind.
type choice struct {
	decision choose.Decision
	options  [plan.MaxArms]choose.Option
}

// choose answers what a place shows, and why, and forgets it again.
func (g *guest) choose(answer []byte, m abi.ChooseMessage) ([]byte, error) {
	d := &g.choice.decision
	d.Options = g.choice.options[:0]
	if err := g.device.Choose(m.Now, m.Place, g.random, d); err != nil {
		return nil, err
	}
	answer = abi.AppendDecision(answer, d)
	clear(d.Options)
	*d = choose.Decision{}
	return answer, nil
}
