package soak

import (
	"context"
	"sync"
)

// gate lets so many reports through and holds the others back, so that a load lasts
// as long as the kills that it is under.
type gate struct {
	mu      sync.Mutex
	moved   *sync.Cond
	entered int
	limit   int
}

func newGate() *gate {
	g := &gate{}
	g.moved = sync.NewCond(&g.mu)
	return g
}

// enter waits until this one may pass.
func (g *gate) enter(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.entered++
	g.moved.Broadcast()
	n := g.entered
	return g.until(ctx, func() bool { return n <= g.limit })
}

// open lets n pass in all.
func (g *gate) open(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.limit = n
	g.moved.Broadcast()
}

// reached waits until n have come.
func (g *gate) reached(ctx context.Context, n int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.until(ctx, func() bool { return g.entered >= n })
}

func (g *gate) until(ctx context.Context, done func() bool) error {
	defer context.AfterFunc(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.moved.Broadcast()
	})()
	for !done() {
		if err := ctx.Err(); err != nil {
			return err
		}
		g.moved.Wait()
	}
	return nil
}
