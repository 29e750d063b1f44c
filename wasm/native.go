//go:build !wasip1

package main

import "os"

// main of a native build only says what this package is for: `go build ./...`
// and `go vet ./...` visit it like any other.
func main() {
	os.Stderr.WriteString("dunlin's device module is built for wasip1: run make module\n")
	os.Exit(2)
}
