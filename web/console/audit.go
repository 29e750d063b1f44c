package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// mostLines bounds the audit log: the oldest lines go first.
const mostLines = 100_000

// Line is one of the audit log. It holds no addresses.
type Line struct {
	N      uint64    `json:"n" doc:"from 1, without gaps"`
	Time   time.Time `json:"time"`
	Who    string    `json:"who" doc:"the account; empty: the operator at the shell, or nobody's"`
	Via    string    `json:"via" doc:"session, token, shared link or shell"`
	With   string    `json:"with,omitempty" doc:"the token's name"`
	What   string    `json:"what"`
	About  string    `json:"about,omitempty" doc:"what it was done to"`
	Detail string    `json:"detail,omitempty"`
}

// What the audit log tells of.
const (
	didSignIn       = "signed in"
	didWrong        = "wrong password"
	didPassword     = "password set"
	didInvite       = "invited"
	didRole         = "role changed"
	didRemove       = "account removed"
	didToken        = "token made"
	didEndToken     = "token removed"
	didShare        = "shared link made"
	didEndShare     = "shared link removed"
	didOpenShare    = "shared link opened"
	didWrongShare   = "wrong password of a shared link"
	didCost         = "cost entered"
	didEndCost      = "cost removed"
	didEndAnnotated = "annotation removed"
	didEndView      = "view removed"
	didOrder        = "loop: " // and the action
)

// ErrAudit: the audit log is not as it was written.
var ErrAudit = errors.New("console: the audit log was changed")

// record adds a line to the audit log, in the transaction of what it tells of. Stored is
// SHA-256(the line's before, the line), 32 bytes, and the line in JSON, under its number.
// What is too many goes, from the oldest on: their number is the hash's alone to know.
func record(tx *siteTx, now time.Time, by actor, what, about, detail string) error {
	log := tx.Bucket(bucketAudit)
	cursor := log.Cursor()
	l := Line{N: 1, Time: now.UTC(), Who: by.name, Via: by.via, With: by.with, What: what, About: about, Detail: detail}
	before := make([]byte, sha256.Size)
	if k, v := cursor.Last(); k != nil {
		if len(k) != 8 || len(v) < sha256.Size {
			return ErrAudit
		}
		l.N = binary.BigEndian.Uint64(k) + 1
		copy(before, v)
	}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append(before, text...))
	if err := log.Put(binary.BigEndian.AppendUint64(nil, l.N), append(sum[:], text...)); err != nil {
		return err
	}
	for k, _ := cursor.First(); k != nil && binary.BigEndian.Uint64(k)+mostLines <= l.N; k, _ = cursor.First() {
		if err := cursor.Delete(); err != nil {
			return err
		}
	}
	return put(tx.Bucket(bucketHead), keyHead, head{l.N, hex.EncodeToString(sum[:])})
}

// head is the last line's number and hash, so that its removal shows.
type head struct {
	N    uint64 `json:"n"`
	Hash string `json:"hash"`
}

// keyHead is the head's.
var keyHead = []byte("audit")

// Checked is what CheckAudit found.
type Checked struct {
	First, Last uint64 // numbers of the lines that there are; 0: none yet
	Head        string // the last line's hash, in hex
}

