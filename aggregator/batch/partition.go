package batch

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Partitions is their number: one for each first byte of a report ID.
const Partitions = 256

const (
	version      = 2
	maxAggregate = 16 * plan.MaxCells
	maxPending   = message.MaxRequest
)

// ErrStored: stored bytes are not what this package wrote.
var ErrStored = errors.New("batch: stored state is damaged; the batch cannot be finished here")

// Partition is the state of one partition of an open batch. One in which nothing
// has happened has EmptyTally and is zero otherwise.
type Partition struct {
	Begun    bool          // a chunk was taken
	Last     plan.ReportID // highest ID of the chunks taken, once Begun
	Sequence uint64        // chunks begun (helper), chunks done (leader)
	Finished bool
	Tally    message.Tally // of counted reports; Hash is the chain's end
	Rejects  message.Rejects
	Share    []byte // exact aggregate share, 16 bytes a cell; empty while nothing counts

	Request message.Digest // the last request
	Answer  []byte         // helper: what Request was answered with
	Pending []byte         // helper: the chunk that awaits the leader's verdicts

	Sent     bool             // leader: Request may have reached the helper
	Upto     plan.ReportID    // leader: last ID of that chunk
	Limit    uint64           // leader: the page that the chunk was taken from had at most so many reports
	Verdicts message.Verdicts // leader: what to tell about the chunk before
}

// Count adds an accepted report: to the count, to the chain and to the sum.
func (p *Partition) Count(h *report.Head, sum *vdaf.AggregateShare, out vdaf.OutputShare) error {
	if err := sum.Add(out); err != nil {
		return fmt.Errorf("add report %s: %w", h.ID, err)
	}
	p.Tally.Count++
	link := make([]byte, 0, 32+16+4+report.NonceSize)
	link = append(link, p.Tally.Hash[:]...)
	link = append(link, h.ID[:]...)
	link = wire.AppendU32(link, h.Revision)
	link = append(link, h.Nonce[:]...)
	p.Tally.Hash = sha256.Sum256(link)
	return nil
}

// Sum decodes the partition's exact share of a batch of cells cells.
func (p *Partition) Sum(cells int) (*vdaf.AggregateShare, error) {
	if len(p.Share) == 0 {
		return vdaf.NewAggregateShare(cells), nil
	}
	sum, err := vdaf.UnmarshalAggregateShare(cells, p.Share)
	if err != nil {
		return nil, ErrStored
	}
	return sum, nil
}

// SetSum stores sum as the partition's exact share.
func (p *Partition) SetSum(sum *vdaf.AggregateShare) error {
	if p.Tally.Count == 0 {
		p.Share = nil
		return nil
	}
	b, err := sum.MarshalBinary()
	p.Share = b
	return err
}

func (p *Partition) append(b []byte) []byte {
	b = append(append(b, "DLPK"...), version)
	b = wire.AppendBool(b, p.Begun)
	b = append(b, p.Last[:]...)
	b = wire.AppendUvarint(b, p.Sequence)
	b = wire.AppendBool(b, p.Finished)
	b = appendCounts(b, p.Tally, p.Rejects)
	b = wire.AppendBlob(b, p.Share)
	b = append(b, p.Request[:]...)
	b = wire.AppendBlob(b, p.Answer)
	b = wire.AppendBlob(b, p.Pending)
	b = wire.AppendBool(b, p.Sent)
	b = append(b, p.Upto[:]...)
	b = wire.AppendUvarint(b, p.Limit)
	return message.AppendVerdicts(b, p.Verdicts)
}

func decodePartition(b []byte) (p Partition, err error) {
	in := wire.NewReader(b)
	head(in, "DLPK")
	p.Begun = in.Bool()
	in.Fill(p.Last[:])
	p.Sequence = in.Uvarint()
	p.Finished = in.Bool()
	p.Tally, p.Rejects = readCounts(in)
	p.Share = blob(in, maxAggregate)
	in.Fill(p.Request[:])
	p.Answer = blob(in, message.MaxAnswer)
	p.Pending = blob(in, maxPending)
	p.Sent = in.Bool()
	in.Fill(p.Upto[:])
	p.Limit = in.Uvarint()
	p.Verdicts = message.ReadVerdicts(in)
	if in.Close() != nil {
		return Partition{}, ErrStored
	}
	return p, nil
}

func head(in *wire.Reader, magic string) {
	if string(in.Take(len(magic))) != magic || in.Byte() != version {
		in.Fail(ErrStored)
	}
}

// blob copies, because what a transaction reads dies with it; none is nil.
func blob(in *wire.Reader, limit int) []byte { return append([]byte(nil), in.Blob(limit)...) }

func appendCounts(b []byte, t message.Tally, r message.Rejects) []byte {
	b = wire.AppendUvarint(b, t.Count)
	b = append(b, t.Hash[:]...)
	b = wire.AppendUvarint(b, uint64(len(r)))
	for _, n := range r {
		b = wire.AppendUvarint(b, n)
	}
	return b
}

func readCounts(in *wire.Reader) (t message.Tally, r message.Rejects) {
	t.Count = in.Uvarint()
	in.Fill(t.Hash[:])
	if in.Count(len(r)) != len(r) {
		in.Fail(ErrStored)
	}
	for i := range r {
		r[i] = in.Uvarint()
	}
	return t, r
}
