package soak

import "github.com/dunlin-analytics/dunlin/cmd/rig"

// FileLimit is a Disk by RLIMIT_FSIZE, which every Unix has: nothing behind the first
// few pages of any file can be written. That is where all of a store lies but its
// header, so no transaction goes through.
type FileLimit struct{ Services *rig.Processes }

// most of a file that a full FileLimit lets be written.
const most = 16 << 10

// Fill keeps the role's files from growing.
func (d FileLimit) Fill(role string) error { return d.Services.LimitFiles(role, most) }

// Free lets them grow again.
func (d FileLimit) Free(role string) error { return d.Services.LimitFiles(role, 0) }
