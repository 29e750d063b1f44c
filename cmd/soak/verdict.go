package soak

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/service"
)

// verdict kills all that runs, reads what both aggregators have stored, and holds it
// against the log. It returns the number of batches.
//
// Errors: ErrCounted, ErrLeft.
func (s *soak) verdict() (batches int, all Tally, err error) {
	for _, role := range roles {
		if err := s.services.Kill(role); err != nil {
			return 0, all, err
		}
	}
	var stores [2]*batch.Store
	var releases [2]*release.Store
	for i, role := range []string{"leader", "helper"} {
		data := filepath.Join(s.Dir, "data", role)
		if stores[i], err = batch.OpenStore(batch.Options{Path: filepath.Join(data, "batches.db")}); err != nil {
			return 0, all, fmt.Errorf("read the %s's batches: %w", role, err)
		}
		defer func() { err = errors.Join(err, stores[i].CloseStore()) }()
		if releases[i], err = release.OpenRead(filepath.Join(data, service.ReleasesFile)); err != nil {
			return 0, all, fmt.Errorf("read the %s's releases: %w", role, err)
		}
	}
	var failed []error
	for _, books := range s.periods {
		for _, b := range books {
			t, err := b.against(stores, releases)
			if err != nil {
				failed = append(failed, err)
			}
			batches++
			all.add(t)
		}
	}
	return batches, all, errors.Join(append(failed, s.leftovers()...)...)
}

// ErrLeft: something of a batch that ended is kept.
var ErrLeft = errors.New("it is of a batch that ended, and is there still")

// leftovers looks for what is to be gone with the last batch: the keys that shares were
// encrypted under, and the collector's sealed reports.
func (s *soak) leftovers() (failed []error) {
	for _, pattern := range []string{"leader/" + batch.KeysFolder + "/*.key", "helper/" + batch.KeysFolder + "/*.key", "collector/spool/*.spool"} {
		found, err := filepath.Glob(filepath.Join(s.Dir, "data", pattern))
		if err != nil {
			failed = append(failed, err)
		}
		for _, path := range found {
			failed = append(failed, fmt.Errorf("%s: %w", path, ErrLeft))
		}
	}
	return failed
}

// against holds one batch against both aggregators' records of it.
func (b *book) against(stores [2]*batch.Store, releases [2]*release.Store) (t Tally, err error) {
	var records [2]batch.Record
	var signed [2][]byte
	for i := range records {
		if records[i], err = stores[i].Record(b.Batch); err != nil {
			return t, err
		}
		r, err := releases[i].Get(b.Plan, b.Date)
		if err != nil {
			return t, errCounted(b, "its release: %w", err)
		}
		if signed[i], err = r.Append(nil); err != nil {
			return t, err
		}
		if state := records[i].State; state != batch.Released {
			return t, errCounted(b, "it is %s", state)
		}
		if n := records[i].Rejects.Total(); n != 0 {
			return t, errCounted(b, "%d sound reports were rejected", n)
		}
	}
	if records[0].Tally != records[1].Tally {
		return t, errCounted(b, "the leader counts %d and the helper %d, or not the same ones", records[0].Tally.Count, records[1].Tally.Count)
	}
	if !bytes.Equal(signed[0], signed[1]) {
		return t, errCounted(b, "leader and helper have different releases")
	}
	for i := range records {
		if t, err = b.check(records[i].Partitions); err != nil {
			return t, fmt.Errorf("the %s: %w", [2]string{"leader", "helper"}[i], err)
		}
	}
	if t.Counted != records[0].Tally.Count {
		return t, errCounted(b, "its partitions hold %d and it says %d", t.Counted, records[0].Tally.Count)
	}
	return t, nil
}
