package store

import (
	"errors"
	"fmt"
	"syscall"
)

// ErrFull: the disk has no room, or the system lets the file grow no more. What was stored
// before is whole, what was being stored is not, and the same call works once there is room.
var ErrFull = errors.New("the disk is full: free some space on it, nothing that was stored is lost and the next try goes on")

// room tells a full disk from other errors.
func room(err error) error {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) && !errors.Is(err, ErrFull) {
			return fmt.Errorf("%w: %w", ErrFull, err)
		}
	}
	return err
}
