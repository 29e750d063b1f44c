package aggregator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// losing has every message to a path that ends so get lost.
func (w *world) losing(ends ...string) {
	w.wire.lose = func(_ int, path string) loss {
		for _, end := range ends {
			if strings.HasSuffix(path, end) {
				return noRequest
			}
		}
		return arrives
	}
}

func (w *world) keyFiles(role int) int {
	w.t.Helper()
	files, err := os.ReadDir(w.path(role, "keys"))
	require.NoError(w.t, err)
	return len(files)
}

// However a batch ends, its sealed reports go from the collector and its key from both
// aggregators; the plan's keys go with the last period.
func TestEndsLeaveNothing(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	w := newWorld(t, c, crowd.reports)
	w.addPlan()
	w.losing("close")
	_, err := w.Leader.Step(context.Background())
	require.Error(t, err)
	views, err := w.Leader.Operator()
	require.NoError(t, err)
	require.Contains(t, views[0].Waits, "lost on the way")
	w.losing("sign")
	_, err = w.Leader.Step(context.Background())
	require.Error(t, err)
	require.Equal(t, []int{1, 1}, []int{w.keyFiles(0), w.keyFiles(1)})
	require.Empty(t, w.spool.deleted, "while it may be needed")
	w.wire.lose = nil
	until(t, w, func() { t.Fatal("failed") })
	same(t, w, crowd)
	require.Zero(t, w.keyFiles(0)+w.keyFiles(1))
	require.Equal(t, []string{firstDay.String()}, w.spool.deleted)

	w.now = w.plan.Periods[2].End + 1
	w.spool.parts = [batch.Partitions][][]byte{} // nobody came on the other days
	until(t, w, func() { t.Fatal("failed") })
	require.NoError(t, w.live.Load().Sweep())
	require.Len(t, w.spool.deleted, 3)
	require.Equal(t, [2]int{1, 1}, w.destroyed)
	// What is done with is still answered, without the keys.
	w.startHelper()
	require.NoError(t, w.send(http.MethodGet, "/v1/batches/"+w.digest.String()+"/"+firstDay.String()+"/release", nil).err)
	_, err = w.Leader.AddPlan(context.Background(), w.signed)
	require.NoError(t, err, "as after a restart")
}

// A collector that cannot delete is asked again.
func TestCollectorIsAskedAgain(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	w := newWorld(t, c, crowd.reports)
	w.addPlan()
	w.losing("/" + firstDay.String())
	o, err := w.Leader.Step(context.Background())
	require.ErrorContains(t, err, "have the collector delete")
	require.Equal(t, batch.Released, o[0].State, "it is released all the same")
	require.Empty(t, w.spool.deleted)
	w.wire.lose = nil
	w.startLeader()
	for range 2 {
		_, err = w.Leader.Step(context.Background())
		require.NoError(t, err)
	}
	require.Len(t, w.spool.deleted, 1)
}

// Who waits in vain gives up: the leader whose helper is gone, and the helper whose
// leader walked away with the batch half done or closed.
func TestPatience(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	for _, last := range []string{"prepare", "finish", "exchange", "sign"} {
		w := newWorld(t, c, crowd.reports)
		w.addPlan()
		w.losing(last, "abandon")
		_, err := w.Leader.Step(context.Background())
		require.ErrorIs(t, err, errLost, last)
		w.now = w.plan.Periods[0].End + helper.Patience - 1
		require.NoError(t, w.live.Load().Sweep())
		r, err := w.batches[1].Record(w.batch)
		require.NoError(t, err)
		require.NotEqual(t, batch.Abandoned, r.State, last)
		w.now++
		require.NoError(t, w.live.Load().Sweep())
		all, err := w.Leader.Step(context.Background())
		require.NoError(t, err, last)
		require.Equal(t, batch.Abandoned, all[0].State)
		require.ErrorIs(t, all[0].Err, leader.ErrAbandoned)
		for role := range w.batches {
			r, err := w.batches[role].Record(w.batch)
			require.NoError(t, err)
			if role == 1 && last == "prepare" {
				require.Equal(t, batch.Abandoned, r.State) // of which it never heard
			}
			require.True(t, r.State.Final(), "%s: %s", last, r.State)
			require.Zero(t, w.keyFiles(role))
		}
		require.NotEmpty(t, w.spool.deleted)
	}
}

