package planfile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// builtinEvents are the events that every site has.
var builtinEvents = []string{"view", "click", "cart", "order", "search", "social", "media", "refund", "answer", "attempt"}

// ownEvents is how many of them no event of the site's own may be called. The later ones
// came when sites had events of such names: those are then the site's.
const ownEvents = 4

// builtinKinds are their kinds.
var builtinKinds = []plan.EventKind{plan.View, plan.Click, plan.Cart, plan.Order, plan.Search, plan.Social, plan.Media, plan.Refund, plan.Answer, plan.Attempt}

func (r *reader) events(f *File, n *node) {
	f.Events = r.names(n, "events", 0, plan.MaxEvents)
	for _, name := range f.Events {
		if slices.Contains(builtinEvents[:ownEvents], name) {
			i := slices.IndexFunc(n.items, func(item *node) bool { return item.text == name })
			r.fail(n.items[i].at, fmt.Sprintf("events[%d]", i), "names other than "+list(builtinEvents[:ownEvents]), "%q is an event that every site has", name)
		}
	}
}

// trigger reads the name of an event.
func (r *reader) trigger(f *File, n *node, key string) plan.Trigger {
	known := slices.DeleteFunc(slices.Clone(builtinEvents), func(name string) bool { return slices.Contains(f.Events, name) })
	known = append(known, f.Events...)
	i := r.word(n, key, known...)
	if i < 0 {
		return plan.Trigger{}
	}
	if own := slices.Index(f.Events, known[i]); own >= 0 {
		return plan.Trigger{Kind: plan.Custom, Event: uint8(own)}
	}
	return plan.Trigger{Kind: builtinKinds[slices.Index(builtinEvents, known[i])]}
}

var (
	identifier = regexp.MustCompile(`^\p{L}[\p{L}0-9_]*$`)
	// keywords of the rule language, in use or refused.
	keywords = []string{"true", "false", "nil", "not", "and", "or", "in", "let", "if", "else", "matches", "contains", "startsWith", "endsWith"}
)

const acceptedIdentifier = "a letter, then letters, digits and underscores; not a built-in variable, not a word of the rules"

func (r *reader) attributes(f *File, n *node) {
	if n == nil {
		return
	}
	if n.kind != mapping {
		r.wrong(n, "attributes", "a mapping of at most 32 names to {type: …}")
		return
	}
	r.sized(n, "attributes", len(n.entries), 0, plan.MaxAttributes, "attributes")
	for _, e := range n.entries {
		key := join("attributes", e.name)
		if r.named(e.at, key, e.name) && (!identifier.MatchString(e.name) || slices.Contains(keywords, e.name) || variable(e.name) != nil || e.name == affinityName || e.name == abilityName) {
			r.fail(e.at, key, acceptedIdentifier, "%q cannot name an attribute", e.name)
		}
		a := plan.Attribute{Name: e.name}
		keys := r.mapping(e.value, key, []string{"type", "values", "min", "max"}, []string{"type"})
		kind := -1
		if keys != nil {
			kind = r.word(keys["type"], join(key, "type"), "flag", "choice", "number")
		}
		switch kind {
		case 0:
			a.Type = plan.Flag
			r.onlyFor(keys, key, "flag", "values", "min", "max")
		case 1:
			a.Type = plan.Choice
			r.onlyFor(keys, key, "choice", "min", "max")
			if keys["values"] == nil {
				r.fail(e.value.at, join(key, "values"), acceptedFor["values"], "missing")
			}
			a.Values = r.names(keys["values"], join(key, "values"), 1, plan.MaxValues)
		case 2:
			a.Type = plan.Number
			r.onlyFor(keys, key, "number", "values")
			a.Min, a.Max = r.bounds(e.value, keys, key)
		}
		f.Attributes = append(f.Attributes, a)
	}
}

// onlyFor reports keys that an attribute of this type has no use for.
func (r *reader) onlyFor(keys map[string]*node, key, kind string, foreign ...string) {
	for _, k := range foreign {
		if n := keys[k]; n != nil {
			r.fail(n.at, join(key, k), "no such key with type: "+kind, "not a key of a %s", kind)
		}
	}
}

func (r *reader) bounds(at *node, keys map[string]*node, key string) (low, high float64) {
	within := func(v float64) bool { return v >= -1e12 && v <= 1e12 }
	both := true
	for k, v := range map[string]*float64{"min": &low, "max": &high} {
		ok := false
		if n := keys[k]; n != nil {
			*v, ok = r.number(n, join(key, k), acceptedFor[k], within)
		} else {
			r.fail(at.at, join(key, k), acceptedFor[k], "missing")
		}
		both = both && ok
	}
	if both && low >= high {
		r.fail(keys["max"].at, join(key, "max"), acceptedFor["max"], "max is not above min")
	}
	return low, high
}

