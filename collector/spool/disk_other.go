//go:build !linux && !darwin

package spool

import "errors"

// Free is not known on this system.
func Free(string) (free, total int64, err error) { return 0, 0, errors.ErrUnsupported }
