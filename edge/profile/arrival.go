package profile

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Arrival is what a page tells of how the visitor came to it: indices of
// plan.ChannelTexts, plan.DeviceTexts and plan.RegionTexts, the group of the entry
// page + 1 (0 none), and the visitor's own time in minutes east of UTC.
type Arrival struct {
	Channel, Device, Region, Page uint8
	Offset                        int16
}

// MaxOffset bounds an Arrival's Offset on both sides.
const MaxOffset = 840

type arrival struct {
	known                   bool
	channel, device, region uint8
	page                    Key // of the group's name, 0 none
	offset                  int16
}

// Arrive keeps how the visitor came, after Touch. An index beyond its texts, or an
// offset beyond MaxOffset, changes nothing.
func (p *Profile) Arrive(n *Names, a Arrival) {
	if a.Channel >= plan.Channels || a.Device >= plan.Devices || a.Region >= plan.Regions ||
		int(a.Page) > len(n.pages) || a.Offset < -MaxOffset || a.Offset > MaxOffset {
		return
	}
	first := !p.arrival.known
	p.arrival = arrival{known: true, channel: a.Channel, device: a.Device, region: a.Region, offset: a.Offset}
	if a.Page > 0 {
		p.arrival.page = n.pages[a.Page-1]
	}
	if first { // Touch could not know which hour it was
		p.hours.add(p.hourOf(p.Last), p.Last)
	}
}

// weekHours is the hours of a week.
const weekHours = 7 * 24

// hourOf is the hour of the week in the visitor's own time, 0 the one that Monday
// begins with; before the first Arrival in UTC.
func (p *Profile) hourOf(at plan.Time) int {
	// 1970 began on a Thursday, three days into the week; another week keeps it above 0.
	local := int64(at) + int64(p.arrival.offset)*plan.Minute + (7+3)*plan.Day
	return int(local / plan.Hour % weekHours)
}

// Local returns the hour of the day, 0 to 23, and the day of the week, Monday 1, in
// the visitor's own time; ok is false before the first Arrival.
func (v View) Local() (hour, weekday int, ok bool) {
	h := v.profile.hourOf(v.now)
	return h % 24, h/24 + 1, v.profile.arrival.known
}

// scenario is the index in plan.ScenarioTexts.
func (v *View) scenario() int {
	at := v.profile.hourOf(v.now)
	hour, weekday := at%24, at/24
	weekend, part := 0, 3 // night
	if weekday >= 5 {
		weekend = 1
	}
	switch {
	case hour < 6:
	case hour < 10:
		part = 0
	case hour < 18:
		part = 1
	case hour < 23:
		part = 2
	}
	return (weekend*4+part)*3 + int(v.profile.arrival.device)
}

// hours are how often there was an activity in each hour of the visitor's week, in
// units of 1/16, of a half-life of 28 days. One hour counts once, however much was
// done in it: a visitor who comes in the same hour every week has 6.3 there.
type hours [weekHours]uint8

const hourUnit = 16

func (h *hours) add(hour int, now plan.Time) {
	one := (uint64(factorAt(life28, now))*hourUnit + 1<<29) >> 30
	h[hour] = uint8(min(uint64(h[hour])+one, 255))
}

func (h *hours) move(m *move) {
	for i, n := range h {
		if n > 0 {
			h[i] = uint8(min(m.sum(life28, uint32(n)), 255))
		}
	}
}

// HourWeight returns how many times there was an activity in an hour of the
// visitor's week, 0 to 167 from Monday's first on, each fading with a half-life of
// 28 days; never above 16.
func (v View) HourWeight(hour int) float64 {
	n := uint32(v.profile.hours[hour]) << 12 // of decay.One, so that little is rounded
	n >>= halvings(life28, v.profile.Last, v.now)
	return float64(factorAt(life28, v.now).Read(n)) / (hourUnit << 12)
}

// usualHour is the hour of the day of most weight over the week, the earliest of several.
func (v *View) usualHour() (hour int, ok bool) {
	most := 0
	for h := range 24 {
		sum := 0
		for day := range 7 {
			sum += int(v.profile.hours[day*24+h])
		}
		if sum > most {
			hour, most = h, sum
		}
	}
	return hour, most>>halvings(life28, v.profile.Last, v.now) > 0
}
