package collector

import "github.com/dunlin-analytics/dunlin/privacy/plan"

// ParsePointer reads a pointer and writes it again.
func ParsePointer(b []byte) (current, previous plan.Digest, again []byte, err error) {
	p, err := parsePointer(b)
	return p.current, p.previous, p.append(nil), err
}
