package collector

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Files of a folder that was restored; their content is when, RFC 3339.
const (
	restoringFile = "restoring" // Restore has begun and has not ended
	restoredFile  = "restored"
)

// maxRestored bounds one file of a backup, in bytes.
const maxRestored = 64 << 20

// ErrBackup: an archive is no collector's backup, or not a whole one.
var ErrBackup = errors.New("collector: not a whole backup")

// RestoreOptions of Restore. All but Prefix and Step are required.
type RestoreOptions struct {
	// Dir is where the collector will be: a folder that is empty or missing.
	Dir string
	// Prefix is what Backup was given. Files of other names are passed over.
	Prefix string
	// Verify is Options.Verify: each plan is verified before it is kept.
	Verify func(signed []byte) (published []byte, err error)
	// Now is when. Of each period that began before, reports may have been
	// acknowledged that no backup holds: such a batch is answered as lost.
	Now time.Time
	// Step hears of every durable step. Default: nobody.
	Step spool.Step
}

// Restore makes a collector's folder of a backup, and reads the archive to its end.
// What it has not finished, Open refuses.
//
// Errors: ErrBackup, and the disk's. After any of them empty Dir and restore again.
func Restore(tr *tar.Reader, o RestoreOptions) error {
	if o.Dir == "" || o.Verify == nil || o.Now.IsZero() {
		return errors.New("collector: restore: Dir, Verify and Now are required")
	}
	if err := o.begin(); err != nil {
		return fmt.Errorf("collector: restore into %s: %w", o.Dir, err)
	}
	var last string
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBackup, err)
		}
		name, ours := strings.CutPrefix(h.Name, o.Prefix)
		if !ours {
			continue
		}
		switch {
		case last == "" && name != backupHead, last == backupEnd:
			return fmt.Errorf("%w: %s is out of order", ErrBackup, h.Name)
		case h.Typeflag != tar.TypeReg || h.Size > maxRestored:
			return fmt.Errorf("%w: %s is no file, or too large", ErrBackup, h.Name)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrBackup, h.Name, err)
		}
		if err := o.keep(name, content); err != nil {
			return err
		}
		last = name
	}
	if last != backupEnd {
		return fmt.Errorf("%w: it ends early; take another one", ErrBackup)
	}
	err := o.Step.Around("restored.rename", func() error {
		if err := os.Rename(filepath.Join(o.Dir, restoringFile), filepath.Join(o.Dir, restoredFile)); err != nil {
			return err
		}
		return syncDir(o.Dir)
	})
	if err != nil {
		return fmt.Errorf("collector: restore into %s: %w", o.Dir, err)
	}
	return nil
}

// begin makes the folders and says that they are not whole.
func (o *RestoreOptions) begin() error {
	if err := makeFolder(o.Dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(o.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != "lost+found" {
			return fmt.Errorf("it holds %s; restore into an empty folder", e.Name())
		}
	}
	when := o.Now.UTC().Truncate(time.Second).Format(time.RFC3339)
	if err := writeFile(filepath.Join(o.Dir, restoringFile), []byte(when+"\n"), o.Step, restoringFile); err != nil {
		return err
	}
	for _, name := range []string{plansDir, priorsDir, marksDir} {
		if err := os.Mkdir(filepath.Join(o.Dir, name), 0o700); err != nil {
			return err
		}
	}
	return syncDir(o.Dir)
}

// keep writes one file of a backup, if it is what its name says.
func (o *RestoreOptions) keep(name string, content []byte) error {
	switch name {
	case backupHead:
		if string(content) != backupVersion {
			return fmt.Errorf("%w: its form is %.40q, this Dunlin reads %q; restore with the newer Dunlin", ErrBackup, content, backupVersion)
		}
		return nil
	case backupEnd:
		return nil
	}
	if why := o.wrong(name, content); why != nil {
		return fmt.Errorf("%w: file %.200q: %w", ErrBackup, name, why)
	}
	path := filepath.Join(o.Dir, filepath.FromSlash(name))
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%w: file %q is there twice", ErrBackup, name)
	}
	return writeFile(path, content, o.Step, "restore")
}

var errName = errors.New("no file of this name belongs in a backup")

// wrong says what is wrong with a file. What passes has a name without folders above
// or below.
func (o *RestoreOptions) wrong(name string, content []byte) error {
	folder, file, _ := strings.Cut(name, "/")
	switch folder {
	case plansDir:
		if stem, ok := strings.CutSuffix(file, pointerExt); ok {
			if _, err := plan.ParseDigest(stem); err != nil {
				return errName
			}
			_, err := parsePointer(content)
			return err
		}
		stem, ok := strings.CutSuffix(file, planExt)
		digest, err := plan.ParseDigest(stem)
		if !ok || err != nil {
			return errName
		}
		_, err = (&registry{verify: o.Verify}).read(digest, content)
		return err
	case priorsDir:
		sum, err := plan.ParseDigest(file)
		if err != nil {
			return errName
		}
		if sha256.Sum256(content) != sum {
			return errDamaged
		}
		return nil
	case marksDir:
		stem, ok := strings.CutSuffix(file, spool.DeletedMark)
		if _, err := spool.ParseKey(stem); !ok || err != nil || len(content) > 0 {
			return errName
		}
		return nil
	}
	return errName
}

// restoredAt returns when a folder was restored, 0 if it never was.
//
// Errors: the disk's, and one for a folder whose restoring has not ended or does not
// say when.
func restoredAt(dir string) (plan.Time, error) {
	if _, err := os.Lstat(filepath.Join(dir, restoringFile)); err == nil {
		return 0, fmt.Errorf("collector: %s was not restored to the end: empty it and restore the backup again", dir)
	}
	content, err := os.ReadFile(filepath.Join(dir, restoredFile))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("collector: %w", err)
	}
	when, err := time.Parse(time.RFC3339, strings.TrimSuffix(string(content), "\n"))
	if err != nil {
		return 0, fmt.Errorf("collector: %s does not say when the folder was restored: write that time into it, such as 2026-11-22T09:00:00Z: %w",
			filepath.Join(dir, restoredFile), err)
	}
	return plan.Time(when.Unix()), nil
}
