package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Helm is where the optimiser is told what to do, and what it tells devices. Only a leader
// has one: the console of a helper shows what came of it.
type Helm interface {
	// Orders returns the log of orders, of all sites, the oldest first.
	Orders() ([]steer.Order, error)
	// Give keeps an order.
	Give(steer.Order) (steer.Order, error)
	// Told says what devices are told by a site's releases, which are in order, under a state,
	// and what they were told by those up to a date.
	Told(of []panel.Release, state *steer.State, before plan.Date) ([]steer.Told, error)
}

// mostOrders is how many orders are shown: the newest.
const mostOrders = 200

// Loop is the answer of GET /api/v1/loop.
type Loop struct {
	Range     panel.Range  `json:"range"`
	Before    string       `json:"before" doc:"the date by whose releases what is told now is held against"`
	Since     string       `json:"since" doc:"date of the first release"`
	Steerable bool         `json:"steerable" doc:"orders are taken here: the console is a leader's"`
	Told      []steer.Told `json:"told" doc:"what devices are told of each place; empty where no orders are taken"`
	// Back is the order that rolled the optimiser back, where it is.
	Back      *steer.Order   `json:"back" doc:"the order by which the optimiser reads no later releases; null: it reads all"`
	Unwatched []steer.Place  `json:"unwatched" doc:"places whose guard rails are off"`
	Rails     []finding.Rail `json:"rails" doc:"what the guard rails see in the newest releases"`
	Orders    []steer.Order  `json:"orders" doc:"the newest first, 200 at most"`
	Worth     []LoopWorth    `json:"worth" doc:"what personalization has brought since it began, place by place"`
	Budget    []Proposal     `json:"budget" doc:"what to spend next, by incremental return"`
}

// Proposal is one for a budget, in the words of the cost that it goes on from.
type Proposal struct {
	finding.Proposal
	Currency string `json:"currency"`
	Margin   string `json:"margin" doc:"per cent of revenue"`
}

// LoopWorth is a place's uplift against its holdout from its first release on.
type LoopWorth struct {
	Kind  string            `json:"kind"`
	Name  string            `json:"name"`
	Goal  string            `json:"goal"`
	Since string            `json:"since"`
	Rate  panel.Rate        `json:"rate" doc:"uplift less 1"`
	Days  []panel.UpliftDay `json:"days" doc:"from the first release to the end of each month"`
}

// newOrder is what is told the optimiser.
type newOrder struct {
	Action  string `json:"action" doc:"stop, resume, roll back, go on, watch or unwatch"`
	Kind    string `json:"kind,omitempty" doc:"slot or campaign"`
	Name    string `json:"name,omitempty" doc:"of the slot or campaign"`
	Variant string `json:"variant,omitempty" doc:"without one: all but the default"`
	Until   string `json:"until,omitempty" doc:"of roll back: the date of the last release that is read, YYYY-MM-DD"`
}

var errNoHelm = &refusal{
	status: http.StatusConflict, reason: "no-helm", title: "Nothing is steered from here.",
	detail: "The optimiser is the leader's: use the console that is served beside it.",
}

func (c *Console) getLoop(ec echo.Context, _ caller) error {
	all, err := c.releases()
	if err != nil {
		return err
	}
	from, to, err := datesOf(ec, all)
	if err != nil {
		return err
	}
	first, last := all[0].Period.Date, all[len(all)-1].Period.Date
	read := slices.DeleteFunc(slices.Clone(all), func(r panel.Release) bool { return r.Period.Date > to })
	if len(read) == 0 {
		return errRange
	}
	out := Loop{
		Range: panel.Range{From: from.String(), To: to.String(), Releases: len(read), Missing: []string{}}, Before: (from - 1).String(), Since: first.String(),
		Told: []steer.Told{}, Unwatched: []steer.Place{}, Orders: []steer.Order{}, Worth: []LoopWorth{},
	}
	state, log, err := c.steering(all)
	if err != nil {
		return err
	}
	if helm := c.opt.Helm; helm != nil {
		out.Steerable = true
		if out.Told, err = helm.Told(read, state, from-1); err != nil {
			return fmt.Errorf("console: what devices are told: %w", err)
		}
		for _, t := range out.Told {
			if !state.Watched(t.Place) {
				out.Unwatched = append(out.Unwatched, t.Place)
			}
		}
		if _, o, back := state.Until(); back {
			out.Back = &o
		}
		slices.Reverse(log)
		out.Orders = append(out.Orders, log[:min(len(log), mostOrders)]...)
	}
	if out.Rails, err = finding.Rails(read, state); err != nil {
		return fmt.Errorf("console: %w", err)
	}
	whole, err := panel.By(all, first, last, panel.ByMonth)
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	for _, s := range whole.Slots {
		if s.Uplift != nil && s.Against == plan.HoldoutColumn {
			out.Worth = append(out.Worth, LoopWorth{s.Kind, s.Name, s.Goal, s.From, s.Uplift.Rate, s.UpliftDays})
		}
	}
	if out.Budget, err = c.budget(all); err != nil {
		return err
	}
	return ec.JSON(http.StatusOK, out)
}

