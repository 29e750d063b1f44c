package hillstrom

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/cmd/bench/logistic"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// MailCost is what a mail costs, in visits.
const MailCost = .075

// ChoiceOptions of a Choice.
type ChoiceOptions struct {
	Salts  []string // each splits the customers into those to learn from and those to test on
	Draws  int      // of both aggregators' noise, for each salt
	Random func(salt string, draw int) io.Reader
	Done   func(salts, total int)
}

// ChoiceResult is whether choosing from private sums pays: mean values of a test
// customer, a visit less the cost of the mail, and
// G = mean(VPrivate - VSingle) / mean(VCentral - VSingle).
type ChoiceResult struct {
	G        Number  `json:"G"`
	SE       Number  `json:"se"` // of G, by the jackknife over salts; none of one salt
	VPrivate float64 `json:"V_private"`
	VSingle  float64 `json:"V_single"`
	VCentral float64 `json:"V_central"`
	// VExact is the same choice from exact sums: what the noise costs is the difference.
	VExact float64 `json:"V_exact_sums"`
	Salts  int     `json:"salts"`
	Draws  int     `json:"draws"`
}

// Learns tells whether a row is learned from (or tested on).
//
// Source: BENCHMARKS.md, hillstrom-choice.
func Learns(salt string, row int) bool {
	sum := sha256.Sum256([]byte("hill:" + salt + ":" + strconv.Itoa(row)))
	return binary.BigEndian.Uint64(sum[:8])%2 == 0
}

// choicePlan is the plan of the benchmark: exposures and visits by segment and arm,
// and the arms' totals; weight 5, 25 cells.
func choicePlan() *plan.Plan {
	p := &plan.Plan{Segments: []plan.Segment{{Name: "men only"}, {Name: "women only"}, {Name: "both"}}}
	s := plan.Slot{Name: "email", Goal: plan.Trigger{Kind: plan.View}, Reward: 1}
	for i, arm := range Arms {
		v := plan.Variant{Name: arm}
		if i > 0 {
			v.Cost = MailCost
		}
		s.Variants = append(s.Variants, v)
	}
	p.Slots = []plan.Slot{s}
	for _, by := range []plan.By{plan.BySegment, plan.SiteWide} {
		for _, kind := range []plan.MetricKind{plan.SlotExposed, plan.SlotConverted} {
			p.Metrics = append(p.Metrics, plan.Metric{Name: fmt.Sprint(kind, by), Kind: kind, By: by, Most: 1})
		}
	}
	p.Sigma2 = Sigma2
	p.Periods = []plan.Period{{Date: 20000, Start: 20000 * plan.Day, End: 20001 * plan.Day}}
	return p
}

// choiceCells are the exact sums of some customers under choicePlan.
func choiceCells(p *plan.Plan, customers []Customer) []int64 {
	l := plan.LayoutOf(p)
	cells := make([]int64, l.Cells)
	for _, c := range customers {
		for _, span := range l.Spans {
			if span.Metric < 0 {
				cells[span.Offset]++
			} else if p.Metrics[span.Metric].Kind == plan.SlotExposed || c.Visit {
				cells[span.Cell(c.Segment(), c.Arm)]++
			}
		}
	}
	return cells
}

// pick fits priors to sums and returns the arm that a device of each segment picks
// by them alone.
func pick(p *plan.Plan, cells []int64, variance float64) (by [segments]int, err error) {
	priors, err := optimise.Fit(p, plan.Digest{}, []optimise.Release{{Plan: p, Period: p.Periods[0], Cells: cells, Variance: variance}})
	if err != nil {
		return by, err
	}
	terms := choose.Terms{Reward: p.Slots[0].Reward}
	for _, v := range p.Slots[0].Variants {
		terms.Costs = append(terms.Costs, v.Cost)
	}
	for s, row := range priors.Places[0].Rates {
		options := make([]choose.Option, len(row))
		for i, r := range row {
			options[i].Prior = r
		}
		by[s] = choose.Best(options, terms)
	}
	return by, nil
}

// value is the mean y of the test customers whose logged arm is the chosen one.
func value(test []Customer, choose func(Customer) int) float64 {
	sum, n := 0.0, 0
	for _, c := range test {
		if choose(c) == c.Arm {
			sum += outcome(c)
			n++
		}
	}
	return sum / float64(n)
}

func outcome(c Customer) float64 {
	y := 0.0
	if c.Visit {
		y = 1
	}
	if c.Arm > 0 {
		y -= MailCost
	}
	return y
}

// single is the arm with the best mean outcome.
func single(learn []Customer) int {
	var sum, n [arms]float64
	for _, c := range learn {
		sum[c.Arm] += outcome(c)
		n[c.Arm]++
	}
	best := 0
	for a := range arms {
		if sum[a]/n[a] > sum[best]/n[best] {
			best = a
		}
	}
	return best
}

