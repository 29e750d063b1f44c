package service_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/stretchr/testify/require"
)

// PRIVACY.md section 3, rule 10, a subtest for each of its sentences, on one site's way
// through three weeks.
func TestRule10(t *testing.T) {
	s := newStage(t)
	t.Cleanup(s.letGo)
	leaderData, helperData := s.conf.Leader.Data, s.conf.Helper.Data
	first := s.week(0)

	// Into the first week's aggregation, with reports of the second in the spool.
	held := s.holdLeader()
	second := s.week(1)
	<-held
	inWork, files := s.backup()
	kept := keepIdentities(t, s)
	require.True(t, bytes.Contains(s.everything(), traces(first)[1]), "what is searched for below is there now")

	s.run("Shares are kept encrypted under a key per period that lives in a file of its own, is left out of every backup, and is destroyed at release", func(t *testing.T) {
		keys := s.periodKeys()
		require.Len(t, keys, 2, "one at each aggregator")
		for _, path := range keys {
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			s.lacks(inWork, path, [][]byte{b})
		}
		s.lacks(inWork, "a key file", s.secrets())
	})
	s.run("Backups hold no share and no unreleased partition", func(t *testing.T) {
		for _, role := range []string{"leader", "helper"} {
			views := viewsOf(t, files[role+"/batches.db"])
			require.Empty(t, views, "%s: what has not ended is not there", role)
		}
	})
	s.run("Sealed copies count as shares: no backup holds them", func(t *testing.T) {
		s.lacks(inWork, "a report", traces(first))
		s.lacks(inWork, "a report", traces(second))
	})

	// The first week is released; then the leader's disk dies, and the backup is older.
	s.letGo()
	s.becomes(leaderData, 0, "released")
	s.becomes(helperData, 0, "released")
	want := s.release(leaderData, 0)

	s.run("… destroyed at release", func(t *testing.T) { require.Empty(t, s.periodKeys()) })
	s.run("at release or abandonment collector, leader and helper delete them (superseded revisions and stored requests too)", func(t *testing.T) {
		require.Eventually(t, func() bool {
			files, err := filepath.Glob(filepath.Join(s.conf.Collector.Data, "spool", "*"+s.periods[0].Date.String()+"*"))
			return err == nil && len(files) == 0
		}, 20*time.Second, 20*time.Millisecond)
		all := s.everything()
		for _, r := range first { // the ID of a counted report is no share
			s.lacks(all, "a report of a released week", traces([]report.Report{r})[1:])
		}
	})

	held = s.holdLeader()
	third := s.week(2) // which puts the second week into aggregation
	<-held
	s.letGo()
	s.becomes(leaderData, 1, "released")
	inPeriod, files := s.backup()
	s.lacks(inPeriod, "a report of an open week", traces(third))
	// One side's releases are the other's: a copy of either file does for both.
	copied := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(copied, service.ReleasesFile), files["helper/"+service.ReleasesFile], 0o600))
	require.Equal(t, want, s.release(copied, 0))
	require.Equal(t, s.release(leaderData, 1), s.release(copied, 1))
	s.stop()
	s.lose(leaderData)
	s.restore(inWork)
	s.start()

	s.run("after a restore an unreleased period is abandoned unless the peer returns its recorded release bytes", func(t *testing.T) {
		s.becomes(leaderData, 0, "released")
		require.Equal(t, want, s.release(leaderData, 0), "the peer returned them")
		s.becomes(leaderData, 1, "released")

		// Both lose the third week in the middle: nobody has a release.
		held := s.holdLeader()
		s.move(s.periods[2].End + 60)
		<-held
		s.stopHeld()
		s.lose(leaderData)
		s.lose(helperData)
		s.restore(inPeriod)
		for _, role := range []string{"leader", "helper"} {
			require.Len(t, viewsOf(t, files[role+"/batches.db"]), 2, role)
		}
		s.start()
		s.becomes(leaderData, 2, "abandoned")
		s.becomes(helperData, 2, "abandoned")
		require.Equal(t, want, s.release(helperData, 0))
	})
	s.run("… deleted at abandonment", func(t *testing.T) {
		require.Eventually(t, func() bool {
			files, err := filepath.Glob(filepath.Join(s.conf.Collector.Data, "spool", "*"))
			return err == nil && len(files) == 0
		}, 20*time.Second, 20*time.Millisecond)
		all := s.everything()
		for _, r := range third {
			s.lacks(all, "a report of an abandoned week", traces([]report.Report{r})[1:])
		}
		require.Empty(t, s.periodKeys())
	})
	s.run("Deletion is proved for opened shares only: whoever kept sealed copies and later holds both identities reads them", func(t *testing.T) {
		for role, sealed := range [][]byte{third[0].Leader, third[0].Helper} {
			plain, err := kept[role].Open(sealed, s.devices.plain[role])
			require.NoError(t, err, "as the rule says")
			require.NotEmpty(t, plain)
		}
	})
	s.run("a plan's identities are destroyed once its last period is closed", func(t *testing.T) {
		for _, folder := range []string{s.conf.Leader.VerifyKeys, s.conf.Helper.VerifyKeys} {
			var left []string
			var err error
			require.Eventually(t, func() bool {
				left, err = filepath.Glob(filepath.Join(folder, "*-*"))
				return err == nil && len(left) == 0
			}, 20*time.Second, 50*time.Millisecond, "%s\n%s", &left, &s.said)
		}
	})
	s.stop()
}

