package planfile

import (
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// BuildInput is what a plan holds beside the file: from pairing, and the day.
type BuildInput struct {
	Leader, Helper plan.Recipient
	VerifyKey      plan.Commitment
	Issued         plan.Time
	Expires        plan.Time // zero: the end of the last period
}

// ErrExpires: a plan would expire before it is issued.
var ErrExpires = errors.New("a plan must expire after it is issued: give a later expiry, or a file with later dates")

// Plan returns the plan to publish. It passes every check of package plan, so
// plan.Encode takes it.
//
// It does not ask whether devices would pay for it: Check does.
// Errors: ErrExpires; noise.ErrSigma where the noise would be beyond every
// bound; one of package plan's for recipients that it refuses.
func (f *File) Plan(b BuildInput) (*plan.Plan, error) {
	p := &plan.Plan{
		Site: f.Site, Serial: f.Serial, Issued: b.Issued, Expires: b.Expires,
		TimeZone: f.TimeZone, Cadence: f.Cadence, Periods: f.Periods,
		MinBatch: f.MinBatch, Leader: b.Leader, Helper: b.Helper, VerifyKey: b.VerifyKey,
		Consent: f.Consent, Attribution: f.Attribution, Policy: f.Policy,
		Topics: f.Topics, Events: f.Events, Attributes: f.Attributes, Segments: f.Segments, Stages: f.Stages,
		Campaigns: f.Campaigns, Slots: f.Slots, Metrics: f.Metrics,
		Networks: f.Networks, Payments: f.Payments, Pages: f.Pages, Skills: f.Skills, Channels: f.Channels,
		Surveys: f.Surveys, Lists: f.Lists, Messages: f.Messages, Predictions: f.Predictions,
		Dimensions: f.Dimensions, Revenues: f.Revenues,
	}
	if p.Expires == 0 {
		p.Expires = f.Periods[len(f.Periods)-1].End
	}
	if p.Expires <= p.Issued {
		return nil, ErrExpires
	}
	l := plan.LayoutOf(p)
	sigma2, err := noise.SigmaSquared(l.Weight, noise.Epsilon(f.Epsilon), noise.Delta(f.Delta))
	if err != nil {
		return nil, fmt.Errorf("compute sigma squared: %w", err)
	}
	p.Sigma2 = sigma2
	p.Chunk = uint16(share.DefaultChunk(l.Cells, l.Weight))
	if _, err := plan.Encode(p); err != nil {
		return nil, fmt.Errorf("build the plan: %w", err)
	}
	return p, nil
}
