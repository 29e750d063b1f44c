package edge

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/measure"
	"github.com/dunlin-analytics/dunlin/edge/predict"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// Why nothing is measured or sent. Hosts branch on them; none is a fault to show
// to the page.
var (
	// ErrNoPlan: UsePlan has not succeeded yet.
	ErrNoPlan = errors.New("edge: no plan in use")
	// ErrPlanSerial: the plan's serial is below the highest this device has seen.
	ErrPlanSerial = errors.New("edge: a plan with a higher serial was seen before")
	// ErrPlanExpired: nothing is measured under the plan any more.
	ErrPlanExpired = errors.New("edge: the plan has expired")
	// ErrPlanChanged: the running period was reported under another plan.
	ErrPlanChanged = errors.New("edge: the running period was reported under another plan")
	// ErrNoPeriod: none of the plan's periods holds the time.
	ErrNoPeriod = errors.New("edge: the plan has no period at this time")
	// ErrPast: the period is at or before the last one charged, and its report is over.
	ErrPast = errors.New("edge: the period is at or before the last one reported")
	// ErrNothing: no activity in the period.
	ErrNothing = errors.New("edge: no activity in the period")
	// ErrClock: the collector's time is unknown or more than a day away.
	ErrClock = errors.New("edge: clock unlike the collector's")
	// ErrExhausted: the ledger's caps do not allow the period's charge.
	ErrExhausted = errors.New("edge: the privacy budget is exhausted")
	// ErrRandom: the host's randomness failed; nothing was charged.
	ErrRandom = errors.New("edge: no randomness")
)

// Device is one visitor's device under one plan. The zero value is a device
// never seen before, without a plan. It is not safe for concurrent use.
//
// One Device may serve many visitors in turn: Load replaces everything but the
// plan, and Report clears what it computed with.
type Device struct {
	plan    *plan.Plan
	digest  plan.Digest
	names   *profile.Names
	rules   *measure.Rules
	places  []choose.PlaceNames // that the device picks for
	priors  *choose.Priors      // of the plan in force; nil: none
	sharder *share.Sharder

	messages   *reach.Names
	catalogues [plan.MaxLists]*recommend.Catalogue // by list; nil: none
	charge     ledger.NanoRho                      // of one report under the plan
	refused    bool                                // the plan's serial is too low for this visitor

	mind    mind
	scratch scratch
}

// mind is all that belongs to the visitor. Nothing in it is a pointer, so that
// assigning it overwrites the visitor before, in the module's memory too.
type mind struct {
	ledger  ledger.Ledger
	running running
	year    year
	profile profile.Profile
	choices choose.Memory
	own     choose.Evidence
	chances predict.Memory
	items   recommend.Memory
	reach   reach.Memory
	memory  measure.Memory
	log     measure.Log
}

// running is the report of a period that may still be revised. It is kept with
// the ledger, because it outlives what it was made from.
type running struct {
	open     bool // there is one
	plan     plan.Digest
	date     plan.Date
	end      plan.Time // of its period
	id       plan.ReportID
	revision uint32 // the last one made, from 1
	erased   bool   // the visitor's data was erased since: only zeros may follow
}

func (r *running) of(p plan.Digest, date plan.Date) bool {
	return r.open && r.plan == p && r.date == date
}

