package optimise

import (
	"math"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// movesOf sums the moves from topic to topic. What a move is a share of are all moves
// from its topic, so that exposures are a row's own sum: a topic's segments are the
// topics before it, and none leads to itself.
func movesOf(target *plan.Plan, at choose.Place, releases []Release, weight func(Release) float64) (t table, ok bool) {
	n := len(target.Topics)
	t = table{place: at, segments: n, totals: make([]pair, n), pairs: make([][]pair, n)}
	for s := range t.pairs {
		t.pairs[s] = make([]pair, n)
	}
	known := map[*plan.Plan]source{}
	for _, r := range releases {
		from, seen := known[r.Plan]
		if !seen {
			from = movesIn(target, at, r.Plan)
			known[r.Plan] = from
		}
		if !from.measured {
			continue
		}
		w := weight(r)
		ok = true
		for s, row := range from.rows {
			for v, column := range from.columns {
				if s != v && row >= 0 && column >= 0 {
					t.pairs[s][v].converted.add(r.cell(from.cut.converted.Cell(row, column), w))
				}
			}
		}
	}
	for s := range t.pairs {
		var all count
		for _, p := range t.pairs[s] {
			all.add(p.converted)
		}
		for v := range t.pairs[s] {
			if s != v {
				t.pairs[s][v].exposed = all
				t.totals[v].add(t.pairs[s][v])
			}
		}
	}
	return t, ok
}

func movesIn(target *plan.Plan, at choose.Place, p *plan.Plan) (s source) {
	n, found := match(target, at, p)
	if !found {
		return s
	}
	l := plan.LayoutOf(p)
	s = source{names: n, cut: find(p, &l, n.place, plan.ByTopic)}
	s.measured = s.cut.converted != nil
	return s
}

// moved tells whether all moves together are beyond what their noise may be.
func (t *table) moved() bool {
	var all count
	for s := range t.pairs {
		for v := range t.pairs[s] {
			all.add(t.pairs[s][v].converted)
		}
	}
	return all.value >= 1 && all.value >= enough*math.Sqrt(all.noise)
}

// finish turns what was fitted into what the kind's rates are.
func (t *table) finish(p *plan.Plan, rates [][]choose.Rate) {
	switch t.place.Kind {
	case choose.Next:
		// A row's shares come to one; a topic's own column is no move.
		for s, row := range rates {
			row[s] = choose.Rate{Mean: onGrid(leastRate), Strength: 1}
			sum := 0.0
			for _, r := range row {
				sum += r.Mean
			}
			for v := range row {
				if v != s {
					row[v].Mean = onGrid(row[v].Mean / sum)
				}
			}
		}
	case choose.Predicted:
		// Who came back is counted; at risk is who did not.
		if p.Predictions[t.place.Index].Kind == plan.LapseRisk {
			for i := range rates[0] {
				rates[0][i].Mean = 1 - rates[0][i].Mean
			}
		}
	}
}

// settledBy leaves out releases that say less of a place than they seem to. Who came
// back is counted when they do, for the period in which they were last: of a plan's
// first periods nobody can have come back yet. From then on what a period counts is as
// many as one period's visitors that do come back, as long as they are about as many
// each period.
func settledBy(p *plan.Plan, at choose.Place, releases []Release) []Release {
	if at.Kind != choose.Predicted || p.Predictions[at.Index].Kind != plan.LapseRisk {
		return releases
	}
	out := make([]Release, 0, len(releases))
	var first plan.Time
	known := map[*plan.Plan]bool{}
	for _, r := range releases { // by the end of their periods
		measured, seen := known[r.Plan]
		if !seen {
			measured = sourceOf(p, at, r.Plan).measured
			known[r.Plan] = measured
		}
		if !measured {
			continue
		}
		if first == 0 {
			first = r.Period.Start
		}
		if r.Period.Start >= first+plan.Time(int(p.Predictions[at.Index].Within)*p.Cadence.Days())*plan.Day {
			out = append(out, r)
		}
	}
	return out
}
