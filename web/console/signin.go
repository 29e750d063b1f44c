package console

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Session is the answer of GET and POST /api/v1/session.
type Session struct {
	SignedIn    bool   `json:"signed_in"`
	Name        string `json:"name,omitempty"`
	Role        Role   `json:"role,omitempty"`
	PasswordSet bool   `json:"password_set"` // false: only a one-time link signs in
	Link        bool   `json:"link"`         // a link signed in: a password may be set without the one before
	Demo        bool   `json:"demo"`         // data are invented
}

// credentials are what signs in: a link's token, or name and password.
type credentials struct {
	Token    string `json:"token,omitempty"`
	Name     string `json:"name,omitempty"`
	Password string `json:"password,omitempty"`
}

type newPassword struct {
	Password string `json:"password" doc:"12 characters to 512 bytes"`
	Current  string `json:"current,omitempty" doc:"the password so far, but in a session that a link began"`
}

// cookieName is the session's. By HTTPS it is bound to this very host.
func (c *Console) cookieName() string {
	if c.opt.Secure {
		return "__Host-dunlin"
	}
	return cmp.Or(c.opt.Cookie, "dunlin-console")
}

func (c *Console) setCookie(ec echo.Context, secret string, lasts time.Duration) {
	ec.SetCookie(&http.Cookie{
		Name: c.cookieName(), Value: secret, Path: "/", MaxAge: int(lasts / time.Second),
		HttpOnly: true, Secure: c.opt.Secure, SameSite: http.SameSiteStrictMode,
	})
}

// current returns the request's session and its secret.
func (c *Console) current(ec echo.Context) (s session, secret string, ok bool, err error) {
	cookie, err := ec.Cookie(c.cookieName())
	if err != nil {
		return session{}, "", false, nil // there is none
	}
	s, ok, err = c.session(cookie.Value)
	return s, cookie.Value, ok, err
}

func (c *Console) getSession(ec echo.Context, by caller) error {
	return c.answerSession(ec, by.name, by.role, by.known(), by.session.Link)
}

func (c *Console) answerSession(ec echo.Context, name string, role Role, ok, byLink bool) error {
	out := Session{Demo: c.opt.Label != ""}
	if ok {
		a, _, err := c.account(name)
		if err != nil {
			return err
		}
		out.SignedIn, out.Name, out.Role, out.PasswordSet, out.Link = true, name, cmp.Or(role, c.roleIn(a)), a.Hash != "", byLink
	}
	return ec.JSON(http.StatusOK, out)
}

// body reads a JSON body of exactly the fields of v.
func body(ec echo.Context, v any) error {
	d := json.NewDecoder(ec.Request().Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return malformed("the body is longer than %d bytes", maxBody)
		}
		return malformed("the body is not the JSON that is wanted: %v", err)
	}
	if d.More() {
		return malformed("there is more than one JSON value in the body")
	}
	return nil
}

func (c *Console) signIn(ec echo.Context, _ caller) error {
	var by credentials
	if err := body(ec, &by); err != nil {
		return err
	}
	before := ""
	if cookie, err := ec.Cookie(c.cookieName()); err == nil {
		before = cookie.Value
	}
	name, byLink, secret := by.Name, by.Token != "", ""
	var err error
	switch {
	case byLink:
		name, secret, err = c.redeem(by.Token, before)
	case by.Name == "" || by.Password == "":
		err = malformed("want {token}, or {name, password}")
	default:
		if err = c.checkPassword(ec, by); err == nil {
			secret, err = c.begin(name, before)
		}
	}
	if err != nil {
		return err
	}
	c.opt.Log.Info("signed in", "name", name, "link", byLink)
	c.setCookie(ec, secret, sessionLasts)
	return c.answerSession(ec, name, "", true, byLink)
}

// checkPassword answers alike for a name that there is not, in words and in time.
func (c *Console) checkPassword(ec echo.Context, by credentials) error {
	if len(by.Password) > mostPassword || !isName(by.Name) {
		return errWrong
	}
	now := c.opt.Clock()
	if wait := c.doors.enter(by.Name, now); wait > 0 {
		return &refusal{status: http.StatusTooManyRequests, reason: "slow-down", title: "Too many wrong passwords.",
			detail: "Wait a little, or ask the operator for a link, which signs in at once.", retry: wait}
	}
	a, known, err := c.account(by.Name)
	if err != nil {
		return err
	}
	ok, err := c.hashing.check(ec.Request().Context(), a.Hash, by.Password)
	if err != nil {
		return err
	}
	if !ok {
		// A name that there is not may be a password in the wrong field, and is written
		// down nowhere; the same is done about it, since it is to take as long.
		if known {
			c.opt.Log.Warn("a wrong password", "name", by.Name)
		}
		err := c.update(func(tx *siteTx) error {
			if !known {
				return nil
			}
			return recordOf(tx, by.Name, func(at *siteTx) error { return record(at, now, actor{via: viaSession}, didWrong, by.Name, "") })
		})
		if err != nil {
			return err
		}
		return errWrong
	}
	c.doors.passed(by.Name)
	return nil
}

func (c *Console) signOut(ec echo.Context, _ caller) error {
	_, secret, ok, err := c.current(ec)
	if err != nil {
		return err
	}
	if ok {
		if err := c.end(secret); err != nil {
			return err
		}
	}
	c.setCookie(ec, "", -time.Second)
	return ec.NoContent(http.StatusNoContent)
}

// setPassword sets a password. The one before is wanted, but in a session that a link
// has begun.
func (c *Console) setPassword(ec echo.Context, by caller) error {
	s, secret := by.session, by.secret
	var to newPassword
	if err := body(ec, &to); err != nil {
		return err
	}
	a, _, err := c.account(s.Name)
	if err != nil {
		return err
	}
	if a.Hash != "" && !s.Link {
		if err := c.checkPassword(ec, credentials{Name: s.Name, Password: to.Current}); err != nil {
			if errors.Is(err, errWrong) {
				return &refusal{status: http.StatusForbidden, reason: "wrong-secret", title: "The current password is another.", detail: "Give the current password, or ask the operator for a link."}
			}
			return err
		}
	}
	if to.Password == "" {
		return malformed("want {password}, and {current} beside it where there is one already")
	}
	if r := acceptable(to.Password, s.Name); r != nil {
		return r
	}
	hash, err := c.hashing.make(ec.Request().Context(), to.Password)
	if err != nil {
		return err
	}
	if err := c.setHash(s.Name, hash, secret); err != nil {
		return err
	}
	c.opt.Log.Info("a password was set", "name", s.Name)
	return ec.NoContent(http.StatusNoContent)
}