// A batch of which the collector has lost reports since it was frozen is not released
// as a smaller one, also when no request is under way.
func TestCollectorThatLostReports(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	w := newWorld(t, c, crowd.reports)
	w.addPlan()
	w.losing("close")
	w.wire.lose = func(_ int, path string) loss {
		if strings.HasSuffix(path, "/partitions/201") {
			return noRequest
		}
		return arrives
	}
	_, err := w.Leader.Step(context.Background())
	require.ErrorIs(t, err, errLost)
	w.wire.lose = nil
	w.spool.parts[201] = nil
	w.startLeader()
	_, err = w.Leader.Step(context.Background())
	require.ErrorIs(t, err, leader.ErrChanged)
}

// A collector that has nothing any more ends the batch on both sides.
func TestCollectorThatDeleted(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	w := newWorld(t, c, crowd.reports)
	w.addPlan()
	w.losing("finish")
	_, err := w.Leader.Step(context.Background())
	require.ErrorIs(t, err, errLost)
	w.wire.lose = nil
	w.spool.deleted = []string{firstDay.String()}
	abandoned(t, w)
	r, err := w.batches[1].Record(w.batch)
	require.NoError(t, err)
	require.Equal(t, batch.Abandoned, r.State)
	require.Zero(t, w.keyFiles(0)+w.keyFiles(1))
}

// backup takes both stores' backups of an aggregator and restore puts them in the
// place of its folder.
func (w *world) backup(role int) (restore func()) {
	w.t.Helper()
	var batches bytes.Buffer
	require.NoError(w.t, w.batches[role].Backup(&batches))
	releases, err := os.ReadFile(w.path(role, "releases.db"))
	require.NoError(w.t, err)
	return func() {
		w.stop(role)
		require.NoError(w.t, os.RemoveAll(w.path(role, "keys")))
		require.NoError(w.t, os.Remove(w.path(role, "batches.db")))
		require.NoError(w.t, batch.Restore(w.path(role, "batches.db"), &batches, w.now))
		require.NoError(w.t, os.WriteFile(w.path(role, "releases.db"), releases, 0o600))
	}
}

// Rule 10: after a restore an unreleased period is abandoned unless the peer returns
// its recorded release bytes; and nothing is drawn again.
func TestRestoredFromBackup(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	for role, name := range []string{"leader", "helper"} {
		for _, at := range []string{"released", "exchanged", "summed", "not begun"} {
			t.Run(name+", "+at, func(t *testing.T) {
				w := newWorld(t, c, crowd.reports)
				w.addPlan()
				restore := w.backup(role)
				switch at {
				case "exchanged":
					w.losing("sign")
				case "summed":
					w.losing("close")
				}
				if at != "not begun" {
					_, err := w.Leader.Step(context.Background())
					require.Equal(t, at == "released", err == nil)
				}
				w.wire.lose = nil
				restore()
				w.noise[role] = unread{t}
				w.startHelper()
				w.startLeader()
				all, err := w.Leader.Step(context.Background())
				require.NoError(t, err)
				if at == "released" {
					w.expect(crowd.oracle)
					for role := range w.batches {
						r, err := w.batches[role].Record(w.batch)
						require.NoError(t, err)
						require.Equal(t, batch.Released, r.State)
					}
				} else {
					require.Len(t, all, 1)
					require.Equal(t, batch.Abandoned, all[0].State)
					require.NoError(t, w.live.Load().Sweep())
					for role := range w.batches {
						_, err := w.releases[role].Get(w.digest, firstDay)
						require.ErrorIs(t, err, release.ErrNotFound)
					}
				}
				require.Zero(t, w.keyFiles(0)+w.keyFiles(1))
				all, err = w.Leader.Step(context.Background())
				require.NoError(t, err)
				require.Empty(t, all)
			})
		}
	}
}

// A period that runs when an aggregator is restored is summed and released.
func TestRestoredWithinAPeriod(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	for role := range 2 {
		w := newWorld(t, c, crowd.reports)
		w.addPlan()
		now := w.now
		w.now = w.plan.Periods[0].End - 100
		w.backup(role)()
		w.now = now
		w.startHelper()
		w.startLeader()
		until(t, w, func() { t.Fatal("failed") })
		same(t, w, crowd)
	}
}

