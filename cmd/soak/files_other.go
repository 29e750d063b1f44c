//go:build !linux && !darwin

package soak

import "errors"

func openFiles() (int, error) { return 0, errors.ErrUnsupported }
