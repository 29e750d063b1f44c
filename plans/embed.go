// Package plans holds the reference plans, so that the command can run them from
// anywhere.
package plans

import _ "embed"

// The reference plans' files.
var (
	//go:embed small.yaml
	Small []byte
	//go:embed standard.yaml
	Standard []byte
	//go:embed hillstrom.yaml
	Hillstrom []byte
	//go:embed cookiecats.yaml
	CookieCats []byte
	//go:embed shop.yaml
	Shop []byte
	//go:embed feed.yaml
	Feed []byte
	//go:embed school.yaml
	School []byte
	//go:embed demo.yaml
	Demo []byte
)
