package service_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
	"github.com/stretchr/testify/require"
)

// devices make reports under a plan, all from a seed.
type devices struct {
	t         *testing.T
	published []byte
	plan      *plan.Plan
	layout    plan.Layout
	rnd       *rand.Rand
	// made are the reports so far, with their sealed shares.
	made  []report.Report
	plain [2]int // bytes of a share before sealing, by role
}

func newDevices(t *testing.T, published []byte) *devices {
	t.Helper()
	p, err := plan.Decode(published)
	require.NoError(t, err)
	return &devices{t: t, published: published, plan: p, layout: plan.LayoutOf(p), rnd: rand.New(rand.NewPCG(7, 7))}
}

func (d *devices) fill(b []byte) {
	for i := range b {
		b[i] = byte(d.rnd.Uint32())
	}
}

// report makes one of a period, of a new device.
func (d *devices) report(period plan.Date) []byte {
	h := report.Head{Plan: plan.DigestOf(d.published), Period: period, Revision: 1}
	d.fill(h.ID[:])
	return d.sealed(h)
}

// again makes a later revision of the last report.
func (d *devices) again() []byte {
	h := d.made[len(d.made)-1].Head
	h.Revision++
	return d.sealed(h)
}

func (d *devices) sealed(h report.Head) []byte {
	d.t.Helper()
	d.fill(h.Nonce[:])
	measurement := make([]bool, d.layout.Cells)
	for _, s := range d.layout.Spans {
		measurement[s.Cell(0, d.rnd.IntN(s.Columns))] = true
	}
	sharder, err := share.New(vdaf.Params{Length: d.layout.Cells, Weight: d.layout.Weight, Chunk: int(d.plan.Chunk)})
	require.NoError(d.t, err)
	var split [128]byte
	d.fill(split[:])
	var shares share.Shares
	require.NoError(d.t, sharder.Shard(&shares, report.Context(h.Plan, h.Period), measurement, &h.Nonce, &split))
	h.Public = shares.Public
	r := report.Report{Head: h}
	for role, input := range [][]byte{shares.Leader, shares.Helper[:]} {
		to, err := seal.ParseRecipient([]plan.Recipient{d.plan.Leader, d.plan.Helper}[role])
		require.NoError(d.t, err)
		plain := report.AppendPlain(nil, report.Role(role), &h, input)
		d.plain[role] = len(plain)
		b, err := to.Seal(nil, plain)
		require.NoError(d.t, err)
		*[]*[]byte{&r.Leader, &r.Helper}[role] = b
	}
	d.made = append(d.made, r)
	b, err := r.Append(nil)
	require.NoError(d.t, err)
	return b
}

// send posts reports to the collector, which takes them.
func (d *devices) send(at string, reports ...[]byte) {
	d.t.Helper()
	for _, b := range reports {
		res, err := http.Post("http://"+at+"/v1/reports", "application/octet-stream", bytes.NewReader(b))
		require.NoError(d.t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(d.t, err)
		require.NoError(d.t, res.Body.Close())
		require.Equal(d.t, http.StatusAccepted, res.StatusCode, "%s", body)
	}
}

// traces are bytes that are nowhere but in these reports: of each its ID and the
// middle of both sealed shares.
func traces(reports []report.Report) (all [][]byte) {
	for _, r := range reports {
		all = append(all, r.ID[:])
		for _, sealed := range [][]byte{r.Leader, r.Helper} {
			all = append(all, sealed[len(sealed)/2:][:24])
		}
	}
	return all
}
