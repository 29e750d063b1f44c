package measure

import (
	"encoding/binary"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/sha256"
)

// earned is what a period's orders come to, by the plan's revenues.
type earned [plan.MaxRevenues]struct {
	minor uint64 // at most the grid's last point
	arm   uint8  // of the latest order
}

// dieLabel keeps the hash apart from others.
const dieLabel = "DLRV"

// Ordered takes in an order's value, in minor units, for the plan's revenues. Of a
// campaign, slot or list it counts for the arm that was exposed last, within the
// attribution window.
//
// The period's first order draws the die by which its sums are rounded: a hash of when it
// was and of what it came to, so that no two periods have the same but by chance, the
// period's later reports round as its first did, and the device keeps no secret for it.
func (r *Rules) Ordered(at Moment, minor int64) {
	l := at.Log
	if l == nil || minor <= 0 || len(r.plan.Revenues) == 0 {
		return
	}
	if l.die == 0 {
		l.die = dieOf(&l.plan, l.period, at.Now, minor)
	}
	for i := range r.plan.Revenues {
		s := &r.plan.Revenues[i]
		arm := 0
		if s.Of != plan.OfSite {
			g := group(s.Of - plan.OfCampaign)
			of := &r.sources[g][s.Source]
			e := r.creditable(&at.Memory.sources[g], of, at.Now)
			if e == nil {
				continue
			}
			arm = e.column.IndexOf(of.columns)
			if held, ok := r.plan.HoldoutArm(s); ok && at.Held.ofRevenue(s) {
				arm = held
			}
		}
		most := uint64(s.Grid[len(s.Grid)-1])
		l.earned[i].minor = min(l.earned[i].minor+min(uint64(minor), most), most)
		l.earned[i].arm = uint8(arm)
	}
}

func dieOf(of *plan.Digest, period plan.Date, now plan.Time, minor int64) uint32 {
	b := append(make([]byte, 0, len(dieLabel)+len(of)+24), dieLabel...)
	b = append(b, of[:]...)
	for _, v := range []int64{int64(period), int64(now), minor} {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	sum := sha256.Sum(b)
	return max(1, binary.BigEndian.Uint32(sum[:])) // 0 is none
}

// point rounds a value to a point of a grid, one of the two about it: with the die even
// between 0 and 2^32, the mean is the value. 0 is below the first point, i + 1 is grid[i].
func point(grid []uint32, minor uint64, die uint32) int {
	var low uint64
	for i, p := range grid {
		high := uint64(p)
		if minor < high {
			if uint64(die)*(high-low)>>32 < minor-low {
				return i + 1
			}
			return i
		}
		low = high
	}
	return len(grid)
}
