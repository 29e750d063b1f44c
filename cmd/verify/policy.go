package verify

import (
	"net/url"
	"slices"
	"strings"
)

// policy is one Content Security Policy: the sources by directive, both in lower case but
// for nonces and hashes. A page may have several, and each must let a thing pass.
type policy struct {
	where      string // for people: which header, or the page's meta element
	reports    bool   // Content-Security-Policy-Report-Only: bars nothing
	directives map[string][]string
}

// parsePolicies reads a header's values or a meta element's content.
func parsePolicies(where string, reports bool, values ...string) (all []policy) {
	for _, value := range values {
		for text := range strings.SplitSeq(value, ",") {
			p := policy{where, reports, map[string][]string{}}
			for directive := range strings.SplitSeq(text, ";") {
				words := strings.Fields(directive)
				if len(words) == 0 {
					continue
				}
				name := strings.ToLower(words[0])
				if _, again := p.directives[name]; again {
					continue // the first one counts
				}
				p.directives[name] = words[1:]
			}
			if len(p.directives) > 0 {
				all = append(all, p)
			}
		}
	}
	return all
}

// governs returns the directive that decides, of those that stand in for each other.
func (p policy) governs(names ...string) (name string, sources []string, found bool) {
	for _, name := range names {
		if sources, ok := p.directives[name]; ok {
			return name, sources, true
		}
	}
	return "", nil, false
}

// has reports whether a keyword such as 'wasm-unsafe-eval' is among sources.
func has(sources []string, keyword string) bool {
	return slices.ContainsFunc(sources, func(s string) bool { return strings.EqualFold(s, keyword) })
}

// permits reports whether sources let a page of an origin load an address. Paths count as
// they do before a redirect.
func permits(sources []string, page, to *url.URL) bool {
	return slices.ContainsFunc(sources, func(s string) bool { return matches(s, page, to) })
}

// matches is CSP's "does url match expression in origin".
func matches(source string, page, to *url.URL) bool {
	lower := strings.ToLower(source)
	switch {
	case lower == "'self'":
		return sameHost(page, to) && upgrades(page.Scheme, to.Scheme)
	case strings.HasPrefix(lower, "'"):
		return false
	case lower == "*":
		return to.Scheme == "http" || to.Scheme == "https" || to.Scheme == page.Scheme
	case strings.HasSuffix(lower, ":") && !strings.Contains(lower, "//"):
		return upgrades(strings.TrimSuffix(lower, ":"), to.Scheme)
	}
	scheme, rest, named := strings.Cut(source, "://")
	if !named {
		scheme, rest = page.Scheme, source
	}
	if !upgrades(strings.ToLower(scheme), to.Scheme) {
		return false
	}
	authority, path, _ := strings.Cut(rest, "/")
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		host, port = authority[:i], authority[i+1:]
	}
	if suffix, wild := strings.CutPrefix(strings.ToLower(host), "*"); wild {
		if suffix != "" && !strings.HasSuffix(strings.ToLower(to.Hostname()), suffix) {
			return false
		}
	} else if !strings.EqualFold(strings.Trim(host, "[]"), to.Hostname()) {
		return false
	}
	if port != "*" && port != portOf(to) && !(port == "" && portOf(to) == standard(to.Scheme)) && !(port == "80" && portOf(to) == "443") {
		return false
	}
	if path == "" {
		return true
	}
	path = "/" + path
	if strings.HasSuffix(path, "/") {
		return strings.HasPrefix(to.Path, path)
	}
	return to.Path == path
}

// upgrades reports whether a source of one scheme covers an address of another: of http
// also https.
func upgrades(source, to string) bool {
	return source == to || source == "http" && to == "https"
}

func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(a.Hostname(), b.Hostname()) &&
		(portOf(a) == portOf(b) || portOf(a) == standard(a.Scheme) && portOf(b) == standard(b.Scheme))
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return standard(u.Scheme)
}

func standard(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return ""
}

// sameOrigin reports whether two addresses have one origin.
func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && sameHost(a, b) }
