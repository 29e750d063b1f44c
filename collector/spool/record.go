package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Key names a batch: the reports of one plan and period.
type Key struct {
	Plan   plan.Digest
	Period plan.Date
}

// String is <plan digest>-<date as 2024-10-04>, of which files are named.
func (k Key) String() string { return k.Plan.String() + "-" + k.Period.String() }

func (k Key) file() string { return k.String() + extension }

// ParseKey reads what String writes and nothing else.
func ParseKey(s string) (Key, error) {
	const digits = 2 * len(plan.Digest{})
	if len(s) != len(Key{}.String()) {
		return Key{}, errors.New("not <plan digest>-<date>")
	}
	digest, err := plan.ParseDigest(s[:digits])
	if err != nil {
		return Key{}, err
	}
	date, err := plan.ParseDate(s[digits+1:])
	if err != nil {
		return Key{}, err
	}
	if key := (Key{Plan: digest, Period: date}); key.String() == s {
		return key, nil
	}
	return Key{}, errors.New("not <plan digest>-<date>")
}

// Names of buckets and of the keys in the bucket batch.
var (
	bucketBatch   = []byte("batch")
	bucketReports = []byte("reports")
	bucketIndex   = []byte("index")
	keyHead       = []byte("head")
	keyFrozen     = []byte("frozen")
)

// Partitions is the number of partitions of a batch: a report's is the first
// byte of its ID.
const Partitions = 256

const (
	extension = ".spool"
	version   = 1
	sumSize   = 4
	entrySize = 16 + 8
	// Headroom is the bytes that Append adds behind a report: a slice with
	// this much spare capacity is not copied.
	Headroom = sumSize
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// seal appends the checksum to value.
func seal(key, value []byte) []byte { return wire.AppendU32(value, checksum(key, value)) }

// unseal returns the value before its checksum, if that is right.
func unseal(key, sealed []byte) ([]byte, bool) {
	n := len(sealed) - sumSize
	if n < 0 || binary.BigEndian.Uint32(sealed[n:]) != checksum(key, sealed[:n]) {
		return nil, false
	}
	return sealed[:n:n], true
}

func sequenceKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func (k Key) head() []byte {
	return wire.AppendU32(append([]byte{version}, k.Plan[:]...), uint32(k.Period))
}

// Summary is what freezing a batch found. These are exact counts, for operators
// and the leader alone.
type Summary struct {
	Reports    uint64             // distinct IDs: what is handed out
	Repeated   uint64             // arrivals of an ID and revision that had arrived before
	Superseded uint64             // revisions below the highest of their ID
	Partition  [Partitions]uint64 // Reports by partition
}

func (s *Summary) append(b []byte) []byte {
	for _, v := range []uint64{s.Reports, s.Repeated, s.Superseded} {
		b = wire.AppendU64(b, v)
	}
	for _, v := range s.Partition {
		b = wire.AppendU64(b, v)
	}
	return b
}

func decodeSummary(b []byte) (s Summary, err error) {
	r := wire.NewReader(b)
	for _, to := range []*uint64{&s.Reports, &s.Repeated, &s.Superseded} {
		*to = r.U64()
	}
	for i := range s.Partition {
		s.Partition[i] = r.U64()
	}
	return s, r.Close()
}
