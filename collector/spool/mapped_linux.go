package spool

import "syscall"

// giveBack takes the pages of a shared map of a file out of this process; the file has
// them still. A system that will not do it leaves them, and that is all.
func giveBack(data uintptr, size int64) {
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, data, uintptr(size), syscall.MADV_DONTNEED)
}
