package steer

import (
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// State is what a site's orders come to.
type State struct {
	// Last is the newest order's ID, of any site: another one, another state.
	Last    uint64
	any     bool
	stopped map[variant]Order
	resumed map[variant]time.Time
	off     map[Place]bool
	back    *Order
}

type variant struct {
	Place
	name string // empty: all but the default
}

// StateOf reads the log of all sites, in its order.
func StateOf(site string, log []Order) *State {
	s := &State{stopped: map[variant]Order{}, resumed: map[variant]time.Time{}, off: map[Place]bool{}}
	for _, o := range log {
		s.Last = max(s.Last, o.ID)
		if o.Site != site {
			continue
		}
		s.any = true
		which := variant{o.Place, o.Variant}
		switch o.Action {
		case Stop:
			s.stopped[which] = o
		case Resume:
			delete(s.stopped, which)
			s.resumed[which] = o.At
			if o.Variant == "" { // all of them
				for v := range s.stopped {
					if v.Place == o.Place {
						delete(s.stopped, v)
					}
				}
			}
		case RollBack:
			s.back = &o
		case GoOn:
			s.back = nil
		case Watch:
			delete(s.off, o.Place)
		case Unwatch:
			s.off[o.Place] = true
		}
	}
	return s
}

// Any tells whether there ever was an order of the site.
func (s *State) Any() bool { return s.any }

// Stopped returns the order that stops a variant, which is none of the default's.
func (s *State) Stopped(at Place, name string) (Order, bool) {
	if o, ok := s.stopped[variant{at, name}]; ok {
		return o, true
	}
	o, ok := s.stopped[variant{at, ""}]
	return o, ok
}

// Resumed says when a variant was last let go on; zero where it never was stopped.
func (s *State) Resumed(at Place, name string) time.Time {
	one, all := s.resumed[variant{at, name}], s.resumed[variant{at, ""}]
	if one.After(all) {
		return one
	}
	return all
}

// Watched tells whether the guard rails of a place are on.
func (s *State) Watched(at Place) bool { return !s.off[at] }

// Until is the date of the last release that the optimiser reads, and the order that says
// so; false where it reads all.
func (s *State) Until() (plan.Date, Order, bool) {
	if s.back == nil {
		return 0, Order{}, false
	}
	date, err := plan.ParseDate(s.back.Until) // checked when it was given
	return date, *s.back, err == nil
}
