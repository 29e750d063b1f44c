package planfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The policy of a plan with something to choose that does not say otherwise.
const (
	defaultHoldout = plan.Whole / 10
	defaultExplore = plan.Whole / 20
	defaultFloor   = plan.Whole / 100
	defaultLift    = 4 // odds fivefold where all interest is in the variant's topics
	defaultRecent  = plan.Whole / 2
)

// place is something of which the device picks one: a slot's variants, or the
// arms of a campaign of mode chosen.
type place struct {
	name    string // "slot hero"
	columns int    // without the holdout's
}

// places lists what the device picks from.
func (f *File) places() (out []place) {
	for _, s := range f.Slots {
		out = append(out, place{"slot " + s.Name, len(s.Variants)})
	}
	for _, c := range f.Campaigns {
		if c.Mode == plan.Chosen {
			out = append(out, place{"campaign " + c.Name, len(c.Arms)})
		}
	}
	return out
}

// choice reads what choices are made by, before slots and campaigns are read: what
// is not written has its default.
func (r *reader) choice(f *File, n *node) {
	y := &f.Policy
	*y = plan.Policy{Holdout: defaultHoldout, Explore: defaultExplore, Floor: defaultFloor, Lift: defaultLift, Recent: defaultRecent}
	if n == nil {
		return
	}
	keys := r.mapping(n, "choice", []string{"holdout", "explore", "floor", "lift", "recent"}, nil)
	for k, share := range map[string]*plan.Share{"holdout": &y.Holdout, "explore": &y.Explore, "floor": &y.Floor, "recent": &y.Recent} {
		most := plan.MaxShare
		if k == "recent" {
			most = plan.Whole
		}
		if keys[k] != nil {
			*share, _ = r.percent(keys[k], join("choice", k), acceptedFor[k], most)
		}
	}
	if keys["lift"] != nil {
		y.Lift, _ = r.number(keys["lift"], "choice.lift", acceptedFor["lift"], func(v float64) bool { return v >= 0 && v <= plan.MaxLift })
	}
}

// choose settles the policy once everything to choose from is known. Faulty:
// campaigns or slots have faults that are told already.
func (r *reader) choose(f *File, n *node, faulty bool) {
	places := f.places()
	if len(places) == 0 {
		f.Policy = plan.Policy{}
		if n != nil && !faulty {
			r.fail(n.at, "choice", "choice beside slots, or campaigns of mode chosen",
				"there is nothing to choose: the file has no slots, and no campaign of mode chosen")
		}
		return
	}
	most := places[0]
	for _, p := range places {
		if p.columns > most.columns {
			most = p
		}
	}
	bound := plan.MaxShare / plan.Share(max(1, most.columns))
	at, written := r.at["choice.floor"]
	switch {
	case f.Policy.Floor <= bound:
	case written:
		r.fail(at, "choice.floor", fmt.Sprintf("0 %% to %s: all floors of a place together at most 50 %%", percentText(bound)),
			"%s for each of the %d of %s", percentText(f.Policy.Floor), most.columns, most.name)
	default:
		f.Policy.Floor = bound
	}
}

// unheld reports a variant or arm that has the name of the holdout's column.
func (r *reader) unheld(f *File, at Position, key, name string) {
	if f.Policy.Holdout > 0 && name == plan.HoldoutColumn {
		r.fail(at, key, "another name, or choice: {holdout: 0 %}", "%q is the column of the devices that are never personalized", name)
	}
}

// choicesOf lists what the device picks under a plan.
func choicesOf(p *plan.Plan) (out []Choice) {
	for _, s := range p.Slots {
		c := Choice{Place: "slot " + s.Name, Goal: eventName(p, s.Goal), Reward: s.Reward}
		for _, v := range s.Variants {
			c.Names, c.Costs = append(c.Names, v.Name), append(c.Costs, v.Cost)
		}
		out = append(out, c)
	}
	for _, c := range p.Campaigns {
		if c.Mode == plan.Chosen {
			out = append(out, Choice{Place: "campaign " + c.Name, Goal: eventName(p, c.Goals[0].On), Reward: 1,
				Names: c.Arms, Costs: make([]float64, len(c.Arms))})
		}
	}
	for i := range p.Lists {
		l := &p.Lists[i]
		out = append(out, Choice{Place: "list " + l.Name, Goal: eventName(p, l.Goal), Reward: l.Reward, Names: []string{"by popularity"}})
	}
	for i := range p.Messages {
		m := &p.Messages[i]
		out = append(out, Choice{Place: "message " + m.Name, Goal: eventName(p, m.Goal), Reward: 1, Names: []string{p.Channels[m.Channel(0)]}})
	}
	return out
}

// writeChoices writes what the device picks, by which shares, and what is wrong
// with that.
func (r *Report) writeChoices(b *strings.Builder) {
	if len(r.Choices) == 0 {
		return
	}
	fmt.Fprintf(b, "\nWhat the device picks: holdout %s, explore %s, floor %s for each variant\n",
		percentText(r.Policy.Holdout), percentText(r.Policy.Explore), percentText(r.Policy.Floor))
	table := [][]string{{"  place", "default", "goal", "reward", "costs"}}
	for _, c := range r.Choices {
		var costs []string
		for i, v := range c.Costs {
			if v > 0 {
				costs = append(costs, fmt.Sprintf("%s %g", plain(c.Names[i]), v))
			}
		}
		if costs == nil {
			costs = []string{"none"}
		}
		table = append(table, []string{"  " + plain(c.Place), plain(c.Names[0]), plain(c.Goal), fmt.Sprintf("%g", c.Reward), strings.Join(costs, ", ")})
	}
	align(b, table, map[int]bool{3: true})
	if r.Policy.Lift > 0 {
		fmt.Fprintf(b, "all of a visitor's interest in its topics makes the odds of a slot's variant %g times those at none; %s of interest is that of the latest pages\n",
			1+r.Policy.Lift, percentText(r.Policy.Recent))
	}
	if r.Policy.Holdout > 0 {
		fmt.Fprintf(b, "%s of devices get the default always and are counted in the column %q, whatever they were shown\n", percentText(r.Policy.Holdout), plan.HoldoutColumn)
	} else {
		b.WriteString("warning: holdout is 0 %, so uplift cannot be measured: no device is left to compare with\n")
	}
}

var percentForm = regexp.MustCompile(`^([0-9]|[1-9][0-9]{1,2})(?:\.([0-9]{1,2}))? ?%$`)

// percent reads `5 %` or `0.25%`.
func (r *reader) percent(n *node, key, accepted string, most plan.Share) (plan.Share, bool) {
	text, ok := r.text(n, key, accepted)
	if !ok {
		return 0, false
	}
	m := percentForm.FindStringSubmatch(text)
	if m == nil {
		r.fail(n.at, key, accepted, "%q is not a percentage", text)
		return 0, false
	}
	v, _ := strconv.Atoi(m[1] + (m[2] + "00")[:2]) // five digits at most
	if v > int(most) {
		r.fail(n.at, key, accepted, "%s is out of bounds", text)
		return 0, false
	}
	return plan.Share(v), true
}

// percentText writes a share as percent reads it: 10 %, 0.79 %.
func percentText(s plan.Share) string {
	text := fmt.Sprintf("%d.%02d", s/100, s%100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + " %"
}
