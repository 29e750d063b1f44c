package profile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// topics returns the names of a plan with topics and nothing else.
func topics(names ...string) *profile.Names { return profile.NamesOf(&plan.Plan{Topics: names}) }

func numbered(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint("topic ", i))
	}
	return out
}

// about is an activity about a set of topics.
func about(p *profile.Profile, n *profile.Names, now plan.Time, kind plan.EventKind, set uint64, seconds uint16) {
	p.Touch(now)
	p.Count(kind, 0)
	p.Interested(n, kind, set, seconds)
}

// variable is a rule's variable, or never.
func variable(p *profile.Profile, n *profile.Names, now plan.Time, index int) float64 {
	v, ok := p.At(now, n).Value(index)
	if !ok {
		return never
	}
	return v
}

// stored returns the profile after a visit to storage, which changes nothing.
func stored(t testing.TB, p profile.Profile) profile.Profile {
	r := wire.NewReader(p.Append(nil))
	back := profile.Read(r)
	require.NoError(t, r.Close())
	require.Equal(t, p, back)
	return back
}

func TestWeightsAndHalfLives(t *testing.T) {
	n := topics("a", "b")
	for _, c := range []struct {
		kind     plan.EventKind
		seconds  uint16
		strength float64
		halfLife plan.Time // days
	}{
		{plan.View, 0, 1, 7}, {plan.View, 300, 1, 7}, {plan.Dwell, 60, 1, 7}, {plan.Dwell, 90, 1.5, 7}, {plan.Dwell, 300, 5, 7},
		{plan.Dwell, 301, 5, 7}, {plan.Dwell, 65535, 5, 7}, {plan.Click, 0, 2, 14}, {plan.Cart, 0, 4, 21}, {plan.Order, 0, 8, 60},
		{plan.Dwell, 0, 0, 7}, {plan.Custom, 60, 0, 7}, {plan.Exposure, 60, 0, 7}, {plan.Assign, 60, 0, 7}, {plan.Declare, 60, 0, 7},
	} {
		var p, none profile.Profile
		about(&p, n, start, c.kind, 2, c.seconds)
		about(&none, n, start, c.kind, 0, c.seconds)
		require.Equal(t, c.strength == 0, p == none, "no topic is kept for nothing")
		for halvings := range 4 {
			s := math.Ldexp(c.strength, -halvings)
			now := start + plan.Time(halvings)*c.halfLife*day
			require.Equal(t, s/(s+1), p.At(now, n).Affinity(1), "kind %d after %d half-lives", c.kind, halvings)
			require.Zero(t, p.At(now, n).Affinity(0))
		}
	}
}

func TestDwellIsNoCounter(t *testing.T) {
	var viewed, dwelt profile.Profile
	n := topics("a")
	about(&dwelt, n, start, plan.Dwell, 1, 60)
	viewed.Touch(start)
	for i := range plan.VarTopTopic {
		require.Equal(t, variable(&viewed, n, start, i), variable(&dwelt, n, start, i), plan.Variables[i].Name)
	}
	require.Equal(t, uint32(1), dwelt.Visits(), "but an activity")
}

func TestTopicVariables(t *testing.T) {
	n := topics("a", "b", "c")
	var p profile.Profile
	require.Equal(t, never, variable(&p, n, start, plan.VarTopTopic))
	about(&p, n, start, plan.View, 0, 0)
	require.Equal(t, never, variable(&p, n, start, plan.VarTopTopic), "about no topic")
	require.Zero(t, variable(&p, n, start, plan.VarAffinity), "an affinity is always observed")
	require.Equal(t, never, variable(&p, n, start, plan.VarAffinity+3), "no such topic")

	about(&p, n, start, plan.View, 0b110, 0)
	require.Equal(t, 1.0, variable(&p, n, start, plan.VarTopTopic), "the lowest of two that are equal")
	about(&p, n, start, plan.View, 0b101, 0)
	require.Equal(t, 2.0, variable(&p, n, start, plan.VarTopTopic))
	for i, want := range []float64{1. / 5, 1. / 5, 2. / 5} {
		require.Equal(t, want, variable(&p, n, start, plan.VarAffinity+i))
	}
	before := p
	about(&p, n, start, plan.View, ^uint64(7), 0)
	before.Count(plan.View, 0)
	require.Equal(t, before, p, "bits beyond the plan's topics are nobody's")

	// An order outlives many views.
	about(&p, n, start, plan.Order, 0b010, 0)
	for range 40 {
		about(&p, n, start, plan.View, 0b100, 0)
	}
	require.Equal(t, 2.0, variable(&p, n, start, plan.VarTopTopic))
	require.Equal(t, 1.0, variable(&p, n, start+60*day, plan.VarTopTopic))
	require.Equal(t, never, variable(&p, n, profile.MaxTime, plan.VarTopTopic), "all faded away")
}

