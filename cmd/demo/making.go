package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// MakeOptions of Make.
type MakeOptions struct {
	Dir      string // an empty folder for keys and stores, which nothing needs afterwards
	Visitors int    // default: Visitors
	Days     int    // up to the day before the demo's first; default: 90
	Commit   string // of the program's source, for the label
	Log      io.Writer
	// Day hears of each day that was released. Optional.
	Day func(done, days int, date string, accepted uint64)
}

// exactDays are those whose sums before the noise are kept, for the test that lives
// them again: the first, and one that chose by priors of the releases before it.
var exactDays = []int{0, 2}

// Make measures the history: the visitors live its days on native devices, each
// sends a real report to collector, leader and helper over HTTP, each day is released
// and its priors go to the devices of the next.
func Make(ctx context.Context, o MakeOptions) (_ *History, err error) {
	if o.Visitors == 0 {
		o.Visitors = Visitors
	}
	if o.Days == 0 {
		o.Days = historyDays
	}
	yaml, err := historyYAML(o.Days)
	if err != nil {
		return nil, err
	}
	r, err := rig.Start(ctx, rig.Options{Dir: o.Dir, PlanName: planName, PlanYAML: yaml, Log: o.Log})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	shop, err := population.New(r.Plan, visitors(o.Visitors))
	if err != nil {
		return nil, err
	}
	c, err := simulate.NewCrowd(ctx, simulate.CrowdOptions{Shop: shop, Plan: r.Plan, Seed: seed, Device: simulate.NativeUnder(r.Published)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()

	h := &History{Published: r.Published, Plan: r.Plan, Exact: map[string][]int64{}, Label: Label{
		Site: r.Plan.Site, Seed: seed, Visitors: o.Visitors, First: r.Plan.Periods[0].Date.String(), Last: historyLast, Days: o.Days,
		Program: "dunlin demo data", Commit: o.Commit, Plan: plan.DigestOf(r.Published),
		Officer: r.Keys.Officer, Leader: r.Keys.Peers["leader"], Helper: r.Keys.Peers["helper"],
	}}
	if h.Signed, err = os.ReadFile(filepath.Join(o.Dir, planFile)); err != nil {
		return nil, err
	}
	for day, period := range r.Plan.Periods {
		accepted, err := h.make(ctx, r, c, day)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", period.Date, err)
		}
		if o.Day != nil {
			o.Day(day+1, len(r.Plan.Periods), period.Date.String(), accepted)
		}
	}
	return h, nil
}

// make measures a day and returns how many reports were counted.
func (h *History) make(ctx context.Context, r *rig.Rig, c *simulate.Crowd, day int) (uint64, error) {
	if err := r.Begin(day); err != nil {
		return 0, err
	}
	priors, _, ok, err := r.Priors(ctx)
	if err != nil {
		return 0, err
	}
	if ok {
		if err := c.UsePriors(ctx, priors); err != nil {
			return 0, err
		}
	}
	sums := newSums(c, h.Plan)
	acknowledged, _, err := c.Send(ctx, r, day, sums.add, func(uint64) {})
	if err != nil {
		return 0, err
	}
	released, view, err := r.Release(ctx, day, nil)
	if err != nil {
		return 0, err
	}
	if view.Accepted != acknowledged {
		return 0, fmt.Errorf("%d reports sent and %d counted", acknowledged, view.Accepted)
	}
	h.Releases = append(h.Releases, released)
	if slices.Contains(exactDays, day) {
		h.Exact[released.Period.Date.String()] = sums.total()
	}
	l := &h.Label
	l.Reports += view.Accepted
	l.Most = max(l.Most, view.Accepted)
	if l.Least == 0 || view.Accepted < l.Least {
		l.Least = view.Accepted
	}
	return view.Accepted, nil
}

// Write writes the history's files to a folder, over those of an earlier one.
func (h *History) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	files, err := h.files()
	if err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return fmt.Errorf("write the history: %w", err)
		}
	}
	return nil
}

// sums adds measurements up in the clear, which only invented visitors permit.
type sums [][]int64 // by worker

func newSums(c *simulate.Crowd, p *plan.Plan) sums {
	s := make(sums, c.Workers())
	for i := range s {
		s[i] = make([]int64, plan.LayoutOf(p).Cells)
	}
	return s
}

func (s sums) add(worker int, cells []bool) {
	for i, one := range cells {
		if one {
			s[worker][i]++
		}
	}
}

func (s sums) total() []int64 {
	out := slices.Clone(s[0])
	for _, other := range s[1:] {
		for i, n := range other {
			out[i] += n
		}
	}
	return out
}
