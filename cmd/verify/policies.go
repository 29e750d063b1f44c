package verify

import (
	"net/url"
	"slices"
	"strings"
)

// need is what the page's policy must let pass, with the directives that decide, of which
// the first that is there does.
type need struct {
	what       string
	directives []string
	source     string // that lets it pass
	passes     func(sources []string) bool
}

// needs are those of a page with the tag. Styles and images are not among them: the script
// makes its few rules by the object model, which no policy bars.
func (v *verifier) needs(t *tag) []need {
	page := v.page.url
	script := []string{"script-src-elem", "script-src", "default-src"}
	beside := func(name string) *url.URL { return t.folder.ResolveReference(&url.URL{Path: name}) }
	trusted := func(sources []string) bool { // by the tag itself
		nonce := t.attributes["nonce"]
		return nonce != "" && slices.Contains(sources, "'nonce-"+nonce+"'") || hashed(sources, t.attributes["integrity"])
	}
	return []need{
		{"the script itself", script, "'self'", func(s []string) bool {
			return trusted(s) || !has(s, "'strict-dynamic'") && permits(s, page, t.src)
		}},
		{"what the script loads", script, "'self'", func(s []string) bool {
			return has(s, "'strict-dynamic'") && trusted(s) || t.attributes["nonce"] != "" && trusted(s) || !has(s, "'strict-dynamic'") && permits(s, page, beside("page-0.js"))
		}},
		{"the Worker", []string{"worker-src", "child-src", "script-src", "default-src"}, "'self'", func(s []string) bool {
			return has(s, "'strict-dynamic'") && trusted(s) || permits(s, page, beside("worker-0.js"))
		}},
		{"reports", []string{"connect-src", "default-src"}, "'self'", func(s []string) bool { return permits(s, page, v.api(t, "/reports")) }},
	}
}

// hashed reports whether sources name each digest of an integrity attribute.
func hashed(sources []string, integrity string) bool {
	words := strings.Fields(integrity)
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(sources, "'"+w+"'") })
}

// judgePolicies looks at each of the page's policies for all that the script needs.
func (v *verifier) judgePolicies(t *tag) {
	faults := 0
	for _, p := range v.page.policies {
		for _, f := range v.barred(p, t) {
			faults++
			if f.maybe {
				v.r.warn("policy", f.fix, "%s may bar %s, in browsers that hold a Worker to the page's policy (Chromium and Firefox do not): %s", p.where, f.what, f.why)
				continue
			}
			v.r.wrong("policy", f.fix, "%s bars %s: %s", p.where, f.what, f.why)
		}
	}
	for _, p := range v.page.trials {
		for _, f := range v.barred(p, t) {
			faults++
			v.r.warn("policy", f.fix, "%s would bar %s: %s", p.where, f.what, f.why)
		}
	}
	switch {
	case faults > 0:
	case len(v.page.policies) == 0:
		v.r.ok("policy", "the page has no Content Security Policy")
	default:
		v.r.ok("policy", "lets script, Worker, WebAssembly and reports pass")
	}
}

// fault is one thing that a policy bars.
type fault struct {
	what, why, fix string
	maybe          bool // only some browsers do
}

// barred returns what a policy of the page bars.
func (v *verifier) barred(p policy, t *tag) (all []fault) {
	for _, n := range v.needs(t) {
		name, sources, found := p.governs(n.directives...)
		if !found || n.passes(sources) {
			continue
		}
		all = append(all, fault{n.what, name + " " + quoted(strings.Join(sources, " ")), n.add(name, sources), false})
	}
	if name, sources, found := p.governs("script-src", "default-src"); found && !has(sources, "'wasm-unsafe-eval'") && !has(sources, "'unsafe-eval'") {
		n := need{directives: []string{"script-src"}, source: "'wasm-unsafe-eval'"}
		all = append(all, fault{"WebAssembly", name + " has no 'wasm-unsafe-eval'", n.add(name, sources), true})
	}
	if sources, found := p.directives["require-trusted-types-for"]; found && has(sources, "'script'") {
		if names, listed := p.directives["trusted-types"]; listed && !slices.Contains(names, "dunlin") && !slices.Contains(names, "*") {
			all = append(all, fault{"the Worker", "trusted-types " + quoted(strings.Join(names, " ")) + " has no policy dunlin", "add dunlin to trusted-types", false})
		}
	}
	if words, found := p.directives["sandbox"]; found && !(has(words, "allow-scripts") && has(words, "allow-same-origin")) {
		all = append(all, fault{"the script", "sandbox " + quoted(strings.Join(words, " ")), "add allow-scripts allow-same-origin to sandbox", false})
	}
	return all
}

