package population

import (
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Errors of New. Callers tell a plan that cannot be played on from wrong options.
var (
	// ErrPlan: the plan has no topics, no slots or no periods, or a slot whose
	// goal is a view, which every visit reaches whatever was shown.
	ErrPlan = errors.New("population: not a plan that visitors can be made for")
	// ErrOptions: an option is out of its bounds.
	ErrOptions = errors.New("population: an option is out of bounds")
)

// Options of a Site.
type Options struct {
	Seed     uint64
	Visitors int // how many there ever are; 1 to 2^31-1, required

	// Null makes every variant equally good for everybody.
	Null bool
	// World is what kind of site it is: who comes, and what they like.
	World World
	// Lively: beside what every population does, visitors arrive by channels, search,
	// act socially, pause, pay in ways of their own, are more or less satisfied, try
	// exercises, and pick from lists.
	Lively bool
	// Story is what befalls the site; nil: nothing. A lively one has none.
	Story *Story
	// Season is how much activity and tastes move over the year, 0 to .5; default 0.
	Season float64
	// Active is the mean share of the visitors there are that come on a day:
	// above 0, at most .9; default .48.
	Active float64
	// Settled: all visitors are there on day 0 and none ever leaves. Otherwise Late
	// of them arrive on a later day of Horizon, and some stop coming.
	Settled bool
	// Late is the share that arrives after day 0: above 0, below 1; default .2.
	Late float64
	// Horizon is the number of days over which the late ones arrive: 2 to 800;
	// default 30.
	Horizon int
	// Weather is how much days differ for everybody: the sigma of a day's factor of all
	// activity, 0 to .2; default 0.
	Weather float64
	// Turnover is how many times as often as their persona's own visitors stop
	// coming: above 0, at most 100; default 1.
	Turnover float64
}

const (
	defaultActive   = .48
	defaultLate     = .2
	defaultHorizon  = 30
	defaultTurnover = 1
)

// Site is a population on a plan. It is immutable and safe for concurrent use.
type Site struct {
	plan     *plan.Plan
	o        Options
	personas []Persona
	level    float64       // of activity, see level
	arms     [][][]float64 // slot, persona, variant: quality * fit
	scale    []float64     // by slot: how much rarer its goal is than a click
	goals    map[plan.Trigger]bool
	weather  []float64 // by day: a factor of everybody's activity; nil: none
	items    []Item    // of a lively population: what its lists show
}

// New makes a population for p, which must not change afterwards.
//
// Errors: ErrPlan, ErrOptions.
func New(p *plan.Plan, o Options) (*Site, error) {
	if p == nil || len(p.Topics) == 0 || len(p.Topics) > plan.MaxTopics || len(p.Slots) == 0 || len(p.Periods) == 0 || p.Cadence.Days() < 1 {
		return nil, fmt.Errorf("%w: it needs topics, slots and periods", ErrPlan)
	}
	if o.Active == 0 {
		o.Active = defaultActive
	}
	if o.Late == 0 {
		o.Late = defaultLate
	}
	if o.Horizon == 0 {
		o.Horizon = defaultHorizon
	}
	if o.Turnover == 0 {
		o.Turnover = defaultTurnover
	}
	switch {
	case o.Visitors < 1 || o.Visitors > 1<<31-1:
		return nil, fmt.Errorf("%w: visitors are 1 to 2147483647, not %d", ErrOptions, o.Visitors)
	case !(o.Active > 0 && o.Active <= .9):
		return nil, fmt.Errorf("%w: active is above 0 and at most 0.9, not %v", ErrOptions, o.Active)
	case !(o.Late > 0 && o.Late < 1):
		return nil, fmt.Errorf("%w: late is above 0 and below 1, not %v", ErrOptions, o.Late)
	case !(o.Weather >= 0 && o.Weather <= .2):
		return nil, fmt.Errorf("%w: weather is 0 to 0.2, not %v", ErrOptions, o.Weather)
	case o.World < Shop || o.World > School:
		return nil, fmt.Errorf("%w: there is no world %d", ErrOptions, int(o.World))
	case !(o.Season >= 0 && o.Season <= .5):
		return nil, fmt.Errorf("%w: season is 0 to 0.5, not %v", ErrOptions, o.Season)
	case !(o.Turnover > 0 && o.Turnover <= 100):
		return nil, fmt.Errorf("%w: turnover is above 0 and at most 100, not %v", ErrOptions, o.Turnover)
	case o.Horizon < 2 || o.Horizon > plan.MaxPeriods:
		return nil, fmt.Errorf("%w: the horizon is 2 to %d days, not %d", ErrOptions, plan.MaxPeriods, o.Horizon)
	}
	s := &Site{plan: p, o: o, personas: personasOf(o.World, p.Topics), goals: map[plan.Trigger]bool{}}
	s.level = level(s.personas, o.Active)
	if o.Weather > 0 {
		for day := range s.Days() {
			s.weather = append(s.weather, spread(stream(o.Seed, forWeather, day), o.Weather))
		}
	}
	if o.Lively {
		s.items = s.catalogue()
	}
	if err := s.checkStory(); err != nil {
		return nil, err
	}
	for i, slot := range p.Slots {
		scale, ok := rarity[slot.Goal.Kind]
		if !ok {
			return nil, fmt.Errorf("%w: slot %q has a goal that no answer reaches", ErrPlan, slot.Name)
		}
		s.scale = append(s.scale, scale)
		s.goals[slot.Goal] = true
		s.arms = append(s.arms, s.qualities(i))
	}
	return s, nil
}

// Days returns the number of days of the plan, of which Visitor.Day takes the
// index: as many as its periods have.
func (s *Site) Days() int { return len(s.plan.Periods) * s.plan.Cadence.Days() }

// Bounds returns when a day of the plan begins and ends, and its date. A day of a
// longer period is an equal part of it: within an hour of the local midnights,
// which the plan does not say.
func (s *Site) Bounds(day int) (start, end plan.Time, date plan.Date) {
	n := s.plan.Cadence.Days()
	q, part := s.plan.Periods[day/n], day%n
	at := func(part int) plan.Time { return q.Start + (q.End-q.Start)*plan.Time(part)/plan.Time(n) }
	return at(part), at(part + 1), q.Date + plan.Date(part)
}

// Visitors returns how many visitors there ever are.
func (s *Site) Visitors() int { return s.o.Visitors }

// Personas returns the personas as this shop's plan has them; only to be read.
func (s *Site) Personas() []Persona { return s.personas }