// stopHeld ends the services while the leader is held.
func (s *stage) stopHeld() {
	ended := make(chan bool)
	go func() { s.stop(); close(ended) }()
	// Whoever is held when ctx ends goes on to its end of the chunk and no further.
	time.AfterFunc(200*time.Millisecond, s.letGo)
	<-ended
}

// keepIdentities is what a thief of both key folders has.
func keepIdentities(t *testing.T, s *stage) (kept [2]seal.Identity) {
	t.Helper()
	for i, folder := range []string{s.conf.Leader.VerifyKeys, s.conf.Helper.VerifyKeys} {
		files, err := filepath.Glob(filepath.Join(folder, "age-*.age"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		b, err := os.ReadFile(files[0])
		require.NoError(t, err)
		kept[i], err = seal.ParseIdentity(bytes.NewReader(b))
		require.NoError(t, err)
	}
	return kept
}

// viewsOf opens the copy of a batch store that lies in a backup.
func viewsOf(t *testing.T, db []byte) []batch.View {
	t.Helper()
	require.NotEmpty(t, db)
	path := filepath.Join(t.TempDir(), "batches.db")
	require.NoError(t, os.WriteFile(path, db, 0o600))
	store, err := batch.OpenStore(batch.Options{Path: path})
	require.NoError(t, err)
	views, err := store.Views()
	require.NoError(t, err)
	require.NoError(t, store.CloseStore())
	return views
}

// A backup of services that do not run is the same as of those that do, and restores
// into empty folders only.
func TestBackupAtRest(t *testing.T) {
	s := newStage(t)
	_, without := s.backup()
	require.NotContains(t, without, "leader/"+steer.File, "which a dunlin from before orders could not read")
	orders, err := steer.Open(filepath.Join(s.conf.Leader.Data, steer.File))
	require.NoError(t, err)
	ordered, err := orders.Give(steer.Order{Site: "shop.example", At: time.Unix(1, 0), Action: steer.Stop, Place: steer.Place{Kind: "slot", Name: "hero"}})
	require.NoError(t, err)
	_, running := s.backup()
	require.Contains(t, running, "leader/"+steer.File)
	s.stop()
	archive, resting := s.backup()
	for name := range running {
		require.Contains(t, resting, name)
	}
	require.Len(t, resting, len(running))

	path := filepath.Join(t.TempDir(), "backup.tar")
	require.NoError(t, os.WriteFile(path, archive, 0o600))
	_, _, err = service.Restore(s.conf, s.world(), path)
	require.ErrorContains(t, err, "a backup never replaces what a folder still knows")
	for _, f := range s.conf.Folders() {
		s.lose(f.Data)
	}
	for cut := range []int{1, 2, 3} {
		// Cut off somewhere, it is refused, and says so.
		short := filepath.Join(t.TempDir(), "short.tar")
		require.NoError(t, os.WriteFile(short, archive[:len(archive)*(cut+1)/4], 0o600))
		_, _, err = service.Restore(s.conf, s.world(), short)
		require.Error(t, err)
		for _, f := range s.conf.Folders() {
			require.NoError(t, os.RemoveAll(f.Data))
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "no.tar"), []byte("a tar it is not"), 0o600))
	_, _, err = service.Restore(s.conf, s.world(), filepath.Join(s.dir, "no.tar"))
	require.ErrorIs(t, err, service.ErrBackup)

	_, restored, err := service.Restore(s.conf, s.world(), path)
	require.NoError(t, err)
	require.Equal(t, []string{"collector", "leader", "helper"}, restored)
	log, err := orders.List()
	require.NoError(t, err)
	require.Equal(t, []steer.Order{ordered}, log)
	s.start()
	s.becomes(s.conf.Leader.Data, 0, "open")
	s.stop()
}