// add says what to write so that a need passes under the directive that decides now.
func (n need) add(name string, sources []string) string {
	first := n.directives[0]
	if first == "script-src-elem" {
		first = "script-src"
	}
	switch {
	case name == "default-src":
		// A directive of its own no longer inherits: what is there is to be carried over.
		kept := slices.DeleteFunc(slices.Clone(sources), func(s string) bool { return strings.EqualFold(s, "'none'") || strings.EqualFold(s, n.source) })
		return "add the directive `" + strings.Join(append([]string{first, n.source}, kept...), " ") + "`"
	case first == "worker-src" && name != first:
		return "add the directive `worker-src 'self'`"
	case has(sources, "'none'"):
		return "write `" + name + " " + n.source + "` in place of 'none'"
	case has(sources, "'strict-dynamic'") && n.source == "'self'" && strings.HasPrefix(name, "script-src"):
		return "give the tag the policy's nonce, or add its digest, in quotes, to " + name + ": under 'strict-dynamic' addresses do not count"
	}
	return "add " + n.source + " to " + name
}

// judgeWorker looks at the policies of the Worker's own answer: it runs under them, and
// not under the page's. The collector sends one; a web server that adds its own to every
// answer adds it here too.
func (v *verifier) judgeWorker(t *tag, worker *answer) {
	const fix = "have the web server add its policies to pages alone, not below the script's folder: the collector sends the Worker's own"
	all := parsePolicies("", false, worker.header.Values("Content-Security-Policy")...)
	faults := 0
	wrong := func(fix, format string, args ...any) { faults++; v.r.wrong("Worker", fix, format, args...) }
	for _, p := range all {
		if name, sources, found := p.governs("script-src", "default-src"); found {
			if !has(sources, "'wasm-unsafe-eval'") && !has(sources, "'unsafe-eval'") {
				wrong(fix, "the policy of the Worker's own answer bars WebAssembly: %s %s", name, quoted(strings.Join(sources, " ")))
			}
			if !permits(sources, worker.url, t.folder.ResolveReference(&url.URL{Path: "names-0.js"})) {
				wrong(fix, "the policy of the Worker's own answer bars its scripts: %s %s", name, quoted(strings.Join(sources, " ")))
			}
		}
		if name, sources, found := p.governs("connect-src", "default-src"); found && !permits(sources, worker.url, v.api(t, "/plan")) {
			wrong(fix, "the policy of the Worker's own answer bars the plan: %s %s", name, quoted(strings.Join(sources, " ")))
		}
	}
	// Of a page that is isolated every Worker must be, too.
	switch isolated := embedder(v.page.header.Get("Cross-Origin-Embedder-Policy")); {
	case isolated && !embedder(worker.header.Get("Cross-Origin-Embedder-Policy")):
		wrong("have the web server add the page's Cross-Origin-Embedder-Policy below the script's folder too",
			"the page has a Cross-Origin-Embedder-Policy and the Worker's answer has none: browsers refuse the Worker")
	case len(all) == 0 && faults == 0:
		v.r.warn("Worker", "hand the collector's header Content-Security-Policy on", "its answer has no policy: nothing binds it to this origin")
	case faults == 0:
		v.r.ok("Worker", "runs under a policy of its own, bound to this origin")
	}
}

// embedder reports whether a Cross-Origin-Embedder-Policy isolates.
func embedder(header string) bool {
	value, _, _ := strings.Cut(header, ";")
	value = strings.ToLower(strings.TrimSpace(value))
	return value == "require-corp" || value == "credentialless"
}
