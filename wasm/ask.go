package main

import (
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// asked is the room of the answers below; as choice it is the guest's and not the heap's.
type asked struct {
	picks  []recommend.Pick
	room   [plan.MaxListSize]recommend.Pick
	answer reach.Answer
}

// ask answers the operations that only some pages need.
func (g *guest) ask(op abi.Op, in, answer []byte) ([]byte, error) {
	switch op {
	case abi.OpCatalogue:
		list, b, err := abi.ReadIndexed(in)
		if err != nil {
			return nil, err
		}
		return nil, g.device.UseCatalogue(list, b)
	case abi.OpRecommend:
		m, err := abi.ReadRecommend(in)
		if err != nil {
			return nil, err
		}
		g.asked.picks = g.asked.room[:0]
		if err := g.device.Recommend(m.Now, m.Ask, g.random, &g.asked.picks); err != nil {
			return nil, err
		}
		answer = abi.AppendPicks(answer, g.asked.picks)
		clear(g.asked.picks)
		return answer, nil
	case abi.OpFacts:
		now, err := abi.ReadTime(in)
		if err != nil {
			return nil, err
		}
		return g.device.AppendFacts(now, answer)
	case abi.OpBudget:
		now, err := abi.ReadTime(in)
		if err != nil {
			return nil, err
		}
		return abi.AppendBudget(answer, g.device.Budget(now)), nil
	case abi.OpExport:
		now, err := abi.ReadTime(in)
		if err != nil {
			return nil, err
		}
		return g.device.Export(now, g.random, answer)
	case abi.OpImport:
		now, b, err := abi.ReadTimed(in)
		if err != nil {
			return nil, err
		}
		if err := g.device.Import(now, b); err != nil {
			return nil, err
		}
		return g.device.AppendState(answer), nil
	}
	now, which, err := abi.ReadAt(in)
	if err != nil {
		return nil, err
	}
	switch op {
	case abi.OpReach:
		a := &g.asked.answer
		if err := g.device.Reach(now, int(which), g.random, a); err != nil {
			return nil, err
		}
		answer = abi.AppendAnswer(answer, a)
		*a = reach.Answer{}
		return answer, nil
	case abi.OpErase:
		if err := g.device.Erase(now, int(which)); err != nil {
			return nil, err
		}
		return g.device.AppendState(answer), nil
	}
	if which > 1 {
		return nil, abi.ErrMessage
	}
	return g.device.AppendSurveys(now, which == 1, answer)
}
