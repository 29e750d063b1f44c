// Package web holds what is built for browsers: the script (sdk), the dashboard and
// the demo shop, for whoever serves them.
//
// The files are built, not committed: `make web` writes them to the folder built,
// beside a README that keeps the folder in a fresh clone. Beside each file that is
// worth it stands its brotli form, NAME.br.
package web

import (
	"embed"
	"errors"
	"io/fs"
)

//go:embed all:built
var built embed.FS

// ErrMissing: the program was built before the files for browsers were.
var ErrMissing = errors.New("web: the files for browsers are missing: run make web, then build again")

// SDK returns the script's files, at whose top dunlin.js and manifest.json stand.
//
// Errors: ErrMissing.
func SDK() (fs.FS, error) { return part("sdk", "manifest.json") }

// Dashboard returns the dashboard's files, at whose top index.html stands.
//
// Errors: ErrMissing.
func Dashboard() (fs.FS, error) { return part("dashboard", "index.html") }

// Shop returns the demo shop's files, at whose top index.html stands.
//
// Errors: ErrMissing.
func Shop() (fs.FS, error) { return part("shop", "index.html") }

// part returns the folder of a part, which has the file if it was built.
func part(name, file string) (fs.FS, error) {
	sub, err := fs.Sub(built, "built/"+name)
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(sub, file); err != nil {
		return nil, ErrMissing
	}
	return sub, nil
}
