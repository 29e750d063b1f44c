package recommend

import (
	"math"
	"slices"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// call is one invented call of Rank.
type call struct {
	plan   *plan.Plan
	items  []Item
	viewed []int
	memory Memory
	s      Situation
}

// invent draws a call: any size of catalogue, with or without priors of every kind.
func invent(seed uint64) *call {
	r := newRand(seed)
	c := &call{plan: shop()}
	if seed%3 == 0 {
		c.plan = school()
	}
	p := c.plan
	c.items = catalogue(r, p, r.IntN(300))
	for range r.IntN(12) {
		c.viewed = append(c.viewed, r.IntN(3))
	}
	v, n := visitor(p, c.viewed...)
	if r.IntN(2) == 0 {
		v.Saw(plan.Cart, uint8(1+r.IntN(3)))
	}
	for i := range p.Skills {
		for range r.IntN(6) {
			v.Attempted(n, i, 4*r.Float64()-2, r.IntN(3) > 0)
		}
	}
	list := &p.Lists[0]
	list.Size = uint8(1 + r.IntN(plan.MaxListSize))
	list.PerTopic = uint8(r.IntN(5))
	if r.IntN(3) > 0 {
		list.Diversity = plan.Share(r.IntN(int(plan.Whole) + 1))
	}
	random := func(rows, columns int) (all [][]choose.Rate) {
		for range rows {
			var row []choose.Rate
			for range columns {
				row = append(row, choose.Rate{Mean: .001 + .9*r.Float64()*r.Float64(), Strength: uint32(1 + r.IntN(1000))})
			}
			all = append(all, row)
		}
		return all
	}
	priors := &choose.Priors{}
	for _, k := range []choose.Kind{choose.Items, choose.Topics, choose.Next, choose.Difficulty} {
		if r.IntN(3) == 0 {
			continue
		}
		rows := map[choose.Kind]int{choose.Items: 1, choose.Topics: 2, choose.Next: len(p.Topics), choose.Difficulty: 1}[k]
		priors.Places = append(priors.Places, choose.PlacePriors{Place: choose.Place{Kind: k}, Rates: random(rows, choose.Place{Kind: k}.Columns(p))})
	}
	c.s = Situation{Now: now, View: v.At(now, n), List: list, Segment: r.IntN(2)}
	if len(priors.Places) > 0 {
		c.s.Priors = priors
	}
	if r.IntN(2) == 0 {
		c.s.Page = r.Uint64() & 63 & r.Uint64()
	}
	if len(c.items) > 0 && r.IntN(2) == 0 {
		c.s.Current = c.items[r.IntN(len(c.items))].Key
	}
	c.s.Held = r.IntN(8) == 0
	for range 40 {
		key := uint64(1)
		if len(c.items) > 0 && r.IntN(6) > 0 {
			key = c.items[r.IntN(len(c.items))].Key
		}
		c.memory.Shown([]uint64{key, key}, now)
		if r.IntN(3) == 0 {
			c.memory.Seen(Kind(r.IntN(5)), key, now-plan.Time(r.IntN(100*plan.Day)))
		}
		if r.IntN(10) == 0 {
			c.memory.Ordered(now - 20*plan.Day)
		}
	}
	c.memory.Advance(30 * plan.Hour)
	return c
}

// naive scores and lists as doc.go says, with the tools of a textbook.
func (c *call) naive() (listed []int, scores []float64) {
	s, l := &c.s, c.s.List
	row := func(k choose.Kind, row int) map[int]choose.Rate {
		out := map[int]choose.Rate{}
		for i, r := range s.Priors.Row(choose.Place{Kind: k}, row) {
			out[i] = r
		}
		return out
	}
	everyone, moves := row(choose.Topics, s.Segment), map[int]choose.Rate{}
	from := -1
	if s.Page != 0 && !s.Held {
		for from = 0; s.Page>>from&1 == 0; from++ {
		}
		moves = row(choose.Next, from)
	}
	topicsOf := func(i int) (all []int) {
		for t := range c.plan.Topics {
			if c.items[i].Topics>>t&1 == 1 {
				all = append(all, t)
			}
		}
		return all
	}
	index := map[uint64]int{}
	for i, id := range l.Items {
		index[uint64(profile.KeyOf(id))] = i
	}
	named := func(i int) int {
		if n, ok := index[c.items[i].Key]; ok {
			return n
		}
		return -1
	}
	takenUp := row(choose.Items, s.Segment)
	wanted := func(t int) float64 {
		switch {
		case len(moves) == 0:
			return everyone[t].Mean
		case t != from:
			return moves[t].Mean
		case len(everyone) > 0:
			return everyone[t].Mean
		}
		most := 0.
		for to, r := range moves {
			if to != from {
				most = math.Max(most, r.Mean)
			}
		}
		return most
	}
	about := map[int]float64{}
	for i := range c.items {
		for _, t := range topicsOf(i) {
			about[t]++
		}
	}
	popularity := func(i int) float64 {
		rate, known := takenUp[named(i)]
		var all []float64
		for _, t := range topicsOf(i) {
			switch {
			case !known:
				all = append(all, wanted(t)/about[t])
			case everyone[t].Mean > 0:
				all = append(all, rate.Mean*wanted(t)/everyone[t].Mean)
			default:
				all = append(all, rate.Mean)
			}
		}
		if len(all) > 0 {
			return slices.Max(all)
		}
		return rate.Mean
	}
	candidates := []int{}
	most := 0.
	for i := range c.items {
		if c.items[i].Key != s.Current {
			candidates = append(candidates, i)
			most = math.Max(most, popularity(i))
		}
	}
	latest := map[int]float64{}
	sum := 0.
	for age, t := range slices.Backward(c.viewed) {
		latest[t] += math.Exp2(float64(age - len(c.viewed) + 1))
		sum += math.Exp2(float64(age - len(c.viewed) + 1))
	}
	// A line through the logits of what was released, by gradient descent on
	// its own loss.
	logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
	solved := row(choose.Difficulty, 0)
	offset, slope := 0., -1.
	exercise := func(i int) (choose.Rate, float64, bool) {
		r, ok := solved[named(i)]
		n := float64(r.Strength)
		return r, n / (n + 20), ok && c.items[i].Skill > 0
	}
	type point struct{ x, y, w float64 }
	var points []point
	for i, it := range c.items {
		if r, w, ok := exercise(i); ok {
			points = append(points, point{it.Difficulty, logit(r.Mean), w})
		}
	}
	for range 20_000 {
		a, b := .25*offset, slope+1
		for _, p := range points {
			e := offset + slope*p.x - p.y
			a += p.w * e
			b += p.w * e * p.x
		}
		offset -= a / 200
		slope -= b / 200
	}
	chance := func(i int) float64 {
		it := c.items[i]
		if it.Skill == 0 {
			return -1
		}
		d := it.Difficulty
		if r, w, ok := exercise(i); ok {
			d -= w * (logit(r.Mean) - offset - slope*d)
		}
		a, _ := s.View.Value(plan.VarAbility + int(it.Skill) - 1)
		return 1 / (1 + math.Exp(d-a))
	}
	rotation := func(i int) float64 {
		for _, t := range c.memory.room[:c.memory.count] {
			if t.key == c.items[i].Key {
				clock := c.memory.clock
				halvings := 0
				if len(c.viewed) > 0 { // a minute ago
					halvings = int(clock.Advance(ShownHalfLife, plan.Minute))
				}
				n := float64(clock.Factor(ShownHalfLife).Read(t.shown>>halvings)) / 4096
				r := n / (n + 4)
				if t.flags&flagDone != 0 {
					r = math.Max(r, 1-float64(today-t.done)/90)
				}
				return r
			}
		}
		return 0
	}
	usual, hasUsual := s.View.Value(plan.VarPriceTier)
	tiers := decodedQuietly(c)
	score := make([]float64, len(c.items))
	first := make([]bool, len(c.items))
	for _, i := range candidates {
		it := c.items[i]
		popular := 0.
		if most > 0 {
			popular = .15 * math.Sqrt(popularity(i)/most)
		}
		if s.Held {
			score[i] = popular
			continue
		}
		interest := 0.
		for _, t := range topicsOf(i) {
			if sum > 0 {
				interest += .35 * latest[t] / sum
			}
			interest += .15 * s.View.Affinity(t)
		}
		if n := len(topicsOf(i)); n > 0 {
			interest /= math.Sqrt(float64(n))
		}
		interest += .10 * jaccard(it.Topics, s.Page)
		fresh := 0.
		if it.Added > 0 {
			fresh = .15 * math.Max(0, 1-math.Max(0, float64(today-it.Added))/28)
		}
		fit, away := 0., -.5*rotation(i)
		if l.Learning {
			p := chance(i)
			off := math.Abs(p - .75)
			switch {
			case p < 0:
				fit = -20
			case off <= .05:
				fit = 20 * (1 - off/.05)
			default:
				fit = -20 * (off - .05) / .7
			}
			away = -20 * rotation(i)
			first[i] = off <= .05 && rotation(i) < .5
		} else if hasUsual {
			fit = .10 * .5
			if tier := tiers[i]; tier > 0 {
				fit = .10 * (1 - math.Abs(usual-float64(tier)+1)/2)
			}
		}
		score[i] = interest + popular + fit + fresh + away
	}
	slices.SortStableFunc(candidates, func(a, b int) int {
		switch {
		case first[a] != first[b] && first[a], first[a] == first[b] && score[a] > score[b]+1e-12:
			return -1
		case first[a] == first[b] && math.Abs(score[a]-score[b]) <= 1e-12:
			return 0
		}
		return 1
	})
	short := candidates[:min(len(candidates), 96)]
	low, high := math.Inf(1), math.Inf(-1)
	for _, i := range short {
		low, high = math.Min(low, score[i]), math.Max(high, score[i])
	}
	fits := func(i int) bool {
		for _, t := range topicsOf(i) {
			n := 0
			for _, j := range listed {
				n += int(c.items[j].Topics >> t & 1)
			}
			if l.PerTopic > 0 && n >= int(l.PerTopic) {
				return false
			}
		}
		return !slices.Contains(listed, i)
	}
	diversity := float64(l.Diversity) / 1e4
	if s.Held {
		diversity = 0
	}
	for len(listed) < int(l.Size) {
		best, value := -1, 0.
		for _, i := range short {
			if !fits(i) || best >= 0 && first[best] && !first[i] {
				continue
			}
			like := 0.
			for _, j := range listed {
				like = math.Max(like, jaccard(c.items[i].Topics, c.items[j].Topics))
			}
			v := -diversity * like
			if high > low {
				v += (1 - diversity) * (score[i] - low) / (high - low)
			}
			if best < 0 || v > value+1e-12 {
				best, value = i, v
			}
		}
		if best < 0 {
			rest := slices.IndexFunc(candidates, fits)
			if rest < 0 {
				break
			}
			best = candidates[rest]
		}
		listed = append(listed, best)
		scores = append(scores, score[best])
	}
	return listed, scores
}

func jaccard(a, b uint64) float64 {
	both, either := 0., 0.
	for t := range 64 {
		both += float64(a & b >> t & 1)
		either += float64((a | b) >> t & 1)
	}
	if either == 0 {
		return 0
	}
	return both / either
}

func decodedQuietly(c *call) (tiers []uint8) {
	d, err := Decode(Encode(c.items), c.plan)
	if err != nil {
		panic(err)
	}
	for i := range d.items {
		tiers = append(tiers, d.items[i].tier)
	}
	return tiers
}

func TestRankAgainstNaive(t *testing.T) {
	lengths := 0
	for seed := range uint64(600) {
		c := invent(seed)
		got := Rank(nil, decoded(t, c.plan, c.items), &c.memory, &c.s)
		want, scores := c.naive()
		var items []int
		for i, p := range got {
			items = append(items, int(p.Item))
			if i < len(scores) {
				require.InDelta(t, scores[i], p.Score, 1e-6, "seed %d, place %d", seed, i)
			}
		}
		require.Equal(t, want, items, "seed %d", seed)
		lengths += len(got)
	}
	require.Greater(t, lengths, 3000)
}
