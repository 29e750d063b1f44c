// Package problem is how the aggregators say no over HTTP: RFC 9457 problem
// documents (application/problem+json). Programs branch on the type, a URN;
// people read the detail, which says what to do next. No problem quotes a
// report, a share or a key.
package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"syscall"
)

// Type names a kind of problem. It is an error itself, so that callers branch
// with errors.Is(err, problem.PeriodOpen).
type Type string

// The problems of aggregators and collector that callers branch on.
const (
	Malformed    Type = "urn:dunlin:problem:malformed"
	PlanUnknown  Type = "urn:dunlin:problem:plan-unknown"
	PlanRefused  Type = "urn:dunlin:problem:plan-refused"
	PeriodWrong  Type = "urn:dunlin:problem:period-unknown"
	PeriodOpen   Type = "urn:dunlin:problem:period-open"
	Replay       Type = "urn:dunlin:problem:replay"
	Pending      Type = "urn:dunlin:problem:chunk-pending"
	Finished     Type = "urn:dunlin:problem:partition-finished"
	Unfinished   Type = "urn:dunlin:problem:partition-unfinished"
	BatchClosed  Type = "urn:dunlin:problem:batch-closed"
	BatchOpen    Type = "urn:dunlin:problem:batch-open"
	Disagreement Type = "urn:dunlin:problem:disagreement"
	Conflict     Type = "urn:dunlin:problem:conflict"
	Signature    Type = "urn:dunlin:problem:signature"
	PairFailed   Type = "urn:dunlin:problem:pairing-failed"
	NotFound     Type = "urn:dunlin:problem:not-found"
	TooLarge     Type = "urn:dunlin:problem:too-large"
	UnknownPeer  Type = "urn:dunlin:problem:unknown-peer"
	BatchDeleted Type = "urn:dunlin:problem:batch-deleted"
	BatchLost    Type = "urn:dunlin:problem:batch-lost"
	StorageFull  Type = "urn:dunlin:problem:storage-full"
	Internal     Type = "urn:dunlin:problem:internal"
)

// Error returns the URN.
func (t Type) Error() string { return string(t) }

var titles = map[Type]struct {
	status int
	title  string
}{
	Malformed:    {400, "The request is not what this service reads."},
	PlanUnknown:  {404, "The plan is not known here."},
	PlanRefused:  {422, "The plan is refused."},
	PeriodWrong:  {404, "The plan has no such period."},
	PeriodOpen:   {409, "The period is still open."},
	Replay:       {409, "A report was sent before, or out of order."},
	Pending:      {409, "Another chunk was answered in this place."},
	Finished:     {409, "The partition is finished."},
	Unfinished:   {409, "A partition is not finished."},
	BatchClosed:  {409, "The batch is closed."},
	BatchOpen:    {409, "The batch is not closed yet."},
	Disagreement: {409, "The aggregators do not count the same reports."},
	Conflict:     {409, "Something else is stored already."},
	Signature:    {403, "A signature does not fit."},
	PairFailed:   {409, "The pairing failed."},
	NotFound:     {404, "There is nothing here."},
	TooLarge:     {413, "The request is too large."},
	UnknownPeer:  {403, "Nobody admitted this peer."},
	BatchDeleted: {410, "The period's reports are deleted."},
	BatchLost:    {410, "Reports of the period are lost."},
	StorageFull:  {507, "The disk is full."},
	Internal:     {500, "The service failed."},
}

// Problem is one refusal.
type Problem struct {
	Type   Type   `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // what to do next
	// Count and Need tell how far a batch is from its min batch. They are
	// exact: they go to the other aggregator, never to an analyst.
	Count *uint64 `json:"count,omitempty"`
	Need  *uint64 `json:"need,omitempty"`
}

// New makes a problem of a type with its usual title and status.
func New(t Type, detail string, args ...any) *Problem {
	k, ok := titles[t]
	if !ok {
		k = titles[Internal]
	}
	return &Problem{Type: t, Title: k.title, Status: k.status, Detail: fmt.Sprintf(detail, args...)}
}

// Error says type and detail.
func (p *Problem) Error() string { return fmt.Sprintf("%s (%s)", p.Detail, p.Type) }

// Unwrap lets errors.Is find the type.
func (p *Problem) Unwrap() error { return p.Type }

const contentType = "application/problem+json"

// full is what a system says of a disk with no room: none left, none of the quota's,
// or none within the largest file that the process may write.
var full = []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}

// Full gives an error of a full disk its type, with what to do; any other error, and
// nil, comes back as it is. whose names the disk's owner, as "this helper's".
func Full(err error, whose string) error {
	for _, e := range full {
		if errors.Is(err, e) {
			return New(StorageFull, "%s disk is full: free space; nothing is lost, and the next step goes on (%v)", whose, e)
		}
	}
	return err
}

// Write answers with err: as it is when it is a Problem, and otherwise as
// Internal without its text, which may name files.
func Write(w http.ResponseWriter, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		p = New(Internal, "look into this service's log")
	}
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(p.Status)
	_, _ = w.Write(b) // who hung up needs no answer
}

// maxDocument bounds what Read takes from a peer.
const maxDocument = 16 << 10

// Read turns a refusing answer into an error: a Problem when it is a problem
// document, else one that gives the status.
func Read(r *http.Response) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	b, err := io.ReadAll(io.LimitReader(r.Body, maxDocument))
	var p Problem
	if err == nil && kind == contentType && json.Unmarshal(b, &p) == nil && p.Type != "" {
		p.Status = r.StatusCode
		return &p
	}
	return fmt.Errorf("the service answered %s", r.Status)
}
