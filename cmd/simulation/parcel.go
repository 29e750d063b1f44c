package simulation

import (
	"fmt"
	"math/rand/v2"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// parcel is one report as a device sends it, and what must become of it: in the
// batch that it was made for it counts, if it is sound, as one in its cell.
type parcel struct {
	report.Head
	bytes  []byte
	cell   int
	flawed bool   // made to be refused by an aggregator
	name   string // what logs call it
}

// flaw is how a hostile device spoils a report so that the collector, which can
// open nothing, takes it.
type flaw struct {
	name  string
	plain func(role report.Role, p []byte)                          // before sealing
	head  func(h *report.Head)                                      // after sealing
	cross bool                                                      // each share sealed to the other aggregator
	proof func(p vdaf.Params, context []byte) (vdaf.Params, []byte) // of something else
}

// flaws: the leader refuses some, the helper alone others, so that either side
// rejects what the other would count.
var flaws = []flaw{
	{name: "another nonce outside", head: func(h *report.Head) { h.Nonce[0]++ }},
	{name: "another public share outside", head: func(h *report.Head) { h.Public[40]++ }},
	{name: "shares sealed to the wrong aggregators", cross: true},
	{name: "helper told another period inside", plain: func(role report.Role, p []byte) {
		if role == report.Helper {
			p[37]++
		}
	}},
	{name: "helper's seed changed", plain: func(role report.Role, p []byte) {
		if role == report.Helper {
			p[report.PlainHead] ^= 1
		}
	}},
	{name: "leader's measurement changed after the proof", plain: func(role report.Role, p []byte) {
		if role == report.Leader {
			p[report.PlainHead] ^= 1
		}
	}},
	{name: "proof of another period", proof: func(p vdaf.Params, context []byte) (vdaf.Params, []byte) {
		context[len(context)-1]++
		return p, context
	}},
	// Weights 5 and 7 have the same number of bits, so the sizes are the same; the
	// proof is of a vector with 7 ones and holds under weight 7.
	{name: "over the weight", proof: func(p vdaf.Params, context []byte) (vdaf.Params, []byte) {
		p.Weight = 7
		return p, context
	}},
}

// partitions that a batch's IDs lie in: few, so that chunks follow each other.
var partitions = []byte{0, 7, 7, 7, 254, 255}

// fill makes all reports of a batch.
func (c *Cast) fill(b *period, rnd *rand.Rand) error {
	id := func() (id plan.ReportID) {
		random(rnd, id[:])
		id[0] = partitions[rnd.IntN(len(partitions))]
		return id
	}
	add := func(id plan.ReportID, device int, revision uint32, f *flaw) (*parcel, error) {
		r, err := c.seal(b, id, device, revision, f, rnd)
		if err != nil {
			return nil, fmt.Errorf("make a report of %s: %w", b.name, err)
		}
		return r, nil
	}
	for d := range crowd {
		r, err := add(id(), actors+d, 1, nil)
		if err != nil {
			return err
		}
		b.crowd = append(b.crowd, r)
	}
	for d := range actors {
		id := id()
		for k := range revisions {
			var err error
			if b.actors[d][k], err = add(id, d, uint32(k+1), nil); err != nil {
				return err
			}
		}
	}
	for i := range flaws {
		r, err := add(id(), rnd.IntN(actors), 1, &flaws[i])
		if err != nil {
			return err
		}
		b.hostile = append(b.hostile, r)
	}
	// A device whose last revision is spoiled counts for nothing: the highest
	// revision counts, and if that is invalid nothing below it does.
	for d := range 2 {
		r, err := add(b.actors[d][0].ID, d, revisions+1, &flaws[4+d])
		if err != nil {
			return err
		}
		b.hostile = append(b.hostile, r)
	}
	return nil
}

// random is for what needs no secrecy: IDs and nonces of this world.
func random(rnd *rand.Rand, b []byte) {
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
}

// seal makes one report as a device would, but for its flaw.
func (c *Cast) seal(b *period, id plan.ReportID, device int, revision uint32, f *flaw, rnd *rand.Rand) (*parcel, error) {
	r := &parcel{Head: report.Head{Plan: b.Plan, Period: b.Date, ID: id, Revision: revision}, cell: cellOf(device, revision)}
	r.name = fmt.Sprintf("device %d, revision %d", device, revision)
	random(rnd, r.Nonce[:])
	p := b.of
	measurement := make([]bool, p.layout.Cells)
	measurement[0], measurement[r.cell] = true, true
	params, context := vdaf.Params{Length: p.layout.Cells, Weight: p.layout.Weight, Chunk: int(p.plan.Chunk)}, report.Context(b.Plan, b.Date)
	if f == nil {
		f = &flaw{}
	} else {
		r.flawed, r.name = true, fmt.Sprintf("%s (%s)", r.name, f.name)
	}
	if f.proof != nil {
		params, context = f.proof(params, context)
	}
	if params.Weight > p.layout.Weight {
		for i := range measurement {
			measurement[i] = i < params.Weight
		}
	}
	var split [128]byte
	random(rnd, split[:])
	sharder, err := share.New(params)
	if err != nil {
		return nil, err
	}
	var shares share.Shares
	if err := sharder.Shard(&shares, context, measurement, &r.Nonce, &split); err != nil {
		return nil, err
	}
	r.Public = shares.Public
	out := report.Report{Head: r.Head}
	for role, input := range [][]byte{shares.Leader, shares.Helper[:]} {
		plain := report.AppendPlain(nil, report.Role(role), &r.Head, input)
		if f.plain != nil {
			f.plain(report.Role(role), plain)
		}
		to, err := recipientOf(p, role, f.cross)
		if err != nil {
			return nil, err
		}
		b, err := to.Seal(nil, plain)
		if err != nil {
			return nil, err
		}
		c.seals[string(b[:sealStart])] = &sealed{r, role}
		if role == 0 {
			out.Leader = b
		} else {
			out.Helper = b
		}
	}
	if f.head != nil {
		f.head(&out.Head)
	}
	r.Head = out.Head
	r.bytes, err = out.Append(nil)
	c.byID[r.ID] = append(c.byID[r.ID], r)
	return r, err
}

func recipientOf(p *pairing, role int, cross bool) (seal.Recipient, error) {
	if cross {
		role = 1 - role
	}
	return seal.ParseRecipient(p.identities[role].Recipient())
}
