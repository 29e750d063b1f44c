package collector

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// sumOf returns the SHA-256 that the path names.
func sumOf(ec echo.Context) (sum plan.Digest, err error) {
	sum, err = plan.ParseDigest(ec.Param("sum"))
	if err != nil {
		return sum, refuse(Malformed, "a SHA-256 is 64 lower-case hexadecimal digits")
	}
	return sum, nil
}

func (c *Collector) putPriors(ec echo.Context) error {
	sum, err := sumOf(ec)
	if err != nil {
		return err
	}
	content, err := readBody(ec.Request(), nil, c.maxPriors)
	if err != nil {
		return err
	}
	if got := plan.Digest(sha256.Sum256(content)); got != sum {
		return refuse(Malformed, "the path must name the SHA-256 of the body, %s", got)
	}
	added, err := c.shelf.put(sum, content)
	if err != nil {
		return err
	}
	return c.stored(ec, priors, added)
}

func (c *Collector) getPriors(ec echo.Context) error {
	sum, err := sumOf(ec)
	if err != nil {
		return err
	}
	content, err := c.shelf.read(sum)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return refuse(NotFound, "choose without priors: none of this digest are published")
	case errors.Is(err, errDamaged):
		return refuse(StorageFailed, "choose without priors: their file is damaged")
	case err != nil:
		return fmt.Errorf("collector: %w", err)
	}
	ec.Response().Header().Set("Cache-Control", forever)
	return ec.Blob(http.StatusOK, octets, content)
}

// putPlanPriors makes stored priors the plan's current ones.
func (c *Collector) putPlanPriors(ec echo.Context) error {
	k, err := c.planOf(ec)
	if err != nil {
		return err
	}
	body, err := readBody(ec.Request(), nil, digits)
	if err != nil {
		return err
	}
	sum, err := plan.ParseDigest(string(body))
	if err != nil {
		return refuse(Malformed, "the body is the SHA-256 of stored priors: 64 lower-case hexadecimal digits and nothing else")
	}
	changed, err := c.shelf.point(k.digest, sum)
	if err != nil {
		return err
	}
	return c.stored(ec, current, changed)
}

// getPlanPriors tells the leader what devices are told: which priors are the
// plan's, if their file is sound.
func (c *Collector) getPlanPriors(ec echo.Context) error {
	k, err := c.planOf(ec)
	if err != nil {
		return err
	}
	sum, ok := c.shelf.current(k.digest)
	if !ok {
		return refuse(NotFound, "the plan has no priors that can be served: PUT some to /v1/priors/{sha256}, then their SHA-256 here")
	}
	return ec.String(http.StatusOK, sum.String())
}
