package helper

import (
	"cmp"
	"errors"
	"fmt"
	"sync"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/aggregator/prepare"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// terms are an accepted plan with its keys.
type terms struct {
	plan *plan.Plan

	unlocking sync.Mutex // guards the keys: see unlock
	unlocked  bool
	key       vdaf.VerifyKey
	identity  seal.Identity

	batch.Accepted
	batch.Terms
}

// accept checks a signed plan as the officer's machine should, and keeps it.
func (h *Helper) accept(who Peer, d plan.Digest, signed []byte) error {
	published, err := h.opt.Verify(signed)
	if err != nil {
		return problem.New(problem.PlanRefused, "the officer's signature does not fit: have the officer sign the plan with the key that this helper is configured with")
	}
	if plan.DigestOf(published) != d {
		return problem.New(problem.PlanRefused, "the plan's digest is %s, not the one in the address", plan.DigestOf(published))
	}
	if a, err := h.opt.Batches.Plan(d); err == nil && a.Owner == who.Name {
		return h.keepPlan(d, signed, a.Owner) // the same file again, or a conflict; its keys may be destroyed by now
	} else if err != nil && !errors.Is(err, batch.ErrNotFound) {
		return err
	}
	t, err := h.inspect(published)
	if err != nil {
		return err
	}
	owner, err := h.owner(t.plan.VerifyKey)
	if err != nil {
		return err
	}
	if owner != who.Name {
		return problem.New(problem.PlanRefused, "the plan's verify key was made with another leader: pair with this helper, and build the plan with that pairing")
	}
	// Or two plans of one serial could both be found the newest.
	h.accepting.Lock()
	defer h.accepting.Unlock()
	if t.plan.Expires <= h.opt.Clock() {
		return problem.New(problem.PlanRefused, "the plan has expired: build and sign a new one")
	}
	if err := h.newest(t.plan); err != nil {
		return err
	}
	return h.keepPlan(d, signed, owner)
}

func (h *Helper) keepPlan(d plan.Digest, signed []byte, owner string) error {
	err := h.opt.Releases.PutPlan(d, signed)
	if err == nil {
		err = h.opt.Batches.PutPlan(d, signed, h.opt.Clock(), owner)
	}
	if errors.Is(err, batch.ErrConflict) || errors.Is(err, release.ErrConflict) {
		return problem.New(problem.Conflict, "another file of the same plan is stored: send that one")
	}
	return err
}

// newest refuses a serial that is not above those of the site's other plans.
func (h *Helper) newest(p *plan.Plan) error {
	all, err := h.opt.Batches.Plans()
	if err != nil {
		return err
	}
	for _, a := range all {
		published, err := h.opt.Verify(a.Signed)
		if err != nil {
			continue // signed by a former officer: its serials bind nobody now
		}
		if old, err := plan.Decode(published); err == nil && old.Site == p.Site && old.Serial >= p.Serial {
			return problem.New(problem.PlanRefused, "the site's plan with serial %d is known: give the new plan a higher serial", old.Serial)
		}
	}
	return nil
}

// inspect holds a plan to this helper's own keys, recipient and floors.
func (h *Helper) inspect(published []byte) (*terms, error) {
	t, err := h.hold(published)
	if err != nil {
		return nil, err
	}
	if err := h.unlock(t); errors.Is(err, pair.ErrNoKey) {
		return nil, problem.New(problem.PlanRefused, "no verify key of this helper has the plan's commitment: pair the aggregators and build the plan with the commitment that pairing prints")
	} else if err != nil {
		return nil, err
	}
	if t.plan.Helper != t.identity.Recipient() {
		return nil, problem.New(problem.PlanRefused, "the plan's helper recipient is not this helper's: put %s into the plan", t.identity.Recipient().Key)
	}
	if _, err := prepare.NewWorker(prepare.Spec{Params: prepare.ParamsOf(t.plan), Role: report.Helper, Key: t.key}); err != nil {
		return nil, problem.New(problem.PlanRefused, "no proof can be made for the plan's cells, weight and chunk length")
	}
	return t, nil
}

// hold holds a plan to this helper's floors.
func (h *Helper) hold(published []byte) (*terms, error) {
	p, err := plan.Decode(published)
	if err != nil {
		return nil, problem.New(problem.PlanRefused, "the plan cannot be read: %v", err)
	}
	if p.MinBatch < h.opt.MinBatch {
		return nil, problem.New(problem.PlanRefused, "min batch is %d and this helper asks for %d or more", p.MinBatch, h.opt.MinBatch)
	}
	l := plan.LayoutOf(p)
	if l.Cells > h.opt.MaxCells {
		return nil, problem.New(problem.PlanRefused, "a measurement has %d cells and this helper accepts %d: measure less", l.Cells, h.opt.MaxCells)
	}
	if charge, err := ledger.Charge(l.Weight, p.Sigma2); err != nil || charge > h.opt.Cap {
		return nil, problem.New(problem.PlanRefused, "weight %d with sigma squared %d costs more than this helper accepts for one report (%d nano-rho): measure less or add noise", l.Weight, p.Sigma2, h.opt.Cap)
	}
	return &terms{plan: p, Terms: batch.TermsOf(p)}, nil
}

// unlock reads the keys that preparing needs. What has been settled is answered
// without: by then they may be destroyed.
func (h *Helper) unlock(t *terms) (err error) {
	t.unlocking.Lock()
	defer t.unlocking.Unlock()
	if t.unlocked {
		return nil
	}
	if t.key, err = h.opt.Keys.Get(t.plan.VerifyKey); err == nil {
		t.identity, err = h.identity(t.plan.VerifyKey)
	}
	t.unlocked = err == nil
	return err
}

// identity returns what opens the shares of plans of a pairing.
func (h *Helper) identity(c plan.Commitment) (seal.Identity, error) {
	id, err := h.opt.Keys.Identity(c)
	if errors.Is(err, pair.ErrNoKey) && h.opt.Identity.Recipient().Key != "" {
		return h.opt.Identity, nil
	}
	return id, err
}

// owner returns the leader that a pairing was made with.
func (h *Helper) owner(c plan.Commitment) (string, error) {
	name, err := h.opt.Keys.Owner(c)
	return cmp.Or(name, batch.FormerOwner), err
}

// due returns the terms of an accepted plan, once the batch's period is over by
// this helper's own clock.
func (h *Helper) due(who Peer, b message.Batch) (*terms, plan.Period, error) {
	t, err := h.terms(b.Plan)
	if err != nil {
		return nil, plan.Period{}, err
	}
	if t.Owner != who.Name {
		return nil, plan.Period{}, errPlanUnknown
	}
	period, err := h.over(t.plan, b.Date)
	if err != nil {
		return nil, period, err
	}
	if !t.Knows(period) {
		return nil, period, problem.New(problem.BatchClosed, "the period was over before this helper's store accepted the plan, so another store may have closed it: it stays unreleased")
	}
	return t, period, h.unreleased(b)
}

// over returns the period of a date, which must be over by this helper's clock.
func (h *Helper) over(p *plan.Plan, date plan.Date) (plan.Period, error) {
	period, ok := p.PeriodOf(date)
	if !ok {
		return period, problem.New(problem.PeriodWrong, "no period of the plan starts on %s", date)
	}
	if now := h.opt.Clock(); now < period.End {
		return period, problem.New(problem.PeriodOpen, "the period ends in %d s by this helper's clock: ask again then", period.End-now)
	}
	return period, nil
}

var errPlanUnknown = problem.New(problem.PlanUnknown, "send the signed plan first")

// unreleased refuses a batch that is open here although its release is stored:
// the batch store is older than the releases, and does not know that the noise
// was drawn.
func (h *Helper) unreleased(b message.Batch) error {
	h.mu.Lock()
	checked := h.checked[b]
	h.mu.Unlock()
	if checked {
		return nil
	}
	r, err := h.opt.Batches.Record(b)
	if err != nil {
		return err
	}
	if _, err := h.opt.Releases.Get(b.Plan, b.Date); err == nil && r.State != batch.Released && r.State != batch.Exchanged {
		return problem.New(problem.BatchClosed, "the batch is released: take the signed record from this helper")
	} else if err != nil && !errors.Is(err, release.ErrNotFound) {
		return fmt.Errorf("look for a release: %w", err)
	}
	h.mu.Lock()
	h.checked[b] = true // from here on this process puts the release there itself
	h.mu.Unlock()
	return nil
}

func (h *Helper) terms(d plan.Digest) (*terms, error) {
	h.mu.Lock()
	t := h.plans[d]
	h.mu.Unlock()
	if t != nil {
		return t, nil
	}
	accepted, err := h.opt.Batches.Plan(d)
	if errors.Is(err, batch.ErrNotFound) {
		return nil, errPlanUnknown
	}
	if err != nil {
		return nil, err
	}
	published, err := h.opt.Verify(accepted.Signed)
	if err != nil {
		return nil, fmt.Errorf("stored plan %s: %w", d, err)
	}
	if t, err = h.hold(published); err != nil {
		return nil, err
	}
	t.Accepted = accepted
	h.mu.Lock()
	h.plans[d] = t
	h.mu.Unlock()
	return t, nil
}
