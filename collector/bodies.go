package collector

import (
	"sync"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/collector/spool"
)

// smallBody is the size of most buffers in bytes: any report of up to 512 cells.
const smallBody = 16 << 10

// bodies bounds the memory of reports that arrive and that wait for the disk. Who
// sends a body slowly holds its buffer until it is whole, so without a bound enough
// slow senders would take all there is.
type bodies struct {
	limit int64 // bytes of buffers in use
	large int   // size of a buffer for the largest body

	held          atomic.Int64
	small, bigger sync.Pool // of *[]byte
}

func newBodies(limit int64, largest int) *bodies {
	b := &bodies{limit: limit, large: max(largest+1, smallBody) + spool.Headroom}
	b.small.New = func() any { return buffer(smallBody + spool.Headroom) }
	b.bigger.New = func() any { return buffer(b.large) }
	return b
}

func buffer(size int) *[]byte {
	b := make([]byte, 0, size)
	return &b
}

// take returns a buffer for a body of length bytes, negative when nobody knows, with
// room for the checksum that the spool adds. ok is false when none may be had.
func (b *bodies) take(length int64) (body *[]byte, ok bool) {
	size, from := int64(b.large), &b.bigger
	if length >= 0 && length <= smallBody {
		size, from = smallBody+spool.Headroom, &b.small
	}
	if b.held.Add(size) > b.limit {
		b.held.Add(-size)
		return nil, false
	}
	return from.Get().(*[]byte), true
}

// give returns a buffer of take's.
func (b *bodies) give(body *[]byte) {
	size, to := b.large, &b.bigger
	if cap(*body) == smallBody+spool.Headroom {
		size, to = smallBody+spool.Headroom, &b.small
	}
	to.Put(body)
	b.held.Add(int64(-size))
}
