package service

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/periodkey"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// nextFile is where a role's next identity waits, beside the present one.
func nextFile(identity string) string { return strings.TrimSuffix(identity, ".pem") + "-next.pem" }

// formerFile lists the public keys that a role had, a line each, the latest last.
// What they have signed goes on to count; nothing in it is secret.
func formerFile(identity string) string { return strings.TrimSuffix(identity, ".pem") + ".former" }

// oldFile is the former identity's file while it is on its way out.
func oldFile(identity string) string { return strings.TrimSuffix(identity, ".pem") + "-old.pem" }

// readFormer reads the list of an identity; none is an empty one.
func readFormer(identity string) (all peer.Keys, err error) {
	path := formerFile(identity)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the former keys: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := peer.ParseKey(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, k)
	}
	return all, nil
}

// Rotate makes the next identity of a role whose present one lies in dir, and leaves
// the present one in use. It is put under the passphrase if one is given.
func Rotate(dir, role string, pass seal.Passphrase, random io.Reader) (present, next peer.Key, err error) {
	path := filepath.Join(dir, role+".pem")
	now, err := readIdentity(path, pass)
	if err != nil {
		return present, next, err
	}
	if err := MustBeNew(nextFile(path)); err != nil {
		return present, next, fmt.Errorf("a rotation is under way: finish it with --promote, or remove the file to begin anew: %w", err)
	}
	id, err := peer.Generate(random)
	if err != nil {
		return present, next, err
	}
	file, err := id.Marshal()
	if err != nil {
		return present, next, err
	}
	if pass.Given() {
		if file, err = pass.Lock(file); err != nil {
			return present, next, err
		}
	}
	// Whole under its name or not at all: --promote takes what is there.
	if err := replaceFile(nextFile(path), file, 0o600); err != nil {
		return present, next, err
	}
	return now.Public(), id.Public(), nil
}

// Promote puts a role's next identity in the present one's place, which running
// services notice, notes the former public key first, and destroys the former
// identity last: what it signs would still count. Breaking off leaves the present
// identity or the next one, never none: then Promote is called again.
func Promote(dir, role string, pass seal.Passphrase) (now, before peer.Key, err error) {
	path := filepath.Join(dir, role+".pem")
	next, err := readIdentity(nextFile(path), pass)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(oldFile(path)); err == nil {
			return finish(path, pass)
		}
		return now, before, fmt.Errorf("there is no %s: make it with --rotate, and have the peers list its key", nextFile(path))
	}
	if err != nil {
		return now, before, err
	}
	present, err := readIdentity(path, pass)
	if err != nil {
		return now, before, err
	}
	had, err := readFormer(path)
	if err != nil {
		return now, before, err
	}
	if !had.Has(present.Public()) {
		var list bytes.Buffer
		list.WriteString("# Public keys that this service had. What they signed still counts.\n")
		for _, k := range append(had, present.Public()) {
			fmt.Fprintln(&list, k)
		}
		if err := replaceFile(formerFile(path), list.Bytes(), 0o644); err != nil {
			return now, before, err
		}
	}
	// A second name keeps the former file at hand when the next one takes its first.
	if err := clearOld(path); err != nil {
		return now, before, err
	}
	if err := os.Link(path, oldFile(path)); err != nil {
		return now, before, fmt.Errorf("promote an identity: %w", err)
	}
	if err := os.Rename(nextFile(path), path); err != nil {
		return now, before, fmt.Errorf("promote an identity: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return now, before, err
	}
	return next.Public(), present.Public(), clearOld(path)
}

// finish destroys the former identity of a promotion that broke off right before.
func finish(path string, pass seal.Passphrase) (now, before peer.Key, err error) {
	present, err := readIdentity(path, pass)
	if err != nil {
		return now, before, err
	}
	former, err := readFormer(path)
	if err != nil {
		return now, before, err
	}
	if len(former) > 0 {
		before = former[len(former)-1]
	}
	return present.Public(), before, clearOld(path)
}

// clearOld destroys the former identity's file. Where that is a second name of the
// present one still, the name alone goes.
func clearOld(path string) error {
	old, err := os.Lstat(oldFile(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("destroy the former identity: %w", err)
	}
	present, err := os.Lstat(path)
	if err == nil && os.SameFile(present, old) {
		err = os.Remove(oldFile(path))
	} else if err == nil {
		err = periodkey.Shred(oldFile(path))
	}
	if err != nil {
		return fmt.Errorf("destroy the former identity: %w", err)
	}
	return nil
}

// readIdentity reads an identity as the services do, without watching it.
func readIdentity(path string, pass seal.Passphrase) (peer.Identity, error) {
	s, err := peer.OpenSource(path, peer.SourceOptions{Unlock: pass.Unlock})
	if err != nil {
		return peer.Identity{}, err
	}
	return s.Current(), nil
}

// replaceFile writes a file that appears under its name when it is whole and on disk.
func replaceFile(path string, b []byte, mode os.FileMode) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.RemoveAll(f.Name())))
	}
	return syncDir(dir)
}

// syncDir makes what was renamed in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync a folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync the folder %s: %w", dir, err)
	}
	return nil
}
