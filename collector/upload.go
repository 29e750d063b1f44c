package collector

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

const octets = "application/octet-stream"

func (c *Collector) postReport(ec echo.Context) error {
	return c.upload(ec, func(key spool.Key, body []byte) error {
		if err := c.spool.Append(key, body); err != nil {
			return err
		}
		c.taken.Add(1)
		return nil
	})
}

// tryReport answers what postReport would, by the same checks, and keeps nothing: for
// whoever sets a site up (dunlin verify). It takes of the limits what a report takes, so
// nobody gets more answers here than there.
func (c *Collector) tryReport(ec echo.Context) error {
	return c.upload(ec, func(key spool.Key, _ []byte) error {
		if err := c.spool.Trial(key); err != nil {
			return err
		}
		c.counts[string(trials)+"."+accepted].Add(1)
		return nil
	})
}

// upload checks a report and hands what passes to keep. The bytes are keep's until it
// returns.
func (c *Collector) upload(ec echo.Context, keep func(key spool.Key, body []byte) error) error {
	r := ec.Request()
	if t := r.Header.Get(echo.HeaderContentType); t != octets && !mediaType(t, octets) {
		return refuse(MediaType, "send the report as %s", octets)
	}
	if c.closed.Load() {
		return spool.ErrClosed // before an address is remembered
	}
	if c.addresses != nil {
		if wait, ok := c.addresses.take(r, c.clock()); !ok {
			return &refusal{reason: AddressLimit, detail: "send it again after the time in Retry-After: this network address has sent enough for now", wait: wait}
		}
	}
	if r.ContentLength > int64(c.maxBody) {
		return tooLarge(c.maxBody) // before it takes a buffer
	}
	buffer, ok := c.bodies.take(r.ContentLength)
	if !ok {
		return refuse(UploadsFull, "send the same report again after the time in Retry-After")
	}
	defer c.bodies.give(buffer)
	body, err := readBody(r, (*buffer)[:0], c.maxBody)
	if err != nil {
		return err
	}
	k, key, err := c.admit(body)
	if err != nil {
		return err
	}
	if k.bucket != nil {
		if wait, ok := k.bucket.take(c.clock()); !ok {
			return &refusal{reason: OverQuota, detail: "send the same report again after the time in Retry-After: the site has used up its quota; " +
				"the operator can raise it", wait: wait}
		}
	}
	if err := keep(key, body); err != nil {
		return err
	}
	return ec.NoContent(http.StatusAccepted)
}

// admit decides whether a body is a report that may be kept now, and for which
// batch of which plan.
func (c *Collector) admit(body []byte) (*known, spool.Key, error) {
	r, err := report.Parse(body)
	if err != nil {
		return nil, spool.Key{}, refuse(Malformed, "send one whole report; see docs/formats.md")
	}
	k, ok := c.registry.get(r.Plan)
	if !ok {
		return nil, spool.Key{}, refuse(PlanUnknown, "fetch the plan in force and measure under it")
	}
	if k.leader != 0 && (len(r.Leader) != k.leader || len(r.Helper) != k.helper) {
		return nil, spool.Key{}, refuse(Malformed, "under this plan the sealed shares have %d and %d bytes", k.leader, k.helper)
	}
	now := c.now()
	if now >= k.plan.Expires {
		return nil, spool.Key{}, refuse(PlanExpired, "fetch the plan in force and measure under it")
	}
	p, ok := k.plan.PeriodOf(r.Period)
	switch {
	case !ok:
		return nil, spool.Key{}, refuse(PeriodUnknown, "drop this report: its plan has no period of this date")
	case now < p.Start:
		return nil, spool.Key{}, &refusal{reason: PeriodEarly, detail: "check the device's clock; send it once the period has begun", at: clockTime(p.Start)}
	case now >= p.End:
		return nil, spool.Key{}, &refusal{reason: PeriodClosed, detail: "drop this report: late reports are not counted", at: clockTime(p.End)}
	case p.Start < c.restored:
		return nil, spool.Key{}, refuse(BatchLost, "drop this report: what came before it in its period is lost, so the period is not released")
	case k.superseded(p):
		return nil, spool.Key{}, refuse(PlanSuperseded, "fetch the plan in force and measure under it")
	}
	return k, spool.Key{Plan: r.Plan, Period: r.Period}, nil
}

func clockTime(t plan.Time) string { return time.Unix(int64(t), 0).UTC().Format(time.RFC3339) }

func mediaType(header, want string) bool {
	t, _, err := mime.ParseMediaType(header)
	return err == nil && t == want
}

func tooLarge(limit int) error {
	return refuse(TooLarge, "at most %d bytes are read here", limit)
}

// readBody reads a body of at most limit bytes into b, with or without a
// Content-Length. What it returns has spool.Headroom behind it.
func readBody(r *http.Request, b []byte, limit int) ([]byte, error) {
	size := limit + 1 // of unknown length: one more shows that it is too large
	if r.ContentLength >= 0 {
		if r.ContentLength > int64(limit) {
			return b, tooLarge(limit)
		}
		size = int(r.ContentLength)
	}
	if cap(b) < size+spool.Headroom {
		b = make([]byte, 0, size+spool.Headroom)
	}
	n, err := io.ReadFull(r.Body, b[:size])
	b = b[:n]
	switch {
	case r.ContentLength < 0 && err == nil:
		return b, tooLarge(limit)
	case r.ContentLength < 0 && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)):
		// ReadFull says so of a body that ended before the limit; one that
		// broke off in the middle of a chunk says the same and is caught by
		// strict decoding.
		return b, nil
	case err != nil:
		return b, refuse(Malformed, "the body ended before its Content-Length: send it again")
	}
	return b, nil
}
