package console

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
)

// route is one call of the API. The table of them is what echo serves, what the roles are
// tested on, and what the OpenAPI document is made from.
type route struct {
	method, path string // below /api/v1
	// need is the least right; 0: everybody may, signed in or not.
	need right
	// person: only in a session of one's own, by no token and no shared link.
	person bool
	do     func(echo.Context, caller) error

	about  string // one sentence
	query  []parameter
	body   any // a value of the type that it takes; nil: none, or {}
	status int // where it succeeds
	answer any // a value of the type that it answers; nil: nothing
	// problems are the reasons of its own refusals, with another status than is usual of a
	// reason before it, as "403 wrong-secret".
	problems []string
}

// parameter is one of an address's.
type parameter struct {
	name, about, pattern string
	must                 bool
	most                 int // how often it may come; 0: once
}

const day = `^\d{4}-\d{2}-\d{2}$`

var (
	from = parameter{name: "from", about: "the first date, counted", pattern: day}
	to   = parameter{name: "to", about: "the last date, counted", pattern: day}
)

// table lists all calls.
func (c *Console) table() []route {
	return []route{
		{method: "GET", path: "/openapi.json", do: c.getOpenAPI, about: "This document.", status: 200, answer: map[string]any{}},
		{method: "GET", path: "/session", do: c.getSession, about: "Who is signed in.", status: 200, answer: Session{}},
		{method: "POST", path: "/session", do: c.signIn, about: "Signs in by a one-time link's token, or by name and password; sets the cookie.",
			body: credentials{}, status: 200, answer: Session{}, problems: []string{"malformed", "wrong-secret", "link-used", "slow-down", "busy"}},
		{method: "DELETE", path: "/session", do: c.signOut, about: "Ends the session.", status: 204},
		{method: "PUT", path: "/password", person: true, do: c.setPassword, about: "Sets one's password, ends one's other sessions and uses up one's links.",
			body: newPassword{}, status: 204, problems: []string{"malformed", "403 wrong-secret", "slow-down", "busy"}},
		{method: "GET", path: "/sites", do: c.getSites, about: "The sites that the caller may see, and the role there; for nobody none.", status: 200, answer: SiteList{}},
		{method: "GET", path: "/site", need: readReport, do: c.getSite, about: "The site, and the dates of its first and last release.", status: 200, answer: Site{}, problems: []string{"no-releases"}},
		{method: "GET", path: "/snippet", need: readMore, do: c.getSnippet, about: "What goes into the site's pages.", status: 200, answer: Snippet{}},
		{method: "GET", path: "/report", need: readReport, do: c.getReport, about: "The panels of a range of dates; without dates of the last 30 releases.",
			query:  []parameter{from, to, {name: "grain", about: "how series go over time; without it by release", pattern: "^(week|month)$"}},
			status: 200, answer: Report{}, problems: []string{"malformed", "no-releases"}},
		{method: "GET", path: "/answers", need: readMore, do: c.getAnswers, about: "The five questions of a range of dates, with the costs that analysts entered beside those that are asked about.",
			query: []parameter{from, to,
				{name: "cost", about: "FROM~TO~AMOUNT~MARGIN~NAME", most: mostCosts}},
			status: 200, answer: finding.Answers{}, problems: []string{"malformed", "no-releases"}},
		{method: "GET", path: "/changes", need: readMore, do: c.getChanges, about: "How a range differs from the dates before it, or of the year before.",
			query: []parameter{from, to,
				{name: "compare", about: "what with", pattern: "^(previous|year)$", must: true}},
			status: 200, answer: finding.Changes{}, problems: []string{"malformed", "no-releases"}},
		{method: "GET", path: "/loop", need: readMore, do: c.getLoop, about: "What the optimiser tells devices, what it told them before a range of dates, what its guard rails see, and what it was ordered.",
			query: []parameter{from, to}, status: 200, answer: Loop{}, problems: []string{"malformed", "no-releases"}},
		{method: "POST", path: "/loop/orders", need: steerLoop, do: c.postOrder, about: "Stops or resumes a variant, rolls the optimiser back or lets it go on, or turns guard rails on or off; devices hear of it with the leader's next step.",
			body: newOrder{}, status: 201, answer: steer.Order{}, problems: []string{"malformed", "no-releases", "no-helm", "too-many"}},
		{method: "GET", path: "/accounts", need: keepAccounts, do: c.getAccounts, about: "All accounts, by name.", status: 200, answer: AccountList{}},
		{method: "POST", path: "/accounts", need: keepAccounts, person: true, do: c.invite, about: "Makes an account if there is none, and a link that signs it in once, within a day. The token is shown this once.",
			body: invitation{}, status: 201, answer: Invited{}, problems: []string{"malformed", "own-account", "account-elsewhere", "too-many"}},
		{method: "PUT", path: "/accounts", need: keepAccounts, person: true, do: c.changeRole, about: "Gives another account another role, at once.",
			body: newRole{}, status: 204, problems: []string{"malformed", "own-account", "not-found"}},
		{method: "DELETE", path: "/accounts", need: keepAccounts, person: true, do: c.removeAccount, about: "Removes another account with its links, sessions and tokens.",
			query: []parameter{{name: "name", about: "the account's", must: true}}, status: 204, problems: []string{"own-account", "not-found"}},
		{method: "GET", path: "/tokens", need: readMore, do: c.getTokens, about: "One's own tokens; for an admin all.", status: 200, answer: TokenList{}},
		{method: "POST", path: "/tokens", need: readMore, person: true, do: c.postToken, about: "Makes a token for a program. Its secret is shown this once.",
			body: wantedToken{}, status: 201, answer: NewToken{}, problems: []string{"malformed", "too-many"}},
		{method: "DELETE", path: "/tokens/:id", need: readMore, person: true, do: c.deleteToken, about: "Removes a token of one's own, as an admin any.", status: 204, problems: []string{"not-found"}},
		{method: "GET", path: "/audit", need: readAudit, do: c.getAudit, about: "The audit log, the newest line first.",
			query: []parameter{{name: "before", about: "the number of a line: those before it", pattern: `^[1-9]\d*$`}}, status: 200, answer: AuditPage{}, problems: []string{"malformed"}},
		{method: "GET", path: "/annotations", need: readMore, do: c.getAnnotations, about: "What happened on which date.", status: 200, answer: AnnotationList{}},
		{method: "POST", path: "/annotations", need: writeNotes, do: c.postAnnotation, about: "Annotates a date.",
			body: newAnnotation{}, status: 201, answer: Annotation{}, problems: []string{"malformed", "too-many"}},
		{method: "DELETE", path: "/annotations/:id", need: writeNotes, do: c.deleteAnnotation, about: "Removes an annotation.", status: 204, problems: []string{"not-found"}},
		{method: "GET", path: "/costs", need: readMore, do: c.getCosts, about: "What campaigns, slots and lists cost, and their margins.", status: 200, answer: CostList{}},
		{method: "POST", path: "/costs", need: writeNotes, do: c.postCost, about: "Enters a cost.",
			body: newCost{}, status: 201, answer: Cost{}, problems: []string{"malformed", "too-many"}},
		{method: "DELETE", path: "/costs/:id", need: writeNotes, do: c.deleteCost, about: "Removes a cost.", status: 204, problems: []string{"not-found"}},
		{method: "GET", path: "/views", need: readMore, do: c.getViews, about: "Saved views of the dashboard.", status: 200, answer: ViewList{}},
		{method: "POST", path: "/views", need: writeNotes, do: c.postView, about: "Saves a view.",
			body: newView{}, status: 201, answer: View{}, problems: []string{"malformed", "too-many"}},
		{method: "DELETE", path: "/views/:id", need: writeNotes, do: c.deleteView, about: "Removes a view, with its shared links.", status: 204, problems: []string{"not-found"}},
		{method: "GET", path: "/shares", need: writeNotes, do: c.getShares, about: "All shared links.", status: 200, answer: ShareList{}},
		{method: "POST", path: "/shares", need: writeNotes, do: c.postShare, about: "Makes a link that shows one saved view to whoever has it. Its token is shown this once.",
			body: wantedShare{}, status: 201, answer: NewShare{}, problems: []string{"malformed", "not-found", "too-many", "busy"}},
		{method: "DELETE", path: "/shares/:id", need: writeNotes, do: c.deleteShare, about: "Ends a shared link, and what was opened by it.", status: 204, problems: []string{"not-found"}},
		{method: "POST", path: "/shared", do: c.openShare, about: "Opens a shared link.",
			body: opening{}, status: 200, answer: Shared{}, problems: []string{"malformed", "link-over", "password-wanted", "wrong-secret", "slow-down", "busy"}},
	}
}

func (c *Console) routes(calls []route) http.Handler {
	e := echo.New()
	e.HTTPErrorHandler = c.refuse
	e.Use(c.guard)
	for i, r := range calls {
		e.Add(r.method, "/api/v1"+r.path, c.call(&r, i))
	}
	e.GET("/api/*", func(echo.Context) error { return errNowhere })
	e.GET("/*", c.files.serve)
	e.HEAD("/*", c.files.serve)
	c.echo = e
	return e
}
