package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// Problem is an RFC 9457 problem document, as every error of the API is answered.
type Problem struct {
	Type   string `json:"type"` // urn:dunlin:problem:REASON
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // what to do next
}

// refusal is an error that the client is told.
type refusal struct {
	status int
	reason string
	title  string
	detail string
	retry  time.Duration // 0: no use
}

func (r *refusal) Error() string { return r.reason + ": " + r.detail }

// The refusals that always read alike.
var (
	errNowhere   = &refusal{status: http.StatusNotFound, reason: "not-found", title: "There is nothing here.", detail: "The API is described in docs/console.md."}
	errSignedOut = &refusal{status: http.StatusUnauthorized, reason: "signed-out", title: "You are not signed in.", detail: "Sign in with your password, or with a link that the operator makes."}
	errWrong     = &refusal{status: http.StatusUnauthorized, reason: "wrong-secret", title: "That did not sign you in.", detail: "Name and password do not belong together, or there is no password yet: then ask the operator for a link."}
	errLink      = &refusal{status: http.StatusUnauthorized, reason: "link-used", title: "The link does not sign in.", detail: "A link works once and for a day. Ask the operator for another one."}
	errToken     = &refusal{status: http.StatusUnauthorized, reason: "wrong-token", title: "The token is not valid.", detail: "Send Authorization: Bearer with a token of this console that is neither removed nor over. An account's page, or `dunlin console token`, makes another."}
	errPerson    = &refusal{status: http.StatusForbidden, reason: "forbidden", title: "A token cannot do this.", detail: "Sign in: accounts, tokens and passwords are made in a session of one's own."}
	errGuest     = &refusal{status: http.StatusForbidden, reason: "forbidden", title: "The link does not show this.", detail: "It shows one view of the report. For more, ask for an account."}
	errForeign   = &refusal{status: http.StatusForbidden, reason: "foreign-origin", title: "The request came from another site.", detail: "Use the dashboard at this address."}
	errMedia     = &refusal{status: http.StatusUnsupportedMediaType, reason: "media-type", title: "The body is not JSON.", detail: "Send Content-Type: application/json."}
	errBusy      = &refusal{status: http.StatusServiceUnavailable, reason: "busy", title: "Too many are signing in.", detail: "Try again in a moment.", retry: 2 * time.Second}
	errMethod    = &refusal{status: http.StatusMethodNotAllowed, reason: "method", title: "This is not done here.", detail: "The API is described in docs/console.md."}
	errNone      = &refusal{status: http.StatusNotFound, reason: "no-releases", title: "There is no release yet.", detail: "The first one comes when a period has closed with enough reports."}
	errRange     = &refusal{status: http.StatusNotFound, reason: "no-releases", title: "There is no release in this range.", detail: "Choose another range: GET /api/v1/site tells the dates of the first and the last release."}
)

func errTooMany(most int, of string) *refusal {
	return &refusal{status: http.StatusConflict, reason: "too-many", title: "There are too many.", detail: fmt.Sprintf("At most %d %s are kept: remove some.", most, of)}
}

func malformed(format string, a ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, reason: "malformed", title: "The request is malformed.", detail: fmt.Sprintf(format, a...)}
}

// refuse answers an error with its problem. Errors of storage are logged, and their
// words stay here.
func (c *Console) refuse(err error, ec echo.Context) {
	if ec.Response().Committed {
		return
	}
	var r *refusal
	var other *echo.HTTPError
	switch {
	case errors.As(err, &r):
	case errors.As(err, &other) && other.Code == http.StatusMethodNotAllowed:
		r = errMethod
	case errors.As(err, &other) && other.Code == http.StatusNotFound:
		r = errNowhere
	case errors.Is(err, context.Canceled):
		return // whoever asked has gone
	default:
		c.opt.Log.Error("a request failed", "path", ec.Path(), "error", err)
		r = &refusal{status: http.StatusInternalServerError, reason: "internal", title: "The console failed.", detail: "Its log says why. Try again, or tell the operator."}
	}
	h := ec.Response().Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if r.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(r.retry/time.Second)+1))
	}
	ec.Response().WriteHeader(r.status)
	// A client that is gone has nobody to tell.
	_ = json.NewEncoder(ec.Response()).Encode(Problem{"urn:dunlin:problem:" + r.reason, r.title, r.status, r.detail})
}
