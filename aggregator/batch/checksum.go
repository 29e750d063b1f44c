package batch

import (
	"encoding/binary"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// bbolt checks its pages' structure and not what is in them. A state byte that a
// disk has flipped could have a batch's noise drawn again, a share byte could be
// released, so each value ends with a checksum over its key and itself.
const sumSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// put stores a value with its checksum.
func put(b *bolt.Bucket, key, value []byte) error {
	return b.Put(key, wire.AppendU32(value, checksum(key, value)))
}

// get returns the value of key, nil if there is none; it dies with the
// transaction.
//
// Errors: ErrStored.
func get(b *bolt.Bucket, key []byte) ([]byte, error) {
	v := b.Get(key)
	if v == nil {
		return nil, nil
	}
	return unseal(key, v)
}

func unseal(key, sealed []byte) ([]byte, error) {
	n := len(sealed) - sumSize
	if n < 0 || binary.BigEndian.Uint32(sealed[n:]) != checksum(key, sealed[:n]) {
		return nil, ErrStored
	}
	return sealed[:n:n], nil
}
