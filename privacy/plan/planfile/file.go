package planfile

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// File is what a dunlin.yaml says, checked, with its rules compiled.
type File struct {
	Name     string // as given to Parse
	Site     string
	TimeZone string
	Cadence  plan.Cadence
	Serial   uint64
	Starts   plan.Date // local date of the first period
	Ends     plan.Date // last local date that the file asks to measure
	Epsilon  float64   // per device and period
	Delta    float64
	MinBatch uint32

	Consent     plan.Consent
	Attribution uint32 // seconds

	Topics     []string
	Events     []string
	Attributes []plan.Attribute
	Segments   []plan.Segment
	Stages     []plan.Stage
	Campaigns  []plan.Campaign
	Slots      []plan.Slot
	Policy     plan.Policy // all 0 where there is nothing to choose
	Metrics    []plan.Metric

	Networks    []string
	Payments    []string
	Pages       []string
	Skills      []string
	Channels    []string
	Surveys     []plan.Survey
	Lists       []plan.List
	Messages    []plan.Message
	Predictions []plan.Prediction
	Dimensions  []plan.Dimension
	Revenues    []plan.Revenue

	Periods []plan.Period // all whole periods from Starts to Ends
	Left    int           // days up to Ends that no whole period holds

	at map[string]Position
}

var (
	topKeys = []string{"site", "timezone", "period", "serial", "starts", "ends", "budget", "min_batch", "consent",
		"attribution", "topics", "events", "attributes", "networks", "payments", "pages", "skills", "channels",
		"predictions", "segments", "funnel", "campaigns", "slots", "lists", "surveys", "messages", "choice", "dimensions", "revenues", "metrics"}
	neededKeys = []string{"site", "timezone", "period", "serial", "starts", "ends", "budget", "consent", "segments"}
)

// acceptedFor is what a missing key's message and a wrong value's say.
var acceptedFor = map[string]string{
	"site":        "a domain in lower case, at most 256 bytes",
	"timezone":    "an IANA name such as Europe/Berlin or Asia/Shanghai",
	"period":      "day, week, 4 weeks",
	"serial":      "a whole number from 1 on",
	"starts":      "a date such as 2026-12-01, from 2000-01-01 to 2199-12-31",
	"ends":        "a date such as 2027-11-30, not before starts, at most 800 periods later",
	"budget":      "a mapping with epsilon, delta",
	"epsilon":     "a number above 0, at most 1 for the devices' cap at delta 1e-6",
	"delta":       "a number above 0, at most 1e-6",
	"min_batch":   "a whole number from 100 to 4294967295",
	"consent":     "ask, site, assumed",
	"attribution": "1 hour to 672 hours, or 1 day to 28 days",
	"segments":    "a list of 1 to 64 segments",
	"name":        acceptedName,
	"type":        "flag, choice, number",
	"values":      "a list of 1 to 64 names",
	"min":         "a number from -1e12 to 1e12",
	"max":         "a number from -1e12 to 1e12, above min",
	"mode":        "assigned, chosen",
	"arms":        "a list of 2 to 63 names",
	"goals":       "a mapping of 1 to 8 names to events",
	"variants":    "a mapping of 2 to 63 names to lists of topics, or to {topics, cost}",
	"reward":      "a number above 0, at most 1e6",
	"cost":        "a number from 0 to 1e6",
	"holdout":     "a share such as 10 % or 2.5 %, from 0 % to 50 %",
	"explore":     "a share such as 5 % or 2.5 %, from 0 % to 50 %",
	"floor":       "a share such as 1 % or 0.5 %, from 0 % to 50 % divided by the variants of the largest slot",
	"lift":        "a number from 0 (interests do not count) to 1000",
	"recent":      "a share such as 50 %, from 0 % to 100 %",
	"kind":        "csat, nps, one, multi",
	"answers":     "a list of 2 to 16 names",
	"channels":    "a list of 1 to 8 of the names under channels",
	"bins":        "a list of 1 to 64 bins, each {name, rule}, the last without rule",
	"within":      "a whole number of periods from 1 to 28",
	"goal":        "view, click, cart, order, search, social, media, refund, answer, attempt or a name under events",
}

const (
	defaultDelta       = 1e-6
	maxDelta           = 1e-6
	defaultAttribution = 7 * plan.Day
)

// Parse reads a dunlin.yaml. The name stands in every problem. With problems
// the file is nil.
//
// Every fault found is reported, in the order of the file; a text that is no
// YAML is reported alone, for what follows cannot be read.
func Parse(name string, src []byte) (*File, Problems) {
	r := &reader{name: name, at: map[string]Position{}}
	f := &File{Name: name, at: r.at}
	if s, ok := r.readSource(src); ok {
		if root := r.parse(s); root != nil {
			r.file(f, root)
		}
	}
	if len(r.problems) > 0 {
		r.problems.sort()
		return nil, r.problems
	}
	return f, nil
}

