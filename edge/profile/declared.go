package profile

import (
	"math"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// declared is one attribute that the site handed over.
type declared struct {
	name   Key
	kind   plan.AttributeType
	number float64 // Number: clamped; Flag: 0 or 1
	value  Key     // Choice
	at     plan.Time
}

// Acceptable tells whether v can be declared for a: any finite number for a
// Number, 0 or 1 for a Flag, a value's index for a Choice.
func Acceptable(a plan.Attribute, v float64) bool {
	switch a.Type {
	case plan.Flag:
		return v == 0 || v == 1
	case plan.Number:
		return !math.IsInf(v, 0) && v == v
	case plan.Choice:
		// Compared before it is converted: a conversion out of range is undefined.
		return v >= 0 && v < float64(len(a.Values)) && v == float64(int(v))
	}
	return false
}

// all lists the attributes known, ascending by name.
func (p *Profile) all() []declared { return p.room[:p.declared] }

// Declare keeps v as the value of the plan's attribute; a Number is clamped to
// its range. v must be Acceptable, and the profile adopted by n.
func (p *Profile) Declare(n *Names, now plan.Time, attribute int, v float64) {
	a := n.plan.Attributes[attribute]
	d := declared{name: n.attributes[attribute], kind: a.Type, at: now}
	switch a.Type {
	case plan.Flag:
		d.number = v
	case plan.Number:
		d.number = clamp(a, v)
	case plan.Choice:
		d.value = n.values[attribute][int(v)]
	}
	*p.attributeOf(d.name) = d
}

// attributeOf returns what is known of an attribute, with room for it if nothing is.
func (p *Profile) attributeOf(name Key) *declared {
	i := 0
	for i < p.declared && p.room[i].name < name {
		i++
	}
	if i == p.declared || p.room[i].name != name {
		p.declared++
		copy(p.room[i+1:p.declared], p.room[i:])
		p.room[i] = declared{name: name}
	}
	return &p.room[i]
}

// before tells whether o is the later declaration; of one instant the larger value is.
func (d *declared) before(o *declared) bool {
	switch {
	case d.at != o.at:
		return d.at < o.at
	case d.kind != o.kind:
		return d.kind < o.kind
	case d.number != o.number:
		return d.number < o.number
	}
	return d.value < o.value
}

// joinDeclared takes what o was told later.
func (p *Profile) joinDeclared(o *Profile) {
	for i := range o.all() {
		d := &o.room[i]
		if own := p.attributeOf(d.name); own.kind == 0 || own.before(d) {
			*own = *d
		}
	}
}

// clamp puts v into a's range. Adding 0 turns -0, which has no encoding, into 0.
func clamp(a plan.Attribute, v float64) float64 {
	return min(max(v, a.Min), a.Max) + 0
}

// Adopt fits the profile to another plan. An attribute that the plan lacks, or has
// with another type, or a choice of a value that it lacks, is dropped; a number is
// clamped again. The interest in a topic that the plan lacks is dropped, and so is what
// is known of its skills, surveys, kinds of payment and entry pages. Adopting
// the same plan twice changes nothing.
func (p *Profile) Adopt(n *Names) {
	kept := p.room[:0]
	for _, d := range p.all() {
		i := d.name.IndexOf(n.attributes)
		if i < 0 || n.plan.Attributes[i].Type != d.kind {
			continue
		}
		if d.kind == plan.Choice && d.value.IndexOf(n.values[i]) < 0 {
			continue
		}
		if d.kind == plan.Number {
			d.number = clamp(n.plan.Attributes[i], d.number)
		}
		kept = append(kept, d)
	}
	p.declared = len(kept)
	clear(p.room[p.declared:])
	p.interests.keep(func(t *interest) bool { return t.topic.IndexOf(n.topics) >= 0 })
	p.facts.keep(func(f *fact) bool { return f.key.IndexOf(n.facts(f.kind)) >= 0 })
	if p.before != 0 && p.before.IndexOf(n.topics) < 0 {
		p.before = 0
	}
	if a := &p.arrival; a.page != 0 && a.page.IndexOf(n.pages) < 0 {
		a.page = 0
	}
}

// attribute returns the value of the plan's attribute as a rule sees it.
func (p *Profile) attribute(n *Names, i int) (float64, bool) {
	for _, d := range p.all() {
		if d.name != n.attributes[i] || d.kind != n.plan.Attributes[i].Type {
			continue
		}
		if d.kind != plan.Choice {
			return d.number, true
		}
		v := d.value.IndexOf(n.values[i])
		return float64(v), v >= 0
	}
	return 0, false
}
