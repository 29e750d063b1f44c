package main

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// measure answers one byte a cell, or nothing.
func (g *guest) measure(answer []byte, now plan.Time) ([]byte, error) {
	cells, ok := g.device.Measurement(now)
	if !ok {
		return nil, nil
	}
	for _, cell := range cells {
		answer = append(answer, 0)
		if cell {
			answer[len(answer)-1] = 1
		}
	}
	clear(cells)
	return answer, nil
}

// report makes a report and remembers its head for frame. The two plaintexts
// leave with the recipients of the plan they were made under and with the state
// that must be stored before the report is sent.
func (g *guest) report(answer []byte, m abi.ReportMessage, again bool) ([]byte, error) {
	g.drop()
	defer g.wipe()
	report := g.device.Report
	if again {
		report = g.device.ReportAgain
	}
	if err := report(m.Now, m.Collector, g.random, &g.out); err != nil {
		return nil, err
	}
	answer, err := abi.AppendHead(answer, g.out.Head)
	if err != nil {
		return nil, err
	}
	copy(g.head[:], answer)
	g.plain = [2]int{len(g.out.Leader), len(g.out.Helper)}
	g.waits = true
	answer = abi.Part{To: g.plan.LeaderRecipient, Plaintext: g.out.Leader}.Append(answer)
	answer = abi.Part{To: g.plan.HelperRecipient, Plaintext: g.out.Helper}.Append(answer)
	return g.device.AppendState(answer), nil
}

// ageFile is how every age file begins.
const ageFile = "age-encryption.org/v1\n"

// frame joins head and sealed shares to the bytes to send, once for each report.
func (g *guest) frame(m *abi.FrameMessage) ([]byte, error) {
	if !g.waits || m.Head != g.head {
		return nil, abi.ErrNoReport
	}
	for i, sealed := range [][]byte{m.Leader, m.Helper} {
		if len(sealed) <= g.plain[i] || string(sealed[:len(ageFile)]) != ageFile {
			return nil, abi.ErrUnsealed
		}
	}
	head, err := report.ParseHead(g.head[:])
	if err != nil {
		return nil, err
	}
	whole := report.Report{Head: head, Leader: m.Leader, Helper: m.Helper}
	if g.framed, err = whole.Append(g.framed[:0]); err != nil {
		return nil, err
	}
	g.drop()
	return g.framed, nil
}

// drop forgets the report that waits for its sealed shares.
func (g *guest) drop() {
	g.waits, g.plain = false, [2]int{}
	clear(g.head[:])
}

// wipe zeroes what the last report left in the module outside the buffer.
func (g *guest) wipe() {
	g.out.Wipe()
	g.out.Head = report.Head{}
}
