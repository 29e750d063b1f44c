package store

import (
	"errors"
	"hash/crc32"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

var (
	bucketMeta = []byte("meta")
	keySchema  = []byte("schema")

	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// errFormat: what the bucket meta holds is not what this package wrote.
var errFormat = errors.New("it does not say which format it has")

// mostProgram bounds a program's version, in bytes.
const mostProgram = 128

// format is what a store says of itself.
type format struct {
	schema  uint64
	program string // that brought it there
	stamped bool   // it does say so
}

// readFormat reads it; a store that says nothing is of schema 1.
//
// Errors: errFormat.
func readFormat(tx *bolt.Tx) (format, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return format{schema: 1}, nil
	}
	in := wire.NewReader(meta.Get(keySchema))
	f := format{schema: in.U64(), program: in.String(mostProgram), stamped: true}
	sum := in.U32()
	if in.Close() != nil || f.schema == 0 || sum != checksum(f.encode()) {
		return format{}, errFormat
	}
	return f, nil
}

func (f *format) encode() []byte {
	return wire.AppendString(wire.AppendU64(nil, f.schema), f.program)
}

func checksum(value []byte) uint32 {
	return crc32.Update(crc32.Checksum(keySchema, castagnoli), castagnoli, value)
}

// stamp has the store say that it is of a schema, by this program.
func stamp(tx *bolt.Tx, schema uint64) error {
	meta, err := tx.CreateBucketIfNotExists(bucketMeta)
	if err != nil {
		return err
	}
	f := format{schema: schema, program: program()}
	v := f.encode()
	return meta.Put(keySchema, wire.AppendU32(v, checksum(v)))
}

// program names this program's version for whoever is refused a store that it wrote.
func program() string {
	b, ok := debug.ReadBuildInfo()
	if !ok || b.Main.Version == "" || b.Main.Version == "(devel)" {
		return "the version of dunlin that wrote it last"
	}
	name := "dunlin " + b.Main.Version
	return name[:min(len(name), mostProgram)]
}
