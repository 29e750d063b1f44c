package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// dryRun is the address, below that of reports, that keeps nothing.
const dryRun = "/dry-run"

const octets = "application/octet-stream"

// trial posts a sealed report of an invented visit to the dry-run address.
func (v *verifier) trial(ctx context.Context, t *tag, p *published) {
	const about = "dry run"
	sealed, err := v.invent(ctx, t, p)
	switch {
	case errors.Is(err, edge.ErrClock):
		return // told at the clock
	case err != nil:
		v.r.wrong(about, "build the plan again with this version and have it signed", "no report can be made under the plan: %s", quoted(err.Error()))
		return
	}
	at := v.api(t, "/reports"+dryRun)
	a, err := v.fetch.do(ctx, http.MethodPost, at, false, maxCause, octets, sealed)
	if err != nil {
		v.r.wrong(about, v.handOn(t), "%s: %s", at, quoted(err.Error()))
		return
	}
	v.judgeTrial(t, about, a, fmt.Sprintf("a sealed report of an invented visit, %d bytes, would be taken; nothing of it was kept", len(sealed)))
}

// invent makes the sealed report of one page view, as a visitor's device would now.
func (v *verifier) invent(ctx context.Context, t *tag, p *published) (sealed []byte, err error) {
	device, err := simulate.Native(p.bytes, &simulate.Dice{System: v.o.Random})
	if err != nil {
		return nil, err
	}
	now := plan.Time(v.now(t).Unix())
	if _, err := device.Load(ctx, now, nil); err != nil {
		return nil, err
	}
	if err := device.Track(ctx, now, edge.Event{Kind: plan.View}); err != nil {
		return nil, err
	}
	theirs := now
	if !p.date.IsZero() {
		theirs = plan.Time(p.date.Unix())
	}
	sealed, _, err = device.SealedReport(ctx, now, theirs, func(_ report.Role, to plan.Recipient, plaintext []byte) ([]byte, error) {
		recipient, err := seal.ParseRecipient(to)
		if err != nil {
			return nil, err
		}
		return recipient.Seal(nil, plaintext)
	})
	return sealed, err
}

// judgeTrial says what an answer of the dry-run address means.
func (v *verifier) judgeTrial(t *tag, about string, a *answer, good string) {
	if a.status == http.StatusAccepted {
		v.r.ok(about, "%s", good)
		return
	}
	switch a.reason() {
	case "":
		fix := v.handOn(t)
		switch a.status {
		case http.StatusRequestEntityTooLarge:
			fix = "have the web server take bodies of 128 KB below " + t.folder.EscapedPath() + " (nginx: client_max_body_size)"
		case http.StatusMethodNotAllowed, http.StatusForbidden, http.StatusUnauthorized, http.StatusNotAcceptable:
			fix = "have web server and firewall let POST of " + octets + " pass below " + t.folder.EscapedPath()
		}
		v.r.wrong(about, fix, "the collector was not reached: %s", a.why())
	case collector.NotFound:
		v.r.warn(about, "update the collector to this version", "the collector knows no dry run: whether reports are taken was not tried")
	case collector.AddressLimit, collector.OverQuota, collector.UploadsFull, collector.QueueFull:
		v.r.warn(about, "try again after the time in Retry-After, "+quoted(a.header.Get("Retry-After"))+" s; if it lasts, raise the limit in services.yaml", "a report is told to come back: %s", a.why())
	case collector.PeriodEarly, collector.PeriodClosed, collector.PeriodUnknown:
		v.r.wrong(about, "set the clocks of the collector's host and of this machine by NTP", "a report made now is refused: %s", a.why())
	case collector.PlanExpired, collector.PlanUnknown, collector.PlanSuperseded:
		v.r.wrong(about, nextPlan+"; and see that no cache keeps the plan", "a report under the plan that is served is refused: %s", a.why())
	default:
		v.r.wrong(about, "see `dunlin doctor` on the collector's host", "a report is refused: %s", a.why())
	}
}
