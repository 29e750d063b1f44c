package verify

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// page is what a browser's parser makes of an answer, as far as Dunlin is concerned.
type page struct {
	url      *url.URL // after redirects
	base     *url.URL // that relative addresses are relative to
	header   http.Header
	policies []policy // that bar, of headers and meta elements
	trials   []policy // that only report
	scripts  []element
	slots    []element // <dunlin-slot>, with variants
	lists    []element
	surveys  []element
	banners  []element // <dunlin-consent>
	privacy  []element // <dunlin-privacy>
	inline   string    // the text of all inline scripts
}

// element is one of the page's.
type element struct {
	attributes map[string]string
	head       bool     // it stands in <head>
	order      int      // in the document
	variants   []string // of a slot: data-variant of its templates
}

func (e element) has(name string) bool { _, ok := e.attributes[name]; return ok }

// parsePage reads a page's HTML. It never fails: browsers do not either.
func parsePage(at *url.URL, header http.Header, body []byte) *page {
	p := &page{url: at, base: at, header: header}
	p.take("the header Content-Security-Policy", false, header.Values("Content-Security-Policy")...)
	p.take("the header Content-Security-Policy-Report-Only", true, header.Values("Content-Security-Policy-Report-Only")...)
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return p // of a reader that does not fail it cannot
	}
	order := 0
	var walk func(n *html.Node, head bool)
	walk = func(n *html.Node, head bool) {
		if n.Type == html.ElementNode {
			order++
			p.element(n, head, order)
			if n.Data == "template" {
				return // inert
			}
			head = head || n.Data == "head"
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, head)
		}
	}
	walk(root, false)
	return p
}

func (p *page) take(where string, reports bool, values ...string) {
	for _, one := range parsePolicies(where, reports, values...) {
		if reports {
			p.trials = append(p.trials, one)
		} else {
			p.policies = append(p.policies, one)
		}
	}
}

func (p *page) element(n *html.Node, head bool, order int) {
	e := element{attributes: map[string]string{}, head: head, order: order}
	for _, a := range n.Attr {
		if a.Namespace == "" {
			e.attributes[a.Key] = a.Val
		}
	}
	switch n.Data {
	case "base":
		if to, err := p.url.Parse(e.attributes["href"]); err == nil && p.base == p.url && e.has("href") {
			p.base = to
		}
	case "meta":
		if strings.EqualFold(e.attributes["http-equiv"], "Content-Security-Policy") {
			p.take("the page's meta element", false, e.attributes["content"])
		}
	case "script":
		p.scripts = append(p.scripts, e)
		if !e.has("src") && n.FirstChild != nil {
			p.inline += n.FirstChild.Data + "\n"
		}
	case "dunlin-slot":
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode || c.Data != "template" {
				continue
			}
			for _, a := range c.Attr {
				if a.Key == "data-variant" {
					e.variants = append(e.variants, a.Val)
				}
			}
		}
		p.slots = append(p.slots, e)
	case "dunlin-list":
		p.lists = append(p.lists, e)
	case "dunlin-survey":
		p.surveys = append(p.surveys, e)
	case "dunlin-consent":
		p.banners = append(p.banners, e)
	case "dunlin-privacy":
		p.privacy = append(p.privacy, e)
	}
}

// secure reports whether browsers take an origin for a secure one.
func secure(u *url.URL) bool { return u.Scheme == "https" || loopback(u) }

// loopback is the host's name as the script tells it: a clock of its own is for these.
func loopback(u *url.URL) bool {
	switch u.Hostname() {
	case "localhost", "127.0.0.1", "::1":
		return true
	}
	return false
}