// What a restored helper is offered must be what both have signed.
func TestRestoredHelperTakesNoForgery(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	w := newWorld(t, c, crowd.reports)
	w.addPlan()
	restore := w.backup(1)
	until(t, w, func() { t.Fatal("failed") })
	signed := w.expect(crowd.oracle)
	restore()
	w.startHelper()
	put := func(s release.Signed) error {
		b, err := s.Append(nil)
		require.NoError(t, err)
		return w.send(http.MethodPut, "/v1/batches/"+w.digest.String()+"/"+firstDay.String()+"/release", b).err
	}
	missing := func() (dates []plan.Date) {
		a := w.send(http.MethodGet, "/v1/plans/"+w.digest.String()+"/missing", nil)
		require.NoError(t, a.err)
		require.NoError(t, json.Unmarshal(a.body, &dates))
		return dates
	}
	require.Equal(t, []plan.Date{firstDay}, missing())
	forged := signed
	forged.Cells = append([]int64{signed.Cells[0] + 1}, signed.Cells[1:]...)
	require.ErrorIs(t, put(forged), problem.Signature)
	forged = signed
	forged.Helper = signed.Leader
	require.ErrorIs(t, put(forged), problem.Signature)
	other := signed
	other.Period = w.plan.Periods[1]
	require.ErrorIs(t, put(other), problem.Malformed)
	require.ErrorIs(t, w.send(http.MethodPut, "/v1/batches/"+w.digest.String()+"/"+firstDay.String()+"/release", []byte("x")).err, problem.Malformed)
	require.NoError(t, put(signed))
	require.NoError(t, put(signed), "again")
	require.Empty(t, missing())
	w.expect(crowd.oracle)
	require.ErrorIs(t, w.ask("abandon", nil).err, problem.BatchClosed, "nor is it given up after that")
}

// twoKeys verifies what either of two keys signed.
type twoKeys [2]release.Verifier

func (k twoKeys) Verify(message, signature []byte) bool {
	return k[0].Verify(message, signature) || k[1].Verify(message, signature)
}

// The helper's answer to the leader's signature is lost, and then the leader's key is
// changed: the leader takes the record that it signed with the former one.
func TestKeyIsChangedBeforeTheReleaseIsHeardOf(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	former := c.peers[0]
	next, err := peer.Generate(rand.NewChaCha8([32]byte{99}))
	require.NoError(t, err)
	w := newWorld(t, c, crowd.reports, func(w *world) {
		w.admit = helper.Only(twoKeys{former.Public(), next.Public()})
		w.own = twoKeys{former.Public(), next.Public()}
	})
	w.addPlan()
	w.wire.lose = func(_ int, path string) loss {
		if strings.HasSuffix(path, "sign") {
			return noAnswer
		}
		return arrives
	}
	_, err = w.Leader.Step(context.Background())
	require.ErrorIs(t, err, errLost)
	w.wire.lose = nil
	c.peers[0] = next
	w.startLeader()
	until(t, w, func() { t.Fatal("failed") })
	c.peers[0] = former
	same(t, w, crowd)
}

// A helper of two leaders: neither sees, uses up or ends what is the other's.
func TestTwoLeaders(t *testing.T) {
	c := newCast(t)
	crowd := threeChunks(t, c)
	var now string // who asks
	w := newWorld(t, c, crowd.reports, func(w *world) {
		w.owner = "shop"
		w.admit = func(*http.Request) (helper.Peer, bool) {
			return helper.Peer{Name: now, Keys: c.peers[0].Public()}, now != ""
		}
	})
	put := func() error {
		w.now = w.plan.Periods[0].End - 1
		defer func() { w.now = w.plan.Periods[0].End + 1 }()
		return w.send(http.MethodPut, "/v1/plans/"+w.digest.String(), w.signed).err
	}
	require.ErrorIs(t, put(), problem.UnknownPeer)
	now = "school"
	require.ErrorIs(t, put(), problem.PlanRefused, "a public plan sent by another leader")
	now = "shop"
	w.addPlan()
	w.losing("sign")
	_, err := w.Leader.Step(context.Background())
	require.ErrorIs(t, err, errLost)

	now = "school"
	require.ErrorIs(t, put(), problem.PlanRefused)
	for verb, m := range map[string][]byte{
		"finish": (&message.Finish{Batch: w.batch}).Append(nil), "close": (&message.Close{Batch: w.batch}).Append(nil),
		"exchange": (&message.Exchange{Batch: w.batch, Share: make([]byte, 16)}).Append(nil), "sign": (&message.Sign{Batch: w.batch}).Append(nil), "abandon": nil,
	} {
		require.ErrorIs(t, w.ask(verb, m).err, problem.PlanUnknown, verb)
	}
	for _, path := range []string{"/v1/batches/" + w.digest.String() + "/" + firstDay.String() + "/release", "/v1/plans/" + w.digest.String() + "/missing"} {
		require.ErrorIs(t, w.send(http.MethodGet, path, nil).err, problem.PlanUnknown)
	}
	require.Equal(t, "[]\n", string(w.send(http.MethodGet, "/v1/status", nil).body))

	now = "shop"
	w.wire.lose = nil
	until(t, w, func() { t.Fatal("failed") })
	same(t, w, crowd)
	require.Contains(t, string(w.send(http.MethodGet, "/v1/status", nil).body), `"released"`)
}
