package collector

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Status is the body of GET /v1/status: exact counts, for operators alone.
type Status struct {
	Counts  map[string]uint64 `json:"counts"`  // by area.reason, since the start
	Damaged []string          `json:"damaged"` // each names its file and what to do
	Queue   Queue             `json:"queue"`   // reports that wait for the disk
	Uploads Uploads           `json:"uploads"`
	Batches []Batch           `json:"batches"` // that have a file or lost it, by plan and period
	// Disk is the one below the collector's folder. Zero where the system does not
	// tell.
	Disk Disk `json:"disk"`
	// Uncounted are reports that found the table of addresses full.
	Uncounted uint64 `json:"uncounted_addresses,omitempty"`
	// Restored is when the folder was restored from a backup (RFC 3339): periods
	// that had begun by then are lost.
	Restored string `json:"restored,omitempty"`
}

// Queue is how many reports wait for the disk, and how many may.
type Queue struct {
	Waiting int64 `json:"waiting"`
	Limit   int64 `json:"limit"`
}

// Uploads is the memory of reports that arrive and that wait, in bytes.
type Uploads struct {
	Held  int64 `json:"held"`
	Limit int64 `json:"limit"`
}

// Batch is where one stands.
type Batch struct {
	Plan   plan.Digest `json:"plan"`
	Period string      `json:"period"`
	State  spool.State `json:"state"`
	// Reports are arrivals so far, revisions and repeated ones too; absent unless
	// the batch is taking or frozen.
	Reports *uint64 `json:"reports,omitempty"`
	Bytes   int64   `json:"bytes"` // of its file
}

// Disk is what is left of a disk and its size, in bytes.
type Disk struct {
	Free  int64 `json:"free"`
	Total int64 `json:"total"`
}

// Status returns what GET /v1/status answers.
//
// Errors: the disk's.
func (c *Collector) Status() (Status, error) {
	s := Status{Counts: c.Counts(), Damaged: []string{}, Batches: []Batch{}}
	for _, err := range c.Damaged() {
		s.Damaged = append(s.Damaged, err.Error())
	}
	s.Queue.Waiting, s.Queue.Limit = c.spool.Waiting()
	s.Uploads = Uploads{Held: c.bodies.held.Load(), Limit: c.bodies.limit}
	all, err := c.spool.Standings()
	if err != nil {
		return Status{}, err
	}
	slices.SortFunc(all, func(a, b spool.Standing) int { return cmp.Compare(a.Key.String(), b.Key.String()) })
	for _, one := range all {
		b := Batch{Plan: one.Key.Plan, Period: one.Key.Period.String(), State: one.State, Bytes: one.Bytes}
		if one.State == spool.Taking || one.State == spool.Frozen {
			b.Reports = &one.Reports
		}
		s.Batches = append(s.Batches, b)
	}
	if free, total, err := spool.Free(c.dir); err == nil {
		s.Disk = Disk{Free: free, Total: total}
	}
	if c.addresses != nil {
		s.Uncounted = c.addresses.uncounted()
	}
	if c.restored > 0 {
		s.Restored = time.Unix(int64(c.restored), 0).UTC().Format(time.RFC3339)
	}
	return s, nil
}

func (c *Collector) getStatus(ec echo.Context) error {
	s, err := c.Status()
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusOK, s)
}
