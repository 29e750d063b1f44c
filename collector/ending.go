package collector

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// DefaultKeep is how long after its period a batch is kept at most: a day longer
// than the aggregators try to release one.
const DefaultKeep = 29 * 24 * time.Hour

// longestPeriod in seconds bounds the period of a plan that is not known any more.
const longestPeriod = 29 * plan.Day

// deleteBatch ends a batch: the leader says so once it was released, was found
// short or was abandoned.
func (c *Collector) deleteBatch(ec echo.Context) error {
	key, p, err := c.batchOf(ec)
	if err != nil {
		return err
	}
	if c.now() < p.End {
		return &refusal{reason: PeriodOpen, detail: "delete the batch once its period is over", at: clockTime(p.End)}
	}
	was := c.spool.Deleted(key)
	if err := c.spool.Delete(key); err != nil {
		return err
	}
	if !was {
		c.counts[string(batches)+"."+deleted].Add(1)
	}
	return ec.NoContent(http.StatusNoContent)
}

// standing says why a batch of period p can neither be closed nor read any more,
// whatever the spool has of it.
func (c *Collector) standing(key spool.Key, p plan.Period) error {
	switch {
	case c.spool.Deleted(key), c.expired(p.End, c.now()):
		return spool.ErrDeleted
	case p.Start < c.restored:
		return refuse(BatchLost, "abandon the batch: its period had begun when the collector was restored from a backup, which holds no reports, "+
			"so what had been acknowledged by then is lost")
	}
	return nil
}

// expired reports whether a batch whose period ended at end is kept no longer.
func (c *Collector) expired(end, now plan.Time) bool { return now >= end+c.keep }

// Sweep deletes each batch whose period ended Options.Keep before now or earlier,
// also of plans that are not known any more, and returns how many there were.
// Reports go with them that no leader pulled or said to delete: that is logged. Of a
// batch that was deleted a mark stays until twice that time, so that a clock set
// back by less brings nothing back. A sweep that fails is done by the next; whoever
// serves the collector calls it every hour or so, and Open has done it once.
func (c *Collector) Sweep(now time.Time) (gone int, err error) {
	keys, err := c.spool.Keys()
	if err != nil {
		return 0, err
	}
	at := plan.Time(now.Unix())
	for _, key := range keys {
		end := c.endOf(key)
		switch {
		case !c.expired(end, at):
		case !c.spool.Deleted(key):
			if failed := c.spool.Delete(key); failed != nil {
				err = errors.Join(err, failed)
				continue
			}
			gone++
			c.counts[string(batches)+"."+expired].Add(1)
			c.log.Warn("a batch was deleted because it is old: no leader said that it was done with it", "plan", key.Plan, "period", key.Period)
		case at >= end+2*c.keep:
			err = errors.Join(err, c.spool.Forget(key))
		}
	}
	return gone, err
}

// endOf returns when a batch's period ends, or of an unknown plan the latest time
// at which it may.
func (c *Collector) endOf(key spool.Key) plan.Time {
	if k, ok := c.registry.get(key.Plan); ok {
		if p, ok := k.plan.PeriodOf(key.Period); ok {
			return p.End
		}
	}
	// The date is of the site's zone, where it begins up to 26 hours from UTC's.
	return plan.Time(key.Period+2)*plan.Day + longestPeriod
}
