package planfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// segmentWord is what a dimension goes by that sorts as the segments do.
const segmentWord = "segment"

// unknownBin is the last bin of a dimension of a variable that may not be observed.
const unknownBin = "unknown"

func (r *reader) dimensions(f *File, n *node) {
	for _, e := range r.entries(n, "dimensions", "dimensions", plan.MaxDimensions) {
		key := join("dimensions", e.name)
		r.named(e.at, key, e.name)
		d := plan.Dimension{Name: e.name, At: plan.AtStart, Within: 1}
		keys := r.mapping(e.value, key, []string{"of", "edges", "bins", "at", "within"}, nil)
		if keys == nil {
			continue
		}
		if n := keys["at"]; n != nil {
			d.At = plan.Moment(1 + r.word(n, join(key, "at"), "start", "end"))
		}
		if n := keys["within"]; n != nil {
			d.Within = uint8(r.count(n, join(key, "within"), 1, 28))
		}
		switch of, bins := keys["of"], keys["bins"]; {
		case (of == nil) == (bins == nil):
			r.fail(e.at, key, "either of, with edges where it is a number, or bins", "a dimension goes by one of them")
		case bins != nil && bins.kind != list_:
			r.wrong(bins, join(key, "bins"), acceptedFor["bins"])
		case bins != nil:
			r.sized(bins, join(key, "bins"), len(bins.items), 2, plan.MaxBins, "bins")
			d.Bins = r.groups(rulesOf(dimensionScope(f.measured())), bins, join(key, "bins"), "bin")
		default:
			d.Bins = r.binsOf(f, of, keys["edges"], key)
		}
		f.Dimensions = append(f.Dimensions, d)
	}
}

// binsOf makes the bins of a variable: one for each text that it may have, or those
// between the edges of a number; and one for devices of which it is not known.
func (r *reader) binsOf(f *File, of, edges *node, key string) (bins []plan.Segment) {
	name, ok := r.text(of, join(key, "of"), "a variable, or segment")
	if !ok {
		return nil
	}
	sc := dimensionScope(f.measured())
	texts, whole, always := []string(nil), false, false
	v := variable(name)
	a := slices.IndexFunc(f.Attributes, func(a plan.Attribute) bool { return a.Name == name })
	switch {
	case name == segmentWord:
		if edges != nil {
			r.fail(edges.at, join(key, "edges"), "no edges: segments are groups", "edges beside of: segment")
		}
		return slices.Clone(f.Segments)
	case v != nil:
		texts, whole, always = sc.texts(v), v.Integer, v.Unknown == ""
	case a >= 0 && f.Attributes[a].Type == plan.Choice:
		texts = f.Attributes[a].Values
	case a >= 0 && f.Attributes[a].Type == plan.Flag:
		texts = []string{"true", "false"}
	}
	add := func(label, rule string) {
		code, faults := rulesOf(sc).compile(rule)
		if faults != nil {
			r.fail(of.at, join(key, "of"), "a variable that rules can name, such as channel or pages (dunlin plan vars lists them)", "%q is none", name)
			return
		}
		bins = append(bins, plan.Segment{Name: label, Rule: code})
	}
	before := len(r.problems)
	switch {
	case texts != nil && edges != nil:
		r.fail(edges.at, join(key, "edges"), "no edges: each of its values is a bin", "%s is no number", name)
	case texts != nil:
		for _, t := range texts {
			quoted := strconv.Quote(t)
			if a >= 0 && f.Attributes[a].Type == plan.Flag {
				quoted = t
			}
			add(t, name+" == "+quoted)
		}
	case edges == nil:
		r.fail(of.at, key, "edges: [1, 2, 5] beside of, where it is a number", "edges are missing")
	default:
		var from string
		all := r.edges(edges, join(key, "edges"))
		for i, edge := range all {
			add(between(from, edge, whole, i == 0), name+" < "+edge)
			from = edge
		}
		if top := between(from, "", whole, false); !always {
			add(top, name+" >= "+from)
		} else {
			bins = append(bins, plan.Segment{Name: top})
		}
	}
	if len(r.problems) > before {
		return nil
	}
	if last := bins[len(bins)-1]; len(last.Rule) > 0 {
		bins = append(bins, plan.Segment{Name: unknownBin})
	}
	return bins
}

// edges reads ascending numbers, as they are written.
func (r *reader) edges(n *node, key string) (out []string) {
	const accepted = "a list of 1 to 62 ascending numbers"
	if n.kind != list_ {
		r.wrong(n, key, accepted)
		return nil
	}
	r.sized(n, key, len(n.items), 1, plan.MaxBins-2, "edges")
	last := 0.0
	for i, item := range n.items {
		path := fmt.Sprintf("%s[%d]", key, i)
		v, ok := r.number(item, path, accepted, func(v float64) bool { return i == 0 || v > last })
		if ok {
			out = append(out, strings.TrimPrefix(item.text, "+"))
		}
		last = v
	}
	return out
}

// between names the bin from one edge to the next; of whole numbers by its first and last.
func between(from, to string, whole, first bool) string {
	a, notA := strconv.Atoi(from)
	b, notB := strconv.Atoi(to)
	switch {
	case first && whole && notB == nil && b == 1:
		return "0"
	case first:
		return "below " + to
	case to == "":
		return from + " and more"
	case whole && notA == nil && notB == nil && b == a+1:
		return from
	case whole && notA == nil && notB == nil:
		return fmt.Sprintf("%d to %d", a, b-1)
	}
	return from + " to below " + to
}
