package spool

import (
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
)

// mappedAtMost is how much of a file is written or read before what is mapped of it
// is given back.
const mappedAtMost = 32 << 20

// mapped counts what a process has touched of a file's memory map. Pages that were
// touched once stay in the process until the system is short of memory: of a million
// reports several GB, which a container's bound or an operator's alarm takes for a
// leak. They are clean copies of the file, so giving them back costs a soft fault for
// those that are touched again, and nothing is lost.
type mapped struct{ touched atomic.Int64 }

// touch counts n bytes and gives the map back when there are enough. The transaction
// keeps the map where it is meanwhile; one that writes has written nothing yet.
func (m *mapped) touch(tx *bolt.Tx, n int) {
	if m.touched.Add(int64(n)) < mappedAtMost {
		return
	}
	m.touched.Store(0)
	giveBack(tx.DB().Info().Data, tx.Size())
}