// A view of weight 1 is 2^12 units: after 13 half-lives nothing is left of it,
// and a profile whose last topic is gone is as one that never had any.
func TestFadedTopicsAreForgotten(t *testing.T) {
	n := topics("a", "b")
	var p, none profile.Profile
	about(&p, n, start, plan.View, 1, 0)
	about(&none, n, start, plan.View, 0, 0)
	for _, later := range []plan.Time{start + 3*day, start + 13*7*day - 1} {
		p.Touch(later)
		none.Touch(later)
		require.NotEqual(t, none, p)
		stored(t, p)
	}
	p.Touch(start + 13*7*day)
	none.Touch(start + 13*7*day)
	require.Equal(t, none, p)

	about(&p, n, start+200*day, plan.View, 1, 0)
	about(&p, n, start+200*day, plan.Order, 2, 0)
	p.Touch(start + 320*day)
	require.Equal(t, []float64{0, 2. / 3}, affinities(&p, n, start+320*day), "one of two is gone")
	stored(t, p)
}

func affinities(p *profile.Profile, n *profile.Names, now plan.Time) []float64 {
	out := []float64{}
	for i := 0; ; i++ {
		if _, ok := p.At(now, n).Value(plan.VarAffinity + i); !ok {
			break
		}
		out = append(out, -1)
	}
	p.At(now, n).Affinities(out)
	return out
}

func TestInterestsSurviveAnotherPlan(t *testing.T) {
	var p profile.Profile
	about(&p, topics("a", "b", "c"), start, plan.View, 0b111, 0)
	about(&p, topics("a", "b", "c"), start+day, plan.Cart, 0b100, 0)
	same := p
	p.Adopt(topics("c", "b", "a"))
	require.Equal(t, same, p)
	require.Equal(t, 0.0, variable(&p, topics("c", "b", "a"), start+day, plan.VarTopTopic))

	next := topics("d", "a", "e", "c")
	p.Adopt(next)
	once := stored(t, p)
	p.Adopt(next)
	require.Equal(t, once, p)
	got := affinities(&p, next, start+day)
	require.Equal(t, []float64{0, 0}, []float64{got[0], got[2]})
	faded := math.Exp2(-1. / 7)
	require.InDelta(t, faded/(4+2*faded+1), got[1], 1e-4, "b's share is gone from the whole")
	require.InDelta(t, (4+faded)/(4+2*faded+1), got[3], 1e-4)

	var none profile.Profile
	none.Touch(start)
	none.Count(plan.View, 0)
	none.Touch(start + day)
	none.Count(plan.Cart, 0)
	p.Adopt(topics("z"))
	require.Equal(t, none, p)
	// 64 topics of one plan leave room for 64 of the next.
	for _, prefix := range []string{"x", "y"} {
		var many []string
		for i := range plan.MaxTopics {
			many = append(many, fmt.Sprint(prefix, i))
		}
		p.Adopt(topics(many...))
		about(&p, topics(many...), start+2*day, plan.View, math.MaxUint64, 0)
		require.Equal(t, 1./65, affinities(&p, topics(many...), start+2*day)[63])
		stored(t, p)
	}
}

