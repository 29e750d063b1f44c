//go:build linux || darwin

package rig

import (
	"os/signal"
	"syscall"
)

// limitFiles lets no file of this process grow beyond n bytes; 0 takes that back. A
// write beyond fails with EFBIG in place of the signal that would end the process.
func limitFiles(n uint64) error {
	signal.Ignore(syscall.SIGXFSZ)
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		return err
	}
	l.Cur = l.Max
	if n > 0 {
		l.Cur = min(l.Max, n)
	}
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
}
