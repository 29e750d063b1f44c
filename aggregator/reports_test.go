package aggregator_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// crowd makes reports from a seed and remembers what their sum must be.
type crowd struct {
	*cast
	t       testing.TB
	rnd     *rand.Rand
	parts   []byte // partitions to lie in; none: any
	reports [][]byte
	oracle  []int64
	good    int
	want    [2]message.Rejects // leader, helper
}

func newCrowd(t testing.TB, c *cast, seed uint64, parts ...byte) *crowd {
	return &crowd{cast: c, t: t, rnd: rand.New(rand.NewPCG(seed, 1)), parts: parts, oracle: make([]int64, c.layout.Cells)}
}

func (c *crowd) fill(b []byte) {
	for i := range b {
		b[i] = byte(c.rnd.Uint32())
	}
}

// measurement is what a device of the plan could say.
func (c *crowd) measurement() []bool {
	m := make([]bool, c.layout.Cells)
	for _, s := range c.layout.Spans {
		if s.Metric < 1 || c.rnd.IntN(4) > 0 {
			m[s.Cell(0, c.rnd.IntN(s.Columns))] = true
		}
	}
	return m
}

// spoiled says how a report is spoiled on its way.
type spoiled struct {
	name           string
	leader, helper message.Reason // who counts it under what; None: hears nothing of it
	sharder        func(*crowd) share.Params
	context        func(*crowd) []byte              // of the proof
	head           func(*report.Head)               // before sealing
	plain          func(role report.Role, p []byte) // before sealing
	open           func(*crowd, *report.Report)     // after sealing
	bytes          func([]byte) []byte
}

// attacks are all that this test knows; each is counted under its own reason at
// whoever can see it, and nothing else happens.
var attacks = []spoiled{
	{name: "cut off", leader: message.Malformed, bytes: func(b []byte) []byte { return b[:len(b)-1] }},
	{name: "something behind its end", leader: message.Malformed, bytes: func(b []byte) []byte { return append(b, 0) }},
	{name: "of another period", leader: message.WrongBatch, head: func(h *report.Head) { h.Period++ }},
	{name: "of another plan", leader: message.WrongBatch, head: func(h *report.Head) { h.Plan[3]++ }},
	{name: "leader's share sealed to the helper", leader: message.OpenFailed, open: func(c *crowd, r *report.Report) { r.Leader = c.sealFor(1, r.Leader) }},
	{name: "helper's share sealed to the leader", leader: message.PeerRefused, helper: message.OpenFailed, open: func(c *crowd, r *report.Report) { r.Helper = c.sealFor(0, r.Helper) }},
	{name: "helper's share is noise", leader: message.PeerRefused, helper: message.OpenFailed, open: func(c *crowd, r *report.Report) { c.fill(r.Helper) }},
	{name: "another revision outside", leader: message.Unlike, open: func(_ *crowd, r *report.Report) { r.Revision++ }},
	{name: "another nonce outside", leader: message.Unlike, open: func(_ *crowd, r *report.Report) { r.Nonce[0]++ }},
	{name: "another public share outside", leader: message.Unlike, open: func(_ *crowd, r *report.Report) { r.Public[40]++ }},
	{name: "helper told another period inside", leader: message.PeerRefused, helper: message.Unlike, plain: func(role report.Role, p []byte) {
		if role == report.Helper {
			p[37]++
		}
	}},
	{name: "roles swapped inside", leader: message.Unlike, plain: func(_ report.Role, p []byte) { p[1] ^= 1 }},
	{name: "unknown version inside for the helper", leader: message.PeerRefused, helper: message.Malformed, plain: func(role report.Role, p []byte) {
		if role == report.Helper {
			p[0] = 9
		}
	}},
	{name: "measurement changed after the proof", leader: message.Proof, plain: func(role report.Role, p []byte) {
		if role == report.Leader {
			p[report.PlainHead] ^= 1
		}
	}},
	{name: "element above the prime", leader: message.Malformed, plain: func(role report.Role, p []byte) {
		if role == report.Leader {
			for i := range 16 {
				p[report.PlainHead+i] = 0xff
			}
		}
	}},
	{name: "proof changed", leader: message.PeerRefused, helper: message.Proof, plain: func(role report.Role, p []byte) {
		if role == report.Leader {
			p[len(p)-32-16] ^= 1 // the proof's last element, before the blind
		}
	}},
	{name: "helper's seed changed", leader: message.PeerRefused, helper: message.Proof, plain: func(role report.Role, p []byte) {
		if role == report.Helper {
			p[report.PlainHead] ^= 1
		}
	}},
	// A proof is of one plan and period: the heads, sealed ones too, say the
	// right thing, and only the VDAF's context tells.
	{name: "proof of another period", leader: message.Proof, context: func(c *crowd) []byte { return report.Context(c.digest, firstDay+1) }},
	{name: "proof of another plan", leader: message.Proof, context: func(c *crowd) []byte {
		d := c.digest
		d[31]++
		return report.Context(d, firstDay)
	}},
	// Weight 5 and weight 7 have the same number of bits, so the shares have the
	// same size; the proof is of a vector with 7 ones and holds under weight 7.
	{name: "over the weight", leader: message.PeerRefused, helper: message.Proof, sharder: func(c *crowd) share.Params {
		p := c.params()
		p.Weight = 7
		return p
	}},
}

