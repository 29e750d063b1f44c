package planfile

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

var (
	promotionKeys   = []string{"when", "ladder", "cap", "rest", "group", "holdout"}
	predictionWords = []string{"lapse_risk", "buy_chance"}
	surveyWords     = []string{"csat", "nps", "one", "multi"}
)

// entries returns those of a mapping of at most so many names, each checked.
func (r *reader) entries(n *node, key, what string, most int) []entry {
	if n == nil {
		return nil
	}
	if n.kind != mapping {
		r.wrong(n, key, fmt.Sprintf("a mapping of at most %d names", most))
		return nil
	}
	r.sized(n, key, len(n.entries), 0, most, what)
	return n.entries
}

// when reads the rule of whom something is for.
func (r *reader) when(f *File, n *node, key string) plan.Rule {
	if n == nil {
		return nil
	}
	return r.rule(rulesOf(scopeOf(f.measured(), false)), n, key)
}

// count reads a whole number of at most most that may be missing.
func (r *reader) count(n *node, key string, least, most uint64) uint64 {
	if n == nil {
		return 0
	}
	v, _ := r.integer(n, key, fmt.Sprintf("a whole number from %d to %d", least, most), least, most)
	return v
}

const acceptedSpan = "1 hour to 9600 hours, or 1 day to 400 days"

func (r *reader) span(n *node, key string, without uint32) uint32 {
	if n == nil {
		return without
	}
	v, _ := r.duration(n, key, acceptedSpan, plan.MaxRest)
	return v
}

func (r *reader) goal(f *File, keys map[string]*node, key string) plan.Trigger {
	if keys["goal"] == nil {
		return plan.Trigger{}
	}
	return r.trigger(f, keys["goal"], join(key, "goal"))
}

// promotion reads whom a chosen campaign is for, and how often.
func (r *reader) promotion(f *File, c *plan.Campaign, keys map[string]*node, key string) (o plan.Promotion) {
	if c.Mode != plan.Chosen {
		for _, k := range promotionKeys {
			if n := keys[k]; n != nil {
				r.fail(n.at, join(key, k), "only with mode: chosen", "the site gives the arms of this campaign")
			}
		}
		return o
	}
	o.When = r.when(f, keys["when"], join(key, "when"))
	if n := keys["ladder"]; n != nil && n.kind != mapping {
		r.wrong(n, join(key, "ladder"), "a mapping of arms to rules")
	} else if n != nil {
		o.Ladder = make([]plan.Rule, len(c.Arms))
		for _, e := range n.entries {
			path := join(join(key, "ladder"), e.name)
			switch arm := slices.Index(c.Arms, e.name); {
			case arm < 0:
				r.fail(e.at, path, list(c.Arms), "unknown arm%s", meant(e.name, c.Arms))
			case arm == 0:
				r.fail(e.at, path, "arms but the first, which everyone may be given", "%q is the default", e.name)
			default:
				o.Ladder[arm] = r.when(f, e.value, path)
			}
		}
	}
	o.Cap = uint8(r.count(keys["cap"], join(key, "cap"), 1, 255))
	o.Rest = r.span(keys["rest"], join(key, "rest"), 0)
	if n := keys["group"]; n != nil {
		o.Group = r.group(n, join(key, "group"))
	}
	if n := keys["holdout"]; n != nil {
		o.Holdout, _ = r.percent(n, join(key, "holdout"), acceptedFor["holdout"], plan.MaxShare)
		for i, arm := range c.Arms {
			if o.Holdout > 0 && arm == plan.HoldoutColumn && f.Policy.Holdout == 0 {
				r.fail(keys["arms"].items[i].at, fmt.Sprintf("%s[%d]", join(key, "arms"), i), "another name", "%q is the column of the devices that never see it", arm)
			}
		}
	}
	return o
}

// group numbers the groups of campaigns that exclude each other, by their names.
func (r *reader) group(n *node, key string) uint8 {
	name, ok := r.text(n, key, acceptedName)
	if !ok || !r.named(n.at, key, name) {
		return 0
	}
	i := slices.Index(r.exclusive, name)
	if i < 0 {
		i = len(r.exclusive)
		r.exclusive = append(r.exclusive, name)
	}
	if i >= plan.MaxGroups {
		r.fail(n.at, key, fmt.Sprintf("at most %d groups", plan.MaxGroups), "%q is one too many", name)
		return 0
	}
	return uint8(i + 1)
}

