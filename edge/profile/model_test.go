package profile_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
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

var modelled = []int{
	plan.VarVisits, plan.VarViews, plan.VarClicks, plan.VarCarts, plan.VarOrders, plan.VarRevenue, plan.VarAverageOrder,
	plan.VarLastOrder, plan.VarDaysSinceFirst, plan.VarDaysSinceVisit, plan.VarDaysSinceOrder, plan.VarSessions30,
	plan.VarHour, plan.VarWeekday, plan.VarChannel, plan.VarScenario, plan.VarUsualHour, plan.VarPages, plan.VarDepth,
	plan.VarDwell, plan.VarSearches, plan.VarLikes, plan.VarShares, plan.VarComments, plan.VarFollows, plan.VarMedia,
	plan.VarSentiment, plan.VarLapse, plan.VarUsualGap, plan.VarRFMRecency, plan.VarRFMFrequency, plan.VarRFMMoney,
	plan.VarPriceTier, plan.VarDiscountShare, plan.VarRefundShare, plan.VarItemsPerOrder, plan.VarPayment, plan.VarRefunds,
	plan.VarCSAT, plan.VarNPS, plan.VarSatisfaction, plan.VarSurveys, plan.VarEntry, plan.VarAbility, plan.VarAbility + 1,
}

// live does something at random to both.
func live(rng *rand.Rand, p *profile.Profile, m *model, now plan.Time) {
	p.Touch(now)
	m.touch(now)
	kind := plan.EventKind(1 + rng.IntN(19))
	seconds := uint16(rng.IntN(4000))
	p.Interested(fullNames, kind, rng.Uint64N(8), seconds)
	if kind == plan.Dwell {
		m.add("minutes", min(float64(seconds), 1800)/60, 30)
	}
	none := func(float64) float64 { return 1 }
	purchase := profile.Purchase{Minor: int64(rng.IntN(5)) * 1000, Discount: int64(rng.IntN(2)), Quantity: uint16(rng.IntN(9)),
		Payment: uint8(rng.IntN(4)), Tier: uint8(rng.IntN(4))}
	switch kind {
	case plan.View, plan.Click, plan.Cart:
		p.Count(kind, 0)
		tier := uint8(rng.IntN(4))
		p.Saw(kind, tier)
		switch kind {
		case plan.View:
			m.counts[plan.VarViews]++
			m.pages++
			m.add("views", 1, 30)
			m.tier(1, tier, none)
		case plan.Click:
			m.counts[plan.VarClicks]++
		case plan.Cart:
			m.counts[plan.VarCarts]++
			m.tier(4, tier, none)
		}
	case plan.Order:
		p.Count(kind, purchase.Minor)
		p.Bought(fullNames, purchase)
		m.bought(purchase, now, 0)
	case plan.History:
		at := max(0, now-plan.Time(rng.Int64N(400*int64(day))))
		if len(m.orders) > 0 && rng.IntN(3) == 0 { // handed over again, by a clock that differs
			o := m.orders[rng.IntN(len(m.orders))]
			at, purchase.Minor = min(max(0, m.seen(o.at, o.by)+plan.Time(rng.IntN(7200)-3600)), now), o.minor
		}
		same := false
		for _, o := range m.orders {
			gap := m.seen(o.at, o.by) - at
			same = same || o.minor == purchase.Minor && gap >= -3600 && gap <= 3600
		}
		if !same {
			m.bought(purchase, at, float64(now-at))
		}
		got := p.Remember(fullNames, now, profile.Past{At: at, Purchase: purchase})
		if got == same {
			panic("an order of the history is known to one of both")
		}
	case plan.Search:
		p.Searched()
		m.counts[plan.VarSearches]++
	case plan.Social:
		act, sentiment := rng.IntN(4), rng.IntN(4)
		p.Socialize(uint8(act), uint8(sentiment))
		m.counts[plan.VarLikes+act]++
		if act == plan.Comment && sentiment > 0 {
			m.add("mood", float64(sentiment-2), 90)
			m.add("judged", 1, 90)
		}
	case plan.Media:
		quarter := rng.IntN(5)
		p.Watched(uint8(quarter))
		if quarter == 4 {
			m.counts[plan.VarMedia]++
		}
	case plan.Refund:
		p.Refunded()
		m.counts[plan.VarRefunds]++
		m.add("refunds", 1, 180)
	case plan.Answer:
		m.counts[plan.VarSurveys]++
		if rng.IntN(2) == 0 {
			answer := 1 + rng.IntN(5)
			p.Rated(plan.CSAT, uint64(answer))
			m.add("csat", float64(answer), 180)
			m.add("csats", 1, 180)
		} else {
			m.nps = float64(rng.IntN(11))
			p.Rated(plan.NPS, uint64(m.nps))
		}
	case plan.Asked:
		i := rng.IntN(2)
		p.Asked(fullNames, i)
		m.asked[i] = [2]int{len(m.raw) - 1, m.asked[i][1] + 1}
	case plan.Attempt:
		i, right := rng.IntN(2), rng.IntN(3) > 0
		difficulty := rng.NormFloat64()
		p.Attempted(fullNames, i, difficulty, right)
		if m.skills[i] == nil {
			m.skills[i] = new([2]float64)
		}
		s := m.skills[i]
		outcome := 0.
		if right {
			outcome = 1
		}
		s[1] += 1 / (1 + s[0]/20) * (outcome - 1/(1+math.Exp(difficulty-s[1])))
		s[0]++
	case plan.Arrive:
		a := profile.Arrival{Channel: uint8(rng.IntN(11)), Device: uint8(rng.IntN(3)), Region: uint8(rng.IntN(11)), Page: uint8(rng.IntN(3)),
			Offset: int16(rng.IntN(1681) - 840)}
		first := m.arrival == nil
		p.Arrive(fullNames, a)
		if m.arrival = &a; first {
			m.add(hourName(m.hour(now)), 1, 28)
		}
	}
}

