package profile

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// factKind says what a fact is about.
type factKind uint8

// The kinds, and what a and b are: a Payment's sum; a Skill's attempts and its
// ability above -MaxAbility; when a Survey was asked last and how often.
const (
	payment factKind = 1
	skill   factKind = 2
	survey  factKind = 3
)

// fact is what is known of one of the plan's kinds of payment, skills or surveys.
type fact struct {
	kind factKind
	key  Key
	a, b uint64
}

const maxFacts = plan.MaxPayments + plan.MaxSkills + plan.MaxSurveys

// facts are ascending by kind and key.
type facts struct {
	count int
	room  [maxFacts]fact
}

func (l *facts) all() []fact { return l.room[:l.count] }

// find returns where a fact stands, or would be put.
//
//go:noinline
func (l *facts) find(kind factKind, key Key) (at int, ok bool) {
	for at < l.count && (l.room[at].kind < kind || l.room[at].kind == kind && l.room[at].key < key) {
		at++
	}
	return at, at < l.count && l.room[at].kind == kind && l.room[at].key == key
}

// of returns a fact, a new one if need be. A profile that is adopted holds none that
// the plan has not, so that there is room.
func (l *facts) of(kind factKind, key Key) *fact {
	i, ok := l.find(kind, key)
	if !ok {
		l.count++
		copy(l.room[i+1:l.count], l.room[i:])
		l.room[i] = fact{kind: kind, key: key}
	}
	return &l.room[i]
}

// keep drops the facts that do not satisfy ok.
//
//go:noinline
func (l *facts) keep(ok func(*fact) bool) {
	kept := 0
	for i := range l.all() {
		if ok(&l.room[i]) {
			l.room[kept] = l.room[i]
			kept++
		}
	}
	clear(l.room[kept:l.count])
	l.count = kept
}

// move moves the sums of payments; one that has faded away is dropped.
func (l *facts) move(m *move) {
	l.keep(func(f *fact) bool {
		if f.kind == payment {
			f.a = uint64(m.sum(life180, uint32(f.a)))
		}
		return f.kind != payment || f.a > 0
	})
}

func (l *facts) rewind(now plan.Time) {
	for i := range l.all() {
		if f := &l.room[i]; f.kind == survey {
			f.a = min(f.a, uint64(now))
		}
	}
}

// join takes what o knows more: the larger sum, the ability after more attempts, and
// of a survey the later asking and the larger number.
func (l *facts) join(o *facts) {
	for _, f := range o.all() {
		g := l.of(f.kind, f.key)
		if f.kind == skill {
			if f.a > g.a || f.a == g.a && f.b > g.b {
				g.a, g.b = f.a, f.b
			}
			continue
		}
		g.a, g.b = max(g.a, f.a), max(g.b, f.b)
	}
}

// Asked takes in that one of the plan's surveys was shown, after Touch.
func (p *Profile) Asked(n *Names, index int) {
	f := p.facts.of(survey, n.surveys[index])
	f.a, f.b = uint64(p.Last), min(f.b+1, 255)
}

// AskedAt returns when a survey was shown last, and how often, 255 for more; 0 if
// never.
func (p *Profile) AskedAt(n *Names, index int) (at plan.Time, times uint8) {
	if i, ok := p.facts.find(survey, n.surveys[index]); ok {
		f := &p.facts.room[i]
		return plan.Time(f.a), uint8(f.b)
	}
	return 0, 0
}
