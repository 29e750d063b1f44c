package console

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// accountsFile is the store's name in its folder.
const accountsFile = "console.db"

const damaged = "move it away: accounts begin anew with `dunlin console invite`; releases are not in it"

var (
	bucketAccounts = []byte("accounts")
	bucketLinks    = []byte("links")
	bucketSessions = []byte("sessions")
	bucketTokens   = []byte("tokens")
	bucketAudit    = []byte("audit")
	bucketHead     = []byte("head")
	bucketNotes    = []byte("notes")
	bucketShares   = []byte("shares")

	// buckets are all of format 3, those of format 1 first.
	buckets = []string{"accounts", "links", "sessions", "tokens", "audit", "head", "notes", "shares", "sites"}
)

// schema is the version of the store's format.
const schema = 3

// mostName is the longest name, in bytes.
const mostName = 64

var (
	// ErrName: a name is empty, too long, or no text.
	ErrName = errors.New("console: a name has 1 to 64 bytes of text without control characters or spaces around it")
	// ErrNobody: there is no account of the name.
	ErrNobody = errors.New("console: there is no account of that name")

	errClosed = fmt.Errorf("console: the accounts are closed: %w", os.ErrClosed)
)

// Accounts are who may sign in, their links and their sessions. It is safe for concurrent
// use, and several processes may have the same: the file is open only while something is
// read or written, so links are made, and accounts removed, beside a console that serves.
type Accounts struct {
	*accountsOf
	site string // whose roles, tokens, notes and log they are; empty: the first's
}

// accountsOf is what the accounts of all sites have in common.
type accountsOf struct {
	file   store.Options
	clock  func() time.Time
	random io.Reader

	mu     sync.RWMutex // spares this process the waits of its own file locks
	closed bool
}

// Account is what an operator sees of one.
type Account struct {
	Name        string `json:"name"`
	Role        Role   `json:"role" enum:"viewer analyst officer admin"`
	PasswordSet bool   `json:"password_set" doc:"false: only a one-time link signs in"`
}

type account struct {
	Hash string `json:"hash"` // empty: only a link signs in
	Role Role   `json:"role"` // at the first site, or the only one
	// Sites are the roles at others, by the site's name.
	Sites map[string]Role `json:"sites,omitempty"`
}

// OpenAccounts opens the accounts in a folder, and makes folder and file if need be.
// clock is the wall's, random the system's.
//
// Errors: store.ErrDamaged, store.ErrLocked, store.ErrNewer and the file's own.
func OpenAccounts(dir string, clock func() time.Time, random io.Reader) (*Accounts, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	a := &Accounts{accountsOf: &accountsOf{clock: clock, random: random, file: store.Options{
		Path: filepath.Join(dir, accountsFile), Advice: damaged, Schema: schema,
		Migrate: []func(*bolt.Tx) error{toRoles, toSites}, Buckets: buckets, Also: isSites,
	}}}
	return a, a.file.Make()
}

// Close waits for what is being written, so that the folder may be removed. Later use
// fails.
func (a *Accounts) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	return nil
}

func (a *Accounts) update(fn func(*siteTx) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return errClosed
	}
	return a.file.Update("accounts", func(tx *bolt.Tx) error { return fn(&siteTx{tx, a.site}) })
}

func (a *Accounts) view(fn func(*siteTx) error) error {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.closed {
		return errClosed
	}
	return a.file.View(func(tx *bolt.Tx) error { return fn(&siteTx{tx, a.site}) })
}

// List returns all accounts, by name.
func (a *Accounts) List() (all []Account, err error) {
	err = a.view(func(tx *siteTx) error {
		all = nil
		return tx.Bucket(bucketAccounts).ForEach(func(k, v []byte) error {
			var one account
			if err := json.Unmarshal(v, &one); err != nil {
				return fmt.Errorf("console: the account %q: %w", k, err)
			}
			if role := one.at(tx.site); role != "" {
				all = append(all, Account{string(k), role, one.Hash != ""})
			}
			return nil
		})
	})
	return all, err
}

// Remove removes an account's role at the site, its tokens and its shared links there; and
// where it has a role at no other site, its password, links and sessions.
//
// Errors: ErrNobody.
func (a *Accounts) Remove(name string) error { return a.remove(name, shell) }

func (a *Accounts) remove(name string, by actor) error {
	now := a.clock()
	return a.update(func(tx *siteTx) error {
		accounts := tx.Bucket(bucketAccounts)
		var one account
		if name == "" {
			return ErrNobody
		}
		if _, err := get(accounts, []byte(name), &one); err != nil {
			return err
		}
		if one.at(tx.site) == "" {
			return ErrNobody
		}
		one.give(tx.site, "")
		var err error
		if len(one.sites()) > 0 {
			err = put(accounts, []byte(name), one)
		} else {
			err = errors.Join(
				accounts.Delete([]byte(name)),
				drop(tx.Bucket(bucketLinks), func(_ []byte, l link) bool { return l.Name == name }),
				drop(tx.Bucket(bucketSessions), func(_ []byte, s session) bool { return s.Name == name }),
			)
		}
		return errors.Join(
			err,
			drop(tx.Bucket(bucketTokens), func(_ []byte, t token) bool { return t.By == name }),
			drop(tx.Bucket(bucketShares), func(_ []byte, s share) bool { return s.By == name }),
			record(tx, now, by, didRemove, name, ""),
		)
	})
}

