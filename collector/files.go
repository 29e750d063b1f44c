package collector

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/collector/spool"
)

const temporary = ".new"

// writeFile makes a file that appears under its name only when it is whole and
// on disk: the durable steps NAME.write, beside it, and NAME.rename.
func writeFile(path string, content []byte, step spool.Step, name string) error {
	err := step.Around(name+".write", func() error { return writeBeside(path, content) })
	if err == nil {
		err = step.Around(name+".rename", func() error { return rename(path) })
	}
	if err != nil {
		return fmt.Errorf("collector: write %s: %w", path, err)
	}
	return nil
}

func writeBeside(path string, content []byte) error {
	f, err := os.OpenFile(path+temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+temporary))
	}
	return nil
}

func rename(path string) error {
	if err := os.Rename(path+temporary, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// makeFolder makes a folder, and those above it, that a loss of power does not take
// away with what is put into it.
func makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
