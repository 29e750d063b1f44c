package simulate

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/wasm/device"
)

// Device is one device at a time, native or in the module; Load replaces it.
type Device interface {
	UsePriors(ctx context.Context, published []byte) error
	Load(ctx context.Context, now plan.Time, state []byte) (edge.Loaded, error)
	Track(ctx context.Context, now plan.Time, e edge.Event) error
	Choose(ctx context.Context, now plan.Time, place choose.Place, d *choose.Decision) error
	UseCatalogue(ctx context.Context, list int, catalogue []byte) error
	Recommend(ctx context.Context, now plan.Time, a edge.Ask, out *[]recommend.Pick) error
	Reach(ctx context.Context, now plan.Time, message int) (reach.Answer, error)
	AppendSurveys(ctx context.Context, now plan.Time, exit bool, dst []byte) ([]byte, error)
	Measurement(ctx context.Context, now plan.Time) (cells []bool, ok bool, err error)
	AppendState(ctx context.Context, b []byte) ([]byte, error)
	// SealedReport returns the report to send and the state to store before that.
	SealedReport(ctx context.Context, now, collector plan.Time, seal device.Sealer) (sealed, state []byte, err error)
	Close(ctx context.Context) error
}

// Dice is the randomness of a simulated device: system randomness, but where
// Fix makes it a visitor's own, so that a population chooses the same at each run.
// It is no source for real visitors.
type Dice struct {
	System io.Reader
	fixed  *rand.ChaCha8
}

// Read reads from whichever source is in force.
func (d *Dice) Read(p []byte) (int, error) {
	if d.fixed != nil {
		return d.fixed.Read(p)
	}
	return io.ReadFull(d.System, p)
}

// Fix makes the following numbers a function of seed and visitor alone.
func (d *Dice) Fix(seed uint64, visitor int) {
	var key [32]byte
	n := copy(key[:], "simulated visitor")
	binary.BigEndian.PutUint64(key[n:], seed)
	// The seed's bytes end before 32 - 4 - 3: 25 of 32 are used, then the visitor.
	binary.BigEndian.PutUint32(key[28:], uint32(visitor))
	d.fixed = rand.NewChaCha8(key)
}

// Free puts system randomness into force again.
func (d *Dice) Free() { d.fixed = nil }

// native is package edge's device itself.
type native struct {
	edge.Device
	dice *Dice
	out  edge.Outgoing
	to   [2]plan.Recipient
}

// Native returns a device of package edge under a plan.
func Native(published []byte, dice *Dice) (Device, error) {
	n := &native{dice: dice}
	if err := n.UsePlan(published); err != nil {
		return nil, err
	}
	p, _ := n.Plan()
	n.to = [2]plan.Recipient{p.Leader, p.Helper}
	return n, nil
}

// NativeUnder makes devices of package edge under a plan, for a Crowd.
func NativeUnder(published []byte) func(context.Context, *Dice) (Device, error) {
	return func(_ context.Context, dice *Dice) (Device, error) { return Native(published, dice) }
}

func (n *native) UsePriors(_ context.Context, published []byte) error {
	return n.Device.UsePriors(published)
}

func (n *native) Load(_ context.Context, now plan.Time, state []byte) (edge.Loaded, error) {
	return n.Device.Load(now, state), nil
}

func (n *native) Track(_ context.Context, now plan.Time, e edge.Event) error {
	return n.Device.Track(now, e)
}

func (n *native) Choose(_ context.Context, now plan.Time, place choose.Place, d *choose.Decision) error {
	return n.Device.Choose(now, place, n.dice, d)
}

func (n *native) UseCatalogue(_ context.Context, list int, catalogue []byte) error {
	return n.Device.UseCatalogue(list, catalogue)
}

func (n *native) Recommend(_ context.Context, now plan.Time, a edge.Ask, out *[]recommend.Pick) error {
	return n.Device.Recommend(now, a, n.dice, out)
}

func (n *native) Reach(_ context.Context, now plan.Time, message int) (out reach.Answer, err error) {
	err = n.Device.Reach(now, message, n.dice, &out)
	return out, err
}

func (n *native) AppendSurveys(_ context.Context, now plan.Time, exit bool, dst []byte) ([]byte, error) {
	return n.Device.AppendSurveys(now, exit, dst)
}

func (n *native) Measurement(_ context.Context, now plan.Time) ([]bool, bool, error) {
	cells, ok := n.Device.Measurement(now)
	return cells, ok, nil
}

func (n *native) AppendState(_ context.Context, b []byte) ([]byte, error) {
	return n.Device.AppendState(b), nil
}

func (n *native) SealedReport(_ context.Context, now, collector plan.Time, seal device.Sealer) (sealed, state []byte, err error) {
	if err := n.Report(now, collector, n.dice, &n.out); err != nil {
		return nil, nil, err
	}
	defer n.out.Wipe()
	state = n.Device.AppendState(nil)
	r := report.Report{Head: n.out.Head}
	if r.Leader, err = seal(report.Leader, n.to[0], n.out.Leader); err != nil {
		return nil, state, fmt.Errorf("seal the leader's share: %w", err)
	}
	if r.Helper, err = seal(report.Helper, n.to[1], n.out.Helper); err != nil {
		return nil, state, fmt.Errorf("seal the helper's share: %w", err)
	}
	sealed, err = r.Append(nil)
	return sealed, state, err
}

func (n *native) Close(context.Context) error { return nil }

// module is a device in the built module, with an engine of its own, because an
// engine's instances share their randomness.
type module struct {
	*device.Device
	engine *device.Engine
}

// Module returns a device in the built module under a plan.
func Module(ctx context.Context, wasm, published []byte, dice *Dice) (Device, error) {
	engine, err := device.Open(ctx, wasm, device.Options{Rand: dice})
	if err != nil {
		return nil, err
	}
	d, err := engine.Instance(ctx)
	if err != nil {
		return nil, errors.Join(err, engine.Close(ctx))
	}
	m := &module{d, engine}
	if err := d.UsePlan(ctx, published); err != nil {
		return nil, errors.Join(err, m.Close(ctx))
	}
	return m, nil
}

func (m *module) Close(ctx context.Context) error {
	return errors.Join(m.Device.Close(ctx), m.engine.Close(ctx))
}