// SetRole gives an account another role, which its sessions and tokens have at once.
//
// Errors: ErrNobody, and of a role that is none.
func (a *Accounts) SetRole(name string, role Role) error { return a.setRole(name, role, shell) }

func (a *Accounts) setRole(name string, role Role, by actor) error {
	if _, err := ParseRole(string(role)); err != nil {
		return err
	}
	now := a.clock()
	return a.update(func(tx *siteTx) error {
		var one account
		if name == "" {
			return ErrNobody
		}
		switch ok, err := get(tx.Bucket(bucketAccounts), []byte(name), &one); {
		case err != nil:
			return err
		case !ok:
			return ErrNobody
		case one.at(tx.site) == role:
			return nil
		case one.at(tx.site) == "" && by != shell:
			return ErrNobody // at this site
		}
		var err error
		if one.at(tx.site) == "" { // a link that another site's admin has must not open this one
			err = drop(tx.Bucket(bucketLinks), func(_ []byte, l link) bool { return l.Name == name })
		}
		one.give(tx.site, role)
		return errors.Join(err, put(tx.Bucket(bucketAccounts), []byte(name), one), record(tx, now, by, didRole, name, string(role)))
	})
}

func (a *Accounts) account(name string) (one account, ok bool, err error) {
	if name == "" {
		return account{}, false, nil
	}
	err = a.view(func(tx *siteTx) error {
		ok, err = get(tx.Bucket(bucketAccounts), []byte(name), &one)
		return err
	})
	return one, ok, err
}

// setHash stores a new password's hash, ends every other session of the name, and uses up
// its links: whoever had the old password is out.
func (a *Accounts) setHash(name, hash, secret string) error {
	own, now := string(tokenKey(secret)), a.clock()
	return a.update(func(tx *siteTx) error {
		sessions := tx.Bucket(bucketSessions)
		var s session
		switch ok, err := get(sessions, []byte(own), &s); {
		case err != nil:
			return err
		case !ok:
			return errSignedOut // removed, or ended elsewhere, in between
		}
		var one account
		if _, err := get(tx.Bucket(bucketAccounts), []byte(name), &one); err != nil {
			return err
		}
		one.Hash = hash
		s.Link = false // the link's leave is used up
		return errors.Join(
			put(tx.Bucket(bucketAccounts), []byte(name), one),
			put(sessions, []byte(own), s),
			drop(sessions, func(k []byte, s session) bool { return s.Name == name && string(k) != own }),
			drop(tx.Bucket(bucketLinks), func(_ []byte, l link) bool { return l.Name == name }),
			recordOf(tx, name, func(at *siteTx) error {
				return record(at, now, actor{name: name, via: viaSession}, didPassword, "", "")
			}),
		)
	})
}

func isName(s string) bool {
	return s != "" && len(s) <= mostName && utf8.ValidString(s) && strings.TrimSpace(s) == s && strings.IndexFunc(s, unicode.IsControl) < 0
}

// token draws a secret and returns it with the key that it is stored under.
func (a *Accounts) token() (secret string, key []byte, err error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(a.random, b); err != nil {
		return "", nil, fmt.Errorf("console: draw a token: %w", err)
	}
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, tokenKey(secret), nil
}

func put(b *bolt.Bucket, key []byte, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put(key, raw)
}

func get(b *bolt.Bucket, key []byte, v any) (bool, error) {
	raw := b.Get(key)
	if raw == nil {
		return false, nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return false, fmt.Errorf("console: %s holds what is not its own: %w", accountsFile, err)
	}
	return true, nil
}

// drop deletes the entries that are to go, and those that nobody can read.
func drop[T any](b *bolt.Bucket, goes func(key []byte, v T) bool) error {
	var keys [][]byte
	err := b.ForEach(func(k, raw []byte) error {
		var v T
		if json.Unmarshal(raw, &v) != nil || goes(k, v) {
			keys = append(keys, append([]byte(nil), k...))
		}
		return nil
	})
	for _, k := range keys {
		err = errors.Join(err, b.Delete(k))
	}
	return err
}

// each reads all entries of a bucket.
func each[T any](b *bolt.Bucket, do func(key []byte, v T)) error {
	return b.ForEach(func(k, raw []byte) error {
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("console: %s holds what is not its own: %w", accountsFile, err)
		}
		do(k, v)
		return nil
	})
}
