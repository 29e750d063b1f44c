package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Counters of a cell, in the order of the bytes.
const (
	countVisits = iota
	countViews
	countClicks
	countCarts
	countOrders
	countSearches
	countLikes // and the other acts, in plan's order
	countShares
	countComments
	countFollows
	countMedia
	countRefunds
	countAnswers
	countRevenue // minor units, at most MaxMoney
	numCounts
)

// Sums of a cell, in the order of the bytes. What is divided by one another has
// one half-life.
const (
	sumVisits = iota
	sumViewed
	sumDwelt // minutes
	sumPositive
	sumNegative
	sumJudged
	sumTier
	sumTierWeight
	sumGaps // days
	sumGapCount
	sumCSAT
	sumCSATCount
	sumOrders
	sumCoupons
	sumItems
	sumItemOrders
	sumRefunds
	sumPoints
	numSums
)

// sumLives are the sums' half-lives.
var sumLives = [numSums]uint8{
	sumVisits: life30, sumViewed: life30, sumDwelt: life30,
	sumPositive: life90, sumNegative: life90, sumJudged: life90, sumTier: life90, sumTierWeight: life90,
	sumGaps: life180, sumGapCount: life180, sumCSAT: life180, sumCSATCount: life180, sumOrders: life180, sumCoupons: life180,
	sumItems: life180, sumItemOrders: life180, sumRefunds: life180, sumPoints: life180,
}

// MaxOthers is how many other devices' cells a profile carries.
const MaxOthers = 3

// cell is what one device has counted. Each only grows, but for fading, so that of
// two copies of a cell the larger numbers are the later ones.
type cell struct {
	tag    uint64 // of the device among those whose profiles were joined; 0: none yet
	counts [numCounts]uint64
	sums   [numSums]uint32
}

// maxOf bounds a counter.
func maxOf(count int) uint64 {
	if count == countRevenue {
		return MaxMoney
	}
	return maxCount
}

// cells are this device's and the others'.
func (p *Profile) devices() []cell { return p.cells[:1+p.others] }

// up adds 1 to a counter of this device.
func (p *Profile) up(count int) { p.raise(count, 1) }

//go:noinline
func (p *Profile) raise(count int, by uint64) {
	c := &p.cells[0].counts[count]
	*c = min(*c+by, maxOf(count))
}

// count is what all devices have counted.
//
//go:noinline
func (p *Profile) count(count int) uint64 {
	total := uint64(0)
	for i := range p.devices() {
		total += p.cells[i].counts[count]
	}
	return min(total, maxOf(count))
}

// add adds an amount of now, in units of 1/decay.One, to a sum of this device.
func (p *Profile) add(sum int, amount uint32) { p.addAt(sum, p.Last, amount) }

// addAt adds an amount of an earlier instant.
//
//go:noinline
func (p *Profile) addAt(sum int, at plan.Time, amount uint32) {
	grow(&p.cells[0].sums[sum], int(sumLives[sum]), at, p.Last, amount)
}

// sum is that of all devices, at the last activity.
//
//go:noinline
func (p *Profile) sum(sum int) uint32 {
	total := uint32(0)
	for i := range p.devices() {
		total += p.cells[i].sums[sum] // at most 2^28 each
	}
	return total
}

// sum is what a sum is worth now, 1 for an amount of decay.One.
//
//go:noinline
func (v *View) sum(sum int) float64 {
	life := int(sumLives[sum])
	s := v.profile.sum(sum) >> halvings(life, v.profile.Last, v.now)
	return float64(factorAt(life, v.now).Read(s)) / decay.One
}

// leastWeight is how much of one observation must be left for a mean to be known:
// with less its last digits would be those of rounding.
const leastWeight = 1. / 16

// mean is one sum by another, between least and most.
//
//go:noinline
func (v *View) mean(of, by int, least, most float64) (float64, bool) {
	if v.sum(by) < leastWeight {
		return 0, false
	}
	// Both fade alike, so that their quotient at the last activity is that of now.
	m := float64(v.profile.sum(of)) / float64(v.profile.sum(by))
	return min(max(m, least), most), true
}

// join takes what another copy of the cell has more.
func (c *cell) join(o *cell) {
	for i, n := range o.counts {
		c.counts[i] = max(c.counts[i], n)
	}
	for i, s := range o.sums {
		c.sums[i] = max(c.sums[i], s)
	}
}
