package console

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"time"
)

// How long things last.
const (
	linkLasts    = 24 * time.Hour
	sessionIdle  = 12 * time.Hour
	sessionLasts = 7 * 24 * time.Hour
	// seenEvery is how stale a session's last use may be on disk.
	seenEvery = 5 * time.Minute
)

// mostAccounts bounds the accounts.
const mostAccounts = 1000

// link signs in once.
type link struct {
	Name    string    `json:"name"`
	Expires time.Time `json:"expires"`
}

type session struct {
	Name string    `json:"name"`
	Made time.Time `json:"made"`
	Seen time.Time `json:"seen"`
	Link bool      `json:"link"` // a link signed in: the password may be set anew

	role Role // the account's now
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.Seen) >= sessionIdle || now.Sub(s.Made) >= sessionLasts
}

// tokenKey is what a link or session is stored under: who reads the file cannot sign in.
func tokenKey(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Invite makes the account if there is none and returns the token of a link that signs
// in once, within a day: the address is the console's with "#/sign-in/" and the token. It
// also lets a forgotten password be set anew. Without a role a new account is a viewer, and
// one that there is keeps its own.
//
// Errors: ErrName, and of a role that is none.
func (a *Accounts) Invite(name string, role Role) (token string, err error) {
	out, err := a.invite(name, role, shell)
	return out.Token, err
}

func (a *Accounts) invite(name string, role Role, by actor) (out Invited, err error) {
	if !isName(name) {
		return out, ErrName
	}
	if role != "" {
		if _, err := ParseRole(string(role)); err != nil {
			return out, err
		}
	}
	secret, key, err := a.token()
	if err != nil {
		return out, err
	}
	now := a.clock()
	return out, a.update(func(tx *siteTx) error {
		accounts := tx.Bucket(bucketAccounts)
		var one account
		known, err := get(accounts, []byte(name), &one)
		if err != nil {
			return err
		}
		if !known && accounts.Stats().KeyN >= mostAccounts {
			return errTooMany(mostAccounts, "accounts")
		}
		if err := elsewhere(tx, one, by); err != nil {
			return err
		}
		before := one.at(tx.site)
		is := cmp.Or(role, before, Viewer)
		if is != before {
			one.give(tx.site, is)
			if err := put(accounts, []byte(name), one); err != nil {
				return err
			}
		}
		if before == "" { // a link that another site's admin has must not open this one
			if err := drop(tx.Bucket(bucketLinks), func(_ []byte, l link) bool { return l.Name == name }); err != nil {
				return err
			}
		}
		out = Invited{name, is, secret, now.Add(linkLasts).UTC()}
		return errors.Join(sweep(tx, now), put(tx.Bucket(bucketLinks), key, link{name, out.Expires}),
			record(tx, now, by, didInvite, name, string(is)))
	})
}

// redeem uses a link up and begins a session; ended is the secret of the browser's session
// before, or empty.
//
// Errors: errLink.
func (a *Accounts) redeem(token, ended string) (name, secret string, err error) {
	secret, key, err := a.token()
	if err != nil {
		return "", "", err
	}
	now := a.clock()
	err = a.update(func(tx *siteTx) error {
		links := tx.Bucket(bucketLinks)
		var l link
		switch ok, err := get(links, tokenKey(token), &l); {
		case err != nil:
			return err
		case !ok || !now.Before(l.Expires):
			return errLink
		}
		name = l.Name
		return errors.Join(links.Delete(tokenKey(token)), begin(tx, key, session{Name: name, Made: now, Seen: now, Link: true}, ended))
	})
	return name, secret, err
}

// begin begins a session of a name whose password was right.
func (a *Accounts) begin(name, ended string) (secret string, err error) {
	secret, key, err := a.token()
	if err != nil {
		return "", err
	}
	now := a.clock()
	return secret, a.update(func(tx *siteTx) error {
		if tx.Bucket(bucketAccounts).Get([]byte(name)) == nil {
			return errWrong // removed in between
		}
		return begin(tx, key, session{Name: name, Made: now, Seen: now}, ended)
	})
}

// begin stores a session in place of the browser's one before. Those that the name has
// elsewhere go on.
func begin(tx *siteTx, key []byte, s session, ended string) error {
	sessions := tx.Bucket(bucketSessions)
	by := map[bool]string{false: "by password", true: "by a link"}[s.Link]
	return errors.Join(sweep(tx, s.Made), sessions.Delete(tokenKey(ended)), put(sessions, key, s),
		recordOf(tx, s.Name, func(at *siteTx) error {
			return record(at, s.Made, actor{name: s.Name, via: viaSession}, didSignIn, "", by)
		}))
}

// session returns the session of a secret and notes that it was used.
func (a *Accounts) session(secret string) (s session, ok bool, err error) {
	key, now := tokenKey(secret), a.clock()
	err = a.view(func(tx *siteTx) error {
		if ok, err = get(tx.Bucket(bucketSessions), key, &s); err != nil || !ok {
			return err
		}
		var one account
		ok, err = get(tx.Bucket(bucketAccounts), []byte(s.Name), &one)
		s.role = one.at(tx.site)
		return err
	})
	if err != nil || !ok || s.over(now) {
		return session{}, false, err
	}
	if now.Sub(s.Seen) < seenEvery {
		return s, true, nil
	}
	err = a.update(func(tx *siteTx) (err error) {
		// It may have been ended, or its link's leave used up, in between.
		if ok, err = get(tx.Bucket(bucketSessions), key, &s); !ok || err != nil {
			return err
		}
		s.Seen = now
		return put(tx.Bucket(bucketSessions), key, s)
	})
	if err != nil || !ok {
		return session{}, false, err
	}
	return s, true, nil
}

// end ends a session.
func (a *Accounts) end(secret string) error {
	return a.update(func(tx *siteTx) error { return tx.Bucket(bucketSessions).Delete(tokenKey(secret)) })
}

// sweep drops links, sessions, and the site's tokens and shared links that are over.
func sweep(tx *siteTx, now time.Time) error {
	return errors.Join(
		drop(tx.Bucket(bucketLinks), func(_ []byte, l link) bool { return !now.Before(l.Expires) }),
		drop(tx.Bucket(bucketSessions), func(_ []byte, s session) bool { return s.over(now) }),
		drop(tx.Bucket(bucketTokens), func(_ []byte, t token) bool { return !now.Before(t.Expires) }),
		drop(tx.Bucket(bucketShares), func(_ []byte, s share) bool { return !now.Before(s.Expires) }),
	)
}