func (r *reader) predictions(f *File, n *node) {
	for _, e := range r.entries(n, "predictions", "predictions", plan.MaxPredictions) {
		key := join("predictions", e.name)
		kind := slices.Index(predictionWords, e.name)
		if kind < 0 {
			r.fail(e.at, key, list(predictionWords), "unknown prediction%s", meant(e.name, predictionWords))
			continue
		}
		d := plan.Prediction{Kind: plan.PredictionKind(kind + 1)}
		allowed := []string{"bins"}
		if d.Kind == plan.LapseRisk {
			allowed = append(allowed, "within")
		}
		keys := r.mapping(e.value, key, allowed, allowed)
		d.Within = uint8(r.count(keys["within"], join(key, "within"), 1, 28))
		if bins := keys["bins"]; bins != nil && bins.kind != list_ {
			r.wrong(bins, join(key, "bins"), acceptedFor["bins"])
		} else if bins != nil {
			r.sized(bins, join(key, "bins"), len(bins.items), 1, plan.MaxBins, "bins")
			d.Bins = r.groups(rulesOf(scopeOf(f.measured(), true)), bins, join(key, "bins"), "bin")
		}
		f.Predictions = append(f.Predictions, d)
	}
	slices.SortFunc(f.Predictions, func(a, b plan.Prediction) int { return int(a.Kind) - int(b.Kind) })
}

func (r *reader) lists(f *File, n *node) {
	for _, e := range r.entries(n, "lists", "lists", plan.MaxLists) {
		key := join("lists", e.name)
		r.undotted(e.at, key, e.name)
		r.unique(f, e, key)
		l := plan.List{Name: e.name, Size: 8, Diversity: 3000, Reward: 1}
		if keys := r.mapping(e.value, key, []string{"size", "per_topic", "diversity", "learning", "items", "goal", "reward"}, []string{"goal"}); keys != nil {
			if n := keys["size"]; n != nil {
				l.Size = uint8(r.count(n, join(key, "size"), 1, plan.MaxListSize))
			}
			l.PerTopic = uint8(r.count(keys["per_topic"], join(key, "per_topic"), 1, uint64(max(1, l.Size))))
			if n := keys["diversity"]; n != nil {
				l.Diversity, _ = r.percent(n, join(key, "diversity"), "a share such as 30 %, from 0 % to 100 %", plan.Whole)
			}
			if n := keys["learning"]; n != nil {
				l.Learning = r.word(n, join(key, "learning"), "false", "true") == 1
			}
			l.Items = r.names(keys["items"], join(key, "items"), 0, plan.MaxItems)
			l.Goal = r.goal(f, keys, key)
			if n := keys["reward"]; n != nil {
				l.Reward, _ = r.number(n, join(key, "reward"), acceptedFor["reward"], func(v float64) bool { return v > 0 && v <= plan.MaxWorth })
			}
		}
		f.Lists = append(f.Lists, l)
	}
}

// unique reports a name that a campaign, a slot or a list has already: a metric could not
// tell them apart.
func (r *reader) unique(f *File, e entry, key string) {
	taken := ""
	for _, c := range f.Campaigns {
		if c.Name == e.name {
			taken = "campaign"
		}
	}
	for _, s := range f.Slots {
		if s.Name == e.name {
			taken = "slot"
		}
	}
	for _, l := range f.Lists {
		if l.Name == e.name {
			taken = "list"
		}
	}
	if taken != "" {
		r.fail(e.at, key, "a name that no "+taken+" has", "%q is a %s, too, and a metric could not tell them apart", e.name, taken)
	}
}

