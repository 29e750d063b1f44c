package browser_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"sync"
)

// tape is randomness that is known: it notes what was read.
type tape struct {
	mu   sync.Mutex
	from *rand.ChaCha8
	on   bool
	read [][]byte
}

func newTape() *tape { return &tape{from: rand.NewChaCha8([32]byte{4})} }

func (r *tape) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.from.Read(b)
	if r.on {
		r.read = append(r.read, bytes.Clone(b[:n]))
	}
	return n, err
}

func (r *tape) record() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on, r.read = true, nil
}

// replay reads again what was noted, in the same pieces.
type replay struct{ read [][]byte }

func (r *replay) Read(b []byte) (int, error) {
	if len(r.read) == 0 || len(r.read[0]) != len(b) {
		return 0, errors.New("the noise was drawn otherwise")
	}
	n := copy(b, r.read[0])
	r.read = r.read[1:]
	return n, nil
}