// doc.go's bound on the bytes of interests is reached and not passed, and sums
// that are full stay full.
func TestInterestsAreBounded(t *testing.T) {
	const widest = 1921
	var p, none profile.Profile
	n := topics(numbered(plan.MaxTopics)...)
	about(&none, n, start, plan.View, 0, 0)
	about(&p, n, start, plan.View, math.MaxUint64, 0)
	signs := []plan.EventKind{plan.View, plan.Click, plan.Cart, plan.Social, plan.Order}
	for range 1 << 11 {
		for _, kind := range signs {
			p.Interested(n, kind, math.MaxUint64, 0)
		}
	}
	// none's count of topics is a byte too; the topic before takes eight.
	require.Equal(t, widest, len(p.Append(nil))-len(none.Append(nil))+1-8)
	for range 1 << 17 {
		for _, kind := range signs {
			p.Interested(n, kind, 1<<63, 0)
		}
	}
	full := stored(t, p)
	for _, kind := range signs {
		p.Interested(n, kind, 1<<63, 0)
	}
	require.True(t, full == p, "full stays full")
	require.Len(t, p.Append(nil), len(none.Append(nil))+8+widest-1-63, "the other topics are no longer recent: a byte less each")
	require.Equal(t, 63.0, variable(&p, n, start, plan.VarTopTopic))
	require.Less(t, variable(&p, n, start, plan.VarAffinity+63), 1.0)
}

// shown is one sign of interest as the naive reading keeps it.
type shown struct {
	at       float64 // seconds of time passed, set-back clocks left out
	topic    int
	weight   float64
	halfLife float64
}

// Against docs/plan.md's formula over the whole history, in floating point: any
// events about any topics, a clock that jumps, a state that is stored, and plans that
// list the topics otherwise. The bound is package decay's, for five sums a topic.
func TestAffinitiesAreTheFormula(t *testing.T) {
	weights := map[plan.EventKind][2]float64{plan.View: {1, 7}, plan.Click: {2, 14}, plan.Cart: {4, 21}, plan.Order: {8, 60}}
	worst, tops := 0.0, 0
	for seed := range uint64(1500) {
		rng := rand.New(rand.NewPCG(seed, 5))
		count := 1 + rng.IntN(8)
		names := numbered(count)
		n := topics(names...)
		index := rng.Perm(count)
		for i := range index {
			index[i] = i
		}
		var p profile.Profile
		var history []shown
		now, passed := start, 0.0
		for range 1 + rng.IntN(80) {
			before := now
			switch rng.IntN(12) {
			case 0:
				now = max(0, now-plan.Time(rng.Int64N(40*int64(day))))
			case 1:
				now += plan.Time(rng.Int64N(150 * int64(day)))
			case 2, 3, 4:
				now += plan.Time(rng.Int64N(5 * int64(day)))
			default:
				now += plan.Time(rng.Int64N(int64(20 * minute)))
			}
			passed += float64(max(0, now-before))
			kind := plan.EventKind(1 + rng.IntN(9))
			set, seconds := rng.Uint64(), uint16(rng.IntN(500))
			about(&p, n, now, kind, set, seconds)
			for i := range count {
				w, ok := weights[kind]
				if kind == plan.Dwell {
					w, ok = [2]float64{math.Min(float64(seconds), 300) / 60, 7}, true
				}
				if ok && set>>i&1 == 1 {
					history = append(history, shown{passed, index[i], w[0], w[1] * 86400})
				}
			}
			if rng.IntN(4) == 0 {
				p = stored(t, p)
			}
			if rng.IntN(8) == 0 {
				index = rng.Perm(count)
				listed := make([]string, count)
				for i, topic := range index {
					listed[i] = names[topic]
				}
				n = topics(listed...)
				p.Adopt(n)
			}

			// Looked at later: the same as when the time has passed.
			ahead := plan.Time(rng.Int64N(30 * int64(day)))
			moved := p
			moved.Touch(now + ahead)
			got := affinities(&p, n, now+ahead)
			require.Equal(t, affinities(&moved, n, now+ahead), got)

			strength, events, all := make([]float64, count), make([]float64, count), 0.0
			for _, s := range history {
				v := s.weight * math.Exp2((s.at-passed-float64(ahead))/s.halfLife)
				strength[s.topic] += v
				events[s.topic]++
				all += v
			}
			const relative, unit = 1.5e-5, 1. / 4096
			off := func(topic int) float64 { return relative*strength[topic] + unit*(events[topic]/2+5*2.5) }
			offAll := 0.0
			for topic := range count {
				offAll += off(topic)
			}
			best, second := 0.0, 0.0
			for i, topic := range index {
				want := strength[topic] / (all + 1)
				bound := (off(topic) + want*offAll) / (all + 1 - offAll)
				require.InDelta(t, want, got[i], bound, "seed %d", seed)
				require.Equal(t, got[i], p.At(now+ahead, n).Affinity(i))
				worst = math.Max(worst, math.Abs(want-got[i]))
				if strength[topic] > best {
					best, second = strength[topic], best
				} else {
					second = math.Max(second, strength[topic])
				}
			}
			if top, ok := p.At(now+ahead, n).TopTopic(); best-second > 2*offAll {
				tops++
				require.True(t, ok)
				require.Equal(t, best, strength[index[top]], "seed %d", seed)
			}
		}
	}
	t.Logf("worst difference of an affinity %.2g; %d top topics", worst, tops)
	require.Less(t, worst, 1e-3)
	require.Greater(t, tops, 10_000, "the histories were too empty to show anything")
}

