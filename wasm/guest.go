package main

import (
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// guest is the module's one instance of everything: the buffer, the device and
// the report that waits for its sealed shares. Natively it is a plain value, so
// that tests and the fuzzer drive the very code that the module runs.
type guest struct {
	random edge.Rand
	device edge.Device

	plan *abi.PlanInfo // of the plan in force

	waits bool               // a report waits for Frame
	head  [abi.HeadSize]byte // its head, as the host was given it
	plain [2]int             // lengths of its plaintexts

	out    edge.Outgoing // reused by every Report
	framed []byte        // reused by every Frame
	choice choice        // reused by every Choose
	asked  asked         // reused by every Recommend and Reach
	dirty  int           // bytes of the buffer that may not be zero
	spoilt bool          // a panic has been seen
	buffer [abi.BufferSize]byte
}

// call runs one operation: the boundary of package abi. Nothing but a spoilt
// runtime (out of memory, a stack overflow) traps; every panic becomes a code.
func (g *guest) call(op, n uint32) (answer int32) {
	if g.spoilt {
		return int32(abi.Panicked)
	}
	defer func() {
		if recover() != nil {
			g.spoilt = true
			clear(g.buffer[:])
			answer = int32(abi.Panicked)
		}
	}()
	if n > abi.BufferSize {
		return int32(abi.CodeOf(abi.ErrTooLong))
	}
	in := int(n)
	if g.dirty > in {
		clear(g.buffer[in:g.dirty])
	}
	b, err := g.run(abi.Op(op), g.buffer[:in:in])
	if err == nil && len(b) > abi.BufferSize {
		err = abi.ErrTooLong
	}
	if err != nil {
		clear(g.buffer[:in])
		g.dirty = 0
		return int32(abi.CodeOf(err))
	}
	// Answers that were built in the buffer are in place already.
	if len(b) > 0 && &b[0] != &g.buffer[0] {
		copy(g.buffer[:], b)
	}
	if len(b) < in {
		clear(g.buffer[len(b):in])
	}
	g.dirty = len(b)
	if secret(abi.Op(op)) {
		scrub()
	}
	return int32(len(b))
}

// secret tells the operations after which nothing of what was done before may be
// left lying about: those that end a device's stay or hand out a report.
func secret(op abi.Op) bool {
	switch op {
	case abi.OpLoad, abi.OpReport, abi.OpAgain, abi.OpForget, abi.OpInfo, abi.OpClear, abi.OpReset,
		abi.OpErase, abi.OpExport, abi.OpImport:
		return true
	}
	return false
}

// run decodes the message, asks the device and returns the answer: a slice of
// the buffer's start, or another one.
func (g *guest) run(op abi.Op, in []byte) ([]byte, error) {
	answer := g.buffer[:0]
	switch op {
	case abi.OpPlan:
		return nil, g.usePlan(in)
	case abi.OpLoad:
		now, state, err := abi.ReadTimed(in)
		if err != nil {
			return nil, err
		}
		g.drop()
		loaded := g.device.Load(now, state)
		return append(answer, byte(loaded)), nil
	case abi.OpTrack:
		now, b, err := abi.ReadTimed(in)
		if err != nil {
			return nil, err
		}
		event, err := edge.DecodeEvent(b)
		if err != nil {
			return nil, err
		}
		return nil, g.device.Track(now, event)
	case abi.OpSave:
		if len(in) > 0 {
			return nil, abi.ErrMessage
		}
		return g.device.AppendState(answer), nil
	case abi.OpMeasure:
		now, err := abi.ReadTime(in)
		if err != nil {
			return nil, err
		}
		return g.measure(answer, now)
	case abi.OpReport, abi.OpAgain:
		m, err := abi.ReadReport(in)
		if err != nil {
			return nil, err
		}
		return g.report(answer, m, abi.Op(op) == abi.OpAgain)
	case abi.OpFrame:
		m, err := abi.ReadFrame(in)
		if err != nil {
			return nil, err
		}
		return g.frame(&m)
	case abi.OpForget:
		now, err := abi.ReadTime(in)
		if err != nil {
			return nil, err
		}
		g.drop()
		g.device.Forget(now)
		return g.device.AppendState(answer), nil
	case abi.OpInfo:
		if len(in) > 0 {
			return nil, abi.ErrMessage
		}
		return g.info(answer), nil
	case abi.OpClear:
		if len(in) > 0 {
			return nil, abi.ErrMessage
		}
		g.drop()
		return nil, nil
	case abi.OpReset:
		if len(in) > 0 {
			return nil, abi.ErrMessage
		}
		g.drop()
		g.device.Load(0, nil) // clears what the device computed with
		g.device, g.plan = edge.Device{}, nil
		return nil, nil
	case abi.OpPriors:
		return nil, g.device.UsePriors(in)
	case abi.OpChoose:
		m, err := abi.ReadChoose(in)
		if err != nil {
			return nil, err
		}
		return g.choose(answer, m)
	}
	if op >= abi.OpCatalogue && op <= abi.OpSurveys {
		return g.ask(op, in, answer)
	}
	return nil, abi.ErrOp
}
