//go:build !linux

package soak

import "errors"

func resident(int) (int64, error) { return 0, errors.ErrUnsupported }
