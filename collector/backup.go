package collector

import (
	"archive/tar"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/collector/spool"
)

// The first and the last file of a backup. The first one's content changes with
// the form.
const (
	backupHead    = "collector"
	backupVersion = "dunlin collector backup 1\n"
	backupEnd     = "end"
)

// Backup writes what must outlive the disk, each file under prefix:
//
//	collector                 "dunlin collector backup 1" LF
//	batches/<batch>.deleted   empty, for each batch that was deleted
//	plans/<digest>.plan       each signed plan
//	plans/<digest>.priors     its pointer, if it has a sound one
//	priors/<sha256>           priors that those pointers name
//	end                       empty
//
// Of reports it holds nothing, sealed or not (PRIVACY.md, section 3, rule 10). The
// collector goes on while it is written. It neither begins nor ends the archive.
func (c *Collector) Backup(tw *tar.Writer, prefix string) error {
	files, err := c.backup()
	if err != nil {
		return fmt.Errorf("collector: back up: %w", err)
	}
	for _, f := range files {
		h := &tar.Header{
			Typeflag: tar.TypeReg, Name: prefix + f.name, Mode: 0o600,
			Size: int64(len(f.content)), ModTime: c.clock().UTC().Truncate(time.Second),
		}
		if err := tw.WriteHeader(h); err != nil {
			return fmt.Errorf("collector: back up %s: %w", f.name, err)
		}
		if _, err := tw.Write(f.content); err != nil {
			return fmt.Errorf("collector: back up %s: %w", f.name, err)
		}
	}
	return nil
}

// copied is one file of a backup.
type copied struct {
	name    string // with slashes, below the collector's folder
	content []byte
}

// backup gathers all files: a few MB, as priors are bounded and of each plan two
// are kept.
func (c *Collector) backup() ([]copied, error) {
	var files []copied
	for d, k := range *c.registry.table.Load() {
		files = append(files, copied{plansDir + "/" + d.String() + planExt, k.signed})
	}
	files = append(files, c.shelf.backup()...)
	keys, err := c.spool.Keys()
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if c.spool.Deleted(key) {
			files = append(files, copied{marksDir + "/" + key.String() + spool.DeletedMark, nil})
		}
	}
	slices.SortFunc(files, func(a, b copied) int { return strings.Compare(a.name, b.name) })
	return slices.Concat([]copied{{backupHead, []byte(backupVersion)}}, files, []copied{{backupEnd, nil}}), nil
}

// backup gathers the pointers, and the priors that they name. A damaged one is left
// out: the leader publishes it again, here or where the backup is restored.
func (s *shelf) backup() (files []copied) {
	s.writing.Lock() // none of the priors is removed meanwhile
	defer s.writing.Unlock()
	for d, e := range *s.table.Load() {
		if e.err == nil {
			files = append(files, copied{plansDir + "/" + d.String() + pointerExt, e.pointer.append(nil)})
		}
	}
	for sum := range s.named() {
		if content, err := s.read(sum); err == nil {
			files = append(files, copied{priorsDir + "/" + sum.String(), content})
		}
	}
	return files
}
