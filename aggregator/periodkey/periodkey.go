// Package periodkey keeps the key that an aggregator's shares of one batch are
// encrypted under, each in a file of its own, and destroys it when the batch has
// ended (PRIVACY.md section 3, rule 10). Databases, journals and disks keep what
// was erased; without its key it is noise. So the proof of deletion is that this
// file is gone, and that no backup ever held it.
//
//	<folder>/<plan digest>-<date>.key    "dunlin-period1" and 64 hexadecimal digits,
//	                                     and " closed" once the batch's noise is drawn
//
// The mark tells a store of batches that was replaced by an older copy of itself: it
// would take the batch for open, and its key says otherwise (Keys.Close).
//
// A key file is on disk before anything is encrypted under it. To destroy it its
// bytes are overwritten and synced, then it is unlinked and the folder synced. On
// disks that write elsewhere (flash, copy-on-write file systems) the overwritten
// bytes may live on: lay the folder on a file system of which no snapshots are
// taken, or on an encrypted one.
package periodkey

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

var (
	// ErrGone: there is no key of the batch: it was destroyed, or never made here.
	ErrGone = errors.New("periodkey: the batch's key is gone, and with it what was encrypted under it")
	// ErrFile: a file in the folder is no key file.
	ErrFile = errors.New("periodkey: not a key file; move it away: its batch is abandoned")
)

const (
	prefix     = "dunlin-period1"
	closedMark = " closed"
	suffix     = ".key"
	size       = 32 // AES-256
)

// Options of Keys.
type Options struct {
	Dir  string    // made when missing
	Rand io.Reader // of keys; nonces are the system's
	// Step is called around each durable step; what it returns is returned, and
	// nothing more is written (see batch.Options). Optional.
	Step func(point string) error
}

// Keys is a folder of period keys. It is safe for concurrent use.
type Keys struct {
	dir  string
	rand io.Reader
	step func(string) error

	mu   sync.Mutex
	open map[message.Batch]*Key
}

// Key encrypts what belongs to one batch.
type Key struct {
	aead   cipher.AEAD
	raw    [size]byte
	closed bool
}

// Closed reports whether the batch's noise was drawn under this key.
func (k *Key) Closed() bool { return k.closed }

// Format keeps the key out of logs, whatever the verb.
func (k *Key) Format(f fmt.State, _ rune) { io.WriteString(f, "period key") }

// Open uses a folder. What a crash left half made is removed.
func Open(o Options) (*Keys, error) {
	k := &Keys{dir: o.Dir, rand: o.Rand, step: o.Step, open: map[message.Batch]*Key{}}
	if k.step == nil {
		k.step = func(string) error { return nil }
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of period keys: %w", err)
	}
	made, err := filepath.Glob(filepath.Join(k.dir, "*"+suffix+temporary))
	for _, path := range made {
		err = errors.Join(err, os.Remove(path))
	}
	if err != nil {
		return nil, fmt.Errorf("tidy the folder of period keys: %w", err)
	}
	return k, nil
}

const temporary = ".new"

func (k *Keys) path(b message.Batch) string {
	return filepath.Join(k.dir, b.Plan.String()+"-"+b.Date.String()+suffix)
}

// Get returns the key of a batch.
//
// Errors: ErrGone, ErrFile.
func (k *Keys) Get(b message.Batch) (*Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.get(b)
}

func (k *Keys) get(b message.Batch) (*Key, error) {
	if key := k.open[b]; key != nil {
		return key, nil
	}
	text, err := os.ReadFile(k.path(b))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, fmt.Errorf("read a period key: %w", err)
	}
	digits, ok := bytes.CutPrefix(bytes.TrimSuffix(text, []byte("\n")), []byte(prefix))
	digits, closed := bytes.CutSuffix(digits, []byte(closedMark))
	raw, err := hex.DecodeString(string(digits))
	if !ok || err != nil || len(raw) != size {
		return nil, fmt.Errorf("%w: %s", ErrFile, k.path(b))
	}
	return k.keep(b, [size]byte(raw), closed)
}

func (k *Keys) keep(b message.Batch, raw [size]byte, closed bool) (*Key, error) {
	block, err := aes.NewCipher(raw[:])
	if err != nil {
		return nil, fmt.Errorf("use a period key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("use a period key: %w", err)
	}
	key := &Key{aead, raw, closed}
	k.open[b] = key
	return key, nil
}

// Make returns the key of a batch, and makes one that is on disk by then when
// there is none.
//
// Errors: ErrFile, and the disk's.
func (k *Keys) Make(b message.Batch) (*Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, err := k.get(b)
	if !errors.Is(err, ErrGone) {
		return key, err
	}
	var raw [size]byte
	if _, err := io.ReadFull(k.rand, raw[:]); err != nil {
		return nil, fmt.Errorf("make a period key: %w", err)
	}
	if err := k.step("period-key.make before"); err != nil {
		return nil, err
	}
	if err := write(k.path(b), fmt.Appendf(nil, "%s%x\n", prefix, raw)); err != nil {
		return nil, fmt.Errorf("make a period key: %w", err)
	}
	if err := k.step("period-key.make after"); err != nil {
		return nil, err
	}
	return k.keep(b, raw, false)
}

// write makes a file that appears under its name only when it is whole.
func write(path string, text []byte) error {
	made := path + temporary
	f, err := os.OpenFile(made, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(made))
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close marks a batch's key: the batch's noise is drawn. It is durable when Close
// returns; doing it again changes nothing.
//
// Errors: ErrGone, ErrFile, and the disk's.
func (k *Keys) Close(b message.Batch) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, err := k.get(b)
	if err != nil || key.closed {
		return err
	}
	if err := k.step("period-key.close before"); err != nil {
		return err
	}
	if err := write(k.path(b), fmt.Appendf(nil, "%s%x%s\n", prefix, key.raw, closedMark)); err != nil {
		return fmt.Errorf("mark a period key: %w", err)
	}
	k.open[b] = &Key{key.aead, key.raw, true}
	return k.step("period-key.close after")
}

// Destroy makes a batch's key unreadable for good. A key that is gone is no error.
func (k *Keys) Destroy(b message.Batch) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.open, b)
	path := k.path(b)
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := k.step("period-key.destroy before"); err != nil {
		return err
	}
	if err := Shred(path); err != nil {
		return fmt.Errorf("destroy a period key: %w", err)
	}
	return k.step("period-key.destroy after")
}

// Shred overwrites a small secret file with zeros, syncs it, unlinks it and syncs
// the folder.
func Shred(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.Write(make([]byte, info.Size()))
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// Batches lists the batches of which there is a key.
func (k *Keys) Batches() ([]message.Batch, error) {
	entries, err := os.ReadDir(k.dir)
	if err != nil {
		return nil, fmt.Errorf("list the period keys: %w", err)
	}
	var all []message.Batch
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		if !ok || len(name) < 65 {
			continue
		}
		d, err := plan.ParseDigest(name[:64])
		date, err2 := plan.ParseDate(name[65:])
		if err == nil && err2 == nil {
			all = append(all, message.Batch{Plan: d, Date: date})
		}
	}
	return all, nil
}

// Seal encrypts a value that belongs at a place: it opens there only.
func (k *Key) Seal(place, value []byte) []byte { return k.aead.Seal(nil, nil, value, place) }

// Open decrypts what Seal made for a place.
func (k *Key) Open(place, sealed []byte) (value []byte, ok bool) {
	value, err := k.aead.Open(nil, nil, sealed, place)
	if err != nil {
		return nil, false
	}
	return slices.Clip(value), true
}
