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
func (k Key) IndexOf(keys []Key) int {
	for i, v := range keys {
		if v == k {
			return i
		}
	}
	return -1
}

// Names are the keys of a plan's topics and attributes, made once a plan.
type Names struct {
	plan       *plan.Plan
	topics     []Key
	attributes []Key
	values     [][]Key // of each choice attribute
}

// NamesOf returns the keys of p's topics, its attributes and their values.
func NamesOf(p *plan.Plan) *Names {
	n := &Names{plan: p}
	for _, t := range p.Topics {
		n.topics = append(n.topics, KeyOf(t))
	}
	for _, a := range p.Attributes {
		n.attributes = append(n.attributes, KeyOf(a.Name))
		var values []Key
		for _, v := range a.Values {
			values = append(values, KeyOf(v))
		}
		n.values = append(n.values, values)
	}
	return n
}
