package plan

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Errors of Decode and Encode, beside package wire's. They say which part of a
// plan is wrong; planfile finds the same faults earlier, with line and column.
var (
	ErrTooLarge   = errors.New("plan: more than 64 KiB")
	ErrMagic      = errors.New("plan: not a plan's bytes")
	ErrVersion    = errors.New("plan: unknown version of the plan's format")
	ErrHead       = errors.New("plan: site, serial, issue or expiry is missing or out of bounds")
	ErrPeriods    = errors.New("plan: periods are missing, too long or out of order")
	ErrNoise      = errors.New("plan: sigma squared, min batch or chunk length is out of bounds")
	ErrRecipient  = errors.New("plan: leader and helper need a recipient each, of a known key type, and not the same one")
	ErrConsent    = errors.New("plan: consent mode is missing")
	ErrName       = errors.New("plan: a name is empty, too long, stands twice, or is the holdout column's")
	ErrAttribute  = errors.New("plan: an attribute's type or range is wrong")
	ErrSegments   = errors.New("plan: segments need one or more, only the last without a rule")
	ErrTrigger    = errors.New("plan: a trigger names an event that the plan has not")
	ErrCampaign   = errors.New("plan: a campaign needs a mode, two or more arms and a goal")
	ErrSlot       = errors.New("plan: a slot needs variants, topics that the plan has, a reward and costs within bounds")
	ErrPolicy     = errors.New("plan: holdout, explore, or floor times the variants of a slot or arms is more than half, or lift or recent is out of its bounds")
	ErrMetric     = errors.New("plan: a metric's kind, breakdown, source or most ones is wrong")
	ErrDevice     = errors.New("plan: a promotion, survey, list, message or prediction is out of its bounds")
	ErrMeasurable = errors.New("plan: a measurement would have too many cells or ones")
)

const (
	maxTime   = 1 << 36 // seconds: to the year 4147, and no sum overflows
	minDate   = 0
	maxDate   = 1 << 20
	maxPeriod = 29 * Day // 28 days and a clock change
)

// check holds p to every bound of this file; Decode and Encode call it.
func (p *Plan) check() error {
	for _, f := range []func() error{p.checkHead, p.checkNoise, p.checkNames, p.checkGroups, p.checkChoice, p.checkDevice, p.checkDimensions, p.checkRevenues, p.checkMetrics} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) checkHead() error {
	if p.Site == "" || len(p.Site) > MaxText || p.Serial == 0 || len(p.TimeZone) == 0 || len(p.TimeZone) > MaxText ||
		p.Issued < 0 || p.Issued > maxTime || p.Expires <= p.Issued || p.Expires-p.Issued > maxTime {
		return ErrHead
	}
	if !p.Cadence.valid() || len(p.Periods) == 0 || len(p.Periods) > MaxPeriods {
		return ErrPeriods
	}
	for i, q := range p.Periods {
		// A calendar day lasts 23 to 25 hours where clocks change by one; zones
		// that jumped further (Samoa skipped a day) are beyond a plan's bounds.
		least, most := Time(p.Cadence.Days()*Day-2*Hour), Time(p.Cadence.Days()*Day+2*Hour)
		if q.Date < minDate || q.Date > maxDate || q.Start < 0 || q.Start > maxTime || q.End-q.Start < least || q.End-q.Start > most {
			return ErrPeriods
		}
		if i > 0 && (q.Start != p.Periods[i-1].End || q.Date != p.Periods[i-1].Date+Date(p.Cadence.Days())) {
			return ErrPeriods
		}
		// The date names the period in ledger and reports: it must be the local
		// date of the start, which no zone puts more than 26 hours from UTC's.
		if off := int64(q.Start) - int64(q.Date)*Day; off < -26*Hour || off > 26*Hour {
			return ErrPeriods
		}
	}
	if p.Consent < ConsentAsk || p.Consent > ConsentAssumed {
		return ErrConsent
	}
	return nil
}

func (p *Plan) checkNoise() error {
	if p.Sigma2 == 0 || p.Sigma2 > MaxSigma2 || p.MinBatch < MinBatchFloor || p.Chunk == 0 || p.Chunk > MaxCells {
		return ErrNoise
	}
	for _, r := range []Recipient{p.Leader, p.Helper} {
		if r.Type != X25519 || r.Key == "" || len(r.Key) > MaxText {
			return ErrRecipient
		}
	}
	if p.Leader == p.Helper {
		return ErrRecipient
	}
	if p.Attribution > MaxAttribution {
		return ErrNoise
	}
	return nil
}

