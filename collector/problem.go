package collector

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/collector/spool"
)

// Reason says why a request was refused: the last part of its problem's type
// and the name it is counted under.
type Reason string

// The reasons.
const (
	MediaType      Reason = "media-type"
	TooLarge       Reason = "too-large"
	Malformed      Reason = "malformed"
	PlanUnknown    Reason = "plan-unknown"
	PlanUnsigned   Reason = "plan-unsigned"
	PlanExpired    Reason = "plan-expired"
	PlanSerial     Reason = "plan-serial"
	PlanSuperseded Reason = "plan-superseded"
	PeriodUnknown  Reason = "period-unknown"
	PeriodEarly    Reason = "period-early"
	PeriodClosed   Reason = "period-closed"
	PeriodOpen     Reason = "period-open"
	BatchOpen      Reason = "batch-open"
	BatchDamaged   Reason = "batch-damaged"
	BatchDeleted   Reason = "batch-deleted"
	BatchLost      Reason = "batch-lost"
	BatchNewer     Reason = "batch-newer"
	OverQuota      Reason = "over-quota"
	AddressLimit   Reason = "address-limit"
	UploadsFull    Reason = "uploads-full"
	QueueFull      Reason = "queue-full"
	StorageFull    Reason = "storage-full"
	StorageFailed  Reason = "storage-failed"
	Stopping       Reason = "stopping"
	NotFound       Reason = "not-found"
	Method         Reason = "method"
	Internal       Reason = "internal"
)

// reasons gives each its status, its title, and for those that pass by themselves
// the seconds after which to try again. Those who are refused one after the other
// are told up to spread seconds more, in turn, so that they do not come back at once.
var reasons = map[Reason]struct {
	status int
	title  string
	retry  int
	spread int
}{
	MediaType:      {http.StatusUnsupportedMediaType, "The content type is not accepted.", 0, 0},
	TooLarge:       {http.StatusRequestEntityTooLarge, "The body is too large.", 0, 0},
	Malformed:      {http.StatusBadRequest, "The request is malformed.", 0, 0},
	PlanUnknown:    {http.StatusNotFound, "The plan is not known here.", 0, 0},
	PlanUnsigned:   {http.StatusForbidden, "The plan is not signed by the privacy officer.", 0, 0},
	PlanExpired:    {http.StatusGone, "The plan has expired.", 0, 0},
	PlanSerial:     {http.StatusConflict, "The plan's serial is not above the site's highest.", 0, 0},
	PlanSuperseded: {http.StatusConflict, "A newer plan of the site is in force.", 0, 0},
	PeriodUnknown:  {http.StatusNotFound, "The plan has no such period.", 0, 0},
	PeriodEarly:    {http.StatusConflict, "The period has not begun.", 0, 0},
	PeriodClosed:   {http.StatusGone, "The period is closed.", 0, 0},
	PeriodOpen:     {http.StatusConflict, "The period is still open.", 0, 0},
	BatchOpen:      {http.StatusConflict, "The batch has not been closed.", 0, 0},
	BatchDamaged:   {http.StatusServiceUnavailable, "The period's file is damaged.", 3600, 600},
	BatchDeleted:   {http.StatusGone, "The batch was deleted.", 0, 0},
	BatchLost:      {http.StatusGone, "Reports of the batch are lost.", 0, 0},
	BatchNewer:     {http.StatusServiceUnavailable, "The period's file is of a newer version.", 3600, 600},
	OverQuota:      {http.StatusTooManyRequests, "The site has used up its quota.", 1, 0},
	AddressLimit:   {http.StatusTooManyRequests, "This address has sent enough.", 1, 30},
	UploadsFull:    {http.StatusServiceUnavailable, "Too many reports are arriving.", 2, 8},
	QueueFull:      {http.StatusServiceUnavailable, "Too many reports wait for the disk.", 1, 4},
	StorageFull:    {http.StatusInsufficientStorage, "The disk is full.", 60, 60},
	StorageFailed:  {http.StatusServiceUnavailable, "The disk refuses.", 10, 10},
	Stopping:       {http.StatusServiceUnavailable, "The collector is stopping.", 5, 5},
	NotFound:       {http.StatusNotFound, "There is nothing here.", 0, 0},
	Method:         {http.StatusMethodNotAllowed, "The method is not allowed here.", 0, 0},
	Internal:       {http.StatusInternalServerError, "The collector has a defect.", 0, 0},
}

