package console

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Bounds of notes.
const (
	mostNotes = 1000 // of each kind
	mostText  = 280  // characters of an annotation
	mostThing = 128  // bytes of the name of a campaign, slot or list
)

// The kinds of notes, as their keys begin.
const (
	kindAnnotation = "annotation"
	kindCost       = "cost"
	kindView       = "view"
)

// errNote: there is no note of the ID.
var errNote = &refusal{status: http.StatusNotFound, reason: "not-found", title: "There is no such note.", detail: "Its list tells the IDs: GET annotations, costs or views."}

// note is what all notes have.
type note struct {
	ID   string    `json:"id"`
	By   string    `json:"by" doc:"the account that wrote it"`
	Made time.Time `json:"made"`
}

type newAnnotation struct {
	Date string `json:"date" doc:"YYYY-MM-DD"`
	Text string `json:"text" doc:"1 to 280 characters"`
}

// Annotation says what happened on a date.
type Annotation struct {
	note
	newAnnotation
}

// AnnotationList is the answer of GET /api/v1/annotations.
type AnnotationList struct {
	Annotations []Annotation `json:"annotations" doc:"by date"`
}

type newCost struct {
	Name       string `json:"name" doc:"of the campaign, slot, list or revenue, 1 to 128 bytes"`
	From       string `json:"from" doc:"YYYY-MM-DD, counted"`
	To         string `json:"to" doc:"YYYY-MM-DD, counted"`
	Amount     string `json:"amount" doc:"what it cost from the one date to the other: up to 12 digits, and up to 4 after a point"`
	Currency   string `json:"currency" doc:"three letters as EUR (ISO 4217): the one in which the site counts revenue"`
	Margin     string `json:"margin" doc:"per cent of revenue, above 0 and at most 100, as 37.5"`
	Conversion string `json:"conversion,omitempty" doc:"value of one conversion in the currency, where no revenue is counted"`
}

// Cost says what a campaign, slot or list cost. Its return on investment is
// (margin/100 x revenue - amount) / amount.
type Cost struct {
	note
	newCost
}

// CostList is the answer of GET /api/v1/costs.
type CostList struct {
	Costs []Cost `json:"costs" doc:"by their first date"`
}

type newView struct {
	Name     string `json:"name" doc:"1 to 64 bytes of text"`
	Fragment string `json:"fragment" doc:"the dashboard's address from # on, as #/slots?days=90, at most 2048 bytes"`
}

// View is a saved view.
type View struct {
	note
	newView
}

// ViewList is the answer of GET /api/v1/views.
type ViewList struct {
	Views []View `json:"views" doc:"by name"`
}

var (
	decimal  = regexp.MustCompile(`^\d{1,12}(\.\d{1,4})?$`)
	currency = regexp.MustCompile(`^[A-Z]{3}$`)
)

// isLine tells whether s is text of one line, without spaces around it.
func isLine(s string) bool {
	return s != "" && utf8.ValidString(s) && strings.TrimSpace(s) == s && strings.IndexFunc(s, unicode.IsControl) < 0
}

func (n *newAnnotation) check() error {
	if _, err := plan.ParseDate(n.Date); err != nil {
		return malformed("date is a date as 2026-11-22, not %.40q", n.Date)
	}
	if !isLine(n.Text) || utf8.RuneCountInString(n.Text) > mostText {
		return malformed("text has 1 to %d characters in one line, without spaces around it", mostText)
	}
	return nil
}

func (n *newCost) check() error {
	if _, err := n.Finding(); err != nil {
		return err
	}
	switch {
	case !isLine(n.Name) || len(n.Name) > mostThing:
		return malformed("name has 1 to %d bytes of text, without control characters or spaces around it", mostThing)
	case !currency.MatchString(n.Currency):
		return malformed("currency is three capital letters as EUR, not %.40q", n.Currency)
	case n.Conversion != "" && !decimal.MatchString(n.Conversion):
		return malformed("conversion is an amount as 12.50, not %.40q", n.Conversion)
	}
	return nil
}

// Finding is the cost as package finding takes it: its margin is a share there.
func (n *newCost) Finding() (finding.Cost, error) {
	out := finding.Cost{Name: n.Name}
	var err error
	if out.From, err = plan.ParseDate(n.From); err == nil {
		out.To, err = plan.ParseDate(n.To)
	}
	if err != nil || out.From > out.To {
		return out, malformed("from and to are dates as 2026-11-22, the first not after the other; not %.40q and %.40q", n.From, n.To)
	}
	if !decimal.MatchString(n.Amount) {
		return out, malformed("amount is up to 12 digits, and up to 4 after a point, as 1200.50; not %.40q", n.Amount)
	}
	if out.Cost, err = strconv.ParseFloat(n.Amount, 64); err != nil {
		return out, err
	}
	percent := 0.0
	if decimal.MatchString(n.Margin) {
		percent, _ = strconv.ParseFloat(n.Margin, 64) // the expression lets only numbers through
	}
	if percent <= 0 || percent > 100 {
		return out, malformed("margin is per cent of revenue, above 0 and at most 100, as 37.5; not %.40q", n.Margin)
	}
	out.Margin = percent / 100
	return out, nil
}

func (n *newView) check() error {
	if !isName(n.Name) {
		return malformed("name has 1 to %d bytes of text, without control characters or spaces around it", mostName)
	}
	_, err := parsePlace(n.Fragment)
	return err
}

func noteKey(kind, id string) []byte { return []byte(kind + "/" + id) }

// Costs returns the costs that were entered, by their first date.
func (a *Accounts) Costs() ([]Cost, error) {
	all, err := notesOf[Cost](a, kindCost)
	slices.SortStableFunc(all, func(x, y Cost) int { return strings.Compare(x.From, y.From) })
	return all, err
}

