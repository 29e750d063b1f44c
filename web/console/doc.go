// Package console is the analyst's web server: accounts, roles, sessions, tokens, the
// API that answers from release records, and the dashboard's files.
//
// It reads release records alone and can reach no share, seal or report (scripts/check.sh
// holds that), so whoever breaks into it finds what an analyst sees, and password hashes.
// It trusts the store of releases, whose records both aggregators have signed.
//
// An account begins with a one-time link (Invite), which signs in once; a password, kept
// as argon2id, signs in from then on. What it may do its role says (Role), by the least
// right that each route declares (table). Tokens of links, sessions and programs are 256
// random bits, kept as SHA-256. The token of a link stands in the address's fragment, which
// browsers send to nobody: it reaches no log and no referrer.
//
// A shared link shows one saved view: opened, it gives a secret, kept in memory, by which a
// guest reads the report of that view's dates. The calls, their rights and their forms are
// one table (route.go), from which the OpenAPI document is written too.
//
// console.db (bbolt), in a folder of its own and open only while it is used, so that
// accounts can be made and removed beside a console that serves:
//
//	accounts  name -> JSON {hash, role, sites}   hash empty: only a link signs in; role: at the
//	          first site, sites: at others, by name
//	sites     name of a site but the first -> when it was made; it has tokens@NAME and so on
//	links     SHA-256 of token -> JSON {name, expires}
//	sessions  SHA-256 of token -> JSON {name, made, seen, link}
//	tokens    SHA-256 of token -> JSON {id, name, role, by, made, expires}
//	audit     number, u64 big-endian -> SHA-256(the hash before, line), line as JSON
//	head      "audit" -> JSON {n, hash} of the last line
//	notes     kind, "/", id -> JSON of an annotation, a cost or a view
//	shares    SHA-256 of token -> JSON {id, view, hash, by, made, expires, opened}
//	meta      the format's version, 2 (package store)
package console
