//go:build unix

package operator

import (
	"fmt"
	"syscall"
)

// DiskOf returns the room on the file system of a folder.
func DiskOf(dir string) (Disk, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return Disk{}, fmt.Errorf("look how much of the disk is free: %w", err)
	}
	size := uint64(s.Bsize)
	return Disk{Free: uint64(s.Bavail) * size, Total: uint64(s.Blocks) * size}, nil
}
