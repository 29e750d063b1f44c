package site

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io/fs"
	"strings"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Tag is what a page's <head> holds to be measured. It pins two things in the
// page's own HTML, out of a collector's reach: the loader's bytes, and the officer's
// key, without whose signature no plan is obeyed. What the loader loads it knows by
// name alone: browsers check no digest of a Worker.
type Tag struct {
	// Scripts are the built files (web.SDK). Required.
	Scripts fs.FS
	// Officer is the public key of who signs plans, dunlin-officer1…. Required.
	Officer string
	// Consent is the plan's. Required.
	Consent plan.Consent
	// Paths are the collector's. Default: collector.DefaultPaths.
	Paths collector.Paths
	// Site names the plan's site, where one collector serves several. Optional.
	Site string
	// Clock is how many seconds a device's clock is ahead of its browser's, honoured
	// on loopback hosts alone: for the demo and for tests.
	Clock int64
}

// HTML returns the tag, one line without a line's end.
//
// The address ends in the loader's version, so that a page whose tag is new never
// meets the loader that a browser keeps from before.
func (t Tag) HTML() (string, error) {
	if _, err := planfile.ParseOfficer(t.Officer); err != nil {
		return "", fmt.Errorf("make the tag: the officer's key: %w", err)
	}
	consent, err := consentName(t.Consent)
	if err != nil {
		return "", fmt.Errorf("make the tag: %w", err)
	}
	if err := t.Paths.Check(); err != nil {
		return "", fmt.Errorf("make the tag: %w", err)
	}
	loader, err := fs.ReadFile(t.Scripts, collector.LoaderFile)
	if err != nil {
		return "", fmt.Errorf("make the tag: read the built script: %w", err)
	}
	version, digest := sha256.Sum256(loader), sha512.Sum384(loader)
	paths := t.Paths.Or(collector.DefaultPaths)
	var b strings.Builder
	attribute := func(name, value string) { fmt.Fprintf(&b, ` %s="%s"`, name, html.EscapeString(value)) }
	b.WriteString("<script")
	attribute("src", paths.Prefix+"/"+paths.Script+"?v="+hex.EncodeToString(version[:4]))
	attribute("integrity", "sha384-"+base64.StdEncoding.EncodeToString(digest[:]))
	attribute("data-dunlin-officer", t.Officer)
	attribute("data-dunlin-consent", consent)
	if t.Site != "" {
		attribute("data-dunlin-site", t.Site)
	}
	if paths.API != collector.DefaultPaths.API {
		attribute("data-dunlin-api", paths.API)
	}
	if t.Clock != 0 {
		attribute("data-dunlin-clock", fmt.Sprint(t.Clock))
	}
	b.WriteString("></script>")
	return b.String(), nil
}

// Elements that have a script of their own, which only the pages that use them load.
const (
	Privacy = "privacy" // <dunlin-privacy>
	Banner  = "consent" // <dunlin-consent>
)

// Element returns the tag of an element's script, one line without a line's end. It goes
// into the <head> of the pages that use the element, behind the script's own.
func (t Tag) Element(name string) (string, error) {
	if err := t.Paths.Check(); err != nil {
		return "", fmt.Errorf("make the tag: %w", err)
	}
	files, err := fs.Glob(t.Scripts, name+"-????????.js")
	if err == nil && len(files) != 1 {
		err = fmt.Errorf("%d files of it, want 1: run make web", len(files))
	}
	if err != nil {
		return "", fmt.Errorf("make the tag of %s: %w", name, err)
	}
	code, err := fs.ReadFile(t.Scripts, files[0])
	if err != nil {
		return "", fmt.Errorf("make the tag of %s: read the built script: %w", name, err)
	}
	digest := sha512.Sum384(code)
	return fmt.Sprintf(`<script type="module" src="%s" integrity="sha384-%s"></script>`,
		html.EscapeString(t.Paths.Or(collector.DefaultPaths).Prefix+"/"+files[0]), base64.StdEncoding.EncodeToString(digest[:])), nil
}
