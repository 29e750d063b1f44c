//go:build !unix

package operator

import "errors"

// DiskOf returns the room on the file system of a folder.
func DiskOf(string) (Disk, error) {
	return Disk{}, errors.New("look how much of the disk is free: not known on this system")
}
