package console

import "time"

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
