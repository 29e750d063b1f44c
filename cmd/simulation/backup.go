package simulation

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// backup is what an operator has put aside of a service.
type backup struct {
	batches, releases []byte // of an aggregator
	archive           []byte // of the collector
}

// backUp has a running service write a backup of itself, and looks whether it holds
// what no backup may.
func (w *world) backUp() {
	s := w.services[w.rnd.IntN(len(w.services))]
	if s.crashed {
		return
	}
	var b backup
	var err error
	write := func(to *[]byte, how func(*bytes.Buffer) error) {
		var file bytes.Buffer
		err = errors.Join(err, how(&file))
		*to = file.Bytes()
	}
	if s.role == collectorRole {
		write(&b.archive, func(file *bytes.Buffer) error {
			t := tar.NewWriter(file)
			return errors.Join(s.collector.Backup(t, ""), t.Close())
		})
	} else {
		write(&b.batches, func(file *bytes.Buffer) error { return s.batches.Backup(file) })
		write(&b.releases, func(file *bytes.Buffer) error { return s.releases.Backup(file) })
	}
	if err != nil {
		w.violate("no backup of the %s: %v", roles[s.role], err)
		return
	}
	for _, file := range [][]byte{b.batches, b.releases, b.archive} {
		w.searchBackup(file)
	}
	w.backups[s.role] = &b
	w.logf("a backup of the %s is taken", roles[s.role])
}

// searchBackup: no sealed share is in it, of whatever batch, nor an exact sum or the
// key of one.
func (w *world) searchBackup(file []byte) {
	if bytes.Contains(file, []byte(sealIntro)) {
		w.violate("a backup holds a sealed share")
	}
	for _, p := range w.batches {
		for secret := range w.secrets[p.Batch] {
			if bytes.Contains(file, []byte(secret)) {
				w.violate("a backup holds an exact sum of %s, or its key", p.name)
				return
			}
		}
	}
}

// lose has a service lose its disk, and puts the last backup in its place; an
// aggregator of which there is none begins anew. What pairings made lies elsewhere.
// Then the leader hands its plans out again, as its operator would.
func (w *world) lose() {
	s := w.services[w.rnd.IntN(len(w.services))]
	b := w.backups[s.role]
	if b == nil && (s.role == collectorRole || w.rnd.IntN(3) > 0) || w.now >= w.batches[len(w.batches)-1].bounds.End {
		return
	}
	if b == nil {
		b = &backup{}
	}
	w.lost[s.role] = true
	s.crashed = true // it has no time to say goodbye
	if err := s.stop(); err != nil {
		w.violate("the %s does not stop: %v", roles[s.role], err)
	}
	w.logf("the %s has lost its disk, and is restored from a backup: %v", roles[s.role], b.batches != nil || b.archive != nil)
	now := w.clock(s.role)()
	var err error
	if s.role == collectorRole {
		err = errors.Join(os.RemoveAll(s.dir), collector.Restore(tar.NewReader(bytes.NewReader(b.archive)),
			collector.RestoreOptions{Dir: s.dir, Verify: w.verify, Now: time.Unix(int64(now), 0)}))
		for _, p := range w.batches { // a crowd that is still to come
			if p.bounds.Start >= w.now+plan.Hour && w.book.batches[p.Batch] != nil {
				err = errors.Join(err, w.placeCrowd(p))
			}
		}
	} else {
		err = w.restoreStores(s, b, now)
	}
	if err != nil {
		w.violate("the %s is not restored: %v", roles[s.role], err)
		return
	}
	for _, p := range w.batches {
		// An aggregator knows nothing of the periods that are over, the collector
		// nothing of those that have begun.
		if s.role == collectorRole && p.bounds.Start < w.now+plan.Hour || p.bounds.End < w.now+plan.Hour {
			w.mayAbandon[p.Batch] = true
		}
	}
	w.restart(s.role)
	for n := range w.handed {
		w.handOut(n)
	}
}

func (w *world) restoreStores(s *service, b *backup, now plan.Time) error {
	batches, releases := filepath.Join(s.dir, "batches.db"), filepath.Join(s.dir, "releases.db")
	err := errors.Join(os.Remove(batches), os.Remove(releases))
	if w.rnd.IntN(2) == 0 {
		err = errors.Join(err, os.RemoveAll(filepath.Join(s.dir, batch.KeysFolder)))
	}
	if err != nil || b.batches == nil {
		return err
	}
	return errors.Join(batch.Restore(batches, bytes.NewReader(b.batches), now), release.Restore(releases, bytes.NewReader(b.releases)))
}
