package rig

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

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

	// For services in this process alone: Fit computes priors in place of the product's
	// own, Watch goes in place of a clock that only moves when it is told to, and the
	// collector serves the module's brotli form and the scripts to browsers.
	Fit          service.Fit
	Watch        Watch
	ModuleBrotli []byte
	Scripts      fs.FS
	// Random is what the services draw noise from, for tests that must know it. Default:
	// the system's, and nothing that visitors' devices meet has another.
	Random io.Reader
}

// Rig is a running Dunlin with one plan, whose clocks stand where they are put.
type Rig struct {
	Services
	Published []byte
	Plan      *plan.Plan
	Period    plan.Period // the running one: see Begin and Move
	Keys      service.Public
	dir       string
	module    []byte
	officer   ed25519.PublicKey
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
	noon := time.Unix(int64(middle(period)), 0)
	if o.Executable != "" && (o.Fit != nil || o.Watch != nil || o.Random != nil) {
		return nil, errors.New("neither a Fit, a Watch nor Random reaches services in processes of their own: leave Executable empty, or them")
	}

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
		s, err = Local(config, o, noon)
	}
	if err != nil {
		return nil, err
	}
	r := &Rig{Services: s, Period: period, Keys: public, dir: o.Dir, module: o.Module}
	if err := r.complete(ctx, config, f, noon); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return r, nil
}

// complete does what needs running services: pairing, the plan, the leader.
func (r *Rig) complete(ctx context.Context, config string, f *planfile.File, now time.Time) error {
	if err := os.WriteFile(config, service.ServicesFile(r.Keys, r.At()), 0o600); err != nil {
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
	if r.officer, err = planfile.ParseOfficer(c.Officer); err != nil {
		return err
	}
	if err := service.WriteNew(filepath.Join(r.dir, "plan.signed"), planfile.Sign(r.Published, officer), 0o600); err != nil {
		return err
	}
	return r.StartLeader(ctx)
}
