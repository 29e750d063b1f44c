package abi

import (
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Info is what the module says of itself and of the plan it goes by.
//
//	u32 version  u32 buffer size  u64 cap a day  u64 cap over 30 days
//	bool: a plan is in force, then
//	digest (32)  uvarint serial, cells, weight, sigma squared
//	uvarint length of the leader's, of the helper's plaintext
//	u8 key type, blob leader's recipient  u8 key type, blob helper's recipient
type Info struct {
	Version    uint32
	BufferSize uint32
	CapDay     ledger.NanoRho // compiled in: no plan can raise it
	Cap30      ledger.NanoRho
	Plan       *PlanInfo // nil before UsePlan
}

// PlanInfo describes the plan in force.
type PlanInfo struct {
	Digest                           plan.Digest // computed by the module over the published bytes
	Serial                           uint64
	Cells, Weight                    int
	Sigma2                           uint64
	LeaderPlain, HelperPlain         int // bytes, the same for every device
	LeaderRecipient, HelperRecipient plan.Recipient
}

// Append appends the answer of Info.
func (i *Info) Append(b []byte) []byte {
	b = wire.AppendU32(wire.AppendU32(b, i.Version), i.BufferSize)
	b = wire.AppendU64(wire.AppendU64(b, uint64(i.CapDay)), uint64(i.Cap30))
	b = wire.AppendBool(b, i.Plan != nil)
	if p := i.Plan; p != nil {
		b = append(b, p.Digest[:]...)
		for _, v := range []uint64{p.Serial, uint64(p.Cells), uint64(p.Weight), p.Sigma2, uint64(p.LeaderPlain), uint64(p.HelperPlain)} {
			b = wire.AppendUvarint(b, v)
		}
		b = appendRecipient(appendRecipient(b, p.LeaderRecipient), p.HelperRecipient)
	}
	return b
}

// ReadInfo is the inverse of Info.Append.
func ReadInfo(b []byte) (Info, error) {
	r := wire.NewReader(b)
	i := Info{Version: r.U32(), BufferSize: r.U32(), CapDay: ledger.NanoRho(r.U64()), Cap30: ledger.NanoRho(r.U64())}
	if r.Bool() {
		p := &PlanInfo{}
		r.Fill(p.Digest[:])
		p.Serial = r.Uvarint()
		p.Cells, p.Weight = r.Count(plan.MaxCells), r.Count(plan.MaxWeight)
		p.Sigma2 = r.Max(plan.MaxSigma2)
		p.LeaderPlain, p.HelperPlain = r.Count(BufferSize), r.Count(BufferSize)
		p.LeaderRecipient, p.HelperRecipient = readRecipient(r), readRecipient(r)
		i.Plan = p
	}
	return i, done(r)
}