// UsePlan puts a plan into force from its published bytes, whose signature the
// host has verified; the digest is recomputed here. If it fails the plan before
// stays in force. The state changes (the ledger notes the serial), so the host
// must store it.
//
// Errors: plan.Decode's and share.New's, ErrPlanSerial.
func (d *Device) UsePlan(published []byte) error {
	p, err := plan.Decode(published)
	if err != nil {
		return err
	}
	digest := plan.DigestOf(published)
	rules := measure.RulesOf(p, digest)
	layout := rules.Layout()
	sharder, err := share.New(share.Params{Length: layout.Cells, Weight: layout.Weight, Chunk: int(p.Chunk)})
	if err != nil {
		return err
	}
	charge, err := ledger.Charge(layout.Weight, p.Sigma2)
	if err != nil {
		return err
	}
	if d.mind.ledger.Accept(p.Serial) != nil {
		return ErrPlanSerial
	}
	d.plan, d.digest, d.names, d.rules, d.sharder, d.charge = p, digest, profile.NamesOf(p), rules, sharder, charge
	d.places, d.messages = choose.NamesOf(p), reach.NamesOf(p)
	d.catalogues = [plan.MaxLists]*recommend.Catalogue{}
	if d.priors != nil && d.priors.Plan != digest {
		d.priors = nil
	}
	d.scratch = scratch{cells: make([]bool, layout.Cells)}
	d.adopt()
	return nil
}

// Plan returns the plan in force and the digest of its published bytes; nil and
// zeroes before UsePlan has succeeded. The plan is only to be read.
func (d *Device) Plan() (*plan.Plan, plan.Digest) { return d.plan, d.digest }

// adopt fits the visitor to the plan, whichever of the two came last.
func (d *Device) adopt() {
	d.refused = false
	if d.plan == nil {
		return
	}
	m := &d.mind
	if d.refused = m.ledger.Accept(d.plan.Serial) != nil; d.refused {
		return
	}
	m.profile.Adopt(d.names)
	d.rules.Adopt(&m.memory)
	m.choices.Adopt(d.places)
	m.own.Adopt(d.places)
	m.chances.Adopt(d.plan)
	m.reach.Adopt(d.messages)
	if m.log.Plan() == d.digest && !d.rules.Fits(&m.log) {
		m.log = measure.Log{}
	}
}

// usable says whether the plan may be used at now at all.
func (d *Device) usable(now plan.Time) error {
	switch {
	case d.plan == nil:
		return ErrNoPlan
	case d.refused:
		return ErrPlanSerial
	case now >= d.plan.Expires:
		return ErrPlanExpired
	}
	return nil
}

// periodAt returns the period that may be measured and reported at now. If the
// running report is that period's, then what it was made from is still there, or
// was erased; a report whose log a jump of the clock has cost is over.
func (d *Device) periodAt(now plan.Time) (plan.Period, error) {
	m := &d.mind
	if m.running.open && m.running.plan != d.digest && now < m.running.end {
		return plan.Period{}, ErrPlanChanged
	}
	period, ok := d.plan.PeriodAt(now)
	if !ok {
		return plan.Period{}, ErrNoPeriod
	}
	if m.running.of(d.digest, period.Date) && (m.running.erased || m.log.Of(d.digest, period.Date)) {
		return period, nil
	}
	// A ledger that is barred, not charged, refuses in Report as exhausted.
	if last, ok := m.ledger.Last(); ok && m.ledger.Charged(last) && ledger.Date(period.Date) <= last {
		return plan.Period{}, ErrPast
	}
	return period, nil
}

// Forget erases the visitor's data. What stays is the stub: the ledger with its
// last period and the highest plan serial, and, if a report of a period that
// still runs at now was made, its ID and revision, so that Report can take it
// back with an all-zero revision.
func (d *Device) Forget(now plan.Time) {
	m := &d.mind
	if m.running.open && clamp(now) < m.running.end {
		m.running.erased = true
	} else {
		m.running = running{}
	}
	m.unlearn()
}

// unlearn overwrites all but what the state's guard holds.
func (m *mind) unlearn() {
	m.profile = profile.Profile{}
	m.choices = choose.Memory{}
	m.own = choose.Evidence{}
	m.chances = predict.Memory{}
	m.items = recommend.Memory{}
	m.reach = reach.Memory{}
	m.memory = measure.Memory{}
	m.log = measure.Log{}
}

// clamp takes an instant into what state and profile can hold.
func clamp(t plan.Time) plan.Time { return min(max(t, 0), profile.MaxTime) }
