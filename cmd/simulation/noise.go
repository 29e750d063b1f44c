package simulation

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
)

// noises is one aggregator's source of noise. Each time that a batch may be closed
// it goes on with a stream of its own, so that the noise of a draw can be computed
// again and taken off a release.
type noises struct {
	role  int
	batch message.Batch
	draws map[message.Batch]int // streams that bytes were read of
	now   *rand.ChaCha8
	begun bool // bytes of now were read
}

func newNoises(role int) *noises { return &noises{role: role, draws: map[message.Batch]int{}} }

// begin is told that a batch may be closed next.
func (n *noises) begin(b message.Batch) {
	n.batch, n.begun = b, false
	n.now = rand.NewChaCha8(n.seed(b, n.draws[b]))
}

func (n *noises) seed(b message.Batch, draw int) (seed [32]byte) {
	copy(seed[:], b.Plan[:16])
	binary.BigEndian.PutUint32(seed[16:], uint32(b.Date))
	seed[20], seed[21] = byte(n.role), byte(draw)
	return seed
}

var errNoNoise = errors.New("noise was drawn though no batch is closing")

// Read gives the stream of the batch that is closing.
func (n *noises) Read(p []byte) (int, error) {
	if n.now == nil {
		return 0, errNoNoise
	}
	if !n.begun {
		n.begun = true
		n.draws[n.batch]++
	}
	return n.now.Read(p)
}

// vectors computes each draw of a batch's noise again.
func (n *noises) vectors(b message.Batch, cells int) ([][]int64, error) {
	var all [][]int64
	for draw := range n.draws[b] {
		v, err := noise.NewSource(rand.NewChaCha8(n.seed(b, draw))).Vector(cells, sigma2)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
