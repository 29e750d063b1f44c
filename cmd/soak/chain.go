package soak

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// link adds a report that counts to a partition's tally, as docs/formats.md says and
// not by the aggregators' code: SHA-256 of hash | ID | revision u32 | nonce.
func link(t message.Tally, h *report.Head) message.Tally {
	b := append(append([]byte(nil), t.Hash[:]...), h.ID[:]...)
	b = append(binary.BigEndian.AppendUint32(b, h.Revision), h.Nonce[:]...)
	return message.Tally{Count: t.Count + 1, Hash: sha256.Sum256(b)}
}

// ErrCounted: an aggregator did not count what the load generator's log says.
var ErrCounted = errors.New("not what the log says was counted")

func errCounted(b *book, format string, args ...any) error {
	return fmt.Errorf("%s: %w: %w", b.Batch, ErrCounted, fmt.Errorf(format, args...))
}

// maxReadings bounds how many chains of one partition are tried.
const maxReadings = 1 << 20

var errReadings = fmt.Errorf("so much was left open that it has more than %d readings: let fewer devices give up", maxReadings)

// explain finds which report of each device counts so that the chain over them, from
// empty, is want. A device of which none counts has nil.
func explain(devices []*device, empty, want message.Tally) (chosen []*parcel, err error) {
	choices, readings := make([][]*parcel, len(devices)), 1
	for i, d := range devices {
		which, may := d.allowed()
		if may {
			which = append([]*parcel{nil}, which...)
		}
		choices[i] = which
		if readings *= len(which); readings > maxReadings {
			return nil, errReadings
		}
	}
	chosen = make([]*parcel, len(devices))
	var search func(i int, t message.Tally) bool
	search = func(i int, t message.Tally) bool {
		if i == len(devices) {
			return t == want
		}
		for _, p := range choices[i] {
			chosen[i] = p
			next := t
			if p != nil {
				next = link(t, &p.head)
			}
			if search(i+1, next) {
				return true
			}
		}
		return false
	}
	if !search(0, empty) {
		return nil, fmt.Errorf("its %d counted reports are none of the %d readings of a log of %d IDs", want.Count, readings, len(devices))
	}
	return chosen, nil
}
