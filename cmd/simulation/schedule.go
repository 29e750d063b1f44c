package simulation

import (
	"errors"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// action is one thing that a schedule may do, and how often beside the others:
// while a period runs, and once it is over.
type action struct {
	name        string
	open, after int
	do          func(*world)
}

var actions = []action{
	{"a device sends or revises", 40, 2, (*world).revise},
	{"a report arrives again", 8, 3, (*world).replay},
	{"a report arrives with another head", 6, 2, (*world).alter},
	{"a hostile report", 8, 1, (*world).attack},
	{"what was late arrives", 6, 6, func(w *world) { w.net.deliverLate() }},
	{"a service will crash", 4, 10, (*world).crash},
	{"a service starts anew", 3, 4, (*world).bounce},
	{"the network changes", 2, 3, (*world).weather},
	{"the leader works", 2, 30, (*world).work},
	{"helper and collector sweep", 1, 3, (*world).sweep},
	{"a backup is taken", 1, 1, (*world).backUp},
	{"a disk is lost", 0, 1, (*world).lose},
	{"an aggregator signs with its other identity", 0, 1, (*world).rotate},
	{"the leader hands its plan out again", 1, 1, func(w *world) { w.addPlan(w.rnd.IntN(max(1, len(w.handed)))) }},
}

// play is a schedule: one to three days, each with its actions, and then a calm in
// which all that is due comes to its end.
func (w *world) play() error {
	days := []int{1, 1, 1, 2, 2, 3}[w.rnd.IntN(6)]
	rotates := days > 1 && w.rnd.IntN(2) == 0
	if err := w.placeCrowds(days, rotates); err != nil {
		return err
	}
	if w.rnd.IntN(4) == 0 {
		w.crash()
	}
	for who := range w.services {
		w.skew[who] = plan.Time(w.rnd.IntN(41) - 20)
		w.restart(role(who))
	}
	w.weather()
	w.handOut(0)
	for day := range days {
		p := w.batches[0].bounds
		start, end := p.Start+plan.Time(day)*plan.Day, p.End+plan.Time(day)*plan.Day
		w.now = max(w.now, start+60)
		count := 8 + w.rnd.IntN(50)
		newer := -1
		if rotates && day < 2 && len(w.handed) == 1 {
			newer = w.rnd.IntN(2 * count) // perhaps not today
		}
		for n := range count {
			if n == newer {
				w.handOut(1)
			}
			w.act(func(a action) int { return a.open })
			w.now += (end - w.now) * plan.Time(w.rnd.IntN(200)) / plan.Time(100*(count-n)+200)
		}
		// The last seconds, and the bound itself, by everybody's own clock.
		for _, at := range []plan.Time{-30, -1, 0, 1, 30} {
			w.now = max(w.now, end+at)
			w.revise()
			w.net.deliverLate()
		}
		w.now = end + 31
		for range w.rnd.IntN(25) {
			w.act(func(a action) int { return a.after })
			w.now += plan.Time(w.rnd.IntN(60))
		}
		if w.wrong != nil {
			return nil
		}
	}
	w.calm()
	return nil
}

// placeCrowds gives batches the reports of the devices that report once and
// unharmed: the collector's files of earlier that day.
func (w *world) placeCrowds(days int, rotates bool) error {
	for _, p := range w.batches {
		day := int(p.Date - firstDay)
		second := p.of != w.pairings[0]
		if day >= days || day > 0 && second != rotates || w.rnd.IntN(100) >= []int{75, 35, 20}[day] {
			continue
		}
		if err := w.placeCrowd(p); err != nil {
			return err
		}
		for _, r := range p.crowd {
			w.book.add(p.Batch, arrival{Head: r.Head, of: r, acked: true})
		}
		w.logf("%s has a crowd of %d", p.name, len(p.crowd))
	}
	return nil
}

func (w *world) placeCrowd(p *period) error {
	for _, f := range w.crowds[p.Batch] {
		if err := f.put(w.services[collectorRole].dir); err != nil {
			return err
		}
	}
	return nil
}

// act does one action, drawn by weight. Who lies crashed is started again by and by.
func (w *world) act(weight func(action) int) {
	for who, s := range w.services {
		if s.crashed && w.rnd.IntN(3) == 0 {
			w.revive(role(who))
		}
	}
	total := 0
	for _, a := range actions {
		total += weight(a)
	}
	n := w.rnd.IntN(total)
	for _, a := range actions {
		if n -= weight(a); n < 0 {
			a.do(w)
			return
		}
	}
}

func (w *world) revive(who role) {
	w.logf("the %s starts, having crashed at %q", roles[who], w.services[who].last)
	if w.rnd.IntN(4) == 0 {
		w.restart(who, 1+w.rnd.IntN(8))
		return
	}
	w.restart(who)
}

func (w *world) reviveAll() {
	for who, s := range w.services {
		if s.crashed {
			w.revive(role(who))
		}
	}
}

// handOut has the leader take a plan, however often it must ask.
func (w *world) handOut(n int) {
	for !w.addPlan(n) {
		w.reviveAll()
		w.net.rough = max(0, w.net.rough-1)
	}
}

// inForce is the batch that an honest device reports to now, nil if there is none.
func (w *world) inForce() *period {
	var found *period
	for _, p := range w.batches {
		if p.bounds.Start <= w.now && w.now < p.bounds.End && w.isHanded(p.of) {
			found = p
		}
	}
	return found
}

// superseded tells whether another plan may have taken the place of a batch's.
func (w *world) superseded(p *period) bool {
	return p.of != w.pairings[len(w.pairings)-1] && p.bounds.Start >= w.pairings[1].plan.Periods[0].Start
}

func (w *world) isHanded(p *pairing) bool { return slices.Contains(w.handed, p) }

// revise has a device send the next revision of its report, or the last one again
// if that was not acknowledged.
func (w *world) revise() {
	p := w.inForce()
	if p == nil {
		p = w.batches[0] // too late, and it comes all the same
	}
	d := w.rnd.IntN(actors)
	next := min(w.sent[p][d], revisions-1)
	r := p.actors[d][next]
	status, err := w.send(r.bytes)
	if err == nil && status == 202 && w.sent[p][d] < revisions {
		w.sent[p][d]++
	}
	w.logf("%s: %s: %s", p.name, r.name, answer(status, err))
}

// replay sends bytes that a device has sent before: the last ones, or an old
// revision.
func (w *world) replay() {
	p := w.batches[w.rnd.IntN(len(w.batches))]
	d := w.rnd.IntN(actors)
	if n := w.sent[p][d]; n > 0 {
		r := p.actors[d][w.rnd.IntN(n)]
		w.logf("%s: again %s: %s", p.name, r.name, answer(w.send(r.bytes)))
		return
	}
	r := p.crowd[w.rnd.IntN(len(p.crowd))]
	w.logf("%s: again %s: %s", p.name, r.name, answer(w.send(r.bytes)))
}

// alter sends a report of somebody else with another head: into another period or
// plan, as a later revision, or under a new ID.
func (w *world) alter() {
	p := w.batches[w.rnd.IntN(len(w.batches))]
	r := p.actors[w.rnd.IntN(actors)][w.rnd.IntN(revisions)]
	text, err := report.Parse(append([]byte(nil), r.bytes...))
	if err != nil {
		w.violate("a report of the cast does not parse: %v", err)
		return
	}
	what := ""
	switch w.rnd.IntN(4) {
	case 0:
		what, text.Period = "another period", firstDay+plan.Date(w.rnd.IntN(3))
	case 1:
		what, text.Plan = "another plan", w.pairings[w.rnd.IntN(2)].digest
	case 2:
		what, text.Revision = "a later revision", text.Revision+uint32(w.rnd.IntN(3))
	case 3:
		what = "another ID"
		random(w.rnd, text.ID[1:])
	}
	b, err := text.Append(nil)
	if err != nil {
		w.violate("a report with another head cannot be written: %v", err)
		return
	}
	w.logf("%s: %s as of %s: %s", p.name, r.name, what, answer(w.send(b)))
}

func (w *world) attack() {
	p := w.inForce()
	if p == nil {
		return
	}
	r := p.hostile[w.rnd.IntN(len(p.hostile))]
	w.logf("%s: %s: %s", p.name, r.name, answer(w.send(r.bytes)))
}

// rare are durable steps that come once in a batch or less: a crash some steps from now
// would hardly ever meet them.
var rare = [3][]string{leaderRole: aggregators, helperRole: aggregators, collectorRole: {"spool.freeze", "spool.mark.deleted", "spool.remove", "plan.write", "plan.rename"}}

var aggregators = []string{"batch.create", "release.create", "period-key.make", "batch.settle", "period-key.close", "batch.exchange", "release.put",
	"batch.release", "period-key.destroy", "batch.cleared", "batch.recover", "batch.abandon", "pair.destroy"}

// crash lets a service die a few durable steps from now, or at a certain one.
func (w *world) crash() {
	s := w.services[w.rnd.IntN(len(w.services))]
	if w.rnd.IntN(3) == 0 {
		s.fuse = 1 + w.rnd.IntN(12)
		w.logf("the %s will crash %d durable steps from now", roles[s.role], s.fuse)
		return
	}
	s.at = rare[s.role][w.rnd.IntN(len(rare[s.role]))] + []string{" before", " after"}[w.rnd.IntN(2)]
	w.logf("the %s will crash at %q", roles[s.role], s.at)
}

// bounce ends a service in good order and starts it again; the leader with another
// chunk size.
func (w *world) bounce() {
	who := role(w.rnd.IntN(len(w.services)))
	w.chunk = 1 + w.rnd.IntN(60)
	w.logf("the %s starts anew, chunks of %d", roles[who], w.chunk)
	w.restart(who)
}

func (w *world) weather() {
	w.net.rough = []int{0, 0, 5, 15, 40}[w.rnd.IntN(5)]
	w.logf("of a hundred messages, %d do not just arrive", w.net.rough)
}

// calm lets everything that is due come to its end: in one schedule of three the
// days of all plans.
func (w *world) calm() {
	w.net.rough = 0
	for len(w.net.kept) > 0 {
		w.net.deliverLate()
	}
	w.now += 2 * plan.Hour
	if w.rnd.IntN(3) == 0 {
		w.now = w.batches[len(w.batches)-1].bounds.End + 2*plan.Hour
	}
	for range w.rnd.IntN(4) { // not all is calm yet
		w.crash()
		w.reviveAll()
		w.work()
		w.sweep()
	}
	for _, s := range w.services {
		s.at = ""
	}
	if w.rnd.IntN(12) == 0 {
		w.walkAway()
	}
	for who := range w.services {
		w.restart(role(who))
	}
	for range 3 {
		w.work()
		w.sweep()
	}
}

// walkAway is a leader that is not seen for more than the others' patience. They end
// what is open by themselves, and keep nothing that anybody could open.
func (w *world) walkAway() {
	w.logf("the leader walks away")
	w.services[leaderRole].crashed = true
	w.now += 30 * plan.Day
	w.restart(helperRole)
	w.restart(collectorRole)
	w.sweep()
	for _, p := range w.batches {
		w.mayAbandon[p.Batch] = true
	}
	if err := errors.Join(w.search(helperRole), w.search(collectorRole)); err != nil {
		w.violate("search: %v", err)
	}
}

// rotate has an aggregator sign with the other one of its identities from now on. Both
// are known to everybody, as while credentials overlap.
func (w *world) rotate() {
	who := role(w.rnd.IntN(len(w.peer)))
	w.peer[who] = 1 - w.peer[who]
	w.logf("the %s signs with its other identity", roles[who])
	w.restart(who)
}

// sweep has helper and collector do what they do now and then by themselves.
func (w *world) sweep() {
	if s := w.services[helperRole]; !s.crashed {
		if err := s.helper.Sweep(); err != nil {
			w.logf("helper: a sweep failed")
		}
	}
	if s := w.services[collectorRole]; !s.crashed {
		if _, err := s.collector.Sweep(time.Unix(int64(w.now+w.skew[collectorRole]), 0)); err != nil {
			w.logf("collector: a sweep failed")
		}
	}
}

func answer(status int, err error) string {
	if err != nil {
		return "no answer"
	}
	if status == 202 {
		return "acknowledged"
	}
	return "refused"
}
