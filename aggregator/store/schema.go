package store

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
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

// migrate makes the file anew in format Schema and puts it in db's place. db, which has
// to be closed then, keeps the lock till after that: nobody writes to the old file
// meanwhile, and who waits for it finds that it lost its name (checkName).
func (o *Options) migrate(db *bolt.DB, have uint64) (err error) {
	made := o.Path + migrated
	defer func() {
		if err != nil {
			err = fmt.Errorf("bring %s from format %d to %d: %w", o.Path, have, o.Schema, errors.Join(err, remove(made)))
		}
	}()
	// Never committed: bbolt then writes nothing to the old file.
	tx, err := db.Begin(true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	for n := have; n < o.Schema; n++ {
		if err := o.Migrate[n-1](tx); err != nil {
			return err
		}
	}
	if err := errors.Join(stamp(tx, o.Schema), o.checkBuckets(tx)); err != nil {
		return err
	}
	if err := remove(made); err != nil { // of a crash
		return err
	}
	if err := copyTo(made, tx); err != nil {
		return err
	}
	return o.step("migrate", func() error {
		return errors.Join(os.Rename(made, o.Path), syncFolder(o.Path))
	})
}

// copyTo writes a new store with the content of a transaction.
func copyTo(path string, tx *bolt.Tx) error {
	to, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockWait, NoSync: true})
	if err != nil {
		return err
	}
	return errors.Join(rewrite(tx, to, nil), to.Sync(), to.Close())
}
