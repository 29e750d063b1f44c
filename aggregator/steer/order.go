package steer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Action is what an order does.
type Action string

// The actions. Stop and Resume are of one variant of a place, or of all but its default.
// RollBack has the optimiser read no release of a later date than Until, and GoOn all of
// them again. Watch and Unwatch turn the guard rails of a place on and off; they are on
// until they are turned off.
const (
	Stop     Action = "stop"
	Resume   Action = "resume"
	RollBack Action = "roll back"
	GoOn     Action = "go on"
	Watch    Action = "watch"
	Unwatch  Action = "unwatch"
)

// Place is what a device picks for.
type Place struct {
	Kind string `json:"kind"` // slot or campaign
	Name string `json:"name"`
}

// Order is one line of the log.
type Order struct {
	ID     uint64    `json:"id"` // 1, 2, …
	At     time.Time `json:"at"`
	Site   string    `json:"site"`
	By     string    `json:"by"` // the account; empty of a guard rail's
	Action Action    `json:"action"`
	Place
	// Variant of Stop and Resume; empty: all but the default.
	Variant string `json:"variant"`
	Until   string `json:"until"` // of RollBack: a date
	// Why is what a guard rail saw; else null.
	Why *Reason `json:"why"`
}

// Reason is what a guard rail saw: over some releases something was lower than what it is
// held against by so much, with an interval that is as wide as the rails are careful.
type Reason struct {
	Metric  string  `json:"metric"`  // goal, revenue or satisfaction
	Against string  `json:"against"` // holdout, or before
	From    string  `json:"from"`
	To      string  `json:"to"`
	Value   float64 `json:"value"` // the difference; of a goal in shares
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
}

// ErrOrder: an order that makes no sense, or not under the plan.
var ErrOrder = errors.New("steer")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrOrder, fmt.Sprintf(format, args...))
}

// longestName bounds names in bytes, as plans do.
const longestName = 128

// check refuses what no plan could make sense of.
func (o *Order) check() error {
	for what, text := range map[string]string{"site": o.Site, "account": o.By, "place": o.Name, "variant": o.Variant} {
		if len(text) > longestName || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return wrong("the %s has more than %d bytes, or bytes that are no text", what, longestName)
		}
	}
	if o.Site == "" {
		return wrong("an order is of a site")
	}
	placed := o.Kind != "" || o.Name != ""
	switch o.Action {
	case Stop, Resume, Watch, Unwatch:
		if o.Kind != "slot" && o.Kind != "campaign" || o.Name == "" {
			return wrong("%s is of a slot or campaign: say its kind and name", o.Action)
		}
		if o.Until != "" || o.Variant != "" && (o.Action == Watch || o.Action == Unwatch) {
			return wrong("%s takes no date, and watching no variant", o.Action)
		}
	case RollBack:
		if placed || o.Variant != "" {
			return wrong("rolling back is of all places at once: say a date alone")
		}
		if _, err := plan.ParseDate(o.Until); err != nil {
			return wrong("rolling back takes the date of the last release to read, as 2026-11-21")
		}
	case GoOn:
		if placed || o.Variant != "" || o.Until != "" {
			return wrong("going on takes nothing else")
		}
	default:
		return wrong("an action is stop, resume, roll back, go on, watch or unwatch, not %.40q", string(o.Action))
	}
	return nil
}

// Fits tells whether an order is of something that the devices of a plan pick for.
//
// Errors: ErrOrder.
func (o *Order) Fits(p *plan.Plan) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.Name == "" {
		return nil
	}
	variants := VariantsOf(p, o.Place)
	if variants == nil {
		return wrong("the plan has no %s %q that devices pick for", o.Kind, o.Name)
	}
	if o.Variant == "" {
		return nil
	}
	switch slices.Index(variants, o.Variant) {
	case -1:
		return wrong("the %s %q has no variant %q: it has %s", o.Kind, o.Name, o.Variant, strings.Join(variants, ", "))
	case 0:
		return wrong("%q is the default of %q: it is what is shown where all else is stopped", o.Variant, o.Name)
	}
	return nil
}

// VariantsOf names what devices pick from at a place of a plan, the default first; nil
// where they pick nothing.
func VariantsOf(p *plan.Plan, at Place) (out []string) {
	switch at.Kind {
	case "slot":
		for _, s := range p.Slots {
			if s.Name == at.Name {
				for _, v := range s.Variants {
					out = append(out, v.Name)
				}
			}
		}
	case "campaign":
		for _, c := range p.Campaigns {
			if c.Name == at.Name && c.Mode == plan.Chosen {
				return c.Arms
			}
		}
	}
	return out
}
