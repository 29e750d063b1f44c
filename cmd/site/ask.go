package site

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// question is one that the owner is asked.
type question struct {
	flag   string // that answers it too
	before string // what to read first; empty for nothing
	text   string
	usual  string // the default; empty where there is none
	set    func(string) error
}

// Ask asks for what a has no answer to, one question after the other, until each
// has one that Check accepts. An empty line takes the default in brackets, where
// there is one; consent has none. zone is the default of the time zone.
//
// Errors: ErrUnanswered where in ends before the last answer.
func (a *Answers) Ask(in *bufio.Reader, out io.Writer, zone string) error {
	if a.Domain == "" {
		if err := (question{flag: "domain", text: "The site's domain, such as shop.example?", set: func(s string) error {
			a.Domain = s
			return checkDomain(s)
		}}).ask(in, out); err != nil {
			return err
		}
	}
	if a.Visitors == 0 {
		if err := (question{flag: "visitors", text: "About how many people visit it a day?", set: func(s string) (err error) {
			a.Visitors, err = parseVisitors(s)
			return err
		}}).ask(in, out); err != nil {
			return err
		}
	}
	if a.Period == 0 {
		q := question{flag: "period", text: "Period: day, week or 4 weeks?", usual: periodName(Recommended(a.Visitors)),
			before: "Each device reports once a period. The longer it is, the more a small site can see.\n"}
		q.set = func(s string) (err error) { a.Period, err = ParsePeriod(s); return err }
		if err := q.ask(in, out); err != nil {
			return err
		}
	}
	if a.Consent == 0 {
		q := question{flag: "consent", text: "Consent: ask, site or assumed?", before: ConsentText + "\n"}
		q.set = func(s string) (err error) { a.Consent, err = ParseConsent(s); return err }
		if err := q.ask(in, out); err != nil {
			return err
		}
	}
	if a.TimeZone == "" {
		return question{flag: "timezone", text: "Time zone, whose midnights part the site's days?", usual: zone, set: func(s string) error {
			a.TimeZone = s
			return checkZone(s)
		}}.ask(in, out)
	}
	return nil
}

// Agree asks whether to go on; an empty answer is yes.
func Agree(in *bufio.Reader, out io.Writer, text string) (yes bool, err error) {
	err = question{flag: "yes", text: text + " yes or no?", usual: "yes", set: func(s string) error {
		switch strings.ToLower(s) {
		case "y", "yes":
			yes = true
		case "n", "no":
			yes = false
		default:
			return errors.New("accepted are yes, no")
		}
		return nil
	}}.ask(in, out)
	return yes, err
}

// ask repeats a question until set takes the answer.
func (q question) ask(in *bufio.Reader, out io.Writer) error {
	if q.before != "" {
		fmt.Fprintf(out, "\n%s", q.before)
	}
	for {
		fmt.Fprintf(out, "%s ", q.text)
		if q.usual != "" {
			fmt.Fprintf(out, "[%s] ", q.usual)
		}
		line, err := in.ReadString('\n')
		text := strings.TrimSpace(line)
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return fmt.Errorf("read the answer: %w", err)
		case err != nil && text == "":
			fmt.Fprintln(out)
			return fmt.Errorf("%w: the input ended; give it with --%s", ErrUnanswered, q.flag)
		case text == "" && q.usual == "":
			fmt.Fprintln(out, "  This needs an answer.")
			continue
		case text == "":
			text = q.usual
		}
		if err := q.set(text); err != nil {
			fmt.Fprintf(out, "  %v\n", err)
			continue
		}
		return nil
	}
}
