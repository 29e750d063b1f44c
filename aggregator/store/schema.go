package store

import (
	"bytes"
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
	return parseFormat(meta.Get(keySchema))
}

func parseFormat(b []byte) (format, error) {
	in := wire.NewReader(b)
	f := format{schema: in.U64(), program: in.String(mostProgram), stamped: true}
	in.U32() // the checksum: the same bytes must come of what was read
	if in.Close() != nil || f.schema == 0 || !bytes.Equal(b, f.append(nil)) {
		return format{}, errFormat
	}
	return f, nil
}

func (f *format) append(b []byte) []byte {
	v := wire.AppendString(wire.AppendU64(nil, f.schema), f.program)
	sum := crc32.Update(crc32.Checksum(keySchema, castagnoli), castagnoli, v)
	return wire.AppendU32(append(b, v...), sum)
}

// stamp has the store say that it is of a schema, by this program.
func stamp(tx *bolt.Tx, schema uint64) error {
	meta, err := tx.CreateBucketIfNotExists(bucketMeta)
	if err != nil {
		return err
	}
	f := format{schema: schema, program: program()}
	return meta.Put(keySchema, f.append(nil))
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