// budget proposes what to spend next on what was entered.
func (c *Console) budget(all []panel.Release) ([]Proposal, error) {
	entered, err := c.Costs()
	if err != nil {
		return nil, err
	}
	entered = entered[max(0, len(entered)-mostNoted):]
	var costs []finding.Cost
	for _, one := range entered {
		f, err := one.Finding()
		if err != nil {
			return nil, fmt.Errorf("console: the cost of %q: %w", one.Name, err)
		}
		costs = append(costs, f)
	}
	proposals, err := finding.Budget(all, costs)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	out := []Proposal{}
	for _, p := range proposals {
		one := Proposal{Proposal: p}
		for _, e := range entered {
			if e.Name == p.Name { // the latest of them is what it goes on from
				one.Currency, one.Margin = e.Currency, e.Margin
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// steering is what the orders of the releases' site come to, and these orders.
func (c *Console) steering(all []panel.Release) (*steer.State, []steer.Order, error) {
	site := all[len(all)-1].Plan.Site
	if c.opt.Helm == nil {
		return steer.StateOf(site, nil), nil, nil
	}
	log, err := c.opt.Helm.Orders()
	if err != nil {
		return nil, nil, fmt.Errorf("console: read the orders: %w", err)
	}
	log = slices.DeleteFunc(log, func(o steer.Order) bool { return o.Site != site })
	return steer.StateOf(site, log), log, nil
}

func (c *Console) postOrder(ec echo.Context, by caller) error {
	var want newOrder
	if err := body(ec, &want); err != nil {
		return err
	}
	if c.opt.Helm == nil {
		return errNoHelm
	}
	all, err := c.releases()
	if err != nil {
		return err
	}
	latest := all[len(all)-1].Plan
	order := steer.Order{
		At: c.opt.Clock(), Site: latest.Site, By: cmp.Or(by.name, "the operator"), Action: steer.Action(want.Action),
		Place: steer.Place{Kind: want.Kind, Name: want.Name}, Variant: want.Variant, Until: want.Until,
	}
	if err := order.Fits(latest); err != nil {
		return malformed("%s", plain(err))
	}
	state, _, err := c.steering(all)
	if err != nil {
		return err
	}
	if why := idle(order, state, all); why != "" {
		return malformed("%s", why)
	}
	if order, err = c.opt.Helm.Give(order); err != nil {
		if errors.Is(err, steer.ErrFull) {
			return &refusal{status: http.StatusConflict, reason: "too-many", title: "There are too many.", detail: plain(err)}
		}
		return fmt.Errorf("console: keep the order: %w", err)
	}
	about := want.Name
	if want.Variant != "" {
		about += ": " + want.Variant
	}
	err = c.update(func(tx *siteTx) error {
		return record(tx, order.At, by.actor, didOrder+want.Action, about, want.Until)
	})
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusCreated, order)
}

// plain are an error's words, without the package that it came from.
func plain(err error) string { return strings.TrimPrefix(err.Error(), "steer: ") }

// idle says why an order would change nothing; empty if it would.
func idle(o steer.Order, state *steer.State, all []panel.Release) string {
	stopped, is := state.Stopped(o.Place, o.Variant)
	switch o.Action {
	case steer.Stop:
		if is {
			return "it is stopped already"
		}
	case steer.Resume:
		if o.Variant != "" && is && stopped.Variant == "" {
			return "all of the place is stopped: resume it without a variant"
		}
		if !is && (o.Variant != "" || !anyStopped(o.Place, state, all)) {
			return "it is not stopped"
		}
	case steer.RollBack:
		first, last := all[0].Period.Date.String(), all[len(all)-1].Period.Date.String()
		if o.Until < first || o.Until >= last {
			return fmt.Sprintf("until is the date of a release before the last: from %s on, and before %s", first, last)
		}
	case steer.GoOn:
		if _, _, back := state.Until(); !back {
			return "the optimiser reads all releases already"
		}
	case steer.Watch, steer.Unwatch:
		if state.Watched(o.Place) == (o.Action == steer.Watch) {
			return "its guard rails are so already"
		}
	}
	return ""
}

func anyStopped(at steer.Place, state *steer.State, all []panel.Release) bool {
	return slices.ContainsFunc(steer.VariantsOf(all[len(all)-1].Plan, at), func(v string) bool {
		_, is := state.Stopped(at, v)
		return is
	})
}
