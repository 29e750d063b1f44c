package demo

import (
	"context"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/service"
)

// helm steers the demo's leader, which takes its steps when it is told to: here with each
// order, so that the shop shows what it did.
type helm struct {
	service.Helm
	rig *rig.Rig
}

// Give keeps an order and has the leader act on it.
func (h helm) Give(o steer.Order) (steer.Order, error) {
	o, err := h.Helm.Give(o)
	if err != nil {
		return o, err
	}
	// What ends the request must not end the step.
	if _, err := h.rig.Step(context.Background(), nil); err != nil {
		return o, fmt.Errorf("the order is kept, and the leader failed to act on it: %w", err)
	}
	return o, nil
}
