package profile_test

import (
	"math"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// full is a plan with something of everything that a profile knows.
var full = &plan.Plan{
	Topics: []string{"x", "y", "z"}, Payments: []string{"card", "transfer", "wallet"}, Pages: []string{"home", "offer"},
	Skills:  []string{"adding", "reading"},
	Surveys: []plan.Survey{{Name: "happy", Kind: plan.CSAT}, {Name: "again", Kind: plan.NPS}},
	Attributes: []plan.Attribute{{Name: "member", Type: plan.Flag},
		{Name: "age_band", Type: plan.Choice, Values: []string{"young", "old"}}},
}

var fullNames = profile.NamesOf(full)

// model is doc.go read as a specification, in floating point over the whole history: it
// keeps every amount for ever, each with the time that had passed when it came.
type model struct {
	raw     []plan.Time // clock of each activity, as given
	passed  float64     // seconds; a clock set back lets none pass
	amounts []amount
	counts  map[int]float64 // by variable
	starts  []int           // activities that opened a visit
	orders  []known
	arrival *profile.Arrival
	pages   float64
	nps     float64
	skills  map[int]*[2]float64 // attempts, ability
	asked   map[int][2]int      // activity, times
}

type amount struct {
	of     string
	is     float64
	passed float64
	days   float64 // half-life
}

// known is an order as it was said to be when activity by came.
type known struct {
	at    plan.Time
	minor int64
	by    int
}

// seen is when something of an instant happened as it must be believed now: no later
// than any activity since.
func (m *model) seen(at plan.Time, by int) plan.Time {
	for _, raw := range m.raw[by:] {
		at = min(at, raw)
	}
	return at
}

func (m *model) start(visit int) plan.Time { return m.seen(m.raw[m.starts[visit]], m.starts[visit]) }

func (m *model) touch(now plan.Time) {
	last := now
	if len(m.raw) > 0 {
		last = m.raw[len(m.raw)-1]
		m.passed += float64(max(0, now-last))
	}
	opens := len(m.raw) == 0 || now-last >= 1800
	if opens && len(m.starts) > 1 {
		k := len(m.starts) - 1
		if gap := m.start(k)/86400 - m.start(k-1)/86400; gap > 0 {
			m.add("gap", float64(min(gap, 400)), 180)
			m.add("gaps", 1, 180)
		}
	}
	m.raw = append(m.raw, now)
	if opens {
		m.starts = append(m.starts, len(m.raw)-1)
		m.counts[plan.VarVisits]++
		m.add("visits", 1, 30)
		m.pages = 0
	}
	if m.arrival != nil && (opens || m.hour(now) != m.hour(min(last, now))) {
		m.add(hourName(m.hour(now)), 1, 28)
	}
}

func (m *model) hour(at plan.Time) int {
	local := float64(at) + 60*float64(m.arrival.Offset)
	return int(math.Mod(math.Floor(local/3600)+72+168, 168)) // 1970 began on a Thursday
}

func hourName(hour int) string { return "hour" + string(rune('A'+hour/24)) + string(rune('a'+hour%24)) }

func (m *model) add(of string, is, days float64) {
	m.amounts = append(m.amounts, amount{of, is, m.passed, days})
}

// at is what all amounts of a kind are worth ahead seconds from now.
func (m *model) at(of string, ahead plan.Time) (sum float64) {
	for _, a := range m.amounts {
		if a.of == of {
			sum += a.is * math.Exp2((a.passed-m.passed-float64(ahead))/a.days/86400)
		}
	}
	return sum
}

func (m *model) tier(weight float64, tier uint8, fade func(days float64) float64) {
	if tier > 0 {
		m.add("tier", weight*float64(tier)*fade(90), 90)
		m.add("tiers", weight*fade(90), 90)
	}
}

// bought is an order of an age in seconds.
func (m *model) bought(b profile.Purchase, at plan.Time, age float64) {
	fade := func(days float64) float64 { return math.Exp2(-age / days / 86400) }
	m.orders = append(m.orders, known{at, b.Minor, len(m.raw) - 1})
	m.add("orders", fade(180), 180)
	if b.Discount > 0 {
		m.add("coupons", fade(180), 180)
	}
	if b.Quantity > 0 {
		m.add("items", float64(b.Quantity)*fade(180), 180)
		m.add("told", fade(180), 180)
	}
	tier := b.Tier
	if tier == 0 {
		tier = 2
	}
	m.add("points", float64(max(1, min(b.Quantity, 20)))*float64(tier)*fade(180), 180)
	m.tier(8, b.Tier, fade)
	if b.Payment > 0 {
		m.add(full.Payments[b.Payment-1], fade(180), 180)
	}
}

// ratio is one kind of amounts by another, near if it hangs on the last digits whether
// it is known.
func (m *model) ratio(of, by string, ahead plan.Time) (v float64, ok, near bool) {
	weight := m.at(by, ahead)
	return m.at(of, ahead) / weight, weight >= 1./16, math.Abs(weight-1./16) < 1./256
}

// value is a variable ahead seconds after the last activity; near says that the last
// digits decide it.
func (m *model) value(index int, ahead plan.Time) (v float64, ok, near bool) {
	now := m.raw[len(m.raw)-1] + ahead
	visits := len(m.starts)
	days := func(from, to plan.Time) float64 { return math.Floor(float64(to-from) / 86400) }
	levels := func(v float64, least ...float64) (float64, bool) {
		level, near := 1., false
		for _, l := range least {
			if v >= l {
				level++
			}
			near = near || math.Abs(v-l) < .02
		}
		return level, near
	}
	latest := plan.Time(-1)
	var value int64
	tie := false // a clock set back made two orders one instant's
	for _, o := range m.orders {
		at := m.seen(o.at, o.by)
		tie = tie && at <= latest || at == latest
		if at >= latest {
			latest, value = at, o.minor
		}
	}
	ordered := len(m.orders) > 0
	arrived := m.arrival != nil
	switch index {
	case plan.VarDaysSinceFirst:
		return days(m.start(0), now), true, false
	case plan.VarDaysSinceVisit:
		if visits < 2 {
			return 0, false, false
		}
		return days(m.start(visits-2), m.start(visits-1)), true, false
	case plan.VarSessions30:
		return m.at("visits", ahead), true, false
	case plan.VarDepth:
		return m.ratio("views", "visits", ahead)
	case plan.VarDwell:
		return m.ratio("minutes", "visits", ahead)
	case plan.VarUsualGap, plan.VarLapse:
		usual, ok, near := m.ratio("gap", "gaps", ahead)
		if index == plan.VarUsualGap || !ok {
			return usual, ok, near
		}
		return float64(m.start(visits-1)/86400-m.start(visits-2)/86400) / usual, ok, near
	case plan.VarOrders:
		return float64(len(m.orders)), true, false
	case plan.VarRevenue, plan.VarAverageOrder:
		sum := 0.
		for _, o := range m.orders {
			sum += float64(o.minor) / 100
		}
		if index == plan.VarAverageOrder {
			return sum / float64(len(m.orders)), ordered, false
		}
		return sum, true, false
	case plan.VarLastOrder:
		return float64(value) / 100, ordered, tie
	case plan.VarDaysSinceOrder:
		return days(latest, now), ordered, false
	case plan.VarRFMRecency:
		v := 5.
		for _, most := range []plan.Time{7, 30, 90, 180} {
			if now-latest > most*86400 {
				v--
			}
		}
		return v, ordered, false
	case plan.VarRFMFrequency:
		v, _ := levels(float64(len(m.orders)), 2, 3, 6, 12)
		return v, ordered, false
	case plan.VarRFMMoney:
		v, near := levels(m.at("points", ahead), 3, 6, 12, 24)
		return v, ordered, near
	case plan.VarDiscountShare:
		return m.ratio("coupons", "orders", ahead)
	case plan.VarRefundShare:
		v, ok, near = m.ratio("refunds", "orders", ahead)
		return min(v, 1), ok, near
	case plan.VarItemsPerOrder:
		return m.ratio("items", "told", ahead)
	case plan.VarPriceTier:
		mean, ok, near := m.ratio("tier", "tiers", ahead)
		v, close := levels(mean, 5./3, 7./3)
		return v - 1, ok, near || close
	case plan.VarPayment:
		best, second := 0., 0.
		for i, name := range full.Payments {
			if w := m.at(name, 0); w > best {
				v, best, second = float64(i), w, best
			} else {
				second = max(second, w)
			}
		}
		return v, best > 0, best < .02 || best-second < .02
	case plan.VarSentiment:
		return m.ratio("mood", "judged", ahead)
	case plan.VarCSAT:
		return m.ratio("csat", "csats", ahead)
	case plan.VarNPS:
		return m.nps, m.nps >= 0, false
	case plan.VarSatisfaction:
		sum, weight := 0., 0.
		csat, ok, near := m.ratio("csat", "csats", ahead)
		if ok {
			sum, weight = 2*(csat-1)/4, 2
		}
		if m.nps >= 0 {
			sum, weight = sum+2*m.nps/10, weight+2
		}
		mood, ok, close := m.ratio("mood", "judged", ahead)
		if ok {
			sum, weight = sum+(mood+1)/2, weight+1
		}
		return sum / weight, weight > 0, near || close
	case plan.VarHour:
		if !arrived {
			return 0, false, false
		}
		return float64(m.hour(now) % 24), true, false
	case plan.VarWeekday:
		if !arrived {
			return 0, false, false
		}
		return float64(m.hour(now)/24 + 1), true, false
	case plan.VarScenario:
		if !arrived {
			return 0, false, false
		}
		part := map[int]int{6: 0, 7: 0, 8: 0, 9: 0, 10: 1, 11: 1, 12: 1, 13: 1, 14: 1, 15: 1, 16: 1, 17: 1, 18: 2, 19: 2, 20: 2, 21: 2, 22: 2}
		h := m.hour(now)
		p, ok := part[h%24]
		if !ok {
			p = 3
		}
		weekend := 0
		if h/24 >= 5 {
			weekend = 1
		}
		return float64(weekend*12 + p*3 + int(m.arrival.Device)), true, false
	case plan.VarChannel:
		if !arrived {
			return 0, false, false
		}
		return float64(m.arrival.Channel), true, false
	case plan.VarEntry:
		if !arrived || m.arrival.Page == 0 {
			return 0, false, false
		}
		return float64(m.arrival.Page - 1), true, false
	case plan.VarUsualHour:
		best, second := 0., 0.
		for h := range 24 {
			w := 0.
			for day := range 7 {
				w += m.at(hourName(day*24+h), 0)
			}
			if w > best {
				v, best, second = float64(h), w, best
			} else {
				second = max(second, w)
			}
		}
		return v, best > 0, best-second < .6 || best*math.Exp2(-float64(ahead)/86400/28) < 1
	case plan.VarPages:
		return m.pages, true, false
	}
	if i := index - plan.VarAbility; i >= 0 {
		if m.skills[i] == nil {
			return 0, false, false
		}
		return m.skills[i][1], true, false
	}
	return m.counts[index], true, false
}
