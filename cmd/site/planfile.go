package site

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// yearOf is how many days a first plan measures: a year of whole periods.
func yearOf(c plan.Cadence) plan.Date {
	if c == plan.Daily {
		return 365
	}
	return 364
}

// PlanFile returns a commented dunlin.yaml for answers, whose first period starts
// on a date. Small sites get weight 4 and metrics of the whole site, others segments
// and weight 7.
func PlanFile(a Answers, starts plan.Date) []byte {
	consent, err := consentName(a.Consent)
	if err != nil {
		panic(err) // answers have been checked
	}
	data := struct {
		Domain, Zone, Period, Consent, ConsentNote string
		Visitors                                   int
		Starts, Ends                               plan.Date
		Small                                      bool
	}{
		a.Domain, a.TimeZone, periodName(a.Period), consent, shortConsent(consent),
		a.Visitors, starts, starts + yearOf(a.Period) - 1, small(a.Visitors),
	}
	var b bytes.Buffer
	if err := planTemplate.Execute(&b, data); err != nil {
		panic(fmt.Sprintf("the plan's template: %v", err))
	}
	return b.Bytes()
}

var planTemplate = template.Must(template.New("dunlin.yaml").Funcs(template.FuncMap{
	// pad keeps the comments in a column.
	"pad": func(words ...string) string { return fmt.Sprintf("%-25s", strings.Join(words, "")) },
}).Parse(planText))

const planText = `# What {{.Domain}} measures, and what devices choose. Made by dunlin init for about
# {{.Visitors}} visitors a day; change what you like, then run
#
#   dunlin plan check dunlin.yaml
#
# which says what it asks, what it costs each visitor, and what is wrong with it. Every
# key is described in docs/plan.md. Visitors' devices obey the file only once both
# aggregators have paired (dunlin pair) and the privacy officer has signed it.

site: {{.Domain}}
{{pad "timezone: " .Zone}} # periods begin at this zone's midnight
{{pad "period: " .Period}} # day | week | 4 weeks: a device reports once in it, and it is released once
serial: 1                 # larger for each new plan of the site
starts: {{.Starts}}        # the first day measured{{if ne .Period "day"}}, a Monday{{end}}
ends: {{.Ends}}          # the last

budget:
  epsilon: 1              # of one report, against everyone if one aggregator is honest
min_batch: 100            # fewer reports are never released
{{pad "consent: " .Consent}} # ask | site | assumed: {{.ConsentNote}}

# What pages and products are about. Name yours, say them in your pages (docs/embed.md),
# and give them to the variants that they suit: the device then shows the variants that
# fit its visitor's interests.
# topics: [shoes, bags]
{{if .Small}}
# One segment: parts of a small site would drown in the noise, which is the same for
# every number. With more visitors, part them by rules; the first that matches wins.
segments:
  - name: everyone
{{else}}
segments:                 # the first rule that matches wins; decided at a period's first event
  - name: regulars
    rule: orders >= 2
  - name: buyers
    rule: orders == 1
  - name: returning
    rule: visits >= 2
  - name: new             # the last has no rule
{{end}}
funnel:                   # the deepest stage of a period is counted; take out what you have not
  - visit: view
  - cart: cart
  - order: order

slots:
  hero:                   # <dunlin-slot name="hero"> in your page
    variants:             # the first is the default: what stands in the slot itself
      plain: []           # [] or the topics that it suits, as [shoes]
      second: []          # <template data-variant="second">
      third: []
    goal: click           # what a variant is shown for: click, cart, order or an event of yours
    reward: 1

choice:
  holdout: 10 %           # always shown the default: uplift is measured against them
  explore: 5 %            # decided by chance, so that nothing is forgotten
  floor: 1 %              # least probability of each variant

# Every metric adds to what one report may tell, and so to the noise on all of them:
# count little, and count it well.
metrics:
{{- if .Small}}                  # weight 4: present and three more
  - funnel:
    by: site
  - exposed: hero
    by: site
  - clicked: hero
    by: site
{{- else}}                  # weight 7: present and six more
  - audience
  - funnel
  - exposed: hero         # by segment
  - clicked: hero
  - exposed: hero         # and once for the whole site: one noise for a variant, not four
    by: site
  - clicked: hero
    by: site
{{- end}}
`
