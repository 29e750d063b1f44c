package main

import (
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// usePlan puts a plan into force and keeps what a host needs to know of it: its
// recipients above all, which reach the host in no other way than from the
// published bytes.
func (g *guest) usePlan(published []byte) error {
	if err := g.device.UsePlan(published); err != nil {
		return err
	}
	g.drop()
	p, digest := g.device.Plan()
	l := plan.LayoutOf(p)
	leader, helper := l.InputShareSizes(int(p.Chunk))
	g.plan = &abi.PlanInfo{
		Digest: digest, Serial: p.Serial, Cells: l.Cells, Weight: l.Weight, Sigma2: p.Sigma2,
		LeaderPlain: report.PlainHead + leader, HelperPlain: report.PlainHead + helper,
		LeaderRecipient: p.Leader, HelperRecipient: p.Helper,
	}
	return nil
}

func (g *guest) info(answer []byte) []byte {
	i := abi.Info{Version: abi.Version, BufferSize: abi.BufferSize, CapDay: ledger.CapDay, Cap30: ledger.Cap30, Plan: g.plan}
	return i.Append(answer)
}
