package aggregator_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// Every bad input that there is a name for, one after the other through the real
// collector, leader and helper: each is counted once, under its own reason, where
// an operator can see it (the collector's counts, the aggregators' views), and the
// release is that of the good reports alone.
//
// Two share a reason and must: over the weight is an invalid proof, because the
// proof is zero-knowledge and tells nobody what is wrong with a measurement.
func TestEveryBadInputHasItsReason(t *testing.T) {
	c := newCast(t)
	crowd := newCrowd(t, c, 80, 6)
	for range 100 {
		crowd.add(nil)
	}
	var w *world
	var col *collector.Collector
	w = newWorld(t, c, nil, func(world *world) {
		w = world
		world.now = c.plan.Periods[0].Start + plan.Hour
		var err error
		col, err = collector.Open(collector.Options{Dir: t.TempDir(), Verify: c.verify, SealedSize: seal.SealedSize,
			Clock: func() time.Time { return time.Unix(int64(world.now), 0) }})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, col.Close()) })
		world.inner = col.Inner()
	})
	public := httptest.NewServer(col.Public())
	t.Cleanup(public.Close)
	w.addPlan()
	send := func(method, url string, body []byte) {
		req, err := http.NewRequest(method, url, bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/octet-stream")
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
	upload := func(b []byte) { send(http.MethodPost, public.URL+"/v1/reports", b) }
	put := func(c *cast) { send(http.MethodPut, w.servers[0].URL+"/v1/plans/"+c.digest.String(), c.signed) }
	other := func(change func(*plan.Plan)) *cast {
		o := *c
		p := o.draft()
		change(p)
		o.adopt(t, p)
		return &o
	}
	under := func(o *cast) []byte {
		good := newCrowd(t, o, 81, 6)
		good.add(nil)
		return good.reports[0]
	}
	attack := func(name string) func() {
		return func() {
			for i := range attacks {
				if attacks[i].name == name {
					crowd.add(&attacks[i])
					upload(crowd.reports[len(crowd.reports)-1])
					return
				}
			}
			t.Fatal(name)
		}
	}
	for _, b := range crowd.reports {
		upload(b)
	}
	require.Equal(t, map[string]uint64{"reports.accepted": 100, "plans.accepted": 1}, col.Counts())
	good := crowd.reports[0]
	dated := func(d plan.Date) []byte {
		r, err := report.Parse(bytes.Clone(good))
		require.NoError(t, err)
		r.Period = d
		b, err := r.Append(nil)
		require.NoError(t, err)
		return b
	}
	unsigned := other(func(p *plan.Plan) { p.Site = "unsigned.example" })
	unsigned.signed = unsigned.signed[:len(unsigned.signed)-1]
	expired := other(func(p *plan.Plan) { p.Site, p.Expires = "expired.example", w.now+plan.Hour })
	low := other(func(p *plan.Plan) { p.Site, p.Serial = "serial.example", 7 })
	high := other(func(p *plan.Plan) { p.Site, p.Serial = "serial.example", 8 })

	type counts = map[string]uint64
	for _, bad := range []struct {
		name      string
		send      func()
		collector counts // over what was counted before
	}{
		{"truncated", func() { upload(good[:len(good)-1]) }, counts{"reports.malformed": 1}},
		{"oversized", func() { upload(make([]byte, report.MaxSize+1)) }, counts{"reports.too-large": 1}},
		{"repeated", func() { upload(good) }, counts{"reports.accepted": 1}}, // and see below
		{"of a later period", func() { upload(dated(firstDay + 1)) }, counts{"reports.period-early": 1}},
		{"of no period", func() { upload(dated(firstDay + 9)) }, counts{"reports.period-unknown": 1}},
		{"of another plan", func() { upload(under(unsigned)) }, counts{"reports.plan-unknown": 1}},
		{"plan unsigned", func() { put(unsigned) }, counts{"plans.plan-unsigned": 1}},
		{"for a plan unsigned", func() { upload(under(unsigned)) }, counts{"reports.plan-unknown": 1}},
		{"plan with a lower serial", func() { put(high); put(low) }, counts{"plans.accepted": 1, "plans.plan-serial": 1}},
		{"for a plan expired", func() {
			put(expired)
			w.now += 2 * plan.Hour
			upload(under(expired))
		}, counts{"plans.accepted": 1, "reports.plan-expired": 1}},
		{"plan expired", func() {
			put(other(func(p *plan.Plan) { p.Site, p.Serial, p.Expires = "expired.example", 9, w.now-plan.Hour }))
		}, counts{"plans.plan-expired": 1}},
		{"for a plan that one with a higher serial took the place of", func() {
			first := other(func(p *plan.Plan) { p.Site = "superseded.example" })
			put(first)
			put(other(func(p *plan.Plan) { p.Site, p.Serial = "superseded.example", 5 }))
			upload(under(first))
		}, counts{"plans.accepted": 2, "reports.plan-superseded": 1}},
		{"sealed to another key, for the leader", attack("leader's share sealed to the helper"), counts{"reports.accepted": 1}},
		{"sealed to another key, for the helper", attack("helper's share sealed to the leader"), counts{"reports.accepted": 1}},
		{"invalid proof", attack("proof changed"), counts{"reports.accepted": 1}},
		{"over the weight", attack("over the weight"), counts{"reports.accepted": 1}},
		{"outer field unlike the sealed one", attack("another nonce outside"), counts{"reports.accepted": 1}},
	} {
		t.Run(bad.name, func(t *testing.T) {
			before := col.Counts()
			bad.send()
			got := counts{}
			for reason, n := range col.Counts() {
				if n != before[reason] {
					got[reason] = n - before[reason]
				}
			}
			require.Equal(t, bad.collector, got)
		})
	}
	w.now = c.plan.Periods[0].End
	upload(good)
	require.EqualValues(t, 1, col.Counts()["reports.period-closed"], "late")

	require.NoError(t, step(t, w).Err)
	w.expect(crowd.oracle)
	require.EqualValues(t, 1, col.Counts()["reports.repeated"])
	l, err := w.Leader.Operator()
	require.NoError(t, err)
	h, err := w.live.Load().Operator()
	require.NoError(t, err)
	require.EqualValues(t, 100, l[0].Accepted)
	require.EqualValues(t, 100, h[0].Accepted)
	require.Equal(t, message.Rejects{message.OpenFailed: 1, message.Unlike: 1, message.PeerRefused: 3}, l[0].Rejected)
	require.Equal(t, message.Rejects{message.OpenFailed: 1, message.Proof: 2}, h[0].Rejected)
}
