package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
)

// roles in the order in which they can be started: the leader hands its plans to the
// other two.
var roles = []string{"collector", "helper", "leader"}

// killer ends processes at random moments and starts them again.
type killer struct {
	services    *rig.Processes
	dice        *rand.Rand
	aggregating atomic.Bool   // the leader has something to do
	struck      atomic.Uint64 // odd while something is away
	kills       map[string]int
	busy        map[string]int // of those, while there was something for the role to do
	down        time.Duration  // the longest time from a kill to being open again
}

// victims draws who is killed: mostly those that work, and at times two at once.
func (k *killer) victims(uploading bool) []string {
	var from []string
	if uploading {
		from = append(from, "collector", "collector")
	}
	if k.aggregating.Load() {
		from = append(from, "collector", "helper", "helper", "leader", "leader")
	}
	if len(from) == 0 {
		from = roles
	}
	first := from[k.dice.IntN(len(from))]
	if k.dice.IntN(6) > 0 {
		return []string{first}
	}
	second := roles[k.dice.IntN(len(roles))]
	if second == first {
		return []string{first}
	}
	return []string{first, second}
}

// strike kills, waits a moment and starts again what was killed. It returns how many
// it killed, at most most.
func (k *killer) strike(ctx context.Context, uploading bool, most int) (n int, err error) {
	all := k.victims(uploading)
	all = all[:min(len(all), most)]
	return len(all), k.kill(all, uploading, func() error {
		return pause(ctx, time.Duration(k.dice.Int64N(int64(30*time.Millisecond))))
	})
}

// kill kills all of these, does meanwhile, and starts them again.
func (k *killer) kill(all []string, uploading bool, meanwhile func() error) error {
	k.struck.Add(1)
	defer k.struck.Add(1)
	from := time.Now()
	for _, role := range all {
		if err := k.services.Kill(role); err != nil {
			return err
		}
		k.kills[role]++
		if k.aggregating.Load() || uploading && role == "collector" {
			k.busy[role]++
		}
	}
	if err := meanwhile(); err != nil {
		return err
	}
	for _, role := range roles {
		if !slices.Contains(all, role) {
			continue
		}
		if err := k.services.Start(role); err != nil {
			return fmt.Errorf("after a kill: %w", err)
		}
	}
	k.down = max(k.down, time.Since(from))
	return nil
}

// under strikes n times while a load of total reports goes on: once at a random moment
// of each nth part of it.
func (k *killer) under(ctx context.Context, g *gate, total, n int) error {
	for done := 0; done < n; {
		from, to := total*done/n, total*(done+1)/n
		g.open(to)
		if err := g.reached(ctx, from+1+k.dice.IntN(max(1, (to-from)*9/10))); err != nil {
			return err
		}
		if err := pause(ctx, time.Duration(k.dice.Int64N(int64(20*time.Millisecond)))); err != nil {
			return err
		}
		struck, err := k.strike(ctx, true, n-done)
		if done += struck; err != nil {
			return err
		}
	}
	g.open(total)
	return nil
}

// idle strikes up to n times while the leader has something to do, and returns how
// many of them are left.
func (k *killer) idle(ctx context.Context, n int) (left int, err error) {
	for left = n; left > 0; {
		err := pause(ctx, time.Duration(k.dice.Int64N(int64(400*time.Millisecond))))
		if errors.Is(err, context.Canceled) {
			return left, nil
		}
		struck, err := k.strike(context.WithoutCancel(ctx), false, left)
		if left -= struck; err != nil {
			return left, err
		}
	}
	return left, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
