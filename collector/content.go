package collector

import (
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// forever is for what is named by its own digest. There is no ETag: nobody asks
// conditionally, so requests say nothing about what a visitor has.
const forever = "public, max-age=31536000, immutable"

func (c *Collector) getPlanInForce(ec echo.Context) error {
	now := c.now()
	k, _, err := c.registry.inForce(ec.QueryParam("site"), now)
	if errors.Is(err, errSeveralSites) {
		return refuse(Malformed, "this collector serves several sites: name one, ?site=example.org")
	}
	if k == nil {
		return refuse(PlanUnknown, "measure nothing: no plan is in force; ask again tomorrow")
	}
	h := ec.Response().Header()
	h.Set("Dunlin-Plan", k.digest.String())
	if sum, ok := c.shelf.current(k.digest); ok {
		h.Set("Dunlin-Priors", sum.String())
	}
	// The collector's clock, which devices check their own by; net/http would
	// fill in the machine's.
	h.Set("Date", c.clock().UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-store")
	return ec.Blob(http.StatusOK, octets, k.signed)
}

func (c *Collector) getPlan(ec echo.Context) error {
	k, err := c.planOf(ec)
	if err != nil {
		return err
	}
	ec.Response().Header().Set("Cache-Control", forever)
	return ec.Blob(http.StatusOK, octets, k.signed)
}

// planOf returns the plan that the path names.
func (c *Collector) planOf(ec echo.Context) (*known, error) {
	d, err := plan.ParseDigest(ec.Param("digest"))
	if err != nil {
		return nil, refuse(Malformed, "%v", err)
	}
	k, ok := c.registry.get(d)
	if !ok {
		return nil, refuse(PlanUnknown, "PUT the signed plan to /v1/plans/%s on the inner listener first", d)
	}
	return k, nil
}

func (c *Collector) putPlan(ec echo.Context) error {
	d, err := plan.ParseDigest(ec.Param("digest"))
	if err != nil {
		return refuse(Malformed, "%v", err)
	}
	signed, err := readBody(ec.Request(), nil, maxSigned)
	if err != nil {
		return err
	}
	added, err := c.registry.put(d, signed, c.now())
	if err != nil {
		return err
	}
	return c.stored(ec, plans, added)
}

func (c *Collector) stored(ec echo.Context, a area, added bool) error {
	if !added {
		return ec.NoContent(http.StatusOK)
	}
	c.counts[string(a)+"."+accepted].Add(1)
	return ec.NoContent(http.StatusCreated)
}

func (c *Collector) getModule(ec echo.Context) error {
	if c.module == nil || ec.Param("file") != hex.EncodeToString(c.moduleSum[:])+".wasm" {
		return refuse(NotFound, "reload the page: it names the module that is served now")
	}
	return c.send(ec, c.module, "application/wasm", forever)
}

func (c *Collector) getHealth(ec echo.Context) error {
	if c.closed.Load() {
		return refuse(Stopping, "ask another collector, or again after the time in Retry-After")
	}
	return ec.String(http.StatusOK, "ok\n")
}
