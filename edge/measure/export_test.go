package measure

import (
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ReadMemory returns what Decode gives.
func ReadMemory(r *wire.Reader) (v Memory) {
	v.Decode(r)
	return v
}
