package console

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// shownDays is how many periods a report has whose range nobody named.
const shownDays = 30

// Site is the answer of GET /api/v1/site.
type Site struct {
	Site     string `json:"site"`
	TimeZone string `json:"timezone"`
	First    string `json:"first"` // dates of the first and the last release
	Last     string `json:"last"`
	Period   string `json:"period"` // of the latest plan: day, week or 4 weeks
	Label    string `json:"label"`  // of invented data: what they are
}

// Snippet is the answer of GET /api/v1/snippet: what goes into the site's pages. Each is empty
// where the console does not know it.
type Snippet struct {
	Site     string `json:"site" doc:"as the plan names it"`
	Tag      string `json:"tag" doc:"HTML for the head of every page"`
	Elements string `json:"elements" doc:"HTML of the plan's slots, lists and surveys, to be filled in"`
}

func (c *Console) getSnippet(ec echo.Context, _ caller) error {
	return ec.JSON(http.StatusOK, c.opt.Snippet)
}

// Report is the answer of GET /api/v1/report.
type Report = panel.Report

func (c *Console) releases() ([]panel.Release, error) {
	all, err := Load(c.opt.Releases)
	if errors.Is(err, ErrDown) {
		c.opt.Log.Error("a site's releases cannot be read", "site", c.name, "error", err)
		return nil, errDown
	}
	if err == nil && c.name != "" && len(all) > 0 && all[0].Plan.Site != c.name {
		c.opt.Log.Error("the releases are another site's", "site", c.name, "releases", all[0].Plan.Site)
		return nil, errDown
	}
	if err == nil && len(all) == 0 {
		err = errNone
	}
	return all, err
}

// Load reads a store, by date. A release's plan was verified when it was stored; here
// its bytes are held against the digest that both aggregators signed. A site has one store;
// what another site's plan would have released in it is not joined.
func Load(from Releases) ([]panel.Release, error) {
	all, err := from.List()
	if err != nil {
		return nil, fmt.Errorf("console: read the releases: %w", err)
	}
	plans := map[plan.Digest]*plan.Plan{}
	out := make([]panel.Release, 0, len(all))
	for _, r := range all {
		p, ok := plans[r.Plan]
		if !ok {
			if p, err = planOf(from, r.Plan); err != nil {
				return nil, fmt.Errorf("console: the plan %s of a release: %w", r.Plan, err)
			}
			plans[r.Plan] = p
		}
		out = append(out, panel.Release{Plan: p, Record: r.Record})
	}
	if len(out) == 0 {
		return nil, nil
	}
	site := out[len(out)-1].Plan.Site
	return slices.DeleteFunc(out, func(r panel.Release) bool { return r.Plan.Site != site }), nil
}

func planOf(from Releases, d plan.Digest) (*plan.Plan, error) {
	signed, err := from.Plan(d)
	if err != nil {
		return nil, err
	}
	published, err := planfile.Unverified(signed)
	if err != nil {
		return nil, err
	}
	if plan.DigestOf(published) != d {
		return nil, errors.New("other bytes are stored under its digest")
	}
	return plan.Decode(published)
}

func (c *Console) getSite(ec echo.Context, _ caller) error {
	all, err := c.releases()
	if err != nil {
		return err
	}
	last := all[len(all)-1]
	return ec.JSON(http.StatusOK, Site{last.Plan.Site, last.Plan.TimeZone, all[0].Period.Date.String(), last.Period.Date.String(), panel.PeriodOf(last.Plan.Cadence), c.opt.Label})
}

func (c *Console) getReport(ec echo.Context, by caller) error {
	all, err := c.releases()
	if err != nil {
		return err
	}
	from, to, err := by.datesOf(ec, all)
	if err != nil {
		return err
	}
	grain := panel.Grain(ec.QueryParam("grain"))
	if !slices.Contains([]panel.Grain{panel.ByRelease, panel.ByWeek, panel.ByMonth}, grain) {
		return malformed("grain is week or month, not %.40q", string(grain))
	}
	report, err := panel.By(all, from, to, grain)
	if errors.Is(err, panel.ErrNone) {
		return errRange
	}
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	return ec.JSON(http.StatusOK, report)
}

// datesOf reads the range that a request asks for: the last releases where it names none.
func datesOf(ec echo.Context, all []panel.Release) (from, to plan.Date, err error) {
	return datesOr(ec, all[max(0, len(all)-shownDays)].Period.Date, all[len(all)-1].Period.Date)
}

// datesOr reads a range, whose ends are the given ones where a request names none.
func datesOr(ec echo.Context, first, last plan.Date) (from, to plan.Date, err error) {
	from, to = first, last
	for _, end := range []struct {
		name string
		date *plan.Date
	}{{"from", &from}, {"to", &to}} {
		text := ec.QueryParam(end.name)
		if text == "" {
			continue
		}
		if *end.date, err = plan.ParseDate(text); err != nil {
			return 0, 0, malformed("%s is a date as 2026-11-22, not %.40q", end.name, text)
		}
	}
	if from > to {
		return 0, 0, malformed("the range ends (%s) before it begins (%s)", to, from)
	}
	return from, to, nil
}
