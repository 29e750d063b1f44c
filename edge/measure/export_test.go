package measure

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ReadMemory returns what Decode gives.
func ReadMemory(r *wire.Reader) (v Memory) {
	v.Decode(r)
	return v
}

// Die is that of a period whose first order was then and of that value.
func Die(of plan.Digest, period plan.Date, now plan.Time, minor int64) uint32 {
	return dieOf(&of, period, now, minor)
}

// Point rounds.
func Point(grid []uint32, minor uint64, die uint32) int { return point(grid, minor, die) }