func (r *reader) surveys(f *File, n *node) {
	for _, e := range r.entries(n, "surveys", "surveys", plan.MaxSurveys) {
		key := join("surveys", e.name)
		r.named(e.at, key, e.name)
		s := plan.Survey{Name: e.name, Every: 90 * plan.Day}
		if keys := r.mapping(e.value, key, []string{"kind", "answers", "exit", "stage", "segments", "when", "every", "cap"}, []string{"kind"}); keys != nil {
			s.Kind = plan.SurveyKind(1 + r.word(keys["kind"], join(key, "kind"), surveyWords...))
			if answers := keys["answers"]; s.Kind >= plan.One {
				if answers == nil {
					r.fail(e.value.at, join(key, "answers"), acceptedFor["answers"], "missing")
				}
				s.Answers = r.names(answers, join(key, "answers"), 2, plan.MaxAnswers)
			} else if answers != nil && s.Kind > 0 {
				r.fail(answers.at, join(key, "answers"), "no such key with kind: "+surveyWords[s.Kind-1], "its answers are numbers")
			}
			if n := keys["exit"]; n != nil {
				s.Exit = r.word(n, join(key, "exit"), "false", "true") == 1
			}
			if n := keys["stage"]; n != nil {
				stages := make([]string, len(f.Stages))
				for i := range f.Stages {
					stages[i] = f.Stages[i].Name
				}
				s.Stage = uint8(1 + r.word(n, join(key, "stage"), stages...))
			}
			s.Segments = r.segmentSet(f, keys["segments"], join(key, "segments"))
			s.When = r.when(f, keys["when"], join(key, "when"))
			s.Every = r.span(keys["every"], join(key, "every"), s.Every)
			s.Cap = uint8(r.count(keys["cap"], join(key, "cap"), 1, 255))
		}
		f.Surveys = append(f.Surveys, s)
	}
}

func (r *reader) segmentSet(f *File, n *node, key string) (set uint64) {
	names := make([]string, len(f.Segments))
	for i := range f.Segments {
		names[i] = f.Segments[i].Name
	}
	for i, name := range r.names(n, key, 1, plan.MaxSegments) {
		if s := slices.Index(names, name); s >= 0 {
			set |= 1 << s
		} else {
			r.fail(n.items[i].at, key+"["+strconv.Itoa(i)+"]", list(names), "unknown segment %q%s", name, meant(name, names))
		}
	}
	return set
}

func (r *reader) messages(f *File, n *node) {
	for _, e := range r.entries(n, "messages", "messages", plan.MaxMessages) {
		key := join("messages", e.name)
		r.named(e.at, key, e.name)
		m := plan.Message{Name: e.name}
		if keys := r.mapping(e.value, key, []string{"channels", "when", "quiet", "cap", "every", "goal"}, []string{"channels", "goal"}); keys != nil {
			for i, name := range r.names(keys["channels"], join(key, "channels"), 1, plan.MaxChannels) {
				if c := slices.Index(f.Channels, name); c >= 0 {
					m.Channels |= 1 << c
				} else {
					r.fail(keys["channels"].items[i].at, join(key, "channels")+"["+strconv.Itoa(i)+"]", list(f.Channels), "unknown channel %q%s", name, meant(name, f.Channels))
				}
			}
			m.When = r.when(f, keys["when"], join(key, "when"))
			if n := keys["quiet"]; n != nil {
				m.QuietFrom, m.QuietTo = r.quiet(n, join(key, "quiet"))
			}
			m.Cap = uint8(r.count(keys["cap"], join(key, "cap"), 1, plan.MaxShowings))
			m.Every = r.span(keys["every"], join(key, "every"), 0)
			switch {
			case m.Cap > 0 && m.Every == 0:
				m.Every = 7 * plan.Day
			case m.Cap == 0 && m.Every > 0:
				m.Cap = 1
			}
			m.Goal = r.goal(f, keys, key)
		}
		f.Messages = append(f.Messages, m)
	}
}

// quiet reads the visitor's own hours in which nothing comes, as 22-8.
func (r *reader) quiet(n *node, key string) (from, to uint8) {
	const accepted = "two hours of 0 to 23, as 22-8: from 22 o'clock until 8"
	text, ok := r.text(n, key, accepted)
	if !ok {
		return 0, 0
	}
	var a, b int
	if _, err := fmt.Sscanf(text, "%d-%d", &a, &b); err != nil || a < 0 || a > 23 || b < 0 || b > 23 || a == b || fmt.Sprintf("%d-%d", a, b) != text {
		r.fail(n.at, key, accepted, "%q is no such span", text)
		return 0, 0
	}
	return uint8(a), uint8(b)
}