func (p *Plan) checkNames() error {
	var n names
	n.list(p.Topics)
	n.list(p.Events)
	n.next()
	for i := range p.Attributes {
		n.add(p.Attributes[i].Name, MaxName)
	}
	n.next()
	for i := range p.Segments {
		n.add(p.Segments[i].Name, MaxName)
	}
	n.next()
	for i := range p.Stages {
		n.add(p.Stages[i].Name, MaxName)
	}
	n.next()
	for i := range p.Campaigns {
		n.add(p.Campaigns[i].Name, MaxName)
	}
	n.next()
	for i := range p.Slots {
		n.add(p.Slots[i].Name, MaxName)
	}
	n.next()
	for i := range p.Metrics {
		n.add(p.Metrics[i].Name, MaxText) // holds the names of its campaign and goal
	}
	for i := range p.Attributes {
		n.list(p.Attributes[i].Values)
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		n.list(c.Arms)
		n.next()
		for g := range c.Goals {
			n.add(c.Goals[g].Name, MaxName)
		}
	}
	for i := range p.Slots {
		n.next()
		for v := range p.Slots[i].Variants {
			n.add(p.Slots[i].Variants[v].Name, MaxName)
		}
	}
	p.deviceNames(&n)
	if n.wrong {
		return ErrName
	}
	if len(p.Topics) > MaxTopics || len(p.Events) > MaxEvents || len(p.Attributes) > MaxAttributes || len(p.Segments) > MaxSegments ||
		len(p.Stages) > MaxStages || len(p.Campaigns) > MaxCampaigns || len(p.Slots) > MaxSlots || len(p.Metrics) > MaxMetrics {
		return wire.ErrForm
	}
	return nil
}

// names looks at one list of names after another. It is no generic function over
// the lists, of which each would be one more in the module.
type names struct {
	seen  []string // of the running list
	wrong bool     // a name was empty, too long or there twice
}

// next begins a list.
func (n *names) next() { n.seen = n.seen[:0] }

//go:noinline
func (n *names) add(name string, limit int) {
	if name == "" || len(name) > limit {
		n.wrong = true
	}
	for _, s := range n.seen {
		if s == name {
			n.wrong = true
		}
	}
	n.seen = append(n.seen, name)
}

//go:noinline
func (n *names) list(all []string) {
	n.next()
	for _, name := range all {
		n.add(name, MaxName)
	}
}

func (p *Plan) checkGroups() error {
	for _, a := range p.Attributes {
		switch {
		case a.Type == Flag && a.Values == nil:
		case a.Type == Number && a.Values == nil && a.Min < a.Max && a.Min >= -maxMoney && a.Max <= maxMoney:
		case a.Type == Choice && len(a.Values) > 0 && len(a.Values) <= MaxValues:
		default:
			return ErrAttribute
		}
	}
	for i, s := range p.Segments {
		if last := i == len(p.Segments)-1; last != (len(s.Rule) == 0) {
			return ErrSegments
		}
		if len(s.Rule) > 0 {
			if err := CheckRule(s.Rule, p.Extent(false)); err != nil {
				return err
			}
		}
	}
	if len(p.Segments) == 0 {
		return ErrSegments
	}
	for _, s := range p.Stages {
		if !p.triggers(s.On) {
			return ErrTrigger
		}
	}
	for _, c := range p.Campaigns {
		if c.Mode != Assigned && c.Mode != Chosen || len(c.Arms) < 2 || len(c.Arms) > MaxArms || len(c.Goals) == 0 || len(c.Goals) > MaxGoals {
			return ErrCampaign
		}
		for _, g := range c.Goals {
			if !p.triggers(g.On) {
				return ErrTrigger
			}
		}
	}
	for _, s := range p.Slots {
		if len(s.Variants) < 2 || len(s.Variants) > MaxArms {
			return ErrSlot
		}
		for _, v := range s.Variants {
			for i, t := range v.Topics {
				if int(t) >= len(p.Topics) || i > 0 && t <= v.Topics[i-1] {
					return ErrSlot
				}
			}
		}
		if !p.triggers(s.Goal) {
			return ErrTrigger
		}
	}
	return nil
}

func (p *Plan) triggers(t Trigger) bool {
	switch t.Kind {
	case View, Click, Cart, Order, Search, Social, Media, Refund, Answer, Attempt:
		return t.Event == 0
	case Custom:
		return int(t.Event) < len(p.Events)
	}
	return false
}
