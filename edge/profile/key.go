package profile

import (
	"encoding/binary"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/sha256"
)

// Key stands for a name in a device's state: the first eight bytes of its
// SHA-256, big endian. Names of 64 bytes would not fit the state's 16 KB; two
// names of a plan with one key (chance 2^-64 a pair) would share what the device
// remembers under it, and no more.
type Key uint64

// KeyOf returns the key of a name.
func KeyOf(name string) Key {
	sum := sha256.Sum([]byte(name))
	return Key(binary.BigEndian.Uint64(sum[:8]))
}

// IndexOf returns where k stands in keys, or -1.
//
//go:noinline
func (k Key) IndexOf(keys []Key) int {
	for i, v := range keys {
		if v == k {
			return i
		}
	}
	return -1
}

// Names are the keys of a plan's names that a profile knows something of, made once a plan.
type Names struct {
	plan       *plan.Plan
	topics     []Key
	attributes []Key
	values     [][]Key // of each choice attribute
	payments   []Key
	pages      []Key
	skills     []Key
	surveys    []Key
}

// NamesOf returns the keys of p's names.
func NamesOf(p *plan.Plan) *Names {
	n := &Names{plan: p, topics: keysOf(p.Topics), payments: keysOf(p.Payments), pages: keysOf(p.Pages), skills: keysOf(p.Skills)}
	for _, a := range p.Attributes {
		n.attributes = append(n.attributes, KeyOf(a.Name))
		n.values = append(n.values, keysOf(a.Values))
	}
	for _, s := range p.Surveys {
		n.surveys = append(n.surveys, KeyOf(s.Name))
	}
	return n
}

//go:noinline
func keysOf(names []string) []Key {
	keys := make([]Key, len(names))
	for i, name := range names {
		keys[i] = KeyOf(name)
	}
	return keys
}

// facts are the keys that facts of a kind may have.
func (n *Names) facts(k factKind) []Key {
	switch k {
	case payment:
		return n.payments
	case skill:
		return n.skills
	}
	return n.surveys
}
