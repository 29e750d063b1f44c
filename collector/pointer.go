package collector

import (
	"bytes"
	"errors"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// pointer says which priors are a plan's current ones, and which were before: a
// device that has just read the older name may still be fetching them.
//
//	current SHA-256, 64 lower-case hexadecimal digits | LF
//	previous SHA-256, likewise                        | LF   if there was one
type pointer struct {
	current, previous plan.Digest // previous is zero when there was none
}

var errPointer = errors.New("not one or two lines of a SHA-256 each")

const digits = 2 * len(plan.Digest{})

func (p pointer) append(b []byte) []byte {
	b = append(append(b, p.current.String()...), '\n')
	if p.previous != (plan.Digest{}) {
		b = append(append(b, p.previous.String()...), '\n')
	}
	return b
}

// parsePointer accepts what append writes and nothing else.
func parsePointer(b []byte) (p pointer, err error) {
	if p.current, err = plan.ParseDigest(string(b[:min(digits, len(b))])); err != nil {
		return pointer{}, errPointer
	}
	if len(b) > digits+1 {
		if p.previous, err = plan.ParseDigest(string(b[digits+1 : min(2*digits+1, len(b))])); err != nil {
			return pointer{}, errPointer
		}
	}
	if p.current == p.previous || !bytes.Equal(p.append(nil), b) {
		return pointer{}, errPointer
	}
	return p, nil
}
