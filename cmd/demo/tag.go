package demo

import (
	"github.com/dunlin-analytics/dunlin/cmd/site"
)

// bar is the demo's own bar, at the foot of the shop's pages.
const bar = `<script src="/demo/bar.js" defer></script>`

// tagOf returns the maker of what stands in the head of the shop's pages: a site's own
// tag, with the clock that only a demo has, and the bar.
//
// Errors: site.Tag's, at once.
func tagOf(t site.Tag, clock func() int64) (func() string, error) {
	if _, err := t.HTML(); err != nil {
		return nil, err
	}
	return func() string {
		t := t
		t.Clock = clock()
		tag, _ := t.HTML() // it depends on nothing that has changed
		return tag + bar
	}, nil
}
