package console

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// How somebody came to a call.
const (
	viaSession = "session"
	viaToken   = "token"
	viaShare   = "shared link"
	viaShell   = "shell" // by `dunlin console`, who is nobody's account
)

// actor is who did something, as the audit log names it.
type actor struct {
	name string // of the account; empty at the shell, or of a token made there
	via  string
	with string // the token's name
}

// shell is whoever runs `dunlin console`.
var shell = actor{via: viaShell}

// caller is who sent a request; the zero caller is nobody.
type caller struct {
	actor
	role    Role
	rights  right
	session session // of via session
	secret  string
	place   *place // what a shared link shows, of via shared link
}

func (by *caller) known() bool { return by.via != "" }

// caller says who sent a request: by Authorization where there is one, and by no cookie
// then; else by the cookie.
//
// Errors: errToken, errShare.
func (c *Console) caller(ec echo.Context) (caller, error) {
	if header := ec.Request().Header.Get("Authorization"); header != "" {
		kind, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(kind, "Bearer") || secret == "" {
			return caller{}, errToken
		}
		if by, ok, err := c.guest(secret); ok || err != nil {
			return by, err
		}
		return c.bearer(secret)
	}
	s, secret, ok, err := c.current(ec)
	if err != nil || !ok {
		return caller{}, err
	}
	return caller{actor{name: s.Name, via: viaSession}, s.role, s.role.rights(), s, secret, nil}, nil
}

// allow lets a route's callers through, and nobody else.
func (c *Console) allow(r *route) echo.HandlerFunc {
	return func(ec echo.Context) error {
		by, err := c.caller(ec)
		if err != nil {
			return err
		}
		switch {
		case r.need == 0 && !r.person:
		case !by.known():
			return errSignedOut
		case r.person && by.via != viaSession:
			return errPerson
		case by.via == viaShare && by.rights&r.need != r.need:
			return errGuest
		case by.rights&r.need != r.need:
			return &refusal{status: http.StatusForbidden, reason: "forbidden", title: "Your role does not allow this.",
				detail: "It wants the role " + r.need.with() + ", and yours is " + string(by.role) + ". An admin, or the operator, can change it."}
		}
		return r.do(ec, by)
	}
}
