package simulation

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// search looks into every byte of every file that the services keep, pages that
// their databases have let go included, for what must be gone once a batch has
// ended: its sealed shares, which the identities open, and its exact sums.
//
// Source: PRIVACY.md section 3, rule 10.
func (w *world) search() error {
	return filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if w.running(e.Name()) {
			return nil // anybody may put an old share into a period that is open still
		}
		name, err := filepath.Rel(w.dir, path)
		if err != nil {
			return err
		}
		w.searchFile(name, content)
		return nil
	})
}

func (w *world) searchFile(name string, content []byte) {
	where := filepath.Dir(name) + filepath.Ext(name) // file names hold digests
	for rest := content; ; {
		at := bytes.Index(rest, []byte(sealIntro))
		if at < 0 {
			break
		}
		rest = rest[at:]
		if len(rest) < sealStart {
			break
		}
		s := w.seals[string(rest[:sealStart])]
		switch {
		case s == nil:
			w.violate("%s: a sealed share that nobody sent", where)
		case w.ended(s.of):
			w.violate("%s: the %s can still open a share of %s", where, roles[s.role], s.of.name)
			return
		}
		rest = rest[len(sealIntro):]
	}
	for _, p := range w.pairings {
		last := p.plan.Periods[len(p.plan.Periods)-1]
		for role, file := range p.files {
			if w.isHanded(p) && w.now >= last.End+plan.Hour && bytes.Contains(content, file[bytes.IndexByte(file, '\n'):]) {
				w.violate("%s: the %s's identity of a plan that is done with", where, roles[role])
				return
			}
		}
	}
	for _, p := range w.batches {
		if !w.endedBatch(p) {
			continue
		}
		for _, secret := range w.secrets[p.Batch] {
			if bytes.Contains(content, secret) {
				w.violate("%s: an exact sum of %s, or the key that opens it", where, p.name)
				return
			}
		}
	}
}

func (w *world) ended(r *parcel) bool {
	p := w.period(message.Batch{Plan: r.Plan, Date: r.Period})
	return p != nil && w.endedBatch(p)
}

// endedBatch tells whether a batch must have ended at all three services by now.
func (w *world) endedBatch(p *period) bool {
	return w.now >= p.bounds.End+plan.Hour && w.isHanded(p.of)
}

// running tells whether a file is named by a batch that has not ended.
func (w *world) running(file string) bool {
	for _, p := range w.batches {
		if strings.HasPrefix(file, p.Plan.String()+"-"+p.Date.String()) {
			return !w.endedBatch(p)
		}
	}
	return false
}
