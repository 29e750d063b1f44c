package simulation

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// search looks into every byte of every file that a service keeps, pages that its
// databases have let go included, for what must be gone once a batch has ended: its
// sealed shares, which the identities open, its exact sums, and all keys to them.
//
// Source: PRIVACY.md section 3, rule 10.
func (w *world) search(who role) error {
	gone := map[message.Batch]bool{}
	for _, p := range w.batches {
		gone[p.Batch] = w.mustBeGone(who, p)
	}
	dir := w.services[who].dir
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		for _, p := range w.batches {
			if !gone[p.Batch] && strings.HasPrefix(e.Name(), p.Plan.String()+"-"+p.Date.String()) {
				return nil // anybody may put an old share into a period that is open still
			}
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(w.dir, path)
		if err != nil {
			return err
		}
		where := filepath.Dir(name) + filepath.Ext(name) // file names hold digests
		w.searchSeals(where, content, gone)
		w.searchSecrets(where, content, gone)
		return nil
	})
}

// mustBeGone tells whether a batch must have ended at a service by now. A helper that
// did not hear that the leader has given a batch up has until its patience is over.
func (w *world) mustBeGone(who role, p *period) bool {
	if w.now < p.bounds.End+plan.Hour || !w.isHanded(p.of) {
		return false
	}
	if who != helperRole || w.now >= p.bounds.End+helper.Patience {
		return true
	}
	r, err := w.record(who, p.Batch)
	return err != nil || r.State.Final()
}

// searchSeals looks for whatever begins as a sealed share does.
func (w *world) searchSeals(where string, content []byte, gone map[message.Batch]bool) {
	for {
		at := bytes.Index(content, []byte(sealIntro))
		if at < 0 || len(content) < at+sealStart {
			return
		}
		s := w.seals[string(content[at:at+sealStart])]
		switch {
		case s == nil:
			w.violate("%s: a sealed share that nobody sent", where)
		case gone[message.Batch{Plan: s.of.Plan, Date: s.of.Period}]:
			w.violate("%s: the %s can still open a share of %s", where, roles[s.role], s.of.name)
			return
		}
		content = content[at+len(sealIntro):]
	}
}

// searchSecrets looks for exact sums, for period keys, and for identities of plans
// whose batches have all ended.
func (w *world) searchSecrets(where string, content []byte, gone map[message.Batch]bool) {
	done := map[*pairing]bool{}
	for _, p := range w.pairings {
		done[p] = true
	}
	for _, p := range w.batches {
		if !gone[p.Batch] {
			done[p.of] = false
			continue
		}
		for secret := range w.secrets[p.Batch] {
			if bytes.Contains(content, []byte(secret)) {
				w.violate("%s: an exact sum of %s, or the key that opens it", where, p.name)
				return
			}
		}
	}
	for _, p := range w.pairings {
		for role, file := range p.files {
			if done[p] && bytes.Contains(content, file[bytes.IndexByte(file, '\n'):]) {
				w.violate("%s: the %s's identity of a plan that is done with", where, roles[role])
				return
			}
		}
	}
}
