//go:build linux || darwin

package soak

import (
	"math"
	"syscall"
)

// openFiles is how many files, connections among them, each process may have open. Go
// has raised its own limit to the highest by now, and raises a child's.
func openFiles() (int, error) {
	var l syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l)
	return int(min(l.Cur, math.MaxInt32)), err
}
