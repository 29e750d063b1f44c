package measure

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ReadMemory returns what Decode gives.
func ReadMemory(r *wire.Reader) (v Memory) {
	v.Decode(r)
	return v
}

// Period returns the date of the log's period.
func (l *Log) Period() plan.Date { return l.period }
