package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

//go:embed all:data
var data embed.FS

// The files of a history.
const (
	labelFile    = "label.json"
	planFile     = "plan.signed"
	releasesFile = "releases.bin"
	exactFile    = "exact.json"
)

// History is days that were measured before: the plan and what was released.
type History struct {
	Label     Label
	Signed    []byte // the plan with the officer's signature
	Published []byte
	Plan      *plan.Plan
	Releases  []release.Signed // one for each of the plan's periods, in order
	Exact     map[string][]int64
}

// ErrHistory: files that are not a history, or one that somebody has changed.
var ErrHistory = errors.New("the demo's 90 days are damaged: make them again with `make demo-data`")

// Built returns the history that this program was built with.
//
// Errors: ErrHistory.
func Built() (*History, error) {
	dir, err := fs.Sub(data, "data")
	if err != nil {
		return nil, err
	}
	return ReadHistory(dir)
}

// ReadHistory reads a history and checks every signature.
//
// Errors: ErrHistory.
func ReadHistory(dir fs.FS) (*History, error) {
	h := new(History)
	if err := h.read(dir); err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrHistory, err)
	}
	return h, nil
}

func (h *History) read(dir fs.FS) (err error) {
	for name, into := range map[string]any{labelFile: &h.Label, exactFile: &h.Exact} {
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, into); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	officer, err := planfile.ParseOfficer(h.Label.Officer)
	if err != nil {
		return err
	}
	if h.Signed, err = fs.ReadFile(dir, planFile); err != nil {
		return err
	}
	if h.Published, err = planfile.Verify(h.Signed, officer); err != nil {
		return err
	}
	if plan.DigestOf(h.Published) != h.Label.Plan {
		return errors.New("the plan is not the label's")
	}
	if h.Plan, err = plan.Decode(h.Published); err != nil {
		return err
	}
	b, err := fs.ReadFile(dir, releasesFile)
	if err != nil {
		return err
	}
	return h.readReleases(b)
}

func (h *History) readReleases(b []byte) error {
	in := wire.NewReader(b)
	for _, period := range h.Plan.Periods {
		r, err := release.Parse(in.Blob(release.MaxSize))
		if in.Err() != nil {
			return in.Err()
		}
		if err != nil {
			return err
		}
		if r.Plan != h.Label.Plan || r.Period != period {
			return fmt.Errorf("a release of %s where that of %s belongs", r.Period.Date, period.Date)
		}
		if err := r.Verify(h.Label.Leader, h.Label.Helper); err != nil {
			return fmt.Errorf("the release of %s: %w", period.Date, err)
		}
		h.Releases = append(h.Releases, r)
	}
	return in.Close()
}

// files are the history's files, by name.
func (h *History) files() (map[string][]byte, error) {
	out := map[string][]byte{planFile: h.Signed}
	for name, from := range map[string]any{labelFile: h.Label, exactFile: h.Exact} {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		if name == labelFile {
			e.SetIndent("", "  ")
		}
		if err := e.Encode(from); err != nil {
			return nil, err
		}
		out[name] = b.Bytes()
	}
	for _, r := range h.Releases {
		b, err := r.Append(nil)
		if err != nil {
			return nil, err
		}
		out[releasesFile] = wire.AppendBlob(out[releasesFile], b)
	}
	return out, nil
}

// Import gives a store the history's plan and releases.
func (h *History) Import(store *release.Store) error {
	if err := store.PutPlan(h.Label.Plan, h.Signed); err != nil {
		return fmt.Errorf("import the history's plan: %w", err)
	}
	for _, r := range h.Releases {
		if err := store.Put(r); err != nil {
			return fmt.Errorf("import the release of %s: %w", r.Period.Date, err)
		}
	}
	return nil
}

// Live lives one day of the history again on a crowd under its plan, by the priors
// that its devices had on that day. measured, if any, is as for Crowd.Live.
func (h *History) Live(ctx context.Context, c *simulate.Crowd, day int, measured func(worker int, cells []bool)) error {
	priors, err := h.priors(day)
	if err != nil {
		return err
	}
	if priors != nil {
		if err := c.UsePriors(ctx, priors); err != nil {
			return err
		}
	}
	return c.Live(ctx, day, measured)
}

// priors are those of the releases before a day, as the leader published them then;
// nil: there were none.
func (h *History) priors(day int) ([]byte, error) {
	before := make([]optimise.Release, 0, day)
	for _, r := range h.Releases[:day] {
		one, err := optimise.Of(h.Plan, h.Label.Plan, r.Record)
		if err != nil {
			return nil, err
		}
		before = append(before, one)
	}
	priors, err := optimise.Fit(h.Plan, h.Label.Plan, before)
	if errors.Is(err, optimise.ErrNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return choose.Encode(priors)
}
