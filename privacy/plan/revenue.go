package plan

import (
	"strconv"

	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Earner is what a revenue is of.
type Earner byte

// OfSite is all of a period's orders; of a campaign, slot or list those within the
// attribution window of its last exposure.
const (
	OfSite     Earner = 0
	OfCampaign Earner = 1
	OfSlot     Earner = 2
	OfList     Earner = 3
)

// Revenue is the value of a period's orders, for a metric that counts it on a grid: a
// device is in the column of one of the two points about its value, which one by a die
// that makes the sum of points over devices right in the mean (PRIVACY.md section 6).
type Revenue struct {
	Name   string
	Of     Earner
	Source uint8    // index of the campaign, slot or list
	Grid   []uint32 // 1 to MaxGrid, ascending, minor units; a value above the last counts as the last
}

// Arms returns how many arms, variants or the like a revenue is apart by, that of the
// holdout counted; 1 where it is the site's.
func (p *Plan) Arms(r *Revenue) int {
	if r.Of == OfSite {
		return 1
	}
	return p.Columns(r.exposed())
}

// Arm names an arm of a revenue; the empty string for the site's.
func (p *Plan) Arm(r *Revenue, arm int) string {
	if r.Of == OfSite {
		return ""
	}
	return p.Column(r.exposed(), arm)
}

// Earner names the campaign, slot or list that a revenue is of; the empty string for the site.
func (p *Plan) Earner(r *Revenue) string {
	switch r.Of {
	case OfCampaign:
		return p.Campaigns[r.Source].Name
	case OfSlot:
		return p.Slots[r.Source].Name
	case OfList:
		return p.Lists[r.Source].Name
	}
	return ""
}

// HoldoutArm returns the arm of devices of the holdout; ok is false if it has none.
func (p *Plan) HoldoutArm(r *Revenue) (arm int, ok bool) {
	if r.Of == OfSite {
		return 0, false
	}
	return p.Holdout(r.exposed())
}

// exposed is the metric whose columns a revenue's arms are.
func (r *Revenue) exposed() Metric {
	return Metric{Kind: [...]MetricKind{OfCampaign: CampaignExposed, OfSlot: SlotExposed, OfList: ListExposed}[r.Of], Source: r.Source}
}

// column names a column of a metric of a revenue: the arm and the point of the grid.
func (p *Plan) revenueColumn(r *Revenue, column int) string {
	point := Money(r.Grid[column%len(r.Grid)])
	if arm := p.Arm(r, column/len(r.Grid)); arm != "" {
		return arm + " " + point
	}
	return point
}

// Money writes minor units: 4990 is 49.90, 5000 is 50.
func Money(minor uint32) string {
	whole, cents := uint64(minor/100), uint64(minor%100)
	out := strconv.FormatUint(whole, 10)
	if cents == 0 {
		return out
	}
	return out + "." + strconv.FormatUint(100+cents, 10)[1:]
}

func (p *Plan) checkRevenues() error {
	if len(p.Revenues) > MaxRevenues {
		return ErrDevice
	}
	for i := range p.Revenues {
		r := &p.Revenues[i]
		sources := 1
		switch r.Of {
		case OfSite:
		case OfCampaign:
			sources = len(p.Campaigns)
		case OfSlot:
			sources = len(p.Slots)
		case OfList:
			sources = len(p.Lists)
		default:
			return ErrDevice
		}
		if int(r.Source) >= sources || len(r.Grid) == 0 || len(r.Grid) > MaxGrid {
			return ErrDevice
		}
		for k, point := range r.Grid {
			if point == 0 || point > MaxPoint || k > 0 && point <= r.Grid[k-1] {
				return ErrDevice
			}
		}
	}
	return nil
}

func (p *Plan) appendRevenues(b []byte) []byte {
	b = wire.AppendUvarint(b, uint64(len(p.Revenues)))
	for i := range p.Revenues {
		r := &p.Revenues[i]
		b = append(wire.AppendString(b, r.Name), byte(r.Of), r.Source)
		b = wire.AppendUvarint(b, uint64(len(r.Grid)))
		for _, point := range r.Grid {
			b = wire.AppendUvarint(b, uint64(point))
		}
	}
	return b
}

func (p *Plan) readRevenues(r *wire.Reader) {
	for range r.Count(MaxRevenues) {
		one := Revenue{Name: r.String(MaxName), Of: Earner(r.Byte()), Source: r.Byte()}
		for range r.Count(MaxGrid) {
			one.Grid = append(one.Grid, uint32(r.Max(MaxPoint)))
		}
		p.Revenues = append(p.Revenues, one)
	}
}
