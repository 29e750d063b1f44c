package console

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Bounds of shared links.
const (
	mostShares  = 1000
	leastShared = 8 // characters of a link's password
	guestLasts  = 12 * time.Hour
	mostGuests  = 256 // of one link at once: the oldest goes
)

// share is a link that shows one view; it is stored under the SHA-256 of its token.
type share struct {
	ID      string    `json:"id"`
	View    string    `json:"view"` // its ID
	Hash    string    `json:"hash"` // of its password; empty: none is wanted
	By      string    `json:"by"`
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
	Opened  string    `json:"opened"` // the last date on which it was, UTC
}

// Share is what is told of a shared link.
type Share struct {
	ID       string    `json:"id"`
	View     string    `json:"view" doc:"the ID of the view that it shows"`
	Name     string    `json:"name" doc:"the view's"`
	Password bool      `json:"password" doc:"it asks for one"`
	By       string    `json:"by" doc:"the account that made it, with which it ends"`
	Made     time.Time `json:"made"`
	Expires  time.Time `json:"expires"`
	Opened   string    `json:"opened" doc:"the last date on which it was opened, UTC; empty: never"`
}

// ShareList is the answer of GET /api/v1/shares.
type ShareList struct {
	Shares []Share `json:"shares" doc:"the oldest first"`
}

type wantedShare struct {
	View     string `json:"view" doc:"the ID of a saved view, without answers, comparison and costs"`
	Password string `json:"password,omitempty" doc:"8 characters to 512 bytes; none: the link alone opens it"`
	Days     int    `json:"days" doc:"1 to 365"`
}

// NewShare is the answer of POST /api/v1/shares.
type NewShare struct {
	Share
	Token string `json:"token" doc:"of the link: the console's address, #/shared/ and this. It is shown this once"`
}

// opening is what opens a shared link.
type opening struct {
	Token    string `json:"token"`
	Password string `json:"password,omitempty"`
}

// Shared is the answer of POST /api/v1/shared.
type Shared struct {
	Secret   string    `json:"secret" doc:"for Authorization: Bearer, to read the site and the report"`
	Expires  time.Time `json:"expires" doc:"when the secret ends: open the link again then"`
	Name     string    `json:"name" doc:"the view's"`
	Fragment string    `json:"fragment" doc:"the view's: the dashboard's address from # on"`
}

var (
	errShare     = &refusal{status: http.StatusUnauthorized, reason: "link-over", title: "The link shows nothing.", detail: "It is over, or was removed. Ask whoever gave it to you for another one."}
	errLocked    = &refusal{status: http.StatusUnauthorized, reason: "password-wanted", title: "The link wants a password.", detail: "Send it beside the token."}
	errNotShared = &refusal{status: http.StatusForbidden, reason: "forbidden", title: "The link does not show these dates.", detail: "Ask for the report without from and to: those of the view are answered."}
)

// guests are those who opened a shared link, in memory alone: after a restart the link is
// opened again.
type guests struct {
	mu sync.Mutex
	by map[string]visit // by the SHA-256 of the secret
}

type visit struct {
	share []byte // its key
	since time.Time
	until time.Time
}

// add keeps a visit, and drops those that are over and, of too many of a link, the oldest.
func (g *guests) add(key []byte, v visit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.by == nil {
		g.by = map[string]visit{}
	}
	n, oldest := 0, ""
	for k, one := range g.by {
		switch {
		case !v.since.Before(one.until):
			delete(g.by, k)
		case bytes.Equal(one.share, v.share):
			n++
			if oldest == "" || one.since.Before(g.by[oldest].since) {
				oldest = k
			}
		}
	}
	if n >= mostGuests {
		delete(g.by, oldest)
	}
	g.by[string(key)] = v
}

func (g *guests) find(key []byte, now time.Time) (visit, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	v, ok := g.by[string(key)]
	return v, ok && now.Before(v.until)
}

