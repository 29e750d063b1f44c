package collector

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

const octets = "application/octet-stream"

// buffers of bodies, each with room for the checksum that the spool adds.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 16<<10); return &b }}

func (c *Collector) postReport(ec echo.Context) error {
	r := ec.Request()
	if t := r.Header.Get(echo.HeaderContentType); t != octets && !mediaType(t, octets) {
		return refuse(MediaType, "send the report as %s", octets)
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	body, err := readBody(r, (*buffer)[:0], c.maxBody)
	*buffer = body
	if err != nil {
		return err
	}
	key, err := c.admit(body)
	if err != nil {
		return err
	}
	if err := c.spool.Append(key, body); err != nil {
		return err
	}
	c.taken.Add(1)
	return ec.NoContent(http.StatusAccepted)
}

// admit decides whether a body is a report that may be kept now, and for which
// batch.
func (c *Collector) admit(body []byte) (spool.Key, error) {
	r, err := report.Parse(body)
	if err != nil {
		return spool.Key{}, refuse(Malformed, "send one whole report; see docs/formats.md")
	}
	k, ok := c.registry.get(r.Plan)
	if !ok {
		return spool.Key{}, refuse(PlanUnknown, "fetch the plan in force and measure under it")
	}
	if k.leader != 0 && (len(r.Leader) != k.leader || len(r.Helper) != k.helper) {
		return spool.Key{}, refuse(Malformed, "under this plan the sealed shares have %d and %d bytes", k.leader, k.helper)
	}
	now := c.now()
	if now >= k.plan.Expires {
		return spool.Key{}, refuse(PlanExpired, "fetch the plan in force and measure under it")
	}
	p, ok := k.plan.PeriodOf(r.Period)
	switch {
	case !ok:
		return spool.Key{}, refuse(PeriodUnknown, "drop this report: its plan has no period of this date")
	case now < p.Start:
		return spool.Key{}, &refusal{reason: PeriodEarly, detail: "check the device's clock; send it once the period has begun", at: clockTime(p.Start)}
	case now >= p.End:
		return spool.Key{}, &refusal{reason: PeriodClosed, detail: "drop this report: late reports are not counted", at: clockTime(p.End)}
	case p.Start < c.restored:
		return spool.Key{}, refuse(BatchLost, "drop this report: what came before it in its period is lost, so the period is not released")
	case k.superseded(p):
		return spool.Key{}, refuse(PlanSuperseded, "fetch the plan in force and measure under it")
	}
	return spool.Key{Plan: r.Plan, Period: r.Period}, nil
}

func clockTime(t plan.Time) string { return time.Unix(int64(t), 0).UTC().Format(time.RFC3339) }

func mediaType(header, want string) bool {
	t, _, err := mime.ParseMediaType(header)
	return err == nil && t == want
}

// readBody reads a body of at most limit bytes into b, with or without a
// Content-Length. What it returns has spool.Headroom behind it.
func readBody(r *http.Request, b []byte, limit int) ([]byte, error) {
	tooLarge := refuse(TooLarge, "at most %d bytes are read here", limit)
	size := limit + 1 // of unknown length: one more shows that it is too large
	if r.ContentLength >= 0 {
		if r.ContentLength > int64(limit) {
			return b, tooLarge
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
		return b, tooLarge
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
