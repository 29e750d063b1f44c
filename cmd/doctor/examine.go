package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/collector/spool"
)

// Host is a services file, and how what it names does.
type Host struct {
	config *service.Config
	file   string // of the services file, for what to type
	now    func() time.Time
	roles  []role
	sites  map[string]string // of plans that some role knows
}

// role is one section.
type role struct {
	name, data string
	status     *operator.Status // nil where it does not answer
	err        error            // why not
}

// Look asks each role of a services file for its status.
func Look(ctx context.Context, c *service.Config, file string, now func() time.Time) *Host {
	h := &Host{config: c, file: file, now: now, sites: map[string]string{}}
	for _, f := range c.Folders() {
		r := role{name: f.Role, data: f.Data}
		s, err := operator.At(f.Data).Status(ctx)
		if r.err = err; err == nil {
			r.status = &s
		}
		if err == nil && s.Aggregator != nil {
			for _, p := range s.Aggregator.Plans {
				h.sites[p.Digest] = p.Site
			}
		}
		h.roles = append(h.roles, r)
	}
	return h
}

// Statuses are those of the roles that answered.
func (h *Host) Statuses() []operator.Status {
	all := []operator.Status{}
	for _, r := range h.roles {
		if r.status != nil {
			all = append(all, *r.status)
		}
	}
	return all
}

// Status says how each role and each of its batches does.
func (h *Host) Status() Lines {
	var l Lines
	for _, r := range h.roles {
		h.process(&l, r)
		l = append(l, h.batches(r)...)
	}
	return l
}

// Doctor looks at everything. Of batches only those are told that ask for something or
// wait.
func (h *Host) Doctor(ctx context.Context) Lines {
	var l Lines
	for _, r := range h.roles {
		h.process(&l, r)
		if r.status != nil {
			h.running(&l, r)
		}
		h.damaged(&l, r)
		h.backup(&l, r)
		for _, b := range h.batches(r) {
			if b.State != OK {
				l = append(l, b)
			}
		}
	}
	h.keys(&l)
	h.plans(&l)
	if h.config.Leader != nil {
		h.peers(&l, service.Meet(ctx, h.config, h.now))
	}
	return l
}

// process says whether a role runs.
func (h *Host) process(l *Lines, r role) {
	switch {
	case errors.Is(r.err, operator.ErrDown):
		l.add(Fail, r.name, fmt.Sprintf("start it: dunlin serve --role %s --config %s", r.name, h.file), "does not run")
	case r.err != nil:
		l.add(Fail, r.name, "ask as the user that the service runs as; if it hangs, its log says why", "does not answer: %v", r.err)
	case r.status.Stopping:
		l.add(Warn, r.name, "start it again once it has ended", "is stopping")
	default:
		l.add(OK, r.name, "", "runs since %s, %s", moment(r.status.Started), r.status.Version)
	}
}

func (h *Host) batches(r role) (l Lines) {
	if r.status == nil {
		return nil
	}
	if s := r.status.Collector; s != nil {
		for i := range s.Batches {
			l = append(l, spooled(&s.Batches[i], h.site(&s.Batches[i])))
		}
	}
	if s := r.status.Aggregator; s != nil {
		plans := map[string]*operator.Plan{}
		for i := range s.Plans {
			plans[s.Plans[i].Digest] = &s.Plans[i]
		}
		for i := range s.Batches {
			l = append(l, aggregated(r.name, &s.Batches[i], plans[s.Batches[i].Plan], r.status.Now))
		}
	}
	return l
}

// site names a batch's site where an aggregator on this host knows it, and else its plan.
func (h *Host) site(b *collector.Batch) string {
	d := b.Plan.String()
	if site := h.sites[d]; site != "" {
		return site
	}
	return "plan " + d[:8]
}

// running looks at what only a process can tell.
func (h *Host) running(l *Lines, r role) {
	if s := r.status.Collector; s != nil {
		queue(l, r.name, s)
	}
	if s := r.status.Aggregator; s != nil && s.Step != nil {
		round(l, r, s.Step)
	}
	disk(l, r)
}

