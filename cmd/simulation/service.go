package simulation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// role is one of the three services. The aggregators' are those of their shares.
type role int

const (
	leaderRole role = iota
	helperRole
	collectorRole
)

var roles = [3]string{"leader", "helper", "collector"}

// The hosts that requests name.
const (
	hostPublic = "collector"
	hostInner  = "inner"
	hostHelper = "helper"
)

var errCrashed = errors.New("crashed")

// service is a process that may die at any durable step, and its folder, which
// does not die with it.
type service struct {
	role
	dir     string
	start   func(*service) error
	closing func() error
	handler map[string]http.Handler // by host, while it runs
	fuse    int                     // durable steps until it crashes; negative: none
	crashed bool
	at      string         // the durable step at which it crashes when it comes there
	last    string         // the durable step that it crashed at
	points  map[string]int // durable steps that it met, and how often it crashed there

	collector *collector.Collector
	leader    *leader.Leader
	helper    *helper.Helper
	batches   *batch.Store
	releases  *release.Store
}

// step is called by a service's stores before and after each durable step. Once it
// has crashed, nothing becomes durable any more.
func (s *service) step(point string) error {
	if s.crashed {
		return errCrashed
	}
	s.points[roles[s.role]+" "+point] += 0
	s.fuse = max(s.fuse-1, -1)
	if s.fuse != 0 && s.at != point {
		return nil
	}
	s.crashed, s.last, s.at = true, point, ""
	s.points[roles[s.role]+" "+point]++
	return errCrashed
}

// stop ends the process. What is not in its folder is gone.
func (s *service) stop() error {
	s.handler = nil
	if s.closing == nil {
		return nil
	}
	err := s.closing()
	s.closing = nil
	if s.crashed {
		return nil // it could not say goodbye
	}
	return err
}

// restart starts the process anew on its folder. Given a fuse it may crash in that.
func (w *world) restart(who role, fuse ...int) {
	s := w.services[who]
	if err := s.stop(); err != nil {
		w.violate("the %s does not stop: %v", roles[who], err)
	}
	if w.fault.Restart != nil {
		w.fault.Restart(w, who)
	}
	s.crashed, s.fuse = false, -1
	if len(fuse) > 0 {
		s.fuse = fuse[0]
	}
	s.handler = map[string]http.Handler{}
	if err := s.start(s); s.crashed {
		w.logf("the %s crashes while it starts", roles[who])
	} else if err != nil {
		w.violate("the %s does not start: %v", roles[who], err)
	}
}

// assemble makes the three services, none of them running.
func (w *world) assemble() {
	for who, start := range [3]func(*service) error{w.startLeader, w.startHelper, w.startCollector} {
		w.services[who] = &service{role: role(who), dir: filepath.Join(w.dir, roles[who]), start: start, fuse: -1, points: w.points}
	}
	w.hosts[hostPublic], w.hosts[hostInner], w.hosts[hostHelper] = w.services[collectorRole], w.services[collectorRole], w.services[helperRole]
}

func (w *world) serve(s *service, host string, h http.Handler) {
	if w.fault.Handler != nil {
		h = w.fault.Handler(w, host, h)
	}
	s.handler[host] = h
}

func (w *world) startCollector(s *service) error {
	clock := w.clock(collectorRole)
	c, err := collector.Open(collector.Options{
		Dir: s.dir, Verify: w.verify, SealedSize: seal.SealedSize, Step: s.step,
		Clock: func() time.Time { return time.Unix(int64(clock()), 0) },
	})
	if err != nil {
		return err
	}
	s.collector, s.closing = c, c.Close
	w.serve(s, hostPublic, c.Public())
	w.serve(s, hostInner, c.Inner())
	return nil
}

// openStores opens what both aggregators keep.
func (w *world) openStores(s *service) (keys pair.Keys, err error) {
	if s.batches, err = batch.OpenStore(batch.Options{Path: filepath.Join(s.dir, "batches.db"), Rand: w.random, Step: s.step}); err != nil {
		return keys, err
	}
	s.closing = s.batches.CloseStore
	if s.releases, err = release.OpenSteps(filepath.Join(s.dir, "releases.db"), s.step); err != nil {
		return keys, err
	}
	return pair.OpenKeys(filepath.Join(s.dir, "keys"), pair.KeyOptions{Step: s.step})
}