// Everything that a rule may ask for, over random lives: a clock that jumps both ways,
// and a state that is stored.
func TestModel(t *testing.T) {
	checked, undecided := map[int]int{}, 0
	worst := 0.
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 8))
		var p profile.Profile
		m := &model{counts: map[int]float64{}, skills: map[int]*[2]float64{}, asked: map[int][2]int{}, nps: -1}
		now := start
		for range 20 + rng.IntN(100) {
			switch rng.IntN(14) {
			case 0:
				now = max(0, now-plan.Time(rng.Int64N(20*int64(day))))
			case 1:
				now += plan.Time(rng.Int64N(120 * int64(day)))
			case 2, 3, 4, 5:
				now += plan.Time(rng.Int64N(4 * int64(day)))
			default:
				now += plan.Time(rng.Int64N(int64(20 * minute)))
			}
			live(rng, &p, m, now)
			if len(m.orders) > 20 { // beyond what is known one by one
				break
			}
			if rng.IntN(5) == 0 {
				p = stored(t, p)
			}
			ahead := plan.Time(rng.Int64N(1 + int64(rng.IntN(40))*int64(day)))
			moved := p
			moved.Touch(now + ahead)
			for _, index := range modelled {
				want, ok, near := m.value(index, ahead)
				got, known := p.At(now+ahead, fullNames).Value(index)
				if near {
					undecided++
					continue
				}
				require.Equal(t, ok, known, "seed %d: %s", seed, nameOf(index))
				if !ok {
					continue
				}
				checked[index]++
				// Weights of a sixteenth of an observation have 8 binary digits, of
				// which a clock set back costs a little more.
				bound := (1e-9 + math.Abs(want)) * 5e-3
				if exactly(index) {
					bound = 1e-9 * (1 + math.Abs(want))
				}
				require.InDelta(t, want, got, max(bound, loose(index)), "seed %d: %s", seed, nameOf(index))
				worst = max(worst, math.Abs(want-got)/max(1, math.Abs(want)))
			}
			for i := range full.Surveys {
				at, times := p.AskedAt(fullNames, i)
				require.Equal(t, m.asked[i][1], int(times))
				if times > 0 {
					require.Equal(t, m.seen(m.raw[m.asked[i][0]], m.asked[i][0]), at)
				}
			}
			for h := range 168 {
				require.InDelta(t, m.at(hourName(h), ahead), p.At(now+ahead, fullNames).HourWeight(h), .2)
			}
		}
	}
	t.Logf("worst relative difference %.2g; %d undecided", worst, undecided)
	for _, index := range modelled {
		require.Greater(t, checked[index], 300, "%s was hardly ever known", nameOf(index))
	}
}

func exactly(index int) bool {
	switch index {
	case plan.VarSessions30, plan.VarDepth, plan.VarDwell, plan.VarSentiment, plan.VarLapse, plan.VarUsualGap, plan.VarDiscountShare,
		plan.VarRefundShare, plan.VarItemsPerOrder, plan.VarCSAT, plan.VarSatisfaction, plan.VarAbility, plan.VarAbility + 1:
		return false
	}
	return true
}

// loose is what may be lost absolutely.
func loose(index int) float64 {
	switch index {
	case plan.VarSessions30, plan.VarDepth, plan.VarDwell, plan.VarSentiment, plan.VarDiscountShare, plan.VarRefundShare, plan.VarSatisfaction,
		plan.VarAbility, plan.VarAbility + 1:
		return 5e-3
	}
	return 0
}

func nameOf(index int) string {
	if index >= plan.VarAbility {
		return "ability"
	}
	for _, v := range plan.Variables {
		if v.Index == index {
			return v.Name
		}
	}
	return "?"
}

// An event of a visitor of whom everything is known.
func BenchmarkEvent(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 15))
	p, now := lived(rng)
	other, _ := lived(rng)
	p = joined(b, p, now, carried(&other, 3))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now += plan.Time(i % 2000)
		p.Touch(now)
		p.Count(plan.View, 0)
		p.Interested(fullNames, plan.View, 1<<(i%3), 0)
		p.Saw(plan.View, 2)
	}
}

// Joining a profile with everything in it.
func BenchmarkJoin(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 15))
	p, now := lived(rng)
	other, _ := lived(rng)
	c := carried(&other, 3)
	b.ReportAllocs()
	for b.Loop() {
		r := wire.NewReader(c)
		if p.Join(fullNames, now, r); r.Close() != nil {
			b.Fatal("refused")
		}
	}
}
