package operation

import (
	"fmt"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// Shape is a plan for the bench: a few slots of some variants, counted site-wide.
type Shape struct{ Slots, Variants int }

// Cells of a measurement: present, the audience, and for each slot exposed, clicked
// and converted by variant and holdout.
func (s Shape) Cells() int { return 2 + 3*s.Slots*(s.Variants+1) }

// weight is the most ones of a measurement.
func (s Shape) weight() int { return 2 + 3*s.Slots }

// Size is the bytes of a report.
func (s Shape) Size() int {
	l := plan.Layout{Cells: s.Cells(), Weight: s.weight()}
	leader, helper := l.InputShareSizes(share.DefaultChunk(l.Cells, l.Weight))
	return report.HeadSize + 4 + seal.SealedSize(report.PlainHead+leader) + seal.SealedSize(report.PlainHead+helper)
}

// Batch is the shape of the batch of a million: 128 cells.
var Batch = Shape{3, 13}

// Bounds of a shape that a plan takes.
const (
	maxSlots    = 8
	maxVariants = 32
)

// Near returns the shape whose reports are nearest to so many bytes.
func Near(body int) Shape {
	best := Shape{1, 2}
	for slots := 1; slots <= maxSlots; slots++ {
		for variants := 2; variants <= maxVariants; variants++ {
			s := Shape{slots, variants}
			if s.Cells() <= plan.MaxCells && distance(s.Size(), body) < distance(best.Size(), body) {
				best = s
			}
		}
	}
	return best
}

func distance(a, b int) int { return max(a-b, b-a) }

// yaml is the shape's dunlin.yaml.
func (s Shape) yaml() []byte {
	var b strings.Builder
	b.WriteString("site: bench.example\ntimezone: UTC\nperiod: day\nserial: 1\nstarts: 2026-11-23\nends: 2026-11-25\n" +
		"budget: {epsilon: 1}\nconsent: ask\nsegments:\n  - name: everyone\nslots:\n")
	for i := range s.Slots {
		fmt.Fprintf(&b, "  slot%d:\n    goal: order\n    variants:\n", i)
		for v := range s.Variants {
			fmt.Fprintf(&b, "      variant%d: []\n", v)
		}
	}
	b.WriteString("metrics:\n  - audience\n")
	for i := range s.Slots {
		fmt.Fprintf(&b, "  - exposed: slot%d\n  - clicked: slot%[1]d\n  - converted: slot%[1]d\n", i)
	}
	return []byte(b.String())
}
