package collector

import (
	"fmt"
	"regexp"
	"strings"
)

// Paths are the names under which visitors find the collector: a site that maps
// it below a folder of its own, or wants other names, says so here. The leader's
// paths do not change.
//
//	Prefix "/" Script                   the loader
//	Prefix "/" SCRIPT-push.js           the service worker's script: Script with -push behind it
//	Prefix "/" NAME-HASH.js             what the loader loads
//	Prefix "/" API "/plan", "/reports"  and the rest
//
// /healthz stands above all of it, for who watches the process.
type Paths struct {
	Prefix string // "" or "/stats": begins with a slash and does not end with one. Default "".
	Script string // name of the loader. Default "dunlin.js".
	API    string // folder of all but scripts. Default "v1". The tag must name another one.
}

// DefaultPaths are those of a collector that is told nothing.
var DefaultPaths = Paths{Script: "dunlin.js", API: "v1"}

var (
	// Letters, digits and "-_~." mean themselves in a URL, in a router's pattern and
	// in an HTML attribute. A name of dots alone would be another folder.
	segment     = `[A-Za-z0-9_~-][A-Za-z0-9._~-]*`
	prefixForm  = regexp.MustCompile(`^(/` + segment + `)*$`)
	segmentForm = regexp.MustCompile(`^` + segment + `$`)
)

// Or returns p with d's where p names nothing.
func (p Paths) Or(d Paths) Paths {
	if p.Prefix == "" {
		p.Prefix = d.Prefix
	}
	if p.Script == "" {
		p.Script = d.Script
	}
	if p.API == "" {
		p.API = d.API
	}
	return p
}

// Check says what is wrong with paths; what is empty is right.
func (p Paths) Check() error {
	const letters = "letters, digits and - _ ~ . are accepted, and no dot first"
	p = p.Or(DefaultPaths)
	switch {
	case len(p.Prefix) > 128 || len(p.Script) > 128 || len(p.API) > 128:
		return fmt.Errorf("a path's name has at most 128 bytes")
	case !prefixForm.MatchString(p.Prefix):
		return fmt.Errorf("prefix %q: write /stats or /stats/v, with a slash before each name and none at the end; %s", p.Prefix, letters)
	case !segmentForm.MatchString(p.Script):
		return fmt.Errorf("script %q: write one name, such as dunlin.js; %s", p.Script, letters)
	case !segmentForm.MatchString(p.API):
		return fmt.Errorf("api %q: write one name, such as v1; %s", p.API, letters)
	case hashedForm.MatchString(p.Script), p.Prefix == "" && "/"+p.Script == healthPath:
		return fmt.Errorf("script %q: the name is taken by another file; choose one such as dunlin.js", p.Script)
	}
	return nil
}

// healthPath is not below the prefix: it is for who watches the process.
const healthPath = "/healthz"

// push returns the name of the service worker's script: the loader's with -push behind it.
func (p Paths) push() string { return strings.TrimSuffix(p.Script, ".js") + "-push.js" }

// public returns the path of the API that visitors call.
func (p Paths) public(rest string) string { return p.Prefix + "/" + p.API + rest }
