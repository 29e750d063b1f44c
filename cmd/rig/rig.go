package rig

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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
	// Also are the plans of further sites, whose reports the same services take. The
	// periods that Begin and Move know are those of the first.
	Also []PlanFile
	// At is where the services listen, where it says so; else the system chooses. Those
	// that are killed and started again come back to the same addresses, unless the
	// system has given a port that it chose to somebody else meanwhile.
	At service.Addresses

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

// PlanFile is the text of a plan, and its name for errors.
type PlanFile struct {
	Name string
	YAML []byte
}

// Published is a plan that the services take reports of.
type Published struct {
	Bytes []byte
	Plan  *plan.Plan
}

// Rig is a running Dunlin with one plan, whose clocks stand where they are put.
type Rig struct {
	Services
	Published []byte
	Plan      *plan.Plan
	Period    plan.Period // the running one: see Begin and Move
	Also      []Published // in the order of Options.Also
	Keys      service.Public
	dir       string
	module    []byte
	officer   ed25519.PublicKey
}

// Start makes the keys, pairs the aggregators, has the plan built, signed and
// accepted, and sets every clock to the middle of the plan's first period.
func Start(ctx context.Context, o Options) (*Rig, error) {
	var files []*planfile.File
	for _, text := range append([]PlanFile{{o.PlanName, o.PlanYAML}}, o.Also...) {
		f, problems := planfile.Parse(text.Name, text.YAML)
		if problems != nil {
			return nil, problems
		}
		if _, problems := planfile.Check(f); problems != nil {
			return nil, problems
		}
		files = append(files, f)
	}
	period := files[0].Periods[0]
	noon := time.Unix(int64(middle(period)), 0)
	if o.Executable != "" && (o.Fit != nil || o.Watch != nil || o.Random != nil) {
		return nil, errors.New("neither a Fit, a Watch nor Random reaches services in processes of their own: leave Executable empty, or them")
	}

	public, err := service.GenerateKeys(o.Dir, service.Roles, rand.Reader)
	if err != nil {
		return nil, err
	}
	// Where the system chooses the ports the leader's part is completed once they are
	// known.
	config := filepath.Join(o.Dir, "services.yaml")
	const anyPort = "127.0.0.1:0"
	for _, at := range []*string{&o.At.Public, &o.At.Inner, &o.At.Helper} {
		*at = cmp.Or(*at, anyPort)
	}
	if err := service.WriteNew(config, service.ServicesFile(public, o.At), 0o600); err != nil {
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
	if err := r.complete(ctx, config, files, noon); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return r, nil
}

// complete does what needs running services: pairings, the plans, the leader.
func (r *Rig) complete(ctx context.Context, config string, files []*planfile.File, now time.Time) error {
	text := service.ServicesFile(r.Keys, r.At())
	names := []string{firstPlan}
	for i := range files[1:] {
		names = append(names, fmt.Sprintf("plan-%d.signed", i+2))
	}
	all := bytes.Replace(text, []byte("["+firstPlan+"]"), []byte("["+strings.Join(names, ", ")+"]"), 1)
	if len(files) > 1 && bytes.Equal(all, text) {
		return fmt.Errorf("the services file has no list with %s to add plans to", firstPlan)
	}
	if err := os.WriteFile(config, all, 0o600); err != nil {
		return err
	}
	c, err := service.Read(config)
	if err != nil {
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
	for i, f := range files {
		p, err := publish(ctx, c, f, now)
		if err != nil {
			return err
		}
		if i == 0 {
			r.Published, r.Plan = p.Bytes, p.Plan
		} else {
			r.Also = append(r.Also, p)
		}
		if err := service.WriteNew(filepath.Join(r.dir, names[i]), planfile.Sign(p.Bytes, officer), 0o600); err != nil {
			return err
		}
	}
	return r.StartLeader(ctx)
}

// firstPlan is the signed plan that a new services file names.
const firstPlan = "plan.signed"

// publish has the aggregators pair for a plan, builds it, and asks what the officer
// asks before signing.
func publish(ctx context.Context, c *service.Config, f *planfile.File, now time.Time) (p Published, err error) {
	pairing, err := service.Pair(ctx, c, rand.Reader)
	if err != nil {
		return p, err
	}
	p.Plan, err = f.Plan(planfile.BuildInput{
		Leader: pairing.Leader, Helper: pairing.Helper, VerifyKey: pairing.VerifyKey, Issued: plan.Time(now.Unix()),
	})
	if err != nil {
		return p, fmt.Errorf("build the plan: %w", err)
	}
	if p.Bytes, err = plan.Encode(p.Plan); err != nil {
		return p, fmt.Errorf("build the plan: %w", err)
	}
	return p, service.MaySign(c, p.Plan)
}
