package site

import (
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/collector"
)

// The files of a new site, beside its keys.
const (
	PlanName     = "dunlin.yaml"
	ServicesName = "services.yaml"
	SnippetName  = "snippet.html"
)

// Prefix is where a new site finds its collector: a path of its own, which its web
// server hands on (docs/serve.md).
const Prefix = "/dunlin"

// Input is what Create takes from outside itself.
type Input struct {
	Dir     string // made when missing
	Answers Answers
	Scripts fs.FS     // web.SDK
	Now     time.Time // by which the first period is chosen
	Random  io.Reader // of keys: the system's
}

// Folder is a site about to be made.
type Folder struct {
	in     Input
	plan   []byte
	Expect Expectation
}

// Prepare computes all that needs no key, and refuses what Create would. It writes
// nothing.
func Prepare(in Input) (*Folder, error) {
	if err := in.Answers.Check(); err != nil {
		return nil, err
	}
	if _, err := fs.Stat(in.Scripts, collector.LoaderFile); err != nil {
		return nil, fmt.Errorf("the built script: %w", err)
	}
	if err := MustBeNew(in.Dir); err != nil {
		return nil, err
	}
	starts, err := in.Answers.start(in.Now)
	if err != nil {
		return nil, err
	}
	f := &Folder{in: in, plan: PlanFile(in.Answers, starts)}
	if f.Expect, err = Expect(in.Answers, starts); err != nil {
		return nil, err
	}
	return f, nil
}

// MustBeNew says which file of a site stands in a folder already.
func MustBeNew(dir string) error {
	for _, name := range []string{PlanName, ServicesName, SnippetName} {
		if err := service.MustBeNew(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return service.KeysMustBeNew(dir, service.Roles)
}

// Create writes the folder: the plan's file, the keys of all roles, the services
// file and the tag. It overwrites nothing.
func (f *Folder) Create() error {
	public, err := service.GenerateKeys(f.in.Dir, service.Roles, f.in.Random)
	if err != nil {
		return err
	}
	at := service.LocalAddresses
	at.Prefix = Prefix
	tag, err := Tag{Scripts: f.in.Scripts, Officer: public.Officer, Consent: f.in.Answers.Consent, Paths: collector.Paths{Prefix: Prefix}}.HTML()
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name    string
		content []byte
	}{
		{PlanName, f.plan},
		{ServicesName, service.ServicesFile(public, at)},
		{SnippetName, []byte(Snippet(tag))},
	} {
		if err := service.WriteNew(filepath.Join(f.in.Dir, file.name), file.content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Snippet returns what goes into a page: the tag, and where it goes.
func Snippet(tag string) string {
	return "<!-- Dunlin: into <head> of every page, before any <dunlin-slot>, without async or defer. -->\n" + tag + "\n"
}

// NextSteps says what the owner does after Create.
func (f *Folder) NextSteps() string {
	return strings.NewReplacer("DIR", f.in.Dir).Replace(`Wrote DIR: dunlin.yaml, keys, services.yaml, snippet.html

All keys lie on this machine: that is for trying Dunlin out. Whoever has them all can
read every report. For visitors, a second person makes the helper's and the officer's
keys on a second machine (dunlin keygen helper, dunlin keygen officer) and keeps them
there.

Next, to try it:
  1. Look at DIR/dunlin.yaml and put your slots and variants there.
       dunlin plan check DIR/dunlin.yaml
  2. Make the plan and sign it.
       dunlin pair --config DIR/services.yaml --out DIR/pairing.yaml
       dunlin plan build DIR/dunlin.yaml --pairing DIR/pairing.yaml --out DIR/plan.bin
       dunlin plan sign DIR/plan.bin --key DIR/officer.pem --config DIR/services.yaml --out DIR/plan.signed
  3. Run it, and let your web server hand /dunlin/ on to it (docs/serve.md).
       dunlin serve --role all --config DIR/services.yaml
  4. Put DIR/snippet.html into your pages' <head> (docs/embed.md). After each update of
     Dunlin, print it again: dunlin snippet --config DIR/services.yaml
`)
}
