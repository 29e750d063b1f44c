package service

import (
	"archive/tar"
	"bytes"
	"cmp"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// inspected is a running role as its operator sees it.
type inspected struct {
	role, data string
	clock      func() time.Time
	started    time.Time
	stopping   atomic.Bool
	metrics    *operator.Metrics
	fill       func(*operator.Status) error
	copy       func(*tar.Writer) error
}

func (w World) inspect(role, data string) *inspected {
	i := &inspected{role: role, data: data, clock: w.Clock, started: w.Clock()}
	i.metrics = operator.NewMetrics(role, i.Status)
	return i
}

// Status implements operator.Service.
func (i *inspected) Status() (operator.Status, error) {
	s := operator.Status{Role: i.role, Version: operator.Version(), Started: i.started.UTC(), Now: i.clock().UTC(), Stopping: i.stopping.Load(), Damaged: []string{}}
	// Where the system tells neither, doctor says so of 0 bytes.
	s.Disk.Free, s.Disk.Total, _ = spool.Free(i.data)
	at, err := LastBackup(i.data)
	if err != nil {
		return s, err
	}
	if !at.IsZero() {
		s.LastBackup = &at
	}
	return s, i.fill(&s)
}

// Backup implements operator.Service.
func (i *inspected) Backup(w io.Writer) error {
	tw := tar.NewWriter(w)
	return errors.Join(i.copy(tw), tw.Close())
}

// health answers in next's place, once the collector is told to end, whoever asks
// whether requests should still come here.
func (i *inspected) health(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != healthPath || !i.stopping.Load() {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "5")
		http.Error(w, "stopping", http.StatusServiceUnavailable)
	})
}

// healthPath is the collector's.
const healthPath = "/healthz"

func collectorStatus(c *collector.Collector) func(*operator.Status) error {
	return func(s *operator.Status) error {
		st, err := c.Status()
		s.Collector, s.Damaged = &st, append(s.Damaged, st.Damaged...)
		return err
	}
}

// aggregatorStatus tells of the plans of a store, and of each of their periods that
// has begun.
func aggregatorStatus(store *batch.Store, officer ed25519.PublicKey, views func() ([]batch.View, error), step func() *operator.Step) func(*operator.Status) error {
	return func(s *operator.Status) error {
		plans, err := store.Plans()
		if err != nil {
			return err
		}
		all, err := views()
		if err != nil {
			return err
		}
		seen := map[message.Batch]batch.View{}
		for _, v := range all {
			if date, err := plan.ParseDate(v.Period); err == nil {
				seen[message.Batch{Plan: v.Plan, Date: date}] = v
			}
		}
		a := &operator.Aggregator{Plans: []operator.Plan{}, Batches: []operator.Batch{}, Step: step()}
		verify := verifier(officer)
		for d, accepted := range plans {
			p, err := decodeSigned(accepted.Signed, verify)
			if err != nil {
				s.Damaged = append(s.Damaged, fmt.Sprintf("plan %s cannot be read: %v; its batches are never finished", d, err))
				continue
			}
			a.Plans = append(a.Plans, operator.Plan{
				Digest: d.String(), Site: p.Site, Serial: p.Serial, Owner: accepted.Owner, MinBatch: uint64(p.MinBatch), VerifyKey: p.VerifyKey.String(),
				Since: unix(accepted.Since), End: unix(p.Periods[len(p.Periods)-1].End),
			})
			for _, period := range p.Periods {
				if unix(period.Start).After(s.Now) {
					break
				}
				b := message.Batch{Plan: d, Date: period.Date}
				a.Batches = append(a.Batches, inspectBatch(b, p, period, accepted.Owner, seen[b]))
			}
		}
		slices.SortFunc(a.Plans, func(a, b operator.Plan) int {
			return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Serial, b.Serial), cmp.Compare(a.Digest, b.Digest))
		})
		slices.SortFunc(a.Batches, func(a, b operator.Batch) int {
			return cmp.Or(b.Start.Compare(a.Start), cmp.Compare(a.Site, b.Site), cmp.Compare(a.Plan, b.Plan))
		})
		s.Aggregator = a
		return nil
	}
}

// inspectBatch joins what the plan says of a batch and what is stored of it.
func inspectBatch(b message.Batch, p *plan.Plan, period plan.Period, owner string, v batch.View) operator.Batch {
	rejected := map[string]uint64{}
	for i, n := range v.Rejected {
		if n > 0 {
			rejected[message.Reason(i).String()] = n
		}
	}
	return operator.Batch{
		Plan: b.Plan.String(), Site: p.Site, Owner: owner, Period: b.Date.String(),
		Start: unix(period.Start), End: unix(period.End), GivenUp: unix(period.End + helper.Patience),
		State: v.State.String(), Ended: v.State.Final(), Reports: v.Reports, Accepted: v.Accepted, Rejected: rejected,
		MinBatch: uint64(p.MinBatch), Begun: v.Begun, Finished: v.Finished, Lost: v.Lost, Cleared: v.Cleared,
		Waits: v.Waits, Hash: v.Hash,
	}
}

func decodeSigned(signed []byte, verify func([]byte) ([]byte, error)) (*plan.Plan, error) {
	published, err := verify(signed)
	if err != nil {
		return nil, err
	}
	return plan.Decode(published)
}

func unix(t plan.Time) time.Time { return time.Unix(int64(t), 0).UTC() }

// rounds remembers how the leader's last one went.
type rounds struct {
	mu   sync.Mutex
	last operator.Step
}

func (r *rounds) note(at time.Time, plans, batches, priors error) {
	text := func(err error) string {
		if err == nil {
			return ""
		}
		return explain(err).Error()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	failed := r.last.Failed
	if plans != nil || batches != nil || priors != nil {
		failed++
	}
	r.last = operator.Step{At: at.UTC(), Failed: failed, Why: text(batches), Plans: text(plans), Priors: text(priors)}
}

func (r *rounds) step() *operator.Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.last
	return &last
}

// addFile writes one file of a tar archive.
func addFile(tw *tar.Writer, name string, at time.Time, write func(io.Writer) error) error {
	var b bytes.Buffer // a store of ended batches: some 10 KB each
	if err := write(&b); err != nil {
		return err
	}
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(b.Len()), ModTime: at.UTC().Truncate(time.Second)}
	if err := tw.WriteHeader(h); err != nil {
		return fmt.Errorf("back up %s: %w", name, err)
	}
	if _, err := tw.Write(b.Bytes()); err != nil {
		return fmt.Errorf("back up %s: %w", name, err)
	}
	return nil
}

// ErrPublicMetrics: metrics would be told to others than this host.
var ErrPublicMetrics = errors.New("metrics are exact counts, for operators alone, so they are served on a loopback address only, as 127.0.0.1:9090: have the collecting agent run on this host")

func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("metrics at %s: %w", addr, ErrPublicMetrics)
	}
	return nil
}
