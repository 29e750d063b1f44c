package console

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// mostCosts is how many costs a question may come with.
const mostCosts = 16

// mostNoted is how many of those that were entered it takes beside: each is a report to add up.
const mostNoted = 100

func (c *Console) getAnswers(ec echo.Context, _ caller) error {
	all, err := c.releases()
	if err != nil {
		return err
	}
	from, to, err := datesOf(ec, all)
	if err != nil {
		return err
	}
	costs, err := costsOf(ec.QueryParams()["cost"])
	if err != nil {
		return err
	}
	if costs, err = c.withNoted(costs, all); err != nil {
		return err
	}
	answers, err := finding.Of(all, from, to, costs)
	if errors.Is(err, panel.ErrNone) {
		return errRange
	}
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	return ec.JSON(http.StatusOK, answers)
}

func (c *Console) getChanges(ec echo.Context, _ caller) error {
	all, err := c.releases()
	if err != nil {
		return err
	}
	from, to, err := datesOf(ec, all)
	if err != nil {
		return err
	}
	against := finding.Against(ec.QueryParam("compare"))
	if against != finding.Previous && against != finding.YearBefore {
		return malformed("compare is previous or year, not %.40q", string(against))
	}
	changes, err := finding.Compare(all, from, to, against)
	if errors.Is(err, panel.ErrNone) {
		return errRange
	}
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	return ec.JSON(http.StatusOK, changes)
}

// withNoted adds the costs that were entered, the latest of too many, to those of a question,
// which go before where both are of one name. One of whose dates nothing was released is left
// out: nothing can be said of it, and the rest can be answered.
func (c *Console) withNoted(asked []finding.Cost, all []panel.Release) ([]finding.Cost, error) {
	entered, err := c.Costs()
	if err != nil {
		return nil, err
	}
	var noted []finding.Cost
	for _, n := range entered {
		if slices.ContainsFunc(asked, func(a finding.Cost) bool { return a.Name == n.Name }) {
			continue
		}
		one, err := n.Finding()
		if err != nil {
			return nil, fmt.Errorf("console: the cost of %q: %w", n.Name, err)
		}
		if slices.ContainsFunc(all, func(r panel.Release) bool { return one.From <= r.Period.Date && r.Period.Date <= one.To }) {
			noted = append(noted, one)
		}
	}
	return append(asked, noted[max(0, len(noted)-mostNoted):]...), nil
}

// costsOf reads costs: FROM~TO~AMOUNT~MARGIN~NAME each, dates, an amount in the site's
// currency, a margin of 0 to 1, and what cost it: a name may hold anything.
func costsOf(texts []string) (out []finding.Cost, err error) {
	if len(texts) > mostCosts {
		return nil, malformed("at most %d costs, not %d", mostCosts, len(texts))
	}
	for _, text := range texts {
		wrong := malformed("cost is FROM~TO~AMOUNT~MARGIN~NAME, such as 2026-10-08~2026-11-06~12000~0.4~spring, not %.80q", text)
		parts := strings.SplitN(text, "~", 5)
		if len(parts) != 5 || parts[4] == "" {
			return nil, wrong
		}
		one := finding.Cost{Name: parts[4]}
		var errs [4]error
		one.From, errs[0] = plan.ParseDate(parts[0])
		one.To, errs[1] = plan.ParseDate(parts[1])
		one.Cost, errs[2] = strconv.ParseFloat(parts[2], 64)
		one.Margin, errs[3] = strconv.ParseFloat(parts[3], 64)
		if errors.Join(errs[:]...) != nil || one.From > one.To || !(one.Cost >= 0 && one.Cost <= 1e12) || !(one.Margin > 0 && one.Margin <= 1) {
			return nil, wrong
		}
		out = append(out, one)
	}
	return out, nil
}
