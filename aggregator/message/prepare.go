package message

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Item is one report that the leader has prepared.
type Item struct {
	Head      report.Head
	Sealed    []byte // the helper's input share
	PrepShare []byte // the leader's
}

// Prepare asks the helper to prepare a chunk: reports of one partition,
// ascending by ID.
type Prepare struct {
	Batch
	Partition byte
	Sequence  uint64
	Verdicts  Verdicts // of the chunk before
	Items     []Item
}

// Append appends the message's bytes.
func (m *Prepare) Append(b []byte) []byte {
	b = append(b, append(begin("DLPP", m.Batch), m.Partition)...)
	b = AppendVerdicts(wire.AppendUvarint(b, m.Sequence), m.Verdicts)
	b = wire.AppendUvarint(b, uint64(len(m.Items)))
	for i := range m.Items {
		b = AppendItem(b, &m.Items[i])
		b = wire.AppendBlob(b, m.Items[i].PrepShare)
	}
	return b
}

// AppendItem appends an item without its prep share: all that the helper needs
// to compute its output share again after a crash.
func AppendItem(b []byte, it *Item) []byte {
	b = append(b, it.Head.ID[:]...)
	b = wire.AppendU32(b, it.Head.Revision)
	b = append(b, it.Head.Nonce[:]...)
	b = append(b, it.Head.Public[:]...)
	return wire.AppendBlob(b, it.Sealed)
}

// ReadItem reads what AppendItem appended for a report of the batch.
func ReadItem(in *wire.Reader, b Batch) Item {
	it := Item{Head: headOf(b)}
	in.Fill(it.Head.ID[:])
	it.Head.Revision = in.U32()
	in.Fill(it.Head.Nonce[:])
	in.Fill(it.Head.Public[:])
	it.Sealed = in.Blob(report.MaxSealed)
	return it
}

// ParsePrepare reads a whole Prepare; its items alias b. IDs ascend and lie in
// the partition.
func ParsePrepare(b []byte) (m Prepare, err error) {
	in := wire.NewReader(b)
	open(in, "DLPP")
	m.Batch, m.Partition, m.Sequence = readBatch(in), in.Byte(), in.Max(maxRun)
	m.Verdicts = ReadVerdicts(in)
	n := in.Count(MaxChunk)
	if n == 0 || m.Sequence == 0 && m.Verdicts != nil {
		in.Fail(ErrMalformed)
	}
	for i := 0; i < n && in.Err() == nil; i++ {
		it := ReadItem(in, m.Batch)
		it.PrepShare = in.Blob(maxPrepShare)
		if it.Head.ID.Partition() != m.Partition || i > 0 && !Before(m.Items[i-1].Head.ID, it.Head.ID) {
			in.Fail(ErrMalformed)
		}
		m.Items = append(m.Items, it)
	}
	return end(in, m)
}

// Before reports whether a comes before b in a partition's order.
func Before(a, b plan.ReportID) bool { return string(a[:]) < string(b[:]) }

// Outcome is the helper's word on one report: a reason why it is rejected, or
// none and the prep message.
type Outcome struct {
	Reason  Reason
	Message [vdaf.MessageSize]byte
}

// Prepared answers a Prepare, in its order.
type Prepared struct {
	Request  Digest
	Outcomes []Outcome
}

// Append appends the message's bytes.
func (m *Prepared) Append(b []byte) []byte {
	b = append(append(b, "DLPA\x01"...), m.Request[:]...)
	b = wire.AppendUvarint(b, uint64(len(m.Outcomes)))
	for i := range m.Outcomes {
		o := &m.Outcomes[i]
		b = append(b, byte(o.Reason))
		if o.Reason == None {
			b = append(b, o.Message[:]...)
		}
	}
	return b
}

// ParsePrepared reads a whole Prepared.
func ParsePrepared(b []byte) (m Prepared, err error) {
	in := wire.NewReader(b)
	open(in, "DLPA")
	in.Fill(m.Request[:])
	n := in.Count(MaxChunk)
	for i := 0; i < n && in.Err() == nil; i++ {
		o := Outcome{Reason: Reason(in.Byte())}
		switch {
		case o.Reason == None:
			in.Fill(o.Message[:])
		case o.Reason >= numReasons:
			in.Fail(ErrMalformed)
		}
		m.Outcomes = append(m.Outcomes, o)
	}
	return end(in, m)
}