// Events of one instant in any order leave the same profile.
func TestOrderDoesNotMatter(t *testing.T) {
	n := topics(numbered(5)...)
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 6))
		var p, q profile.Profile
		now := start
		for range 1 + rng.IntN(10) {
			now += plan.Time(rng.Int64N(10 * int64(day)))
			p.Touch(now)
			q.Touch(now)
			kinds := []plan.EventKind{plan.View, plan.Dwell, plan.Click, plan.Cart, plan.Order}
			sets, seconds := []uint64{rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64()}, uint16(rng.IntN(400))
			for i := range kinds {
				p.Interested(n, kinds[i], sets[i], seconds)
			}
			for _, i := range rng.Perm(len(kinds)) {
				q.Interested(n, kinds[i], sets[i], seconds)
			}
			// What the latest were is a matter of order.
			require.Equal(t, forgetLatest(&p), forgetLatest(&q))
		}
	}
}

// forgetLatest returns the profile without what its latest events were about.
func forgetLatest(p *profile.Profile) profile.Profile {
	q := *p
	profile.ForgetLatest(&q)
	return q
}

// The latest pages weigh twice as much as the ones before each time; a dwell and a
// page without a topic change nothing, and neither does time.
func TestLatest(t *testing.T) {
	n := topics("a", "b", "c")
	var p profile.Profile
	share := func() [3]float64 {
		in := p.At(p.Last, n).Interest(plan.Whole)
		return [3]float64{in.Match(1), in.Match(2), in.Match(4)}
	}
	require.Equal(t, [3]float64{.25, .25, .25}, share(), "nothing was seen: as usual")
	now := start
	for i, c := range []struct {
		kind   plan.EventKind
		topics uint64
		want   [3]float64
	}{
		{plan.View, 1, [3]float64{1, 0, 0}},
		{plan.Dwell, 1, [3]float64{1, 0, 0}},
		{plan.View, 0, [3]float64{1, 0, 0}},
		{plan.View, 2, [3]float64{1. / 3, 2. / 3, 0}},
		{plan.Custom, 4, [3]float64{1. / 3, 2. / 3, 0}},
		{plan.Click, 2, [3]float64{1. / 7, 6. / 7, 0}},
		{plan.Order, 5, [3]float64{9. / 23, 6. / 23, 8. / 23}},
	} {
		now += plan.Time(i) * 1000
		p.Touch(now)
		p.Interested(n, c.kind, c.topics, 60)
		got := share()
		for k := range got {
			require.InDelta(t, c.want[k], got[k], 1e-3, "event %d", i)
		}
	}
	for range 10_000 {
		p.Interested(n, plan.View, 1, 0)
	}
	require.InDelta(t, 1, share()[0], 1e-3)
	r := wire.NewReader(p.Append(nil))
	require.Equal(t, p, profile.Read(r), "the largest value has an encoding")
	require.NoError(t, r.Close())
}

