package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// ErrTrapped: the instance failed inside and was dropped. Ask the Engine for
// another, and load the state last saved.
var ErrTrapped = errors.New("wasm/device: the instance trapped and was dropped")

// Device is one running instance of the module. It is one device at a time: Load
// replaces everything of the one before, so an instance serves many in turn. Its
// methods are package edge's, over the boundary of package abi, and return
// edge's own errors. Not safe for concurrent use.
type Device struct {
	module api.Module
	memory api.Memory
	call   api.Function
	buffer uint32
	stack  [2]uint64
	gone   error // why no further call is answered
}

// message returns the empty start of the module's buffer. The view is made anew
// for each call, because memory that grows moves.
func (d *Device) message() []byte {
	if d.gone != nil {
		return nil
	}
	b, _ := d.memory.Read(d.buffer, abi.BufferSize)
	return b[:0]
}

// run calls op with the message m, which was appended to message(). The answer
// is a view of the buffer, good until the next call.
func (d *Device) run(ctx context.Context, op abi.Op, m []byte) ([]byte, error) {
	if d.gone != nil {
		return nil, d.gone
	}
	if len(m) > abi.BufferSize {
		return nil, abi.ErrTooLong
	}
	d.stack = [2]uint64{uint64(op), uint64(len(m))}
	if err := d.call.CallWithStack(ctx, d.stack[:]); err != nil {
		return nil, d.drop(ctx, err)
	}
	n := api.DecodeI32(d.stack[0])
	if n < 0 {
		err := abi.ErrorOf(abi.Code(n))
		if abi.Code(n) == abi.Panicked {
			err = d.drop(ctx, err)
		}
		return nil, err
	}
	answer, ok := d.memory.Read(d.buffer, uint32(n))
	if !ok || n > abi.BufferSize {
		return nil, d.drop(ctx, abi.ErrTooLong)
	}
	return answer, nil
}

func (d *Device) drop(ctx context.Context, why error) error {
	d.gone = ErrTrapped
	return errors.Join(fmt.Errorf("%w: %w", ErrTrapped, why), d.module.Close(ctx))
}

// Close ends the instance and frees its memory.
func (d *Device) Close(ctx context.Context) error {
	if d.gone != nil {
		return nil
	}
	d.gone = errors.New("wasm/device: the instance was closed")
	return d.module.Close(ctx)
}

// Memory returns the size of the instance's linear memory in bytes, which only
// ever grows.
func (d *Device) Memory() int {
	if d.gone != nil {
		return 0
	}
	return int(d.memory.Size())
}

// UsePlan hands over published plan bytes. The caller has verified the privacy
// officer's signature (planfile.Verify); the module computes the digest itself.
func (d *Device) UsePlan(ctx context.Context, published []byte) error {
	if len(published) > plan.MaxPlan {
		return plan.ErrTooLarge
	}
	_, err := d.run(ctx, abi.OpPlan, append(d.message(), published...))
	return err
}

// Load makes the instance the device whose state this is; nil for a new one.
func (d *Device) Load(ctx context.Context, now plan.Time, state []byte) (edge.Loaded, error) {
	b, err := d.run(ctx, abi.OpLoad, append(abi.AppendTime(d.message(), now), state...))
	if err != nil {
		return 0, err
	}
	return edge.Loaded(b[0]), nil
}

// Track tells the device of an event.
func (d *Device) Track(ctx context.Context, now plan.Time, e edge.Event) error {
	_, err := d.run(ctx, abi.OpTrack, edge.AppendEvent(abi.AppendTime(d.message(), now), e))
	return err
}

// UsePriors hands over published priors, for choices under the plan in force.
func (d *Device) UsePriors(ctx context.Context, published []byte) error {
	if len(published) > choose.MaxPriors {
		return choose.ErrPriors
	}
	_, err := d.run(ctx, abi.OpPriors, append(d.message(), published...))
	return err
}

// Choose picks what a place shows and writes to out what it is and why. The state
// changes: store it before the page goes.
func (d *Device) Choose(ctx context.Context, now plan.Time, place choose.Place, out *choose.Decision) error {
	m := abi.ChooseMessage{Now: now, Place: place}
	b, err := d.run(ctx, abi.OpChoose, m.Append(d.message()))
	if err != nil {
		return err
	}
	return abi.ReadDecision(b, out)
}

// AppendState appends the device's state, to be stored and loaded.
func (d *Device) AppendState(ctx context.Context, b []byte) ([]byte, error) {
	state, err := d.run(ctx, abi.OpSave, nil)
	return append(b, state...), err
}

// Measurement returns the period's vector; ok is false when there is none.
func (d *Device) Measurement(ctx context.Context, now plan.Time) (cells []bool, ok bool, err error) {
	b, err := d.run(ctx, abi.OpMeasure, abi.AppendTime(d.message(), now))
	if err != nil || len(b) == 0 {
		return nil, false, err
	}
	cells = make([]bool, len(b))
	for i, v := range b {
		cells[i] = v == 1
	}
	return cells, true, nil
}

// Forget erases the profile and returns the state that must be stored in place
// of the old one: the ledger and what else guards against sending twice.
func (d *Device) Forget(ctx context.Context, now plan.Time) (state []byte, err error) {
	b, err := d.run(ctx, abi.OpForget, abi.AppendTime(d.message(), now))
	return append([]byte(nil), b...), err
}

// Info returns what the module says of itself and of its plan.
func (d *Device) Info(ctx context.Context) (abi.Info, error) {
	b, err := d.run(ctx, abi.OpInfo, nil)
	if err != nil {
		return abi.Info{}, err
	}
	return abi.ReadInfo(b)
}

// Clear overwrites the last message and answer in the instance's memory.
func (d *Device) Clear(ctx context.Context) error {
	_, err := d.run(ctx, abi.OpClear, nil)
	return err
}

// Reset makes the instance as it was when new: no plan, no device. It is needed
// before a plan with a lower serial than the one in force.
func (d *Device) Reset(ctx context.Context) error {
	_, err := d.run(ctx, abi.OpReset, nil)
	return err
}
