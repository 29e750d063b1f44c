package abi

import (
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ReportMessage asks for a report: the device's time and the collector's, by
// which the device judges its own clock.
type ReportMessage struct{ Now, Collector plan.Time }

// Append appends the message of Report.
func (m ReportMessage) Append(b []byte) []byte {
	return AppendTime(AppendTime(b, m.Now), m.Collector)
}

// ReadReport is the inverse of ReportMessage.Append.
func ReadReport(b []byte) (ReportMessage, error) {
	r := wire.NewReader(b)
	m := ReportMessage{Now: readTime(r), Collector: readTime(r)}
	return m, done(r)
}

// AppendTime appends an instant; alone it is the message of Measure and Forget.
func AppendTime(b []byte, t plan.Time) []byte { return wire.AppendU64(b, uint64(t)) }

// ReadTime is the inverse of AppendTime.
func ReadTime(b []byte) (plan.Time, error) {
	r := wire.NewReader(b)
	t := readTime(r)
	return t, done(r)
}

// ReadTimed splits the message of Load and Track: AppendTime and what follows it,
// which aliases b.
func ReadTimed(b []byte) (now plan.Time, rest []byte, err error) {
	r := wire.NewReader(b)
	now, rest = readTime(r), r.Rest()
	return now, rest, done(r)
}

func readTime(r *wire.Reader) plan.Time { return plan.Time(r.U64()) }

func done(r *wire.Reader) error {
	if r.Close() != nil {
		return ErrMessage
	}
	return nil
}

// Part is what goes to one aggregator: its recipient, which alone may open the
// plaintext, and the plaintext.
type Part struct {
	To        plan.Recipient
	Plaintext []byte
}

// Append appends a part of Report's answer.
func (p Part) Append(b []byte) []byte {
	return wire.AppendBlob(appendRecipient(b, p.To), p.Plaintext)
}

func readPart(r *wire.Reader) Part {
	return Part{To: readRecipient(r), Plaintext: r.Blob(BufferSize)}
}

func appendRecipient(b []byte, to plan.Recipient) []byte {
	return wire.AppendString(append(b, byte(to.Type)), to.Key)
}

func readRecipient(r *wire.Reader) plan.Recipient {
	return plan.Recipient{Type: plan.KeyType(r.Byte()), Key: r.String(plan.MaxText)}
}

// Outgoing is the answer of Report.
type Outgoing struct {
	Head           [HeadSize]byte // opaque to the host, which hands it back to Frame
	Leader, Helper Part
	State          []byte // must be durable before the report leaves
}

// ReadOutgoing reads Report's answer; its slices alias b.
func ReadOutgoing(b []byte) (Outgoing, error) {
	var o Outgoing
	r := wire.NewReader(b)
	r.Fill(o.Head[:])
	o.Leader, o.Helper = readPart(r), readPart(r)
	o.State = r.Rest()
	return o, done(r)
}

// AppendHead appends a report's head as the report itself begins.
func AppendHead(b []byte, h report.Head) ([]byte, error) {
	// Package report writes whole reports only; what follows the head of one
	// with the shortest shares is cut off again.
	at, share := len(b), []byte{0}
	whole := report.Report{Head: h, Leader: share, Helper: share}
	b, err := whole.Append(b)
	if err != nil {
		return b, err
	}
	return b[:at+HeadSize], nil
}

// FrameMessage hands the sealed shares back.
type FrameMessage struct {
	Head           [HeadSize]byte
	Leader, Helper []byte // age files
}

// Append appends the message of Frame.
func (m *FrameMessage) Append(b []byte) []byte {
	b = append(b, m.Head[:]...)
	return wire.AppendBlob(wire.AppendBlob(b, m.Leader), m.Helper)
}

// ReadFrame is the inverse of FrameMessage.Append; the shares alias b.
func ReadFrame(b []byte) (FrameMessage, error) {
	var m FrameMessage
	r := wire.NewReader(b)
	r.Fill(m.Head[:])
	m.Leader, m.Helper = r.Blob(report.MaxSealed), r.Blob(report.MaxSealed)
	return m, done(r)
}