func (w *world) startLeader(s *service) error {
	keys, err := w.openStores(s)
	if err != nil {
		return err
	}
	client := w.net.client("leader")
	s.leader, err = leader.New(leader.Options{
		Batches: s.batches, Releases: s.releases, Keys: keys,
		Signer: w.peers[leaderRole][w.peer[leaderRole]], Own: w.known(leaderRole), Peer: w.known(helperRole), Verify: w.verify,
		Clock: w.clock(leaderRole), Noise: w.noise[leaderRole],
		Collector: leader.Service{URL: "http://" + hostInner, Client: client},
		Helper:    leader.Service{URL: "http://" + hostHelper, Client: client},
		Chunk:     w.chunk, Workers: 1, // one partition after the other, or the log would differ from run to run
	})
	return err
}

func (w *world) startHelper(s *service) error {
	keys, err := w.openStores(s)
	if err != nil {
		return err
	}
	s.helper, err = helper.New(helper.Options{
		Batches: s.batches, Releases: s.releases, Keys: keys,
		Signer: w.peers[helperRole][w.peer[helperRole]], Own: w.known(helperRole), Leader: helper.Only(w.known(leaderRole)), Verify: w.verify,
		Clock: w.clock(helperRole), Noise: w.noise[helperRole],
	})
	if err != nil {
		return err
	}
	w.serve(s, hostHelper, s.helper)
	return nil
}

// identities verifies by any of an aggregator's keys, old and new.
type identities []peer.Key

// Verify makes it a release.Verifier.
func (all identities) Verify(message, signature []byte) bool {
	return slices.ContainsFunc(all, func(k peer.Key) bool { return k.Verify(message, signature) })
}

func (c *Cast) known(who role) (all identities) {
	for _, id := range c.peers[who] {
		all = append(all, id.Public())
	}
	return all
}

// pairUp gives both aggregators the keys of all pairings.
func (w *world) pairUp() error {
	for _, s := range w.services[:collectorRole] {
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return err
		}
		keys, err := pair.OpenKeys(filepath.Join(s.dir, "keys"), pair.KeyOptions{})
		if err != nil {
			return err
		}
		for _, p := range w.pairings {
			if _, err := keys.Put(p.key, p.files[s.role], ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// addPlan has the leader take a plan and hand it out, if it comes through.
func (w *world) addPlan(n int) bool {
	s := w.services[leaderRole]
	if s.crashed {
		return false
	}
	_, err := s.leader.AddPlan(context.Background(), w.pairings[n].signed)
	if err != nil {
		w.logf("leader: plan %d is not handed out", n)
		return false
	}
	w.logf("leader: plan %d is handed out", n)
	if p := w.pairings[n]; !w.isHanded(p) {
		w.handed = append(w.handed, p)
	}
	return true
}

// work has the leader do what is due, and keeps the exact shares that lie in the
// open batches by then, for the search at the end.
func (w *world) work() {
	s := w.services[leaderRole]
	if s.crashed {
		return
	}
	outcomes, err := s.leader.Step(context.Background())
	for _, o := range outcomes {
		w.logf("leader: %s: %s%s", w.nameOf(o.Batch), o.State, failing(o.Err))
	}
	if err != nil && len(outcomes) == 0 {
		w.logf("leader: a step failed")
	}
	if err != nil && w.net.rough > 0 && w.rnd.IntN(4) == 0 {
		w.rotate() // an operator sees that something hangs, and touches this and that
	}
	for who, s := range w.services[:collectorRole] {
		if !s.crashed {
			w.peek(role(who))
		}
	}
}

func failing(err error) string {
	if err == nil {
		return ""
	}
	return ", not through"
}

// peek reads the exact shares of open batches, and the keys that they lie under.
func (w *world) peek(who role) {
	s := w.services[who]
	if s.closing == nil {
		return
	}
	for _, b := range w.batches {
		r, err := s.batches.Record(b.Batch)
		if err != nil || r.State != batch.Open {
			continue
		}
		for _, n := range partitions {
			if p, err := s.batches.Partition(b.Batch, n); err == nil && len(p.Share) >= 64 {
				w.keepSecret(b, p.Share[:64])
			}
		}
		key, err := os.ReadFile(filepath.Join(s.dir, batch.KeysFolder, b.Plan.String()+"-"+b.Date.String()+".key"))
		if err == nil {
			w.keepSecret(b, key)
		}
	}
}

func (w *world) keepSecret(b *period, secret []byte) {
	if w.secrets[b.Batch] == nil {
		w.secrets[b.Batch] = map[string]bool{}
	}
	w.secrets[b.Batch][string(secret)] = true
}

func (w *world) record(who role, b message.Batch) (batch.Record, error) {
	r, err := w.services[who].batches.Record(b)
	if err != nil {
		return r, fmt.Errorf("%s: %w", roles[who], err)
	}
	return r, nil
}
