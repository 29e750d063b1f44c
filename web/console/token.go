package console

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// Bounds of tokens.
const (
	mostDays   = 365
	mostTokens = 100 // of one account, and of the shell
)

var (
	// ErrToken: there is no token of the ID.
	ErrToken = errors.New("console: there is no token of that ID")
	// ErrDays: a token lasts no such time.
	ErrDays = fmt.Errorf("console: a token lasts 1 to %d days", mostDays)
)

// token is stored under the SHA-256 of its secret.
type token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Role    Role      `json:"role" enum:"viewer analyst officer admin"`
	By      string    `json:"by"` // the account that made it; empty: the operator at the shell
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
}

// Token is what is told of a token.
type Token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Role    Role      `json:"role" enum:"viewer analyst officer admin" doc:"it may never do more than its account"`
	By      string    `json:"by" doc:"the account that made it; empty: the operator at the shell"`
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
}

// TokenList is the answer of GET /api/v1/tokens.
type TokenList struct {
	Tokens []Token `json:"tokens" doc:"one's own; for an admin all"`
}

type wantedToken struct {
	Name string `json:"name" doc:"1 to 64 bytes of text: what it is for"`
	Role Role   `json:"role" enum:"viewer analyst officer admin" doc:"no higher than one's own"`
	Days int    `json:"days" doc:"1 to 365"`
}

// NewToken is the answer of POST /api/v1/tokens.
type NewToken struct {
	Token
	Secret string `json:"secret" doc:"for Authorization: Bearer. It is shown this once"`
}

// MakeToken makes a token of the operator, which belongs to no account.
//
// Errors: ErrName, ErrDays, and of a role that is none.
func (a *Accounts) MakeToken(name string, role Role, days int) (NewToken, error) {
	return a.makeToken(wantedToken{name, role, days}, shell)
}

func (a *Accounts) makeToken(want wantedToken, by actor) (out NewToken, err error) {
	if !isName(want.Name) {
		return out, ErrName
	}
	if _, err := ParseRole(string(want.Role)); err != nil {
		return out, err
	}
	if want.Days < 1 || want.Days > mostDays {
		return out, ErrDays
	}
	secret, key, err := a.token()
	if err != nil {
		return out, err
	}
	id, err := a.id()
	if err != nil {
		return out, err
	}
	now := a.clock().UTC()
	t := token{id, want.Name, want.Role, by.name, now, now.AddDate(0, 0, want.Days)}
	return NewToken{Token(t), secret}, a.update(func(tx *siteTx) error {
		tokens := tx.Bucket(bucketTokens)
		if err := sweep(tx, now); err != nil {
			return err
		}
		n := 0
		err := each(tokens, func(_ []byte, one token) {
			if one.By == by.name {
				n++
			}
		})
		if err == nil && n >= mostTokens {
			err = errTooMany(mostTokens, "tokens of an account")
		}
		if err != nil {
			return err
		}
		return errors.Join(put(tokens, key, t), record(tx, now, by, didToken, t.Name, string(t.Role)))
	})
}

// Tokens returns all tokens that are not over, the oldest first.
func (a *Accounts) Tokens() (all []Token, err error) {
	now := a.clock()
	err = a.view(func(tx *siteTx) error {
		all = nil
		return each(tx.Bucket(bucketTokens), func(_ []byte, t token) {
			if now.Before(t.Expires) {
				all = append(all, Token(t))
			}
		})
	})
	slices.SortFunc(all, func(x, y Token) int {
		if c := x.Made.Compare(y.Made); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	return all, err
}

// RemoveToken removes a token at once.
//
// Errors: ErrToken.
func (a *Accounts) RemoveToken(id string) error {
	return a.removeToken(id, shell, func(token) bool { return true })
}

func (a *Accounts) removeToken(id string, by actor, may func(token) bool) error {
	now := a.clock()
	return a.update(func(tx *siteTx) error {
		var found *token
		err := drop(tx.Bucket(bucketTokens), func(_ []byte, t token) bool {
			if t.ID != id || !may(t) {
				return false
			}
			found = &t
			return true
		})
		if err == nil && found == nil {
			err = ErrToken
		}
		if err != nil {
			return err
		}
		return record(tx, now, by, didEndToken, found.Name, found.By)
	})
}

// bearer says whose a secret of Authorization is.
//
// Errors: errToken.
func (c *Console) bearer(secret string) (by caller, err error) {
	now := c.opt.Clock()
	err = c.view(func(tx *siteTx) error {
		var t token
		switch ok, err := get(tx.Bucket(bucketTokens), tokenKey(secret), &t); {
		case err != nil:
			return err
		case !ok || !now.Before(t.Expires):
			return errToken
		}
		by = caller{actor: actor{name: t.By, via: viaToken, with: t.Name}, role: t.Role, rights: t.Role.rights()}
		if t.By == "" {
			return nil
		}
		var one account
		switch ok, err := get(tx.Bucket(bucketAccounts), []byte(t.By), &one); {
		case err != nil:
			return err
		case !ok:
			return errToken
		}
		// Its account may have had a higher role when it was made.
		by.rights &= one.at(tx.site).rights()
		return nil
	})
	return by, err
}

func (c *Console) getTokens(ec echo.Context, by caller) error {
	all, err := c.Tokens()
	if err != nil {
		return err
	}
	own := TokenList{[]Token{}}
	for _, t := range all {
		if by.rights&keepAccounts != 0 || t.By == by.name {
			own.Tokens = append(own.Tokens, t)
		}
	}
	return ec.JSON(http.StatusOK, own)
}

func (c *Console) postToken(ec echo.Context, by caller) error {
	var want wantedToken
	if err := body(ec, &want); err != nil {
		return err
	}
	if err := isRole(want.Role, false); err != nil {
		return err
	}
	if !by.role.covers(want.Role) {
		return &refusal{status: http.StatusForbidden, reason: "forbidden", title: "Your role does not allow this.",
			detail: fmt.Sprintf("A token of the role %s may do what your role, %s, may not. Take a lower one.", want.Role, by.role)}
	}
	out, err := c.makeToken(want, by.actor)
	if err != nil {
		return told(err)
	}
	return ec.JSON(http.StatusCreated, out)
}

func (c *Console) deleteToken(ec echo.Context, by caller) error {
	err := c.removeToken(ec.Param("id"), by.actor, func(t token) bool { return by.rights&keepAccounts != 0 || t.By == by.name })
	if err != nil {
		return told(err)
	}
	return ec.NoContent(http.StatusNoContent)
}

// id draws what a token, note or shared link is called: no secret.
func (a *Accounts) id() (string, error) {
	b := make([]byte, 8)
	if _, err := io.ReadFull(a.random, b); err != nil {
		return "", fmt.Errorf("console: draw an ID: %w", err)
	}
	return hex.EncodeToString(b), nil
}