// shared reads a link that is neither over nor removed, and its view. A link ends with the
// account that made it, and rests while that may share nothing.
//
// Errors: errShare.
func shared(tx *siteTx, key []byte, now time.Time) (s share, v View, err error) {
	ok, err := get(tx.Bucket(bucketShares), key, &s)
	if err == nil && ok && now.Before(s.Expires) {
		var maker account
		if ok, err = get(tx.Bucket(bucketAccounts), []byte(s.By), &maker); err == nil && ok && maker.at(tx.site).rights()&writeNotes != 0 {
			if ok, err = get(tx.Bucket(bucketNotes), noteKey(kindView, s.View), &v); err == nil && ok {
				return s, v, nil
			}
		}
	}
	if err != nil {
		return s, v, err
	}
	return s, v, errShare
}

// guest says whose a secret of Authorization is that a shared link gave.
func (c *Console) guest(secret string) (by caller, ok bool, err error) {
	now := c.opt.Clock()
	visit, ok := c.guests.find(tokenKey(secret), now)
	if !ok {
		return caller{}, false, nil
	}
	return by, true, c.view(func(tx *siteTx) error {
		_, v, err := shared(tx, visit.share, now)
		if err != nil {
			return err
		}
		p, err := parsePlace(v.Fragment)
		by = caller{actor: actor{via: viaShare, with: v.Name}, role: guest, rights: guest.rights(), place: &p}
		return err
	})
}

// datesOf reads the range that a request asks for. A guest's is the view's, or within it.
func (by *caller) datesOf(ec echo.Context, all []panel.Release) (from, to plan.Date, err error) {
	if by.place == nil {
		return datesOf(ec, all)
	}
	first, last := by.place.dates(all[0].Period.Date, all[len(all)-1].Period.Date)
	if from, to, err = datesOr(ec, first, last); err == nil && (from < first || to > last) {
		err = errNotShared
	}
	return from, to, err
}

