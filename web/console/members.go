package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// AccountList is the answer of GET /api/v1/accounts.
type AccountList struct {
	Accounts []Account `json:"accounts" doc:"by name"`
}

type invitation struct {
	Name string `json:"name" doc:"1 to 64 bytes of text"`
	Role Role   `json:"role,omitempty" enum:"viewer analyst officer admin" doc:"without one: a new account is a viewer, one that there is keeps its own"`
}

type newRole struct {
	Name string `json:"name"`
	Role Role   `json:"role" enum:"viewer analyst officer admin"`
}

// Invited is the answer of POST /api/v1/accounts.
type Invited struct {
	Name    string    `json:"name"`
	Role    Role      `json:"role" enum:"viewer analyst officer admin"`
	Token   string    `json:"token" doc:"of the link: the console's address, #/sign-in/ and this. It is shown this once"`
	Expires time.Time `json:"expires"`
}

func (c *Console) getAccounts(ec echo.Context, _ caller) error {
	all, err := c.List()
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusOK, AccountList{append([]Account{}, all...)})
}

// others refuses what an admin would do to their own account: so that one admin stays.
func others(by caller, name string) error {
	if name == by.name {
		return &refusal{status: http.StatusConflict, reason: "own-account", title: "That is your own account.",
			detail: "Another admin, or the operator with `dunlin console`, can change it: so one admin always stays."}
	}
	return nil
}

func (c *Console) invite(ec echo.Context, by caller) error {
	var to invitation
	if err := body(ec, &to); err != nil {
		return err
	}
	if err := errors.Join(others(by, to.Name), isRole(to.Role, true)); err != nil {
		return err
	}
	out, err := c.Accounts.invite(to.Name, to.Role, by.actor)
	if err != nil {
		return told(err)
	}
	return ec.JSON(http.StatusCreated, out)
}

func (c *Console) changeRole(ec echo.Context, by caller) error {
	var to newRole
	if err := body(ec, &to); err != nil {
		return err
	}
	if err := errors.Join(others(by, to.Name), isRole(to.Role, false)); err != nil {
		return err
	}
	if err := c.setRole(to.Name, to.Role, by.actor); err != nil {
		return told(err)
	}
	return ec.NoContent(http.StatusNoContent)
}

func (c *Console) removeAccount(ec echo.Context, by caller) error {
	name := ec.QueryParam("name")
	if err := others(by, name); err != nil {
		return err
	}
	if err := c.remove(name, by.actor); err != nil {
		return told(err)
	}
	return ec.NoContent(http.StatusNoContent)
}

func isRole(r Role, optional bool) error {
	if optional && r == "" {
		return nil
	}
	if _, err := ParseRole(string(r)); err != nil {
		return malformed("a role is viewer, analyst, officer or admin, not %.40q", r)
	}
	return nil
}

// told turns an error of the accounts into the problem that its client is told.
func told(err error) error {
	switch {
	case errors.Is(err, ErrName):
		return malformed("a name has 1 to %d bytes of text, without control characters or spaces around it", mostName)
	case errors.Is(err, ErrNobody):
		return &refusal{status: http.StatusNotFound, reason: "not-found", title: "There is no such account.", detail: "GET /api/v1/accounts lists them."}
	case errors.Is(err, ErrDays):
		return malformed("days are 1 to %d", mostDays)
	case errors.Is(err, ErrToken):
		return &refusal{status: http.StatusNotFound, reason: "not-found", title: "There is no such token.", detail: "GET /api/v1/tokens lists those that you may remove."}
	}
	return err
}
