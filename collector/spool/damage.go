package spool

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrDamaged is what every DamageError is, for errors.Is.
var ErrDamaged = errors.New("spool: damaged file")

// DamageError says which file is damaged, how it shows, and what to do.
type DamageError struct {
	File   string
	Reason string
}

// Error names the file and the remedy.
func (e *DamageError) Error() string {
	return fmt.Sprintf("spool file %s is damaged (%s): stop the collector, remove this file and start again; "+
		"this one period is then lost, takes no more and is not released, every other period is whole", e.File, e.Reason)
}

// Is makes errors.Is(err, ErrDamaged) true.
func (e *DamageError) Is(target error) bool { return target == ErrDamaged }

func damaged(path, format string, args ...any) error {
	return &DamageError{File: path, Reason: fmt.Sprintf(format, args...)}
}

// guarded runs a transaction over the file at path. A page that went bad after
// the file was checked shows as a panic of bbolt's, or as a fault in its memory
// map when the file has become shorter; both become a DamageError.
func guarded(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = damaged(path, "%v", r)
		}
	}()
	return f()
}