func (c *Console) getShares(ec echo.Context, _ caller) error {
	now, out := c.opt.Clock(), ShareList{}
	err := c.view(func(tx *siteTx) error {
		out.Shares = []Share{}
		var keys [][]byte
		err := each(tx.Bucket(bucketShares), func(k []byte, _ share) { keys = append(keys, bytes.Clone(k)) })
		for _, k := range keys {
			switch s, v, failed := shared(tx, k, now); {
			case failed == nil:
				out.Shares = append(out.Shares, s.told(v))
			case !errors.Is(failed, errShare):
				err = errors.Join(err, failed)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(out.Shares, func(x, y Share) int { return x.Made.Compare(y.Made) })
	return ec.JSON(http.StatusOK, out)
}

func (s *share) told(v View) Share {
	return Share{s.ID, s.View, v.Name, s.Hash != "", s.By, s.Made, s.Expires, s.Opened}
}

// sharable refuses a view of which a guest may not see all.
func sharable(v View) error {
	p, err := parsePlace(v.Fragment)
	if err != nil {
		return err
	}
	if p.view == "answers" || p.said.Has("compare") || p.said.Has("cost") {
		return malformed("a shared link shows the report alone: save the view without answers, comparison and costs, and share that")
	}
	return nil
}

func (c *Console) postShare(ec echo.Context, by caller) error {
	var want wantedShare
	if err := body(ec, &want); err != nil {
		return err
	}
	if want.Days < 1 || want.Days > mostDays {
		return malformed("days are 1 to %d", mostDays)
	}
	s := share{View: want.View, By: by.name}
	if by.name == "" {
		return errPerson // a token of the shell has no account that the link would end with
	}
	if want.Password != "" {
		if n := utf8.RuneCountInString(want.Password); n < leastShared || len(want.Password) > mostPassword || !utf8.ValidString(want.Password) {
			return malformed("the password has %d characters: from %d characters to %d bytes are taken", n, leastShared, mostPassword)
		}
		var err error
		if s.Hash, err = c.hashing.make(ec.Request().Context(), want.Password); err != nil {
			return err
		}
	}
	secret, key, err := c.token()
	if err != nil {
		return err
	}
	if s.ID, err = c.id(); err != nil {
		return err
	}
	s.Made = c.opt.Clock().UTC()
	s.Expires = s.Made.AddDate(0, 0, want.Days)
	var v View
	err = c.update(func(tx *siteTx) error {
		if err := sweep(tx, s.Made); err != nil {
			return err
		}
		shares := tx.Bucket(bucketShares)
		if shares.Stats().KeyN >= mostShares {
			return errTooMany(mostShares, "shared links")
		}
		switch ok, err := get(tx.Bucket(bucketNotes), noteKey(kindView, want.View), &v); {
		case err != nil:
			return err
		case !ok:
			return errNote
		}
		if err := sharable(v); err != nil {
			return err
		}
		detail := "without a password, until " + s.Expires.Format(time.DateOnly)
		if s.Hash != "" {
			detail = "with a password, until " + s.Expires.Format(time.DateOnly)
		}
		return errors.Join(put(shares, key, s), record(tx, s.Made, by.actor, didShare, v.Name, detail))
	})
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusCreated, NewShare{s.told(v), secret})
}

func (c *Console) deleteShare(ec echo.Context, by caller) error {
	now, id := c.opt.Clock(), ec.Param("id")
	err := c.update(func(tx *siteTx) error {
		var found *share
		err := drop(tx.Bucket(bucketShares), func(_ []byte, s share) bool {
			if s.ID == id {
				found = &s
			}
			return s.ID == id
		})
		if err == nil && found == nil {
			return &refusal{status: http.StatusNotFound, reason: "not-found", title: "There is no such link.", detail: "GET /api/v1/shares lists them."}
		}
		if err != nil {
			return err
		}
		var v View
		_, err = get(tx.Bucket(bucketNotes), noteKey(kindView, found.View), &v)
		return errors.Join(err, record(tx, now, by.actor, didEndShare, v.Name, ""))
	})
	if err != nil {
		return err
	}
	return ec.NoContent(http.StatusNoContent)
}

// openShare lets a guest in, for some hours, by a secret of their own: no cookie, so that
// whoever is signed in may look at a link beside it.
func (c *Console) openShare(ec echo.Context, _ caller) error {
	var by opening
	if err := body(ec, &by); err != nil {
		return err
	}
	if by.Token == "" {
		return malformed("want {token}, and {password} beside it where the link asks for one")
	}
	key, now := tokenKey(by.Token), c.opt.Clock()
	c, err := c.owner(key)
	if err != nil {
		return err
	}
	var s share
	var v View
	err = c.view(func(tx *siteTx) (err error) {
		s, v, err = shared(tx, key, now)
		return err
	})
	if err != nil {
		return err
	}
	if s.Hash != "" {
		if by.Password == "" {
			return errLocked
		}
		if err := c.checkShared(ec, s, v, by.Password); err != nil {
			return err
		}
	}
	// Once a day is enough: whoever has the link could fill the log with it.
	if today := now.UTC().Format(time.DateOnly); s.Opened != today {
		err := c.update(func(tx *siteTx) error {
			if s, _, err = shared(tx, key, now); err != nil {
				return err
			}
			s.Opened = today
			return errors.Join(put(tx.Bucket(bucketShares), key, s), record(tx, now, actor{via: viaShare}, didOpenShare, v.Name, ""))
		})
		if err != nil {
			return err
		}
	}
	secret, visitKey, err := c.token()
	if err != nil {
		return err
	}
	until := now.Add(guestLasts).UTC()
	if s.Expires.Before(until) {
		until = s.Expires
	}
	c.guests.add(visitKey, visit{key, now, until})
	return ec.JSON(http.StatusOK, Shared{secret, until, v.Name, v.Fragment})
}

// checkShared looks at a link's password, as slowly after some wrong ones as at an account's.
func (c *Console) checkShared(ec echo.Context, s share, v View, password string) error {
	wrong := &refusal{status: http.StatusUnauthorized, reason: "wrong-secret", title: "That is not the link's password.", detail: "Ask whoever gave you the link."}
	if len(password) > mostPassword {
		return wrong
	}
	now := c.opt.Clock()
	if wait := c.gates.enter(s.ID, now); wait > 0 {
		return &refusal{status: http.StatusTooManyRequests, reason: "slow-down", title: "Too many wrong passwords.", detail: "Wait a little, or ask whoever gave you the link.", retry: wait}
	}
	ok, err := c.hashing.check(ec.Request().Context(), s.Hash, password)
	if err != nil {
		return err
	}
	if !ok {
		c.opt.Log.Warn("a wrong password of a shared link", "view", v.Name)
		if err := c.update(func(tx *siteTx) error {
			return record(tx, now, actor{via: viaShare}, didWrongShare, v.Name, "")
		}); err != nil {
			return err
		}
		return wrong
	}
	c.gates.passed(s.ID)
	return nil
}
