// Package console is the analyst's web server: accounts, sessions, the API that answers
// from release records, and the dashboard's files.
//
// It reads release records alone and can reach no share, seal or report (scripts/check.sh
// holds that), so whoever breaks into it finds what an analyst sees, and password hashes.
// It trusts the store of releases, whose records both aggregators have signed.
//
// An account begins with a one-time link (Invite), which signs in once; a password, kept
// as argon2id, signs in from then on. Tokens of links and sessions are 256 random bits,
// kept as SHA-256. The token of a link stands in the address's fragment, which browsers
// send to nobody: it reaches no log and no referrer.
//
// console.db (bbolt), in a folder of its own and open only while it is used, so that
// accounts can be made and removed beside a console that serves:
//
//	accounts  name -> JSON {hash}         hash empty: only a link signs in
//	links     SHA-256 of token -> JSON {name, expires}
//	sessions  SHA-256 of token -> JSON {name, made, seen, link}
//	meta      the format's version, 1 (package store)
package console