// queue is full enough for a warning at half of what it takes.
func queue(l *Lines, name string, s *collector.Status) {
	if s.Queue.Limit > 0 && s.Queue.Waiting*2 > s.Queue.Limit {
		l.add(Warn, name, "the disk is slower than what arrives: devices are told to come back and keep their reports; look for what else uses the disk", "%d of at most %d reports wait for the disk", s.Queue.Waiting, s.Queue.Limit)
	} else {
		l.add(OK, name, "", "%d of at most %d reports wait for the disk", s.Queue.Waiting, s.Queue.Limit)
	}
	if n := s.Counts["reports.over-quota"]; n > 0 {
		l.add(Warn, name, "if these are visitors, raise the collector's quota; if not, see docs/operations.md, \"Limits\"", "%d reports were refused over a site's quota since the start", n)
	}
}

// stalled is how long after its last round a leader that runs is taken for stuck: a
// round may hold the preparation of a large batch.
const stalled = 6 * time.Hour

func round(l *Lines, r role, s *operator.Step) {
	quiet := r.status.Now.Sub(s.At)
	if s.At.IsZero() {
		quiet = r.status.Now.Sub(r.status.Started)
	}
	if quiet > stalled {
		l.add(Warn, r.name, "if `dunlin status` shows no partition going on, restart it: it goes on where it was", "has finished no round for %s", span(quiet))
	}
	const again = "do what the text says; the leader tries again by itself"
	for _, w := range []struct {
		what, why string
		state     State
	}{{"plans are not accepted", s.Plans, Fail}, {"the last round failed", s.Why, Warn}, {"priors were not published (releases are not touched)", s.Priors, Warn}} {
		if w.why != "" {
			l.add(w.state, r.name, again, "%s: %s", w.what, oneLine(w.why))
		}
	}
}

// spare is what every role wants free: an aggregator's largest batch has 256 partial
// sums of 16 KB, its chunks and a store that is copied when it grows.
const spare = 64 << 20

// disk compares what is free with what is needed: at the collector another period like
// the one that runs, beside it, as the one before stays until it is released.
func disk(l *Lines, r role) {
	free := r.status.Disk.Free
	if r.status.Disk.Total <= 0 {
		l.add(Warn, r.name, "look with df", "how much of the disk is free cannot be told here")
		return
	}
	need := int64(spare)
	if s := r.status.Collector; s != nil {
		for i := range s.Batches {
			if b := &s.Batches[i]; b.State == spool.Taking {
				need += 2 * b.Bytes
			}
		}
	}
	const full = "free some, or move the data folder to a larger disk: a full one loses nothing that was acknowledged, but takes no reports (docs/operations.md, \"Disk full\")"
	what := fmt.Sprintf("%s of the disk are free, about %s are needed for what runs", size(uint64(free)), size(uint64(need)))
	switch {
	case free < spare:
		l.add(Fail, r.name, full, "%s", what)
	case free < need:
		l.add(Warn, r.name, full, "%s", what)
	default:
		l.add(OK, r.name, "", "%s", what)
	}
}

// stale is how old a backup may be: what is lost with a host then is a week of
// releases that the other aggregator has too.
const stale = 7 * 24 * time.Hour

func (h *Host) backup(l *Lines, r role) {
	if entries, err := os.ReadDir(r.data); errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return // it has never run
	}
	do := fmt.Sprintf("dunlin backup --config %s --out FILE, and keep the file on another host", h.file)
	at, err := service.LastBackup(r.data)
	switch {
	case err != nil:
		l.add(Warn, r.name, "ask as the user that the service runs as", "%v", err)
	case at.IsZero():
		l.add(Warn, r.name, do, "has never been backed up")
	case h.now().Sub(at) > stale:
		l.add(Warn, r.name, do, "was last backed up on %s", moment(at))
	default:
		l.add(OK, r.name, "", "was backed up on %s", moment(at))
	}
}
