package operator

import (
	"runtime/debug"
	"time"

	"github.com/dunlin-analytics/dunlin/collector"
)

// Status is what a service tells its operator.
type Status struct {
	Role       string            `json:"role"` // collector, leader or helper
	Version    string            `json:"version"`
	Started    time.Time         `json:"started"`
	Now        time.Time         `json:"now"`      // by the service's own clock
	Stopping   bool              `json:"stopping"` // it finishes what it has, and ends
	Disk       collector.Disk    `json:"disk"`     // that the data folder lies on
	LastBackup *time.Time        `json:"last_backup,omitempty"`
	Damaged    []string          `json:"damaged"` // each names a file and what to do
	Collector  *collector.Status `json:"collector,omitempty"`
	Aggregator *Aggregator       `json:"aggregator,omitempty"`
}

// Aggregator is a leader's or helper's part.
type Aggregator struct {
	Plans   []Plan  `json:"plans"`
	Batches []Batch `json:"batches"` // of each period that has begun, the latest first
	// Step is the leader's last round, and nil at a helper.
	Step *Step `json:"step,omitempty"`
}

// Plan is an accepted plan.
type Plan struct {
	Digest   string    `json:"digest"`
	Site     string    `json:"site"`
	Serial   uint64    `json:"serial"`
	Owner    string    `json:"owner,omitempty"` // helper: the leader that it is of
	Since    time.Time `json:"since"`           // accepted, or restored
	End      time.Time `json:"end"`             // of its last period
	MinBatch uint64    `json:"min_batch"`
	// VerifyKey is the commitment to the key that its pairing made, as the plan has it.
	VerifyKey string `json:"verify_key"`
}

// Batch is a period that has begun. While it runs the aggregators have nothing of it.
type Batch struct {
	Plan     string            `json:"plan"` // digest
	Site     string            `json:"site"`
	Owner    string            `json:"owner,omitempty"` // helper: the leader that the plan is of
	Period   string            `json:"period"`          // date of its start
	Start    time.Time         `json:"start"`
	End      time.Time         `json:"end"`
	GivenUp  time.Time         `json:"given_up"` // when it is abandoned if it has not ended by then
	State    string            `json:"state"`    // as package batch names them
	Ended    bool              `json:"ended"`    // for good: nothing is left to do
	Reports  uint64            `json:"reports"`  // leader: in the frozen period
	Accepted uint64            `json:"accepted"` // counted so far, or when it was settled
	Rejected map[string]uint64 `json:"rejected"` // by reason
	MinBatch uint64            `json:"min_batch"`
	Begun    int               `json:"partitions_begun"` // while open, of 256
	Finished int               `json:"partitions_finished"`
	Lost     bool              `json:"lost"`            // its shares' key is gone
	Cleared  bool              `json:"cleared"`         // leader: the collector has deleted its reports
	Waits    string            `json:"waits,omitempty"` // leader: what the last round met
	Hash     string            `json:"hash,omitempty"`  // over the counted reports, once settled
}

// Runs reports whether the period is not over yet.
func (b *Batch) Runs(now time.Time) bool { return now.Before(b.End) }

// Step is a leader's last round through what is due.
type Step struct {
	At     time.Time `json:"at"`
	Failed uint64    `json:"failed"` // rounds since the start that something failed in
	Why    string    `json:"why,omitempty"`
	Plans  string    `json:"plans,omitempty"` // why helper or collector refuse a plan
	Priors string    `json:"priors,omitempty"`
}

// Overdue returns how long the oldest batch that is over has waited for its end; 0
// when none waits.
func (a *Aggregator) Overdue(now time.Time) (oldest time.Duration) {
	for i := range a.Batches {
		if b := &a.Batches[i]; !b.Ended && !b.Runs(now) {
			oldest = max(oldest, now.Sub(b.End))
		}
	}
	return oldest
}

// Version names this build: its module's version and the commit it was made from.
func Version() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" {
			return b.Main.Version + " " + s.Value
		}
	}
	return b.Main.Version
}
