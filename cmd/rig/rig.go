package rig

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Options of a Rig.
type Options struct {
	Dir      string // an empty folder for keys and stores
	PlanName string // of PlanYAML, for errors
	PlanYAML []byte
	Module   []byte
	// Executable runs each service in a process of its own; empty runs all in
	// this one.
	Executable string
	Log        io.Writer // of the services
}

// Rig is a running Dunlin with one plan, in the middle of its first period.
type Rig struct {
	Services
	Published []byte
	Plan      *plan.Plan
	Period    plan.Period
	dir       string
	module    []byte
}

// Start makes the keys, pairs the aggregators, has the plan built, signed and
// accepted, and sets every clock to the middle of the plan's first period.
func Start(ctx context.Context, o Options) (*Rig, error) {
	f, problems := planfile.Parse(o.PlanName, o.PlanYAML)
	if problems != nil {
		return nil, problems
	}
	if _, problems := planfile.Check(f); problems != nil {
		return nil, problems
	}
	period := f.Periods[0]
	noon := time.Unix(int64(period.Start+(period.End-period.Start)/2), 0)

	public, err := service.GenerateKeys(o.Dir, service.Roles, rand.Reader)
	if err != nil {
		return nil, err
	}
	// The system chooses the ports; the leader's part is completed once they are
	// known.
	config := filepath.Join(o.Dir, "services.yaml")
	const anyPort = "127.0.0.1:0"
	if err := service.WriteNew(config, service.ServicesFile(public, service.Addresses{Public: anyPort, Inner: anyPort, Helper: anyPort}), 0o600); err != nil {
		return nil, err
	}
	var s Services
	if o.Executable != "" {
		s, err = Spawn(ctx, o.Executable, config, noon, o.Log)
	} else {
		s, err = Local(config, o.Module, noon, o.Log)
	}
	if err != nil {
		return nil, err
	}
	r := &Rig{Services: s, Period: period, dir: o.Dir, module: o.Module}
	if err := r.complete(ctx, config, public, f, noon); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return r, nil
}

// complete does what needs running services: pairing, the plan, the leader.
func (r *Rig) complete(ctx context.Context, config string, public service.Public, f *planfile.File, now time.Time) error {
	if err := os.WriteFile(config, service.ServicesFile(public, r.At()), 0o600); err != nil {
		return err
	}
	c, err := service.Read(config)
	if err != nil {
		return err
	}
	pairing, err := service.Pair(ctx, c, rand.Reader)
	if err != nil {
		return err
	}
	r.Plan, err = f.Plan(planfile.BuildInput{
		Leader: pairing.Leader, Helper: pairing.Helper, VerifyKey: pairing.VerifyKey, Issued: plan.Time(now.Unix()),
	})
	if err != nil {
		return fmt.Errorf("build the plan: %w", err)
	}
	if r.Published, err = plan.Encode(r.Plan); err != nil {
		return fmt.Errorf("build the plan: %w", err)
	}
	if err := service.MaySign(c, r.Plan); err != nil {
		return err
	}
	key, err := os.ReadFile(filepath.Join(r.dir, "officer.pem"))
	if err != nil {
		return err
	}
	officer, err := planfile.ParseOfficerKey(key)
	if err != nil {
		return err
	}
	if err := service.WriteNew(filepath.Join(r.dir, "plan.signed"), planfile.Sign(r.Published, officer), 0o600); err != nil {
		return err
	}
	return r.StartLeader(ctx)
}

// Noon is the clock of services and devices while the period is open.
func (r *Rig) Noon() plan.Time { return r.Period.Start + (r.Period.End-r.Period.Start)/2 }

// Release closes the period and has it released. The view is the leader's own,
// with its exact counters.
func (r *Rig) Release(ctx context.Context, p Progress) (release.Signed, View, error) {
	if err := r.SetClock(time.Unix(int64(r.Period.End)+60, 0)); err != nil {
		return release.Signed{}, View{}, err
	}
	views, err := r.Step(ctx, p)
	if err != nil {
		return release.Signed{}, View{}, err
	}
	digest := plan.DigestOf(r.Published)
	var view View
	for _, v := range views {
		if v.Plan == digest && v.Period == r.Period.Date.String() {
			view = v
		}
	}
	if view.State != batch.Released.String() {
		return release.Signed{}, view, fmt.Errorf("the batch of %s is %s: %d reports accepted, %d needed", r.Period.Date, view.State, view.Accepted, r.Plan.MinBatch)
	}
	s, err := release.OpenRead(filepath.Join(r.dir, "data", "leader", service.ReleasesFile))
	if err != nil {
		return release.Signed{}, view, err
	}
	got, err := s.Get(digest, r.Period.Date)
	return got, view, err
}