func (r *reader) file(f *File, root *node) {
	top := r.mapping(root, "", topKeys, neededKeys)
	if top == nil {
		return
	}
	r.head(f, top)
	r.dates(f, top)
	f.Topics = r.names(top["topics"], "topics", 0, plan.MaxTopics)
	r.events(f, top["events"])
	r.attributes(f, top["attributes"])
	f.Networks = r.names(top["networks"], "networks", 0, plan.MaxNetworks)
	f.Payments = r.names(top["payments"], "payments", 0, plan.MaxPayments)
	f.Pages = r.names(top["pages"], "pages", 0, plan.MaxPages)
	f.Skills = r.names(top["skills"], "skills", 0, plan.MaxSkills)
	f.Channels = r.names(top["channels"], "channels", 0, plan.MaxChannels)
	r.predictions(f, top["predictions"])
	r.segments(f, top["segments"])
	r.funnel(f, top["funnel"])
	r.choice(f, top["choice"])
	before := len(r.problems)
	r.campaigns(f, top["campaigns"])
	r.slots(f, top["slots"])
	r.lists(f, top["lists"])
	r.surveys(f, top["surveys"])
	r.messages(f, top["messages"])
	r.choose(f, top["choice"], len(r.problems) > before)
	r.dimensions(f, top["dimensions"])
	r.revenues(f, top["revenues"])
	r.metrics(f, top["metrics"])
}

var domain = regexp.MustCompile(`^[\p{L}\p{N}\p{M}]([\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?(\.[\p{L}\p{N}\p{M}]([\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?)*$`)

func (r *reader) head(f *File, top map[string]*node) {
	if site, ok := r.text(top["site"], "site", acceptedFor["site"]); ok {
		f.Site = site
		if len(site) > plan.MaxText || !domain.MatchString(site) || site != strings.ToLower(site) {
			r.fail(top["site"].at, "site", acceptedFor["site"], "%q is not a domain", site)
		}
	}
	f.Serial, _ = r.integer(top["serial"], "serial", acceptedFor["serial"], 1, math.MaxUint64)
	f.Delta = defaultDelta
	if b := top["budget"]; b != nil {
		if keys := r.mapping(b, "budget", []string{"epsilon", "delta"}, []string{"epsilon"}); keys != nil {
			f.Epsilon, _ = r.number(keys["epsilon"], "budget.epsilon", acceptedFor["epsilon"], func(v float64) bool { return v > 0 })
			if n := keys["delta"]; n != nil {
				f.Delta, _ = r.number(n, "budget.delta", acceptedFor["delta"], func(v float64) bool { return v > 0 && v <= maxDelta })
			}
		}
	}
	f.MinBatch = plan.MinBatchFloor
	if n := top["min_batch"]; n != nil {
		v, _ := r.integer(n, "min_batch", acceptedFor["min_batch"], plan.MinBatchFloor, math.MaxUint32)
		f.MinBatch = uint32(v)
	}
	f.Consent = plan.Consent(1 + r.word(top["consent"], "consent", "ask", "site", "assumed"))
	f.Attribution = defaultAttribution
	if n := top["attribution"]; n != nil {
		f.Attribution, _ = r.duration(n, "attribution", acceptedFor["attribution"], plan.MaxAttribution)
	}
}

var cadences = []plan.Cadence{plan.Daily, plan.Weekly, plan.FourWeekly}

func (r *reader) dates(f *File, top map[string]*node) {
	cadence := r.word(top["period"], "period", "day", "week", "4 weeks")
	starts, okStarts := r.date(top["starts"], "starts")
	ends, okEnds := r.date(top["ends"], "ends")
	f.Starts, f.Ends = starts, ends
	zone, okZone := r.text(top["timezone"], "timezone", acceptedFor["timezone"])
	if okZone {
		f.TimeZone = zone
		if _, err := Location(zone); err != nil {
			r.fail(top["timezone"].at, "timezone", acceptedFor["timezone"], "unknown time zone %q%s", zone, meant(zone, zoneNames()))
			okZone = false
		}
	}
	if cadence < 0 || !okStarts {
		return
	}
	f.Cadence = cadences[cadence]
	if off := misaligned(starts, f.Cadence); off != 0 {
		before, after := starts-plan.Date(off), starts-plan.Date(off)+plan.Date(f.Cadence.Days())
		r.fail(top["starts"].at, "starts", fmt.Sprintf("a Monday on which such a period starts, as %s or %s", before, after),
			"no period of %s starts on %s", top["period"].text, starts)
		return
	}
	if !okEnds || !okZone {
		return
	}
	days := int(ends-starts) + 1
	whole := days / f.Cadence.Days()
	if whole < 1 {
		r.fail(top["ends"].at, "ends", fmt.Sprintf("%s or later", starts+plan.Date(f.Cadence.Days())-1), "no whole period lies between %s and %s", starts, ends)
		return
	}
	if whole > plan.MaxPeriods {
		r.fail(top["ends"].at, "ends", fmt.Sprintf("%s or earlier", starts+plan.Date(plan.MaxPeriods*f.Cadence.Days())-1), "%d periods, more than %d", whole, plan.MaxPeriods)
		return
	}
	f.Left = days - whole*f.Cadence.Days()
	var err error
	if f.Periods, err = Periods(zone, f.Cadence, starts, whole); err != nil {
		r.fail(top["timezone"].at, "timezone", "a zone, or other dates, in which every period is at most two hours longer or shorter than its days", "%s", err)
	}
}

var firstDate, lastDate = mustDate("2000-01-01"), mustDate("2199-12-31")

func mustDate(s string) plan.Date {
	d, err := plan.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func (r *reader) date(n *node, key string) (plan.Date, bool) {
	text, ok := r.text(n, key, acceptedFor[key])
	if !ok {
		return 0, false
	}
	d, err := plan.ParseDate(text)
	if err != nil || d < firstDate || d > lastDate {
		r.fail(n.at, key, acceptedFor[key], "%q is not such a date", text)
		return 0, false
	}
	return d, true
}
