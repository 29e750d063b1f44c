package device

import (
	"context"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// UseCatalogue hands over a catalogue for a list of the plan in force.
func (d *Device) UseCatalogue(ctx context.Context, list int, catalogue []byte) error {
	_, err := d.run(ctx, abi.OpCatalogue, append(append(d.message(), byte(list)), catalogue...))
	return err
}

// Recommend writes to out the items that a list shows, and why.
func (d *Device) Recommend(ctx context.Context, now plan.Time, a edge.Ask, out *[]recommend.Pick) error {
	m := abi.RecommendMessage{Now: now, Ask: a}
	b, err := d.run(ctx, abi.OpRecommend, m.Append(d.message()))
	if err != nil {
		return err
	}
	*out, err = abi.ReadPicks(b, *out)
	return err
}

// Reach says by which channel and when a message best reaches the visitor.
func (d *Device) Reach(ctx context.Context, now plan.Time, message int) (reach.Answer, error) {
	b, err := d.run(ctx, abi.OpReach, abi.AppendAt(d.message(), now, byte(message)))
	if err != nil {
		return reach.Answer{}, err
	}
	return abi.ReadAnswer(b)
}

// AppendSurveys appends the surveys that may be asked now, one byte each.
func (d *Device) AppendSurveys(ctx context.Context, now plan.Time, exit bool, dst []byte) ([]byte, error) {
	which := byte(0)
	if exit {
		which = 1
	}
	b, err := d.run(ctx, abi.OpSurveys, abi.AppendAt(d.message(), now, which))
	return append(dst, b...), err
}

// Facts returns what rules see of the visitor, as edge.Device.AppendFacts writes it.
func (d *Device) Facts(ctx context.Context, now plan.Time) ([]byte, error) {
	b, err := d.run(ctx, abi.OpFacts, abi.AppendTime(d.message(), now))
	return append([]byte(nil), b...), err
}

// Erase erases what a variable rests on, and returns the state to be stored.
func (d *Device) Erase(ctx context.Context, now plan.Time, variable int) (state []byte, err error) {
	b, err := d.run(ctx, abi.OpErase, abi.AppendAt(d.message(), now, byte(variable)))
	return append([]byte(nil), b...), err
}

// Budget returns what was spent of the privacy budget.
func (d *Device) Budget(ctx context.Context, now plan.Time) (edge.Budget, error) {
	b, err := d.run(ctx, abi.OpBudget, abi.AppendTime(d.message(), now))
	if err != nil {
		return edge.Budget{}, err
	}
	return abi.ReadBudget(b)
}

// Export returns what another device of the visitor may Import. The state may change:
// store it before the bytes leave.
func (d *Device) Export(ctx context.Context, now plan.Time) ([]byte, error) {
	b, err := d.run(ctx, abi.OpExport, abi.AppendTime(d.message(), now))
	return append([]byte(nil), b...), err
}

// Import takes in what another device exported, and returns the state to be stored.
func (d *Device) Import(ctx context.Context, now plan.Time, carried []byte) (state []byte, err error) {
	b, err := d.run(ctx, abi.OpImport, append(abi.AppendTime(d.message(), now), carried...))
	return append([]byte(nil), b...), err
}
