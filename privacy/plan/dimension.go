package plan

import "github.com/dunlin-analytics/dunlin/privacy/wire"

// Moment is when in a period a device is sorted.
type Moment byte

// AtStart is the period's first activity, as of segments; AtEnd its last: of revisions of a
// report the last one counts.
const (
	AtStart Moment = 1
	AtEnd   Moment = 2
)

// Dimension sorts devices by what their profile knows, into the first bin whose rule
// matches. docs/plan.md says how it is counted.
type Dimension struct {
	Name   string
	At     Moment
	Within uint8     // periods, 1 to 28: for how long Returned looks back
	Bins   []Segment // 2 to MaxBins; the last has no rule
}

// sorted tells whether the plan has anything that format 3 cannot say.
func (p *Plan) sorted() bool {
	if len(p.Dimensions) > 0 || len(p.Revenues) > 0 {
		return true
	}
	for _, m := range p.Metrics {
		if m.Kind > SurveyAnswers {
			return true
		}
	}
	return false
}

// DimensionExtent returns what rules of dimensions may name: beside what segments may, what
// is known of the period itself.
func (p *Plan) DimensionExtent() Extent {
	x := p.Extent(false)
	x.Period, x.Stages = true, len(p.Stages)
	return x
}

func (p *Plan) checkDimensions() error {
	if len(p.Dimensions) > MaxDimensions {
		return ErrDevice
	}
	x := p.DimensionExtent()
	for i := range p.Dimensions {
		d := &p.Dimensions[i]
		if d.At < AtStart || d.At > AtEnd || d.Within < 1 || d.Within > 28 || len(d.Bins) < 2 || len(d.Bins) > MaxBins {
			return ErrDevice
		}
		for b, bin := range d.Bins {
			if last := b == len(d.Bins)-1; last != (len(bin.Rule) == 0) || !last && CheckRule(bin.Rule, x) != nil {
				return ErrDevice
			}
		}
	}
	return nil
}

func (p *Plan) appendDimensions(b []byte) []byte {
	b = wire.AppendUvarint(b, uint64(len(p.Dimensions)))
	for i := range p.Dimensions {
		d := &p.Dimensions[i]
		b = append(wire.AppendString(b, d.Name), byte(d.At), d.Within)
		b = appendSegments(b, d.Bins)
	}
	return b
}

func (p *Plan) readDimensions(r *wire.Reader) {
	for range r.Count(MaxDimensions) {
		p.Dimensions = append(p.Dimensions, Dimension{
			Name: r.String(MaxName), At: Moment(r.Byte()), Within: r.Byte(), Bins: readSegments(r, MaxBins),
		})
	}
}