// Interest blends the latest with what lasts, and a match is never above 1.
func TestInterest(t *testing.T) {
	n := topics("a", "b")
	var p profile.Profile
	p.Touch(start)
	for range 3 {
		p.Interested(n, plan.View, 1, 0)
	}
	p.Interested(n, plan.View, 3, 0)
	view := p.At(start, n)
	lasting, latest := view.Interest(0), view.Interest(plan.Whole)
	// Four views in five and one: a sixth of the interest is in nobody knows what, and a
	// quarter of that is wherever one looks.
	require.InDelta(t, view.Affinity(0)+.25/6, lasting.Match(1), 1e-12)
	require.InDelta(t, view.Affinity(1)+.25/6, lasting.Match(2), 1e-12)
	require.InDelta(t, 1-.75/6, lasting.Match(3), 1e-12)
	require.InDelta(t, 8./23, latest.Match(2), 1e-3, "what the latest were about is known")
	half := view.Interest(plan.Whole / 2)
	require.InDelta(t, (lasting.Match(1)+latest.Match(1))/2, half.Match(1), 1e-12)
	require.Equal(t, 1.0, latest.Match(3))
	require.LessOrEqual(t, half.Match(^uint64(0)), 1.0)
	require.InDelta(t, .25/12, half.Match(4), 1e-12, "no such topic: only what is unknown")
	for _, in := range []profile.Interest{lasting, latest, half} {
		require.Equal(t, profile.UsualMatch, in.Match(0), "no topics")
	}
}

// A visitor of whom nothing is known, one whose interest has all faded, and one who only
// looked at pages without a topic have the usual interest in everything, whatever counts.
func TestInterestOfTheUnknown(t *testing.T) {
	n := topics("a", "b", "c")
	var nobody, looked profile.Profile
	looked.Touch(start)
	looked.Interested(n, plan.View, 0, 0)
	for _, recent := range []plan.Share{0, 1, 5000, plan.Whole, plan.Whole + 1} {
		for _, view := range []profile.View{nobody.At(start, n), looked.At(start, n)} {
			in := view.Interest(recent)
			for _, set := range []uint64{0, 1, 2, 6, 7, 8, math.MaxUint64} {
				require.InDelta(t, profile.UsualMatch, in.Match(set), 1e-12)
			}
		}
	}
	// Interest that only lasted returns to the usual; what the latest were about stays.
	about(&looked, n, start, plan.Order, 1, 0)
	for years, want := range map[plan.Time][2]float64{0: {8./9 + .25/9, .25 / 9}, 3: {.25, .25}} {
		view := looked.At(start+years*365*day, n)
		in, latest := view.Interest(0), view.Interest(plan.Whole)
		require.InDelta(t, want[0], in.Match(1), 1e-3)
		require.InDelta(t, want[1], in.Match(2), 1e-3)
		require.Equal(t, 1., latest.Match(1))
		require.Zero(t, latest.Match(2))
	}
}

// The most that a device can know: 64 topics, each with all five sums.
func BenchmarkInterests(b *testing.B) {
	n := topics(numbered(plan.MaxTopics)...)
	var p profile.Profile
	for _, kind := range []plan.EventKind{plan.View, plan.Dwell, plan.Click, plan.Cart, plan.Order} {
		about(&p, n, start, kind, math.MaxUint64, 300)
	}
	b.Run("event", func(b *testing.B) {
		q := p
		for i := 0; b.Loop(); i++ {
			about(&q, n, start+plan.Time(i), plan.View, 1<<(i%64), 0)
		}
	})
	out := make([]float64, plan.MaxTopics)
	b.Run("affinities", func(b *testing.B) {
		for b.Loop() {
			p.At(start+day, n).Affinities(out)
		}
	})
	b.Run("top topic", func(b *testing.B) {
		for b.Loop() {
			p.At(start+day, n).TopTopic()
		}
	})
}
