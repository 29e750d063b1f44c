//go:build !(unix && !solaris && !illumos && !aix)

package store

import (
	"os"
	"time"
)

// lock leaves locking to bbolt, where its lock is not flock's: a file that is
// opened while another process writes it may then look damaged for a moment.
func lock(*os.File, bool, time.Duration) error { return nil }
