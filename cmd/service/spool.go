package service

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// begunBatches lists the batches of the leader's plans whose period has begun, the
// latest first; only the one of the date where period is not empty.
func begunBatches(c *Config, period string, now plan.Time) ([]message.Batch, error) {
	officer, err := planfile.ParseOfficer(c.Officer)
	if err != nil {
		return nil, fmt.Errorf("officer: %w", err)
	}
	var date plan.Date
	if period != "" {
		if date, err = plan.ParseDate(period); err != nil {
			return nil, fmt.Errorf("--period %q: %w", period, err)
		}
	}
	var all []message.Batch
	for _, path := range c.Leader.Plans {
		signed, err := readSigned(path)
		if err != nil {
			return nil, err
		}
		published, err := planfile.Verify(signed, officer)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		p, err := plan.Decode(published)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, q := range p.Periods {
			if period != "" && q.Date == date || period == "" && q.Start <= now {
				all = append(all, message.Batch{Plan: plan.DigestOf(published), Date: q.Date})
			}
		}
	}
	slices.SortFunc(all, func(a, b message.Batch) int { return int(b.Date - a.Date) })
	return all, nil
}

// collectorOf connects to the collector as the leader.
func collectorOf(c *Config) (leader.Service, error) {
	if c.Leader == nil {
		return leader.Service{}, errors.New("only the leader may ask the collector: the services file has no section leader")
	}
	client, err := c.toCollector(peerTimeout)
	return leader.Service{URL: c.Leader.Collector.URL, Client: client}, err
}

// ExportShare fetches one sealed share of a report from the running collector, of
// an open period too: there of the revision that would count by now.
func ExportShare(ctx context.Context, c *Config, id plan.ReportID, role report.Role, period string) ([]byte, error) {
	s, err := collectorOf(c)
	if err != nil {
		return nil, err
	}
	defer s.Client.CloseIdleConnections()
	batches, err := begunBatches(c, period, plan.Time(time.Now().Unix()))
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		share, err := leader.SealedShare(ctx, s, b, id, role)
		// A batch that is open and has no report yet is answered as one that is open.
		if none, open := notKept(err); !none && !open && !deleted(err) {
			return share, explain(err)
		}
	}
	return nil, fmt.Errorf("the collector has no report %s in %d periods of the leader's plans; for another one give --period", id, len(batches))
}

// deleted reports whether the collector says that the batch's reports are gone.
func deleted(err error) bool { return errors.Is(err, problem.BatchDeleted) }

// notKept reports whether the collector says that it has no such report, or that
// its period is still open.
func notKept(err error) (none, open bool) {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return false, false
	}
	return p.Status == http.StatusNotFound, p.Status == http.StatusConflict
}

// ListReports calls each with every counted report of the frozen periods.
func ListReports(ctx context.Context, c *Config, period string, each func(plan.Digest, plan.Date, report.Head)) error {
	s, err := collectorOf(c)
	if err != nil {
		return err
	}
	defer s.Client.CloseIdleConnections()
	batches, err := begunBatches(c, period, plan.Time(time.Now().Unix()))
	if err != nil {
		return err
	}
	for _, b := range batches {
		for partition := range 256 {
			if err := listPartition(ctx, s, b, partition, each); err != nil {
				none, open := notKept(err)
				if (none || open || deleted(err)) && period == "" {
					break // nothing to read here: the next period
				}
				if open {
					return fmt.Errorf("the period of %s is still open: its reports can be read once it has closed", b.Date)
				}
				if deleted(err) {
					return fmt.Errorf("the reports of %s are deleted: its batch has ended (see `dunlin release list`)", b.Date)
				}
				return fmt.Errorf("list period %s: %w", b.Date, explain(err))
			}
		}
	}
	return nil
}

func listPartition(ctx context.Context, s leader.Service, b message.Batch, partition int, each func(plan.Digest, plan.Date, report.Head)) error {
	after := ""
	for {
		url := fmt.Sprintf("%s/v1/batches/%s/%s/partitions/%d?limit=256%s", s.URL, b.Plan, b.Date, partition, after)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := s.Client.Do(req)
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			err := problem.Read(res)
			return errors.Join(err, res.Body.Close())
		}
		frames, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			return err
		}
		for len(frames) >= 4 {
			n := binary.BigEndian.Uint32(frames)
			if uint64(n) > uint64(len(frames)-4) {
				return errors.New("the collector's answer ends too early")
			}
			h, err := report.ParseHead(frames[4 : 4+n])
			if err != nil {
				return err
			}
			each(b.Plan, b.Date, h)
			after = "&after=" + h.ID.String()
			frames = frames[4+n:]
		}
		if res.Header.Get("Dunlin-More") != "true" {
			return nil
		}
	}
}
