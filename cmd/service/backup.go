package service

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// A backup is one tar archive:
//
//	dunlin-backup.json      Manifest
//	collector/…             as collector.Collector.Backup writes it
//	leader/batches.db       plans and ended batches (batch.Store.Backup)
//	leader/releases.db      release records and plans
//	leader/steer.db         orders to the loop, where there are any
//	helper/batches.db, helper/releases.db
//
// No part of it is a share, a key or a sealed report (PRIVACY.md section 3, rule 10):
// what a role gives out is decided where it is stored, and tested in backup_test.go.
const manifestFile = "dunlin-backup.json"

// Manifest says what a backup is.
type Manifest struct {
	Format  int       `json:"format"` // 1
	Made    time.Time `json:"made"`
	Version string    `json:"version"` // of the dunlin that made it
	Roles   []string  `json:"roles"`
}

// backupFormat is Manifest.Format.
const backupFormat = 1

// ErrBackup: a file is no backup that this version can read.
var ErrBackup = errors.New("not a whole backup of dunlin")

// BatchesFile is the name of an aggregator's batch store in its data folder.
const BatchesFile = "batches.db"

// Folder is where a role keeps its data.
type Folder struct{ Role, Data string }

// Folders are those of the roles of a services file, in the order of the data's way.
func (c *Config) Folders() (all []Folder) {
	if c.Collector != nil {
		all = append(all, Folder{"collector", c.Collector.Data})
	}
	if c.Leader != nil {
		all = append(all, Folder{"leader", c.Leader.Data})
	}
	if c.Helper != nil {
		all = append(all, Folder{"helper", c.Helper.Data})
	}
	return all
}

// Backup writes a backup of every role of a services file: through the operator's
// socket of one that serves, from its folder of one that does not. A role that has
// never run has nothing to copy and is left out.
func Backup(ctx context.Context, c *Config, w World, out io.Writer) (Manifest, error) {
	m := Manifest{Format: backupFormat, Made: w.Clock().UTC().Truncate(time.Second), Version: operator.Version(), Roles: []string{}}
	var begun []Folder
	for _, r := range c.Folders() {
		entries, err := os.ReadDir(r.Data)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0:
		case err != nil:
			return m, fmt.Errorf("back up the %s: %w", r.Role, err)
		default:
			begun = append(begun, r)
			m.Roles = append(m.Roles, r.Role)
		}
	}
	if len(begun) == 0 {
		return m, errors.New("there is nothing to back up: no role of this services file has run yet")
	}
	tw := tar.NewWriter(out)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	err = addFile(tw, manifestFile, m.Made, func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err })
	if err != nil {
		return m, err
	}
	for _, r := range begun {
		if err := backupRole(ctx, c, w, r, tw); err != nil {
			return m, fmt.Errorf("back up the %s: %w", r.Role, err)
		}
	}
	return m, tw.Close()
}

func backupRole(ctx context.Context, c *Config, w World, r Folder, tw *tar.Writer) error {
	from, err := operator.At(r.Data).Backup(ctx)
	if errors.Is(err, operator.ErrDown) {
		if r.Role == "collector" {
			return backupCollector(c, w, tw)
		}
		return backupAggregator(r, w, tw)
	}
	if err != nil {
		return err
	}
	defer from.Close()
	tr := tar.NewReader(from)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the serving process broke off; its log says why: %w", err)
		}
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(tw, tr); err != nil {
			return err
		}
	}
}

func backupCollector(c *Config, w World, tw *tar.Writer) (err error) {
	officer, err := planfile.ParseOfficer(c.Officer)
	if err != nil {
		return fmt.Errorf("officer: %w", err)
	}
	col, err := collector.Open(collector.Options{Dir: c.Collector.Data, Verify: verifier(officer), Clock: w.Clock, Log: w.Log})
	if err != nil {
		return err
	}
	return errors.Join(col.Backup(tw, "collector/"), col.Close())
}

func backupAggregator(r Folder, w World, tw *tar.Writer) error {
	s, err := openStores(r.Data)
	if err != nil {
		return err
	}
	if r.Role == "leader" {
		if s.orders, err = steer.Open(filepath.Join(r.Data, steer.File)); err != nil {
			return errors.Join(err, s.close())
		}
	}
	return errors.Join(s.backup(tw, r.Role, w.Clock()), s.close())
}

// backup writes both stores. The releases come last: one that is in the backup of the
// batches is in theirs, as a batch ends after its record is stored.
func (s stores) backup(tw *tar.Writer, role string, now time.Time) error {
	if err := addFile(tw, role+"/"+BatchesFile, now, s.batches.Backup); err != nil {
		return err
	}
	if s.orders != nil {
		log, err := s.orders.List()
		if err != nil {
			return err
		}
		if len(log) > 0 { // a dunlin from before there were any reads the backups without
			if err := addFile(tw, role+"/"+steer.File, now, s.orders.Backup); err != nil {
				return err
			}
		}
	}
	return addFile(tw, role+"/"+ReleasesFile, now, s.releases.Backup)
}

// backedUpFile tells, in a data folder, when the last backup was taken (RFC 3339).
const backedUpFile = "last-backup"

// BackedUp notes that a backup of the roles lies where it should. The note is readable
// for the service whoever took the backup; the folder keeps others out.
func BackedUp(c *Config, m Manifest) error {
	for _, r := range c.Folders() {
		if !slices.Contains(m.Roles, r.Role) {
			continue
		}
		path := filepath.Join(r.Data, backedUpFile)
		err := os.WriteFile(path+".new", []byte(m.Made.Format(time.RFC3339)+"\n"), 0o644)
		if err == nil {
			err = os.Rename(path+".new", path) // over one that another user wrote, too
		}
		if err != nil {
			return fmt.Errorf("note when the backup was taken: %w", err)
		}
	}
	return nil
}

// LastBackup returns when a data folder's last backup was taken; the zero time for
// never.
func LastBackup(data string) (time.Time, error) {
	b, err := os.ReadFile(filepath.Join(data, backedUpFile))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("look when the last backup was taken: %w", err)
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(b)))
	if err != nil {
		return time.Time{}, nil // a note that cannot be read is no note
	}
	return at, nil
}