// Choice runs the benchmark hillstrom-choice.
func Choice(customers []Customer, o ChoiceOptions) (ChoiceResult, error) {
	r := ChoiceResult{Salts: len(o.Salts), Draws: o.Draws}
	p := choicePlan()
	table := newFeatures(customers)
	var private, best, central, exact []float64
	for done, salt := range o.Salts {
		var learn, test []Customer
		var learnRow, testRow []int
		for i, c := range customers {
			if Learns(salt, i) {
				learn, learnRow = append(learn, c), append(learnRow, i)
			} else {
				test, testRow = append(test, c), append(testRow, i)
			}
		}
		sums := choiceCells(p, learn)
		by, err := pick(p, sums, 0)
		if err != nil {
			return r, err
		}
		exact = append(exact, value(test, func(c Customer) int { return by[c.Segment()] }))
		total := 0.0
		for draw := range o.Draws {
			noisy, err := noised(sums, o.Random(salt, draw))
			if err != nil {
				return r, err
			}
			if by, err = pick(p, noisy, 2*Sigma2); err != nil {
				return r, err
			}
			total += value(test, func(c Customer) int { return by[c.Segment()] })
		}
		private = append(private, total/float64(o.Draws))
		arm := single(learn)
		best = append(best, value(test, func(Customer) int { return arm }))
		v, err := table.central(customers, learnRow, testRow)
		if err != nil {
			return r, err
		}
		central = append(central, v)
		o.Done(done+1, len(o.Salts))
	}
	r.VPrivate, r.VSingle, r.VCentral, r.VExact = mean(private), mean(best), mean(central), mean(exact)
	r.G = Number((r.VPrivate - r.VSingle) / (r.VCentral - r.VSingle))
	r.SE = Number(jackknife(private, best, central))
	return r, nil
}

// noised adds both aggregators' noise to a copy of exact sums.
func noised(sums []int64, random io.Reader) ([]int64, error) {
	out := slices.Clone(sums)
	source := noise.NewSource(random)
	for range 2 {
		n, err := source.Vector(len(out), Sigma2)
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i] += n[i]
		}
	}
	return out, nil
}

// Seeded is a source of noise that is the same at each run: a benchmark's, of
// which nobody is to be protected.
func Seeded(salt string, draw int) io.Reader {
	return rand.NewChaCha8(sha256.Sum256([]byte("noise:" + salt + ":" + strconv.Itoa(draw))))
}

func mean(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s / float64(len(v))
}

// jackknife is the standard error of the ratio of mean differences; NaN of one.
func jackknife(private, single, central []float64) float64 {
	n := float64(len(private))
	up, down := 0.0, 0.0
	for i := range private {
		up += private[i] - single[i]
		down += central[i] - single[i]
	}
	var left []float64
	for i := range private {
		left = append(left, (up-private[i]+single[i])/(down-central[i]+single[i]))
	}
	m, s := mean(left), 0.0
	for _, g := range left {
		s += (g - m) * (g - m)
	}
	return math.Sqrt(s * (n - 1) / n)
}

// features are what the central model reads of each customer.
type features struct{ rows [][]float64 }

// newFeatures lists recency, ln history, mens, womens, newbie, a dummy for each
// channel and zip area, and the products that BENCHMARKS.md names.
func newFeatures(customers []Customer) *features {
	var channels, zips []string
	for _, c := range customers {
		if !slices.Contains(channels, c.Channel) {
			channels = append(channels, c.Channel)
		}
		if !slices.Contains(zips, c.Zip) {
			zips = append(zips, c.Zip)
		}
	}
	slices.Sort(channels)
	slices.Sort(zips)
	one := func(v bool) float64 {
		if v {
			return 1
		}
		return 0
	}
	f := &features{}
	for _, c := range customers {
		recency, history := float64(c.Recency), math.Log(c.History)
		mens, womens, newbie := one(c.Mens), one(c.Womens), one(c.Newbie)
		row := []float64{recency, history, mens, womens, newbie, mens * womens, recency * newbie, womens * newbie, womens * history}
		for _, name := range channels {
			row = append(row, one(c.Channel == name))
		}
		for _, name := range zips {
			row = append(row, one(c.Zip == name))
		}
		f.rows = append(f.rows, row)
	}
	return f
}

// centralC is scikit-learn's C of the central model.
const centralC = .0005

// central fits one model an arm on the rows to learn from and returns the value of
// choosing by them on those to test on.
func (f *features) central(customers []Customer, learn, test []int) (float64, error) {
	center, scale := f.standard(learn)
	row := func(i int) []float64 {
		out := make([]float64, len(center))
		for k, v := range f.rows[i] {
			out[k] = (v - center[k]) / scale[k]
		}
		return out
	}
	var models [arms]logistic.Model
	for a := range arms {
		var rows [][]float64
		var visits []bool
		for _, i := range learn {
			if customers[i].Arm == a {
				rows, visits = append(rows, row(i)), append(visits, customers[i].Visit)
			}
		}
		var err error
		if models[a], err = logistic.Fit(rows, visits, centralC); err != nil {
			return 0, fmt.Errorf("central model of arm %d: %w", a, err)
		}
	}
	sum, n := 0.0, 0
	for _, i := range test {
		best, most := 0, math.Inf(-1)
		x := row(i)
		for a := range models {
			v := models[a].Probability(x)
			if a > 0 {
				v -= MailCost
			}
			if v > most {
				best, most = a, v
			}
		}
		if best == customers[i].Arm {
			sum += outcome(customers[i])
			n++
		}
	}
	return sum / float64(n), nil
}

// standard returns mean and standard deviation of each feature over some rows; a
// feature that never varies has deviation 1.
func (f *features) standard(rows []int) (center, scale []float64) {
	d := len(f.rows[0])
	center, scale = make([]float64, d), make([]float64, d)
	for _, i := range rows {
		for k, v := range f.rows[i] {
			center[k] += v / float64(len(rows))
		}
	}
	for _, i := range rows {
		for k, v := range f.rows[i] {
			scale[k] += (v - center[k]) * (v - center[k]) / float64(len(rows))
		}
	}
	for k := range scale {
		if scale[k] = math.Sqrt(scale[k]); scale[k] == 0 {
			scale[k] = 1
		}
	}
	return center, scale
}
