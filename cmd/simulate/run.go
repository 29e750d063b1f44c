package simulate

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Options of a Run.
type Options struct {
	Dir        string // an empty folder for keys and stores
	PlanName   string // of PlanYAML, for errors
	PlanYAML   []byte
	Module     []byte
	Executable string // for services in processes of their own; empty: all in this one
	Native     bool   // devices natively, not in the module
	Visitors   int
	Days       int // from the plan's first on
	Seed       uint64
	Null       bool // nothing differs between variants
	World      population.World
	Lively     bool    // as population.Options has it: the plan's lists, messages and surveys are met
	Season     float64 // likewise
	Log        io.Writer

	Begun    func(*plan.Plan) error // hears of the plan before the first day
	Progress rig.Progress           // reports acknowledged, of those of all days
	Day      func(Day) error        // hears of each day that is over
}

// Day is what came of one day.
type Day struct {
	Day          int            `json:"day"` // from 0
	Date         string         `json:"date"`
	Acknowledged uint64         `json:"acknowledged"`     // reports that the collector answered 202 to
	Accepted     uint64         `json:"accepted"`         // reports that both aggregators counted
	Slots        []Tally        `json:"slots"`            // the truth
	Offers       []Offer        `json:"offers,omitempty"` // the truth of lists and messages
	Priors       string         `json:"priors"`           // SHA-256 of those that devices chose by; empty: none
	Released     release.Signed `json:"-"`
}

// Result is a whole Run.
type Result struct {
	Plan     string           `json:"plan"` // digest
	Site     string           `json:"site"`
	Seed     uint64           `json:"seed"`
	Visitors int              `json:"visitors"`
	Null     bool             `json:"null"`
	Native   bool             `json:"native"`
	Days     []Day            `json:"days"`
	Truth    population.Truth `json:"truth"`
}

var (
	// ErrCadence: only daily plans are simulated, whose devices report on every day
	// that their visitor comes.
	ErrCadence = errors.New("the plan's periods are not days: simulate a daily plan")
	// ErrDays: fewer than one day, or more than the plan has.
	ErrDays = errors.New("not a number of days that the plan has")
)

// Run starts collector, leader and helper under a stepped clock, lets the visitors
// live their days with devices, sends every device's sealed report, has each day
// released, and hands the priors that come of it to the devices of the next.
//
// Errors: planfile.Problems, ErrCadence, ErrDays, population.ErrPlan and
// population.ErrOptions before anything is written to Dir or run; then whatever a
// service answered.
func Run(ctx context.Context, o Options) (out Result, err error) {
	if err := o.check(); err != nil {
		return out, err
	}
	r, err := rig.Start(ctx, rig.Options{
		Dir: o.Dir, PlanName: o.PlanName, PlanYAML: o.PlanYAML, Module: o.Module, Executable: o.Executable, Log: o.Log,
	})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	shop, err := population.New(r.Plan, o.population())
	if err != nil {
		return out, err
	}
	make1 := NativeUnder(r.Published)
	if !o.Native {
		make1 = func(ctx context.Context, dice *Dice) (Device, error) { return Module(ctx, o.Module, r.Published, dice) }
	}
	c, err := NewCrowd(ctx, CrowdOptions{Shop: shop, Plan: r.Plan, Seed: o.Seed, Device: make1})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	if o.Begun != nil {
		if err := o.Begun(r.Plan); err != nil {
			return out, err
		}
	}
	out = Result{
		Plan: plan.DigestOf(r.Published).String(), Site: r.Plan.Site,
		Seed: o.Seed, Visitors: o.Visitors, Null: o.Null, Native: o.Native,
	}
	sent := uint64(0)
	total, err := c.Reports(ctx, 0, o.Days)
	if err != nil {
		return out, err
	}
	for day := range o.Days {
		d, err := oneDay(ctx, r, c, day, func(done uint64) {
			if o.Progress != nil {
				o.Progress(sent+done, total)
			}
		})
		if err != nil {
			return out, fmt.Errorf("day %d: %w", day+1, err)
		}
		sent += d.Acknowledged
		out.Days = append(out.Days, d)
		if o.Day != nil {
			if err := o.Day(d); err != nil {
				return out, err
			}
		}
	}
	out.Truth = shop.Truth(o.Days)
	return out, nil
}

// check refuses what cannot be simulated before any key is made or service run. Its
// plan has nobody's keys.
func (o *Options) check() error {
	f, problems := planfile.Parse(o.PlanName, o.PlanYAML)
	if problems != nil {
		return problems
	}
	if _, problems := planfile.Check(f); problems != nil {
		return problems
	}
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "nobody's"}, Helper: plan.Recipient{Type: plan.X25519, Key: "nobody's either"},
		Issued: f.Periods[0].Start,
	})
	if err != nil {
		return err
	}
	if err := lives(p, o.Days); err != nil {
		return err
	}
	_, err = population.New(p, o.population())
	return err
}

// lives tells whether so many days of a plan can be simulated.
func lives(p *plan.Plan, days int) error {
	switch {
	case p.Cadence != plan.Daily:
		return ErrCadence
	case days < 1 || days > len(p.Periods):
		return fmt.Errorf("%d days: %w: 1 to %d", days, ErrDays, len(p.Periods))
	}
	return nil
}

func (o *Options) population() population.Options {
	return population.Options{Seed: o.Seed, Visitors: o.Visitors, Null: o.Null, Horizon: max(o.Days, 2), World: o.World, Lively: o.Lively, Season: o.Season}
}

// oneDay lives, reports and releases a day.
func oneDay(ctx context.Context, r *rig.Rig, c *Crowd, day int, progress func(done uint64)) (Day, error) {
	if err := r.Begin(day); err != nil {
		return Day{}, err
	}
	out := Day{Day: day, Date: r.Period.Date.String()}
	priors, sum, ok, err := r.Priors(ctx)
	if err != nil {
		return out, err
	}
	if ok {
		out.Priors = sum
		if err := c.UsePriors(ctx, priors); err != nil {
			return out, err
		}
	}
	out.Acknowledged, out.Slots, err = c.Send(ctx, r, day, nil, progress)
	out.Offers = c.Offers()
	if err != nil {
		return out, err
	}
	released, view, err := r.Release(ctx, day, nil)
	out.Released, out.Accepted = released, view.Accepted
	return out, err
}
