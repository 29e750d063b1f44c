package cookiecats

import (
	"context"
	"fmt"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/device"
)

// Run makes each player a device of one period in the built module, has their reports sent,
// verified, summed and released. Options name the folder, the module and the progress of
// services; the plan is its own.
func Run(ctx context.Context, players []Player, o rig.Options, devices, prepare rig.Progress) (rig.Once, error) {
	o.PlanName, o.PlanYAML = "plans/cookiecats.yaml", plans.CookieCats
	once, err := rig.RunOnce(ctx, o, len(players), func(ctx context.Context, d *device.Device, i int, noon plan.Time) error {
		return live(ctx, d, players[i], noon)
	}, devices, prepare)
	if err == nil && len(once.Released.Cells) != Cells {
		err = fmt.Errorf("plans/cookiecats.yaml has %d cells, and %d are counted here", len(once.Released.Cells), Cells)
	}
	return once, err
}

// live tells a device a player's first week, which ends at the middle of the period.
func live(ctx context.Context, d *device.Device, p Player, noon plan.Time) error {
	installed := noon - 8*plan.Day
	// Indices as in plans/cookiecats.yaml.
	if err := d.Track(ctx, installed, edge.Event{Kind: plan.Assign, Arm: uint8(p.Arm)}); err != nil {
		return err
	}
	if p.Day1 {
		if err := d.Track(ctx, installed+plan.Day, edge.Event{Kind: plan.Custom, Event: 0}); err != nil {
			return err
		}
	}
	if p.Day7 {
		return d.Track(ctx, installed+7*plan.Day, edge.Event{Kind: plan.Custom, Event: 1})
	}
	return nil
}
