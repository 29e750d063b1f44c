package soak

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Tmpfs is a Disk that is really small: each role's data lies on a file system of its
// own in memory, which a file fills to the last page.
type Tmpfs struct{ dir string }

// Mount puts three file systems of so many bytes below dir, which is Options.Dir. Only
// root may, as a rule. What was mounted when it fails stays until Unmount.
func Mount(dir string, bytes int64) (Tmpfs, error) {
	t := Tmpfs{dir}
	for _, role := range roles {
		if err := os.MkdirAll(t.data(role), 0o700); err != nil {
			return t, err
		}
		if err := syscall.Mount("tmpfs", t.data(role), "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", bytes)); err != nil {
			return t, fmt.Errorf("mount a small file system: %w", err)
		}
	}
	return t, nil
}

// Unmount takes them away, with all that is on them.
func (t Tmpfs) Unmount() error {
	var all []error
	for _, role := range roles {
		if err := syscall.Unmount(t.data(role), 0); err != nil && !errors.Is(err, syscall.EINVAL) { // none is there
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

func (t Tmpfs) data(role string) string    { return filepath.Join(t.dir, "data", role) }
func (t Tmpfs) ballast(role string) string { return filepath.Join(t.data(role), "ballast") }

// Fill takes all that is left, and what services leave of it meanwhile.
func (t Tmpfs) Fill(role string) (err error) {
	f, err := os.OpenFile(t.ballast(role), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size := int64(0)
	for range 1000 {
		var s syscall.Statfs_t
		if err := syscall.Fstatfs(int(f.Fd()), &s); err != nil {
			return err
		}
		left := int64(s.Bavail) * s.Bsize
		if left == 0 {
			return nil
		}
		switch err := syscall.Fallocate(int(f.Fd()), 0, size, left); {
		case err == nil:
			size += left
		case !errors.Is(err, syscall.ENOSPC): // that is when a service was faster
			return err
		}
	}
	return errors.New("the services free what is taken from them")
}

// Free gives it back.
func (t Tmpfs) Free(role string) error {
	err := os.Remove(t.ballast(role))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
