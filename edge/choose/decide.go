package choose

import (
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Reason says how a choice was made. The numbers are part of a state's bytes.
type Reason uint8

// The reasons: the largest value of one draw from each option's posterior; by
// chance, for what it teaches; the default, because the device is of the holdout.
const (
	Sampled  Reason = 1
	Explored Reason = 2
	Held     Reason = 3
)

// Why a campaign gives the default and its exposure counts for nothing: the visitor is
// not among those whom it is for; saw it as often as is allowed; saw it too lately; or
// another campaign of its group is shown in the period.
const (
	Ineligible Reason = 4
	Capped     Reason = 5
	Resting    Reason = 6
	Excluded   Reason = 7
)

// Decision is what a place shows, and why.
type Decision struct {
	Place   Place
	Column  int // variant or arm; 0 is the default
	Reason  Reason
	Segment int      // whose priors were used
	Version uint64   // of the priors; 0 if there were none for the place
	Options []Option // by column; the room is used again by the next choice

	// Kept: made earlier in the visit, for Reason. All else says what is known now,
	// which may be more than the choice was made by; nothing is drawn again.
	Kept bool
}

// Situation is what a choice is made in.
type Situation struct {
	Now     plan.Time
	Date    plan.Date // of the period: draws are the same all through it
	Visit   plan.Time // start of the running visit
	Last    plan.Time // last activity, to which own evidence has faded
	Seen    Sight     // of the place
	Policy  plan.Policy
	Segment int
	Priors  *Priors // of the plan; nil: none
	View    profile.View
	Begins  plan.Time    // of the period, or of the UTC day outside of the plan's
	Places  []PlaceNames // all that the device picks for: of a group one is shown
}

// Sight is what the visitor was last shown at a place. The zero value is nothing.
type Sight struct {
	Any    bool
	Column int
	At     plan.Time
}

// Choose makes a place's choice, or repeats the one that was made and seen in the
// running visit, and writes it and its reasons to d. The memory has been drawn.
//
// What nobody saw binds nobody: a page that asks before it has anything to show, as
// the browser's does for its next page, gets what the visitor has come to like since.
// The draws of a period are the same whenever it asks, so that asking often does not
// make a choice likelier.
//
// What the site has stopped nobody is shown, nor goes on being shown it, by chance or
// as what stands.
//
// A device of the holdout gets the default. Of all others, a share of decisions
// (Policy.Explore, or more where the floor of all options asks for it) is uniform,
// and the rest is Thompson's: from each option's posterior one draw, and the
// largest value of them wins, the first of several. So each option has at least
// Policy.Floor.
//
// Source: Thompson 1933; Russo et al. 2018, "A tutorial on Thompson sampling".
func (m *Memory) Choose(d *Decision, n *PlaceNames, e *Evidence, s *Situation) {
	d.Place, d.Segment = n.Place, s.Segment
	d.fill(n, e, s)
	d.Kept = false
	k, ok := m.standing(n, s)
	if ok && d.Options[k.column.IndexOf(n.Columns)].Barred {
		ok = false // stopped since it was made
	}
	if n.Promotion != nil && !ok {
		if reason := m.refuses(n, s); reason != 0 {
			d.Column, d.Reason = 0, reason
			m.keep(kept{n.Place.Kind, n.Name, n.Columns[0], s.Now, reason})
			return
		}
		d.bar(n, s)
	}
	if m.Held(s.Policy.Holdout) || m.HeldOf(n) {
		d.Column, d.Reason = 0, Held
		if n.Promotion != nil {
			m.keep(kept{n.Place.Kind, n.Name, n.Columns[0], s.Now, Held})
		}
		return
	}
	if ok {
		d.Column, d.Reason, d.Kept = k.column.IndexOf(n.Columns), k.reason, true
		return
	}
	d.draw(m.seed, n, s)
	m.keep(kept{n.Place.Kind, n.Name, n.Columns[d.Column], s.Now, d.Reason})
}

// fill looks up what is known of every option.
func (d *Decision) fill(n *PlaceNames, e *Evidence, s *Situation) {
	row, stopped := []Rate(nil), uint64(0)
	d.Version = 0
	if s.Priors != nil {
		if here := s.Priors.of(n.Place); here != nil {
			row, stopped = here.Rates[min(s.Segment, len(here.Rates)-1)], here.Stopped
			d.Version = s.Priors.Version
		}
	}
	interest := s.View.Interest(s.Policy.Recent)
	d.Options = d.Options[:0]
	for i, column := range n.Columns {
		o := Option{Prior: Bare(), Match: interest.Match(n.Topics[i]), Barred: stopped>>i&1 != 0}
		if row != nil {
			o.Prior = row[i]
		}
		o.Shown, o.Won = e.ReadAfter(n.Name, column, s.Now-s.Last)
		o.update(n.Terms.Lift)
		o.Value = n.Terms.value(i, o.Mean)
		d.Options = append(d.Options, o)
	}
}

// draw picks an option by chance.
func (d *Decision) draw(seed Seed, n *PlaceNames, s *Situation) {
	columns := len(d.Options)
	dice := NewStream(&seed, s.Date, n.Name, purposeExplore)
	uniform := max(int(s.Policy.Explore), columns*int(s.Policy.Floor))
	if dice.Below(int(plan.Whole)) < uniform {
		d.Reason = Explored
		d.Column = d.allowed(dice.Below(d.open()))
		return
	}
	d.Reason, d.Column = Sampled, 0
	draws := NewStream(&seed, s.Date, n.Name, purposeDraw)
	for i := range d.Options {
		o := &d.Options[i]
		stream := draws.Of(n.Columns[i])
		o.Draw = Beta(&stream, float64(o.Mean*o.Strength), float64((1-o.Mean)*o.Strength))
		o.Value = n.Terms.value(i, o.Draw)
		if !o.Barred && o.Value > d.Options[d.Column].Value {
			d.Column = i
		}
	}
}

// standing returns the choice that stands, which has been seen: for the running visit, if
// it was made in it or just before the activity that opened it; of a slot that sticks, for
// the period or for good. One that was made well after now was made by a wrong clock, and
// would otherwise stand until that time has come.
func (m *Memory) standing(n *PlaceNames, s *Situation) (kept, bool) {
	at, ok := m.find(n.Place.Kind, n.Name)
	if !ok {
		return kept{}, false
	}
	k := m.room[at]
	if k.reason > Explored || !k.seen(n, s.Seen) {
		return kept{}, false
	}
	if k.at-s.Now >= profile.VisitGap {
		return kept{}, false
	}
	over := s.Visit-k.at >= profile.VisitGap || s.Now-max(k.at, s.Last) >= profile.VisitGap
	switch n.Sticky {
	case plan.StickPeriod:
		over = over && k.at < s.Begins
	case plan.StickAlways:
		over = false
	}
	return k, !over
}

// seen tells whether what was last seen at the place is the choice.
func (k *kept) seen(n *PlaceNames, s Sight) bool {
	return s.Any && s.At >= k.at && n.Columns[s.Column] == k.column
}

// of returns the priors of a place, or nil.
func (p *Priors) of(at Place) *PlacePriors {
	for i := range p.Places {
		if here := &p.Places[i]; here.Place == at {
			return here
		}
	}
	return nil
}
