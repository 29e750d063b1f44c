package profile

import "github.com/dunlin-analytics/dunlin/privacy/wire"

// ForgetLatest drops what the latest events were about.
func ForgetLatest(p *Profile) {
	for i := range p.interests.all() {
		p.interests.room[i].recent = 0
	}
}

// Read returns what Decode gives.
func Read(r *wire.Reader) (v Profile) {
	v.Decode(r)
	return v
}

// NearlyFull puts the counters of visits and views one below their bound.
func NearlyFull(p *Profile) {
	p.cells[0].counts[countVisits], p.cells[0].counts[countViews] = maxCount-1, maxCount-1
}
