package console

import (
	"fmt"
	"slices"
	"strings"
)

// Role says what an account, a token or a shared link may do.
type Role string

// The roles of accounts and tokens, and the guest's, which a shared link alone has.
const (
	Viewer  Role = "viewer"  // reads reports and notes
	Analyst Role = "analyst" // and writes notes, makes shared links and steers the loop
	Officer Role = "officer" // reads reports, notes and the audit log
	Admin   Role = "admin"   // all of it, and the accounts and tokens of others
	guest   Role = "guest"   // reads the report of a shared link
)

// Roles are those that an account can have.
var Roles = []Role{Viewer, Analyst, Officer, Admin}

// right is a set of what somebody may do.
type right uint8

const (
	readReport right = 1 << iota
	readMore         // notes, answers and comparisons
	writeNotes       // and shared links
	readAudit
	keepAccounts // and tokens of others
	steerLoop    // stops, resumes, rolls back
)

var rightsOf = map[Role]right{
	guest:   readReport,
	Viewer:  readReport | readMore,
	Analyst: readReport | readMore | writeNotes | steerLoop,
	Officer: readReport | readMore | readAudit,
	Admin:   readReport | readMore | writeNotes | readAudit | keepAccounts | steerLoop,
}

// rights of an unknown role are none.
func (r Role) rights() right { return rightsOf[r] }

// covers tells whether r may do all that other may.
func (r Role) covers(other Role) bool { return other.rights()&^r.rights() == 0 }

// ParseRole reads the name of an account's role.
func ParseRole(s string) (Role, error) {
	if !slices.Contains(Roles, Role(s)) {
		return "", fmt.Errorf("console: a role is viewer, analyst, officer or admin, not %.40q", s)
	}
	return Role(s), nil
}

// with names the roles of accounts that have a right.
func (r right) with() string {
	var names []string
	for _, one := range Roles {
		if one.rights()&r == r {
			names = append(names, string(one))
		}
	}
	return strings.Join(names, " or ")
}