func (r *reader) segments(f *File, n *node) {
	if n == nil {
		return
	}
	if n.kind != list_ {
		r.wrong(n, "segments", acceptedFor["segments"])
		return
	}
	r.sized(n, "segments", len(n.items), 1, plan.MaxSegments, "segments")
	f.Segments = r.groups(rulesOf(scopeOf(f.measured(), false)), n, "segments", "segment")
}

// groups reads a list of names with rules, the last without.
func (r *reader) groups(rules *rules, n *node, path, what string) (out []plan.Segment) {
	first := map[string]int{}
	for i, item := range n.items {
		key := path + "[" + strconv.Itoa(i) + "]"
		keys := r.mapping(item, key, []string{"name", "rule"}, []string{"name"})
		if keys == nil {
			continue
		}
		var s plan.Segment
		if name, ok := r.text(keys["name"], key+".name", acceptedName); ok && r.named(keys["name"].at, key+".name", name) {
			if line, twice := first[name]; twice {
				r.fail(keys["name"].at, key+".name", "each name once", "%q stands twice, first in line %d", name, line)
			}
			first[name], s.Name = keys["name"].at.Line, name
		}
		last := i == len(n.items)-1
		switch rule := keys["rule"]; {
		case rule == nil && !last:
			r.fail(item.at, key+".rule", "a rule such as orders >= 3 in every "+what+" but the last", "missing")
		case rule != nil && last:
			r.fail(rule.at, key+".rule", "no rule: the last "+what+" is everyone else", "the last %s has a rule", what)
		case rule != nil:
			s.Rule = r.rule(rules, rule, key+".rule")
		}
		out = append(out, s)
	}
	return out
}

func (r *reader) funnel(f *File, n *node) {
	if n == nil {
		return
	}
	const accepted = "a list of 2 to 16 stages, each as `cart: cart`"
	if n.kind != list_ {
		r.wrong(n, "funnel", accepted)
		return
	}
	r.sized(n, "funnel", len(n.items), 2, plan.MaxStages, "stages")
	first := map[string]int{}
	for i, item := range n.items {
		key := "funnel[" + strconv.Itoa(i) + "]"
		if item.kind != mapping || len(item.entries) != 1 {
			if item.kind != broken {
				r.fail(item.at, key, "one stage and its event, as `cart: cart`", "not one stage")
			}
			continue
		}
		e := item.entries[0]
		r.named(e.at, key, e.name)
		if line, twice := first[e.name]; twice {
			r.fail(e.at, key, "each stage once", "%q stands twice, first in line %d", e.name, line)
		}
		first[e.name] = e.at.Line
		f.Stages = append(f.Stages, plan.Stage{Name: e.name, On: r.trigger(f, e.value, join(key, e.name))})
	}
}

// undotted checks the name of a campaign or goal: `converted: a.b` must have one
// meaning.
func (r *reader) undotted(at Position, key, name string) {
	if r.named(at, key, name) && strings.Contains(name, ".") {
		r.fail(at, key, "a name without a dot", "a dot in the name of a campaign or goal")
	}
}

func (r *reader) campaigns(f *File, n *node) {
	if n == nil {
		return
	}
	if n.kind != mapping {
		r.wrong(n, "campaigns", "a mapping of at most 16 names to {mode, arms, goals}")
		return
	}
	r.sized(n, "campaigns", len(n.entries), 0, plan.MaxCampaigns, "campaigns")
	for _, e := range n.entries {
		key := join("campaigns", e.name)
		r.undotted(e.at, key, e.name)
		c := plan.Campaign{Name: e.name}
		needed := []string{"mode", "arms", "goals"}
		if keys := r.mapping(e.value, key, append(promotionKeys, needed...), needed); keys != nil {
			c.Mode = plan.Mode(1 + r.word(keys["mode"], join(key, "mode"), "assigned", "chosen"))
			c.Arms = r.names(keys["arms"], join(key, "arms"), 2, plan.MaxArms)
			if c.Mode == plan.Chosen && keys["arms"] != nil {
				for i, item := range keys["arms"].items {
					r.unheld(f, item.at, fmt.Sprintf("%s[%d]", join(key, "arms"), i), item.text)
				}
			}
			c.Goals = r.goals(f, keys["goals"], join(key, "goals"))
			c.Promotion = r.promotion(f, &c, keys, key)
		}
		f.Campaigns = append(f.Campaigns, c)
	}
}

func (r *reader) goals(f *File, n *node, key string) (out []plan.Goal) {
	if n == nil {
		return nil
	}
	if n.kind != mapping {
		r.wrong(n, key, acceptedFor["goals"])
		return nil
	}
	r.sized(n, key, len(n.entries), 1, plan.MaxGoals, "goals")
	for _, e := range n.entries {
		path := join(key, e.name)
		r.undotted(e.at, path, e.name)
		out = append(out, plan.Goal{Name: e.name, On: r.trigger(f, e.value, path)})
	}
	return out
}
