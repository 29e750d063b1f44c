package demo

import (
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
)

// manifest is what the script's build says of itself.
type manifest struct {
	Loader    string `json:"loader"`
	Integrity string `json:"integrity"`
}

// tagOf returns the maker of the tag that the shop's pages carry: the site's own, with
// the clock that only the demo has, and the demo's bar.
func tagOf(sdk fs.FS, officer string, clock func() int64) (func() string, error) {
	b, err := fs.ReadFile(sdk, "manifest.json")
	if err != nil {
		return nil, fmt.Errorf("the script's manifest: %w", err)
	}
	var m manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("the script's manifest: %w", err)
	}
	return func() string {
		return fmt.Sprintf(`<script src="%s%s" integrity="%s" data-dunlin-officer="%s" data-dunlin-consent="ask" data-dunlin-clock="%d"></script>`+
			`<script src="/demo/bar.js" defer></script>`,
			scriptFolder, html.EscapeString(m.Loader), html.EscapeString(m.Integrity), html.EscapeString(officer), clock())
	}, nil
}
