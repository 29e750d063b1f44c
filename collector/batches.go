package collector

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Bounds of one page of a partition.
const (
	MaxPage      = 4096    // reports
	MaxPageBytes = 8 << 20 // of reports, passed by the last one at most
)

// Closed is the body of POST …/close.
type Closed struct {
	Reports    uint64   `json:"reports"`    // distinct IDs
	Repeated   uint64   `json:"repeated"`   // arrivals of an ID and revision seen before
	Superseded uint64   `json:"superseded"` // revisions below the highest
	Partitions []uint64 `json:"partitions"` // reports in each of the 256
}

// batchOf returns the batch that the path names, and its period.
func (c *Collector) batchOf(ec echo.Context) (spool.Key, plan.Period, error) {
	k, err := c.planOf(ec)
	if err != nil {
		return spool.Key{}, plan.Period{}, err
	}
	date, err := plan.ParseDate(ec.Param("date"))
	if err != nil {
		return spool.Key{}, plan.Period{}, refuse(Malformed, "%v", err)
	}
	p, ok := k.plan.PeriodOf(date)
	if !ok {
		return spool.Key{}, plan.Period{}, refuse(PeriodUnknown, "name the date on which one of the plan's periods starts")
	}
	return spool.Key{Plan: k.digest, Period: date}, p, nil
}

func (c *Collector) closeBatch(ec echo.Context) error {
	key, p, err := c.batchOf(ec)
	if err != nil {
		return err
	}
	if c.now() < p.End {
		return &refusal{reason: PeriodOpen, detail: "close the batch once its period is over", at: clockTime(p.End)}
	}
	if err := c.standing(key, p); err != nil {
		return err
	}
	s, err := c.spool.Freeze(key)
	if err != nil {
		return err
	}
	if _, again := c.settled.LoadOrStore(key, true); !again {
		c.counts[string(reports)+"."+repeated].Add(s.Repeated)
		c.counts[string(reports)+"."+superseded].Add(s.Superseded)
	}
	return ec.JSON(http.StatusOK, Closed{s.Reports, s.Repeated, s.Superseded, s.Partition[:]})
}

func (c *Collector) getPartition(ec echo.Context) error {
	key, p, err := c.batchOf(ec)
	if err != nil {
		return err
	}
	if err := c.standing(key, p); err != nil {
		return err
	}
	partition, err := strconv.ParseUint(ec.Param("partition"), 10, 8)
	if err != nil {
		return refuse(Malformed, "a partition is a number from 0 to 255")
	}
	limit := MaxPage
	if v := ec.QueryParam("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > MaxPage {
			return refuse(Malformed, "limit is a number from 1 to %d", MaxPage)
		}
	}
	var after *plan.ReportID
	if v := ec.QueryParam("after"); v != "" {
		id, err := plan.ParseReportID(v)
		if err != nil || uint64(id.Partition()) != partition {
			return refuse(Malformed, "after is a report ID of the partition: 32 lower-case hexadecimal digits")
		}
		after = &id
	}
	// Gathered before it is sent, so that a slow reader holds no transaction
	// and an error in the middle is still a problem document.
	var frames []byte
	more, err := c.spool.Page(key, byte(partition), after, limit, MaxPageBytes, func(raw []byte) error {
		frames = append(wire.AppendU32(frames, uint32(len(raw))), raw...)
		return nil
	})
	if err != nil {
		return err
	}
	ec.Response().Header().Set("Dunlin-More", strconv.FormatBool(more))
	return ec.Blob(http.StatusOK, octets, frames)
}

func (c *Collector) getReport(ec echo.Context) error {
	key, p, err := c.batchOf(ec)
	if err != nil {
		return err
	}
	if err := c.standing(key, p); err != nil {
		return err
	}
	id, err := plan.ParseReportID(ec.Param("id"))
	if err != nil {
		return refuse(Malformed, "%v", err)
	}
	raw, err := c.spool.Report(key, id)
	if err != nil {
		return err
	}
	return ec.Blob(http.StatusOK, octets, raw)
}
