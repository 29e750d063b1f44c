package console

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"
)

var (
	bucketAccounts = []byte("accounts")
	bucketLinks    = []byte("links")
	bucketSessions = []byte("sessions")
)

// How long things last.
const (
	linkLasts    = 24 * time.Hour
	sessionIdle  = 12 * time.Hour
	sessionLasts = 7 * 24 * time.Hour
	// seenEvery is how stale a session's last use may be on disk.
	seenEvery = 5 * time.Minute
)

// ErrName: a name is empty, too long, or no text.
var ErrName = errors.New("console: a name has 1 to 64 bytes of text without control characters or spaces around it")

type account struct {
	Hash string `json:"hash"` // empty: only a link signs in
}

type link struct {
	Name    string    `json:"name"`
	Expires time.Time `json:"expires"`
}

type session struct {
	Name string    `json:"name"`
	Made time.Time `json:"made"`
	Seen time.Time `json:"seen"`
	Link bool      `json:"link"` // a link signed in: the password may be set anew
}

func (c *Console) makeBuckets() error {
	return c.db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketAccounts, bucketLinks, bucketSessions} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return fmt.Errorf("console: %w", err)
			}
		}
		return nil
	})
}

// token draws a secret and returns it with the key that it is stored under.
func (c *Console) token() (secret string, key []byte, err error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(c.opt.Random, b); err != nil {
		return "", nil, fmt.Errorf("console: draw a token: %w", err)
	}
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, tokenKey(secret), nil
}

func tokenKey(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Invite makes the account if there is none and returns the token of a link that signs
// in once, within a day: the address is the console's with "#/sign-in/" and the token. It
// also lets a forgotten password be set anew.
//
// Errors: ErrName.
func (c *Console) Invite(name string) (token string, err error) {
	if !isName(name) {
		return "", ErrName
	}
	secret, key, err := c.token()
	if err != nil {
		return "", err
	}
	now := c.opt.Clock()
	err = c.db.Update(func(tx *bolt.Tx) error {
		accounts := tx.Bucket(bucketAccounts)
		if accounts.Get([]byte(name)) == nil {
			if err := put(accounts, []byte(name), account{}); err != nil {
				return err
			}
		}
		if err := sweep(tx, now); err != nil {
			return err
		}
		return put(tx.Bucket(bucketLinks), key, link{name, now.Add(linkLasts)})
	})
	if err != nil {
		return "", fmt.Errorf("console: make a link: %w", err)
	}
	return secret, nil
}

const mostName = 64

func isName(s string) bool {
	return s != "" && len(s) <= mostName && utf8.ValidString(s) && strings.TrimSpace(s) == s && strings.IndexFunc(s, unicode.IsControl) < 0
}

// sweep drops links and sessions that are over.
func sweep(tx *bolt.Tx, now time.Time) error {
	over := func(b *bolt.Bucket, is func(v []byte) bool) error {
		var keys [][]byte
		err := b.ForEach(func(k, v []byte) error {
			if is(v) {
				keys = append(keys, append([]byte(nil), k...))
			}
			return nil
		})
		for _, k := range keys {
			err = errors.Join(err, b.Delete(k))
		}
		return err
	}
	return errors.Join(
		over(tx.Bucket(bucketLinks), func(v []byte) bool {
			var l link
			return json.Unmarshal(v, &l) != nil || !now.Before(l.Expires)
		}),
		over(tx.Bucket(bucketSessions), func(v []byte) bool {
			var s session
			return json.Unmarshal(v, &s) != nil || s.over(now)
		}),
	)
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.Seen) >= sessionIdle || now.Sub(s.Made) >= sessionLasts
}

// redeem uses a link up.
//
// Errors: errLink.
func (c *Console) redeem(secret string) (name string, err error) {
	err = c.db.Update(func(tx *bolt.Tx) error {
		links := tx.Bucket(bucketLinks)
		var l link
		switch ok, err := get(links, tokenKey(secret), &l); {
		case err != nil:
			return err
		case !ok || !c.opt.Clock().Before(l.Expires):
			return errLink
		}
		name = l.Name
		return links.Delete(tokenKey(secret))
	})
	return name, err
}

// begin makes a session and returns its secret. A device that signs in anew begins a new
// one; others of the name go on.
func (c *Console) begin(name string, byLink bool) (secret string, err error) {
	secret, key, err := c.token()
	if err != nil {
		return "", err
	}
	now := c.opt.Clock()
	return secret, c.db.Update(func(tx *bolt.Tx) error {
		if err := sweep(tx, now); err != nil {
			return err
		}
		return put(tx.Bucket(bucketSessions), key, session{name, now, now, byLink})
	})
}

// sessionOf returns the session of a secret and notes that it was used.
func (c *Console) sessionOf(secret string) (s session, ok bool, err error) {
	key, now := tokenKey(secret), c.opt.Clock()
	err = c.db.View(func(tx *bolt.Tx) error {
		ok, err = get(tx.Bucket(bucketSessions), key, &s)
		return err
	})
	if err != nil || !ok || s.over(now) {
		return session{}, false, err
	}
	if now.Sub(s.Seen) < seenEvery {
		return s, true, nil
	}
	s.Seen = now
	return s, true, c.db.Update(func(tx *bolt.Tx) error {
		// It may have been ended in between.
		if tx.Bucket(bucketSessions).Get(key) == nil {
			return nil
		}
		return put(tx.Bucket(bucketSessions), key, s)
	})
}

// end ends a session.
func (c *Console) end(secret string) error {
	return c.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketSessions).Delete(tokenKey(secret)) })
}

func (c *Console) accountOf(name string) (a account, ok bool, err error) {
	err = c.db.View(func(tx *bolt.Tx) error {
		ok, err = get(tx.Bucket(bucketAccounts), []byte(name), &a)
		return err
	})
	return a, ok, err
}

// setHash stores a new password's hash and ends every other session of the name: whoever
// had the old password is out.
func (c *Console) setHash(name, hash, secret string) error {
	own := string(tokenKey(secret))
	return c.db.Update(func(tx *bolt.Tx) error {
		if err := put(tx.Bucket(bucketAccounts), []byte(name), account{hash}); err != nil {
			return err
		}
		sessions := tx.Bucket(bucketSessions)
		var ended [][]byte
		err := sessions.ForEach(func(k, v []byte) error {
			var s session
			if err := json.Unmarshal(v, &s); err != nil {
				return err
			}
			if s.Name == name && string(k) != own {
				ended = append(ended, append([]byte(nil), k...))
			}
			return nil
		})
		for _, k := range ended {
			err = errors.Join(err, sessions.Delete(k))
		}
		var s session
		if ok, failed := get(sessions, tokenKey(secret), &s); ok {
			s.Link = false // the link's leave is used up
			err = errors.Join(err, put(sessions, tokenKey(secret), s))
		} else {
			err = errors.Join(err, failed)
		}
		return err
	})
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
		return false, fmt.Errorf("console: console.db holds what is not its own: %w", err)
	}
	return true, nil
}
