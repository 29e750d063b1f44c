package service

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Restore fills the data folders of the roles of a services file from a backup of
// them. Each must be empty or missing: what a folder knows already, that noise was
// drawn above all, must not be forgotten. What the backup has of other roles is passed
// over.
//
// Errors: ErrBackup; after any error empty the folders and restore again.
func Restore(c *Config, w World, path string) (m Manifest, restored []string, err error) {
	if m, err = readManifest(path); err != nil {
		return m, nil, err
	}
	var wanted []Folder
	for _, r := range c.Folders() {
		if slices.Contains(m.Roles, r.Role) {
			wanted = append(wanted, r)
		}
	}
	if len(wanted) == 0 {
		return m, nil, fmt.Errorf("the backup is of %s, and the services file has no such role", strings.Join(m.Roles, ", "))
	}
	for _, r := range wanted {
		if err := mustBeEmpty(r); err != nil {
			return m, nil, err
		}
	}
	for _, r := range wanted {
		if err := restoreRole(c, w, path, r); err != nil {
			return m, restored, fmt.Errorf("restore the %s: %w", r.Role, err)
		}
		restored = append(restored, r.Role)
	}
	return m, restored, nil
}

func mustBeEmpty(r Folder) error {
	entries, err := os.ReadDir(r.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore the %s: %w", r.Role, err)
	}
	for _, e := range entries {
		if e.Name() != "lost+found" {
			return fmt.Errorf("restore the %s: %s holds %s: stop the service and move what is there away; a backup never replaces what a folder still knows", r.Role, r.Data, e.Name())
		}
	}
	return nil
}

func restoreRole(c *Config, w World, path string, r Folder) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	tr := tar.NewReader(f)
	if r.Role == "collector" {
		officer, err := planfile.ParseOfficer(c.Officer)
		if err != nil {
			return fmt.Errorf("officer: %w", err)
		}
		return collector.Restore(tr, collector.RestoreOptions{Dir: r.Data, Prefix: "collector/", Verify: verifier(officer), Now: w.Clock()})
	}
	if err := os.MkdirAll(r.Data, 0o700); err != nil {
		return err
	}
	// Whatever the order, a folder with one of the two is safe to serve: batches
	// without releases and releases without batches both know less, never other things.
	missing := map[string]func(string, io.Reader) error{
		BatchesFile:  func(to string, from io.Reader) error { return batch.Restore(to, from, w.planTime()) },
		ReleasesFile: release.Restore,
	}
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBackup, err)
		}
		name, ours := strings.CutPrefix(h.Name, r.Role+"/")
		if !ours {
			continue
		}
		if name == steer.File && r.Role == "leader" { // there need not be one
			if err := steer.Restore(filepath.Join(r.Data, name), tr); err != nil {
				return err
			}
			continue
		}
		restore := missing[name]
		if restore == nil {
			return fmt.Errorf("%w: it holds %.200q", ErrBackup, h.Name)
		}
		delete(missing, name)
		if err := restore(filepath.Join(r.Data, name), tr); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: it ends early", ErrBackup)
	}
	return nil
}

func readManifest(path string) (m Manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, fmt.Errorf("read the backup: %w", err)
	}
	defer f.Close()
	tr := tar.NewReader(f)
	h, err := tr.Next()
	if err != nil || h.Name != manifestFile || h.Size > 64<<10 {
		return m, fmt.Errorf("read %s: %w", path, ErrBackup)
	}
	if err := json.NewDecoder(tr).Decode(&m); err != nil {
		return m, fmt.Errorf("read %s: %w", path, ErrBackup)
	}
	if m.Format != backupFormat {
		return m, fmt.Errorf("read %s: its format is %d and this version reads %d: restore it with dunlin %s", path, m.Format, backupFormat, m.Version)
	}
	return m, nil
}