// Problem is an RFC 9457 problem document.
type Problem struct {
	Type   string `json:"type"` // urn:dunlin:problem:REASON
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // what to do next
	// At is when it will be otherwise (RFC 3339), for periods.
	At string `json:"at,omitempty"`
}

const problemType = "urn:dunlin:problem:"

// refusal is a problem on its way to the client.
type refusal struct {
	reason Reason
	detail string
	at     string
	wait   time.Duration // until it can be tried again; 0: as long as its reason says
}

func (r *refusal) Error() string { return string(r.reason) + ": " + r.detail }

func refuse(reason Reason, format string, args ...any) error {
	return &refusal{reason: reason, detail: fmt.Sprintf(format, args...)}
}

// refusalOf turns any error of a handler into a refusal. Details for visitors
// name no file: the log and /v1/status do.
func refusalOf(err error) *refusal {
	var r *refusal
	var h *echo.HTTPError
	switch {
	case errors.As(err, &r):
		return r
	case errors.Is(err, spool.ErrBusy):
		return &refusal{reason: QueueFull, detail: "send the same report again after the time in Retry-After"}
	case errors.Is(err, spool.ErrFrozen):
		return &refusal{reason: PeriodClosed, detail: "drop this report: its period is closed and nothing can be added"}
	case errors.Is(err, spool.ErrOpen):
		return &refusal{reason: BatchOpen, detail: "POST …/close first, then read its partitions"}
	case errors.Is(err, spool.ErrUnknown):
		return &refusal{reason: NotFound, detail: "the batch holds no report of this ID"}
	case errors.Is(err, spool.ErrClosed):
		return &refusal{reason: Stopping, detail: "nothing was kept: send it again after the time in Retry-After"}
	case errors.Is(err, spool.ErrDeleted):
		return &refusal{reason: BatchDeleted, detail: "nothing of it is left, and nothing is added: drop what you have of it"}
	case errors.Is(err, spool.ErrLost):
		return &refusal{reason: BatchLost, detail: "abandon the batch: reports of it that were acknowledged are lost; the operator finds more in the log and in /v1/status"}
	case errors.Is(err, spool.ErrNewer):
		return &refusal{reason: BatchNewer, detail: "nothing was kept or changed: the operator must start the newer Dunlin again"}
	case errors.Is(err, spool.ErrDamaged):
		return &refusal{reason: BatchDamaged, detail: "nothing was kept; the operator finds the file and what to do in the log and in /v1/status"}
	case errors.Is(err, spool.ErrFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return &refusal{reason: StorageFull, detail: "nothing is acknowledged: send it again after the time in Retry-After; the operator must free space"}
	case errors.As(err, &h) && h.Code == http.StatusNotFound:
		return &refusal{reason: NotFound, detail: "see the package's list of paths"}
	case errors.As(err, &h) && h.Code == http.StatusMethodNotAllowed:
		return &refusal{reason: Method, detail: "the header Allow lists the methods of this path"}
	}
	return &refusal{reason: StorageFailed, detail: "nothing is acknowledged: send it again after the time in Retry-After; the operator finds the cause in the log"}
}

// write sends the problem document. before are those of its kind that were sent.
func (r *refusal) write(w http.ResponseWriter, before uint64) {
	about := reasons[r.reason]
	body, err := json.Marshal(Problem{Type: problemType + string(r.reason), Title: about.title, Status: about.status, Detail: r.detail, At: r.at})
	if err != nil {
		panic(err) // strings and a number always encode
	}
	if wait := max(r.wait, time.Duration(about.retry)*time.Second); wait > 0 {
		seconds := uint64((wait+time.Second-1)/time.Second) + before%uint64(about.spread+1)
		w.Header().Set("Retry-After", strconv.FormatUint(seconds, 10))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(about.status)
	// A client that has gone needs no answer.
	_, _ = w.Write(body)
}