// notesOf returns the notes of a kind, the oldest first.
func notesOf[T interface{ made() time.Time }](a *Accounts, kind string) (all []T, err error) {
	err = a.view(func(tx *siteTx) error {
		all = []T{}
		cursor := tx.Bucket(bucketNotes).Cursor()
		for k, _ := cursor.Seek(noteKey(kind, "")); k != nil && strings.HasPrefix(string(k), kind+"/"); k, _ = cursor.Next() {
			var one T
			if _, err := get(tx.Bucket(bucketNotes), k, &one); err != nil {
				return err
			}
			all = append(all, one)
		}
		return nil
	})
	slices.SortStableFunc(all, func(x, y T) int { return x.made().Compare(y.made()) })
	return all, err
}

func (n note) made() time.Time { return n.Made }

// addNote stores a note of a kind; what is empty, no line tells of it.
func addNote[T any](a *Accounts, kind string, by actor, make func(note) T, what, about, detail string) (out T, err error) {
	id, err := a.id()
	if err != nil {
		return out, err
	}
	now := a.clock().UTC()
	out = make(note{id, by.name, now})
	return out, a.update(func(tx *siteTx) error {
		notes := tx.Bucket(bucketNotes)
		n := 0
		cursor := notes.Cursor()
		for k, _ := cursor.Seek(noteKey(kind, "")); k != nil && strings.HasPrefix(string(k), kind+"/"); k, _ = cursor.Next() {
			n++
		}
		if n >= mostNotes {
			return errTooMany(mostNotes, kind+"s")
		}
		err := put(notes, noteKey(kind, id), out)
		if what != "" {
			err = errors.Join(err, record(tx, now, by, what, about, detail))
		}
		return err
	})
}

// removeNote removes a note; a view takes its shared links with it.
func removeNote[T any](a *Accounts, kind, id string, by actor, what string, tell func(T) (about, detail string)) error {
	now := a.clock()
	return a.update(func(tx *siteTx) error {
		notes := tx.Bucket(bucketNotes)
		var one T
		switch ok, err := get(notes, noteKey(kind, id), &one); {
		case err != nil:
			return err
		case !ok:
			return errNote
		}
		about, detail := tell(one)
		err := errors.Join(notes.Delete(noteKey(kind, id)), record(tx, now, by, what, about, detail))
		if kind == kindView {
			err = errors.Join(err, drop(tx.Bucket(bucketShares), func(_ []byte, s share) bool { return s.View == id }))
		}
		return err
	})
}

func (c *Console) getAnnotations(ec echo.Context, _ caller) error {
	all, err := notesOf[Annotation](c.Accounts, kindAnnotation)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(x, y Annotation) int { return strings.Compare(x.Date, y.Date) })
	return ec.JSON(http.StatusOK, AnnotationList{all})
}

func (c *Console) postAnnotation(ec echo.Context, by caller) error {
	var want newAnnotation
	if err := body(ec, &want); err != nil {
		return err
	}
	if err := want.check(); err != nil {
		return err
	}
	out, err := addNote(c.Accounts, kindAnnotation, by.actor, func(n note) Annotation { return Annotation{n, want} }, "", "", "")
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusCreated, out)
}

func (c *Console) deleteAnnotation(ec echo.Context, by caller) error {
	err := removeNote(c.Accounts, kindAnnotation, ec.Param("id"), by.actor, didEndAnnotated, func(a Annotation) (string, string) { return a.Date, a.Text })
	if err != nil {
		return err
	}
	return ec.NoContent(http.StatusNoContent)
}

func (c *Console) getCosts(ec echo.Context, _ caller) error {
	all, err := c.Costs()
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusOK, CostList{all})
}

func (n newCost) words() string {
	return fmt.Sprintf("%s %s, %s to %s", n.Amount, n.Currency, n.From, n.To)
}

func (c *Console) postCost(ec echo.Context, by caller) error {
	var want newCost
	if err := body(ec, &want); err != nil {
		return err
	}
	if err := want.check(); err != nil {
		return err
	}
	out, err := addNote(c.Accounts, kindCost, by.actor, func(n note) Cost { return Cost{n, want} }, didCost, want.Name, want.words())
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusCreated, out)
}

func (c *Console) deleteCost(ec echo.Context, by caller) error {
	err := removeNote(c.Accounts, kindCost, ec.Param("id"), by.actor, didEndCost, func(one Cost) (string, string) { return one.Name, one.words() })
	if err != nil {
		return err
	}
	return ec.NoContent(http.StatusNoContent)
}

func (c *Console) getViews(ec echo.Context, _ caller) error {
	all, err := notesOf[View](c.Accounts, kindView)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(x, y View) int { return strings.Compare(x.Name, y.Name) })
	return ec.JSON(http.StatusOK, ViewList{all})
}

func (c *Console) postView(ec echo.Context, by caller) error {
	var want newView
	if err := body(ec, &want); err != nil {
		return err
	}
	if err := want.check(); err != nil {
		return err
	}
	out, err := addNote(c.Accounts, kindView, by.actor, func(n note) View { return View{n, want} }, "", "", "")
	if err != nil {
		return err
	}
	return ec.JSON(http.StatusCreated, out)
}

func (c *Console) deleteView(ec echo.Context, by caller) error {
	err := removeNote(c.Accounts, kindView, ec.Param("id"), by.actor, didEndView, func(v View) (string, string) { return v.Name, v.Fragment })
	if err != nil {
		return err
	}
	return ec.NoContent(http.StatusNoContent)
}