// sealFor seals something of the right size for the wrong recipient.
func (c *crowd) sealFor(role int, like []byte) []byte {
	b, err := c.to[role].Seal(nil, make([]byte, len(like)-200))
	require.NoError(c.t, err)
	return b
}

// add makes one report; how is nil for a good one.
func (c *crowd) add(how *spoiled) plan.ReportID {
	c.t.Helper()
	if how == nil {
		how = &spoiled{}
		c.good++
	}
	m := c.measurement()
	params := c.params()
	if how.sharder != nil {
		params = how.sharder(c)
		for i := range 7 {
			m[i] = true
		}
		for i := 7; i < len(m); i++ {
			m[i] = false
		}
	}
	r := report.Report{Head: report.Head{Plan: c.digest, Period: firstDay, Revision: 1 + uint32(c.rnd.IntN(4))}}
	c.fill(r.ID[:])
	if len(c.parts) > 0 {
		r.ID[0] = c.parts[c.rnd.IntN(len(c.parts))]
	}
	c.fill(r.Nonce[:])
	if how.head != nil {
		how.head(&r.Head)
	}
	var random [128]byte
	c.fill(random[:])
	sharder, err := share.New(params)
	require.NoError(c.t, err)
	var s share.Shares
	context := report.Context(c.digest, firstDay)
	if how.context != nil {
		context = how.context(c)
	}
	require.NoError(c.t, sharder.Shard(&s, context, m, &r.Nonce, &random))
	r.Public = s.Public
	for role, input := range [][]byte{s.Leader, s.Helper[:]} {
		p := report.AppendPlain(nil, report.Role(role), &r.Head, input)
		if how.plain != nil {
			how.plain(report.Role(role), p)
		}
		sealed, err := c.to[role].Seal(nil, p)
		require.NoError(c.t, err)
		if role == 0 {
			r.Leader = sealed
		} else {
			r.Helper = sealed
		}
	}
	if how.open != nil {
		how.open(c, &r)
	}
	b, err := r.Append(nil)
	require.NoError(c.t, err)
	if how.bytes != nil {
		b = how.bytes(b)
	}
	c.reports = append(c.reports, b)
	if how.name == "" {
		for i, one := range m {
			if one {
				c.oracle[i]++
			}
		}
	}
	if how.leader != message.None {
		c.want[0][how.leader]++
	}
	if how.helper != message.None {
		c.want[1][how.helper]++
	}
	return r.ID
}
