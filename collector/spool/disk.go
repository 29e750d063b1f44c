//go:build linux || darwin

package spool

import "syscall"

// Free returns how much of the disk that holds a folder is left to this process,
// and its size, both in bytes.
func Free(dir string) (free, total int64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	size := int64(s.Bsize) // of another width on each system
	return int64(s.Bavail) * size, int64(s.Blocks) * size, nil
}
