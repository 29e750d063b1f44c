package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// Locker puts key files under a passphrase. Passphrase is one.
type Locker interface {
	Lock(plain []byte) (locked []byte, err error)
	Unlock(locked []byte) (plain []byte, err error)
}

var (
	// ErrPassphrase: the passphrase does not open the file.
	ErrPassphrase = errors.New("wrong passphrase, or the file is damaged")
	// ErrNoPassphrase: a file lies under a passphrase, and none was given.
	ErrNoPassphrase = errors.New("the file lies under a passphrase: give it by passphrase_file in the services file, by --passphrase-file or DUNLIN_PASSPHRASE_FILE, or run this at a terminal")
	// ErrWork: a file asks for more work than this package does for one.
	ErrWork = errors.New("the file asks for a larger scrypt work factor than 20: lock it with a smaller one")
	// ErrWeak: too short a passphrase to lock with.
	ErrWeak = errors.New("a passphrase has 12 characters or more, in one line")
)

const (
	// workFactor is scrypt's log2(N), with r = 8 and p = 1: 128 MiB for each try, and
	// the time that BenchmarkUnlock shows, which is what OWASP's list asks for at
	// least. age's own 18 takes twice both, for each plan's identity at each start.
	workFactor = 17
	// maxWork lets in what `age -p` makes (18), and keeps a file from taking more
	// than 1 GiB.
	maxWork = 20
	// minPassphrase is in bytes. It keeps out the typo and the empty file, not the
	// weak one: nothing here can measure that.
	minPassphrase = 12
	// maxPassphrase bounds a passphrase file.
	maxPassphrase = 4 << 10
)

// Passphrase opens and locks key files. The zero Passphrase is none: it opens what
// lies in the clear alone. It is safe for concurrent use; one file at a time is opened
// or locked in a process, because of what scrypt takes.
type Passphrase struct{ text string }

// NewPassphrase takes a passphrase without its line ending.
//
// Errors: ErrWeak.
func NewPassphrase(text string) (Passphrase, error) {
	if len(text) < minPassphrase || len(text) > maxPassphrase || strings.ContainsAny(text, "\r\n\x00") {
		return Passphrase{}, ErrWeak
	}
	return Passphrase{text}, nil
}

// ReadPassphrase reads a file of one line, which nobody but its owner may read.
func ReadPassphrase(path string) (Passphrase, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Passphrase{}, fmt.Errorf("read the passphrase: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Passphrase{}, fmt.Errorf("read the passphrase: %s can be read by others; run: chmod 600 %s", path, path)
	}
	return ReadCredential(path)
}

// ReadCredential is ReadPassphrase for a file that something else than its mode
// guards: systemd keeps credentials in a folder of the service's own, and lets the
// service in by an access list that shows in the mode as if it were a group.
func ReadCredential(path string) (Passphrase, error) {
	f, err := os.Open(path)
	if err != nil {
		return Passphrase{}, fmt.Errorf("read the passphrase: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPassphrase+2))
	if err != nil {
		return Passphrase{}, fmt.Errorf("read the passphrase: %w", err)
	}
	p, err := NewPassphrase(strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"))
	if err != nil {
		return p, fmt.Errorf("read the passphrase %s: %w", path, err)
	}
	return p, nil
}

// Given reports whether there is a passphrase.
func (p Passphrase) Given() bool { return p.text != "" }

// Format keeps the passphrase out of logs, whatever the verb.
func (p Passphrase) Format(f fmt.State, _ rune) {
	if p.Given() {
		io.WriteString(f, "a passphrase")
		return
	}
	io.WriteString(f, "no passphrase")
}

const (
	binaryIntro = "age-encryption.org/"
	// armorIntro begins an age file in ASCII armor.
	armorIntro = "-----BEGIN AGE ENCRYPTED FILE-----"
)

// Locked reports whether a key file's content lies under a passphrase.
func Locked(file []byte) bool {
	return bytes.HasPrefix(file, []byte(binaryIntro)) || bytes.HasPrefix(bytes.TrimLeft(file, " \t\r\n"), []byte(armorIntro))
}

// scrypting keeps scrypt to one file at a time.
var scrypting sync.Mutex

// Lock returns plain as an armored age file under the passphrase, which
// `age -d` opens.
//
// Errors: ErrNoPassphrase.
func (p Passphrase) Lock(plain []byte) ([]byte, error) {
	if !p.Given() {
		return nil, ErrNoPassphrase
	}
	scrypting.Lock()
	defer scrypting.Unlock()
	to, err := age.NewScryptRecipient(p.text)
	if err != nil {
		return nil, fmt.Errorf("lock a key file: %w", err)
	}
	to.SetWorkFactor(workFactor)
	var out bytes.Buffer
	a := armor.NewWriter(&out)
	w, err := age.Encrypt(a, to)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = errors.Join(w.Close(), a.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("lock a key file: %w", err)
	}
	return out.Bytes(), nil
}

// Unlock returns what a file under the passphrase holds, armored or not. What does
// not lie under one is returned as it is, so that key files of before go on to work;
// `dunlin doctor` names them.
//
// Errors: ErrPassphrase, ErrNoPassphrase, ErrWork.
func (p Passphrase) Unlock(file []byte) ([]byte, error) {
	if !Locked(file) {
		return file, nil
	}
	if !p.Given() {
		return nil, ErrNoPassphrase
	}
	var in io.Reader = bytes.NewReader(file)
	if !bytes.HasPrefix(file, []byte(binaryIntro)) {
		in = armor.NewReader(bytes.NewReader(bytes.TrimLeft(file, " \t\r\n")))
	}
	binary, err := io.ReadAll(io.LimitReader(in, 2*maxKeyFile))
	if err != nil {
		return nil, ErrPassphrase
	}
	if work(binary) > maxWork {
		return nil, ErrWork
	}
	id, err := age.NewScryptIdentity(p.text)
	if err != nil {
		return nil, fmt.Errorf("unlock a key file: %w", err)
	}
	id.SetMaxWorkFactor(maxWork)
	scrypting.Lock()
	defer scrypting.Unlock()
	r, err := age.Decrypt(bytes.NewReader(binary), id)
	if err != nil {
		return nil, ErrPassphrase
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err != nil || len(plain) > maxKeyFile {
		return nil, ErrPassphrase
	}
	return plain, nil
}

// work returns the log2(N) that the first stanza of an age file names, and 0 where it
// names none: then age refuses the file by itself. A stanza is "-> scrypt SALT WORK".
func work(file []byte) int {
	lines := bytes.SplitN(file, []byte("\n"), 3)
	if len(lines) < 3 {
		return 0
	}
	words := strings.Split(string(lines[1]), " ")
	if len(words) != 4 || words[1] != "scrypt" {
		return 0
	}
	n, err := strconv.Atoi(words[3])
	if err != nil {
		return 0
	}
	return n
}
