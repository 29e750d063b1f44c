package soak_test

import (
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/soak"
)

// The same with a disk that has no page left, for all three services.
func TestNoSpaceLeft(t *testing.T) {
	dir := t.TempDir()
	disk, err := soak.Mount(dir, 128<<20)
	defer func() { require.NoError(t, disk.Unmount()) }()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("only root may mount a small file system: ", err)
	}
	require.NoError(t, err)
	fill(t, soak.Options{
		Dir: dir, Executable: executable(t), Log: io.Discard, Seed: 8,
		Sites: 1, Devices: 600, Connections: 32, Patience: 5 * time.Minute,
	}, func(*rig.Processes) soak.Disk { return disk })
}
