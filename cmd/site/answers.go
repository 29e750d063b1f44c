package site

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Answers are what the owner of a new site has said. A zero value is no answer yet.
type Answers struct {
	Domain   string // shop.example
	Visitors int    // people a day, about
	Period   plan.Cadence
	Consent  plan.Consent // never chosen for the owner
	TimeZone string       // IANA name
}

// MaxVisitors bounds visitors a day, so that sums of them stay exact.
const MaxVisitors = 1_000_000_000

// ErrUnanswered: a question has no answer, and nobody can be asked.
var ErrUnanswered = errors.New("an answer is missing")

// Check says what is wrong with answers, or missing, by the rules of dunlin.yaml.
//
// Errors: ErrUnanswered.
func (a Answers) Check() error {
	missing := func(flag, what string) error {
		return fmt.Errorf("%w: --%s: %s", ErrUnanswered, flag, what)
	}
	switch {
	case a.Domain == "":
		return missing("domain", "the site's domain, such as shop.example")
	case a.Visitors == 0:
		return missing("visitors", "about how many people visit the site a day")
	case a.Period == 0:
		return missing("period", "accepted are day, week, 4 weeks")
	case a.Consent == 0:
		return missing("consent", "accepted are ask, site, assumed; there is no default, for the law asks you (see: dunlin init --help)")
	case a.TimeZone == "":
		return missing("timezone", "an IANA name such as Europe/Berlin or Asia/Shanghai")
	}
	return a.CheckGiven()
}

// CheckGiven says what is wrong with the answers that there are.
func (a Answers) CheckGiven() error {
	if a.Domain != "" {
		if err := checkDomain(a.Domain); err != nil {
			return err
		}
	}
	if a.Visitors != 0 {
		if err := checkVisitors(a.Visitors); err != nil {
			return err
		}
	}
	if a.TimeZone != "" {
		return checkZone(a.TimeZone)
	}
	return nil
}

// checkDomain asks the reader of dunlin.yaml, which must find there what was said.
func checkDomain(domain string) error {
	probe := Answers{Domain: domain, Visitors: 1, Period: plan.Daily, Consent: plan.ConsentAsk, TimeZone: "UTC"}
	f, problems := planfile.Parse("dunlin.yaml", PlanFile(probe, 20000))
	if len(problems) == 0 && f.Site == domain {
		return nil
	}
	return fmt.Errorf("domain %q: accepted is a domain in lower case, without https:// and without a path, such as shop.example", domain)
}

// number is a whole one, or one in groups of three digits: 20000, 20,000, 20 000. Whoever
// writes 1,5 means another number than 15.
var number = regexp.MustCompile(`^(\d+|\d{1,3}(,\d{3})+|\d{1,3}(_\d{3})+|\d{1,3}( \d{3})+)$`)

func parseVisitors(text string) (int, error) {
	n := 0
	if text = strings.TrimSpace(text); number.MatchString(text) {
		var err error
		if n, err = strconv.Atoi(strings.NewReplacer(",", "", "_", "", " ", "").Replace(text)); err != nil {
			n = 0 // it has too many digits
		}
	}
	return n, checkVisitors(n)
}

func checkVisitors(n int) error {
	if n < 1 || n > MaxVisitors {
		return fmt.Errorf("visitors: accepted is a number of people a day, from 1 to %d; a guess will do", MaxVisitors)
	}
	return nil
}

func checkZone(name string) error {
	if _, err := planfile.Location(name); err != nil {
		return fmt.Errorf("time zone %q: accepted is an IANA name such as Europe/Berlin or Asia/Shanghai", name)
	}
	return nil
}

// start returns the local date on which the period begins that holds an instant, so
// that the first release comes soon.
func (a Answers) start(now time.Time) (plan.Date, error) {
	zone, err := planfile.Location(a.TimeZone)
	if err != nil {
		return 0, err
	}
	today, err := plan.ParseDate(now.In(zone).Format(time.DateOnly))
	if err != nil {
		return 0, fmt.Errorf("the clock: %w", err)
	}
	const monday = plan.Date(4) // 1970-01-05, from which weeks and blocks of four are counted
	return today - (today-monday)%plan.Date(a.Period.Days()), nil
}

// WithDefaults returns a with the answers that have a default: the period that
// suits the visitors, and the time zone given.
func (a Answers) WithDefaults(zone string) Answers {
	if a.Period == 0 && a.Visitors > 0 {
		a.Period = Recommended(a.Visitors)
	}
	if a.TimeZone == "" {
		a.TimeZone = zone
	}
	return a
}