// CheckAudit reads the audit log through, and tells whether each line follows from the one
// before it and the last is the last one written. Whoever can write console.db can write
// another log: it shows against a head that was kept elsewhere. known is such a head, the
// number and hash of a line of before; the zero number checks none.
//
// Errors: ErrAudit, saying where.
func (a *Accounts) CheckAudit(known uint64, hash string) (c Checked, err error) {
	return c, a.view(func(tx *siteTx) error {
		var before, own []byte
		seen := false
		err := tx.Bucket(bucketAudit).ForEach(func(k, v []byte) error {
			if len(k) != 8 || len(v) <= sha256.Size {
				return fmt.Errorf("%w: after line %d stands what is none", ErrAudit, c.Last)
			}
			n := binary.BigEndian.Uint64(k)
			if c.First == 0 {
				c.First = n
				if n == 1 {
					before = make([]byte, sha256.Size)
				}
			} else if n != c.Last+1 {
				return fmt.Errorf("%w: after line %d comes line %d", ErrAudit, c.Last, n)
			}
			own = v[:sha256.Size]
			var l Line
			// Of the oldest line that is kept, nobody has the hash before it.
			if sum := sha256.Sum256(append(bytes.Clone(before), v[sha256.Size:]...)); before != nil && !bytes.Equal(sum[:], own) || json.Unmarshal(v[sha256.Size:], &l) != nil || l.N != n {
				return fmt.Errorf("%w: line %d is not the one that was written", ErrAudit, n)
			}
			if n == known {
				if seen = hex.EncodeToString(own) == hash; !seen {
					return fmt.Errorf("%w: line %d has not the hash that was noted", ErrAudit, n)
				}
			}
			before, c.Last = own, n
			return nil
		})
		if err != nil {
			return err
		}
		c.Head = hex.EncodeToString(own)
		var at head
		if _, err := get(tx.Bucket(bucketHead), keyHead, &at); err != nil {
			return err
		}
		switch {
		case at.N != c.Last || at.Hash != c.Head:
			return fmt.Errorf("%w: it ends with line %d, and line %d was written last", ErrAudit, c.Last, at.N)
		case c.First > 1 && c.Last-c.First+1 < mostLines:
			return fmt.Errorf("%w: it begins with line %d, and only lines more than %d before the last are dropped", ErrAudit, c.First, mostLines)
		case known > c.Last:
			return fmt.Errorf("%w: it ends with line %d, before line %d that was noted", ErrAudit, c.Last, known)
		case known != 0 && known < c.First:
			return fmt.Errorf("console: line %d is no longer kept: the log begins with line %d, so it cannot be compared", known, c.First)
		}
		return nil
	})
}

// EachLine reads the audit log, the oldest line first.
func (a *Accounts) EachLine(do func(Line)) error {
	return a.lines(0, false, func(l Line) bool { do(l); return true })
}

// lines reads the lines before a number, or from the last on where it is 0, backwards; or
// all, forwards, until do says that it is enough.
func (a *Accounts) lines(before uint64, backwards bool, do func(Line) bool) error {
	return a.view(func(tx *siteTx) error {
		cursor := tx.Bucket(bucketAudit).Cursor()
		k, v := cursor.First()
		step := cursor.Next
		if backwards {
			step = cursor.Prev
			if k, v = cursor.Last(); before > 0 {
				if k, _ = cursor.Seek(binary.BigEndian.AppendUint64(nil, before)); k == nil {
					k, v = cursor.Last()
				} else {
					k, v = cursor.Prev()
				}
			}
		}
		for ; k != nil; k, v = step() {
			var l Line
			if len(v) < sha256.Size || json.Unmarshal(v[sha256.Size:], &l) != nil {
				return ErrAudit
			}
			if !do(l) {
				return nil
			}
		}
		return nil
	})
}

// AuditPage is the answer of GET /api/v1/audit.
type AuditPage struct {
	Lines []Line `json:"lines" doc:"the newest first"`
	Kept  int    `json:"kept" doc:"how many of the last lines are kept at most"`
	More  uint64 `json:"more,omitempty" doc:"give it as before, for the lines before these; absent: there are none"`
}

// pageLines is how many lines a page has at most.
const pageLines = 200

func (c *Console) getAudit(ec echo.Context, _ caller) error {
	var before uint64
	if text := ec.QueryParam("before"); text != "" {
		var err error
		if before, err = strconv.ParseUint(text, 10, 64); err != nil || before == 0 {
			return malformed("before is the number of a line, not %.40q", text)
		}
	}
	out := AuditPage{Lines: []Line{}, Kept: mostLines}
	err := c.lines(before, true, func(l Line) bool {
		if len(out.Lines) == pageLines {
			out.More = out.Lines[pageLines-1].N
			return false
		}
		out.Lines = append(out.Lines, l)
		return true
	})
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusOK, out)
}
