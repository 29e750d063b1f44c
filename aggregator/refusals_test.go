package aggregator_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"io"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func TestHelperUsesItsOwnClock(t *testing.T) {
	l := newLiar(t)
	l.now = l.plan.Periods[0].End - 1
	first := l.chunk(0, nil, 0, 10)
	for verb, body := range map[string][]byte{
		"prepare":  first.Append(nil),
		"finish":   (&message.Finish{Batch: l.batch, Partition: 5}).Append(nil),
		"close":    (&message.Close{Batch: l.batch}).Append(nil),
		"exchange": (&message.Exchange{Batch: l.batch, Share: make([]byte, 16)}).Append(nil),
		"sign":     (&message.Sign{Batch: l.batch}).Append(nil),
	} {
		require.ErrorIs(t, l.ask(verb, body).err, problem.PeriodOpen, verb)
		require.ErrorIs(t, l.ask(verb, body[:len(body)-1]).err, problem.Malformed, verb)
		other := l.send("POST", "/v1/batches/"+l.digest.String()+"/"+(firstDay+1).String()+"/"+verb, body)
		require.ErrorIs(t, other.err, problem.Malformed, "another batch than in the address")
	}
	elsewhere := message.Close{Batch: message.Batch{Plan: l.digest, Date: firstDay + 9}}
	path := "/v1/batches/" + l.digest.String() + "/" + elsewhere.Date.String() + "/close"
	require.ErrorIs(t, l.send("POST", path, elsewhere.Append(nil)).err, problem.PeriodWrong)
	elsewhere.Plan = plan.Digest{1}
	path = "/v1/batches/" + elsewhere.Plan.String() + "/" + elsewhere.Date.String() + "/close"
	require.ErrorIs(t, l.send("POST", path, elsewhere.Append(nil)).err, problem.PlanUnknown)
	require.ErrorIs(t, l.ask("close", make([]byte, message.MaxSmall+1)).err, problem.TooLarge)
}

func TestPlansThatTheHelperRefuses(t *testing.T) {
	for name, change := range map[string]func(*cast, *plan.Plan){
		"another helper's recipient": func(c *cast, p *plan.Plan) { p.Helper, p.Leader = p.Leader, p.Helper },
		"a key that it has not":      func(_ *cast, p *plan.Plan) { p.VerifyKey[0]++ },
		"too little noise":           func(_ *cast, p *plan.Plan) { p.Sigma2 = 102 },
		"expired":                    func(_ *cast, p *plan.Plan) { p.Expires = plan.Time(firstDay)*plan.Day + 1 },
		"another officer": func(c *cast, _ *plan.Plan) {
			_, c.officer, _ = ed25519.GenerateKey(nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCast(t)
			w := newWorld(t, c, nil)
			officer := c.officer
			p := c.draft()
			change(c, p)
			c.adopt(t, p)
			c.officer = officer
			a := w.send("PUT", "/v1/plans/"+c.digest.String(), c.signed)
			require.ErrorIs(t, a.err, problem.PlanRefused)
		})
	}
	c := newCast(t)
	w := newWorld(t, c, nil)
	put := func() error { return w.send("PUT", "/v1/plans/"+c.digest.String(), c.signed).err }
	require.NoError(t, put())
	require.NoError(t, put())
	require.ErrorIs(t, w.send("PUT", "/v1/plans/"+plan.Digest{2}.String(), c.signed).err, problem.PlanRefused, "another digest in the address")
	require.ErrorIs(t, w.send("PUT", "/v1/plans/nonsense", c.signed).err, problem.Malformed)
	for _, serial := range []uint64{3, 4, 5} {
		p := c.draft()
		p.Serial, p.TimeZone = serial, "Europe/Berlin"
		c.adopt(t, p)
		if serial > 4 {
			require.NoError(t, put())
		} else {
			require.ErrorIs(t, put(), problem.PlanRefused, "serial %d", serial)
		}
	}
}

// Of two plans of one serial that arrive at the same time one is accepted.
func TestPlansOfOneSerialAtOnce(t *testing.T) {
	c := newCast(t)
	w := newWorld(t, c, nil)
	for serial := range uint64(5) {
		errs := make(chan error, 4)
		for i := range cap(errs) {
			p := c.draft()
			p.Serial, p.Attribution = 4+serial, uint32(i+1)
			c.adopt(t, p)
			digest, signed := c.digest, c.signed
			go func() { errs <- w.send("PUT", "/v1/plans/"+digest.String(), signed).err }()
		}
		accepted := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				accepted++
			} else {
				require.ErrorIs(t, err, problem.PlanRefused)
			}
		}
		require.Equal(t, 1, accepted)
	}
}

// Two plans of a site whose periods overlap are two batches, each with its own
// reports, noise and release. A device is in one of them only, for its ledger pays
// once a date whatever the plan; what it sent under the one is of no use under the
// other, because the plan's digest is sealed in and part of the VDAF's context.
func TestPlansThatOverlap(t *testing.T) {
	c := newCast(t)
	first := newCrowd(t, c, 60, 4)
	for range 100 {
		first.add(nil)
	}
	old := *c
	w := newWorld(t, c, first.reports)
	w.addPlan()
	p := c.draft()
	p.Serial, p.Cadence, p.Periods = 5, plan.Weekly, []plan.Period{{Date: firstDay, Start: plan.Time(firstDay) * plan.Day, End: plan.Time(firstDay+7) * plan.Day}}
	c.adopt(t, p)
	require.NotEqual(t, old.digest, c.digest)
	second := newCrowd(t, c, 61, 4)
	for range 100 {
		second.add(nil)
	}
	w.addPlan()
	w.now = p.Periods[0].End + 1
	// The collector gives the reports of both plans for each batch: each counts
	// where it belongs.
	w.spool = nil
	both := newSpool(c, append(append([][]byte{}, first.reports...), second.reports...), w.clock)
	w.servers[0].Config.Handler = both.handler()
	all, err := w.Leader.Step(context.Background())
	require.NoError(t, err)
	for _, o := range all {
		if o.Batch.Date != firstDay {
			require.Equal(t, batch.Short, o.State, "the old plan's other days hold nothing")
			continue
		}
		require.Equal(t, batch.Released, o.State)
		r, err := w.batches[0].Record(o.Batch)
		require.NoError(t, err)
		require.EqualValues(t, 100, r.Tally.Count)
		require.Equal(t, message.Rejects{message.WrongBatch: 100}, r.Rejects)
	}
	one, err := w.releases[0].Get(old.digest, firstDay)
	require.NoError(t, err)
	two, err := w.releases[0].Get(c.digest, firstDay)
	require.NoError(t, err)
	require.Equal(t, old.plan.Periods[0], one.Period)
	require.Equal(t, p.Periods[0], two.Period)
	require.NotEqual(t, one.Cells, two.Cells)
}

// However many prepare requests arrive, a few are read and the rest wait; what is
// small is answered all the while.
func TestFewLargeRequestsAtOnce(t *testing.T) {
	l := newLiar(t)
	url := l.servers[1].URL + "/v1/batches/" + l.digest.String() + "/" + firstDay.String() + "/prepare"
	few := 2 * runtime.GOMAXPROCS(0)
	ends := make([]*io.PipeWriter, few)
	answers := make(chan error, few+1)
	post := func(body io.Reader) {
		res, err := http.Post(url, "application/octet-stream", body)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
		answers <- err
	}
	for i := range ends {
		r, w := io.Pipe()
		ends[i] = w
		defer w.Close() // or the server would wait for it for ever
		go post(r)
		_, err := w.Write(make([]byte, 64<<10)) // taken, but not whole
		require.NoError(t, err)
	}
	time.Sleep(50 * time.Millisecond) // until each has its handler
	m := l.chunk(0, nil, 0, 40)
	go post(bytes.NewReader(m.Append(nil)))
	require.ErrorIs(t, l.send("GET", "/v1/batches/"+l.digest.String()+"/"+firstDay.String()+"/release", nil).err, problem.NotFound)
	select {
	case <-answers:
		t.Fatal("one more was read")
	case <-time.After(50 * time.Millisecond):
	}
	for _, w := range ends {
		require.NoError(t, w.Close())
	}
	for range few + 1 {
		require.NoError(t, <-answers)
	}
	p, err := l.batches[1].Partition(l.batch, 5)
	require.NoError(t, err)
	require.True(t, p.Begun, "the one that waited was prepared")
}

// The officer may ask for more than the floors, never for less.
func TestHelperFloors(t *testing.T) {
	c := newCast(t)
	w := newWorld(t, c, nil)
	options := helper.Options{
		Batches: w.batches[1], Releases: w.releases[1], Keys: keys{c: c}, Identity: c.helper,
		Signer: c.peers[1], Leader: helper.Only(c.peers[0].Public()), Verify: c.verify, Clock: w.clock, Noise: w.noise[1],
	}
	for name, change := range map[string]func(*helper.Options){
		"min batch below the floor": func(o *helper.Options) { o.MinBatch = 99 },
		"cap above the device's":    func(o *helper.Options) { o.Cap = ledger.CapDay + 1 },
		"cells above the plan's":    func(o *helper.Options) { o.MaxCells = plan.MaxCells + 1 },
		"no noise":                  func(o *helper.Options) { o.Noise = nil },
		"no clock":                  func(o *helper.Options) { o.Clock = nil },
		"no officer":                func(o *helper.Options) { o.Verify = nil },
		"no leader":                 func(o *helper.Options) { o.Leader = nil },
	} {
		o := options
		change(&o)
		_, err := helper.New(o)
		require.ErrorIs(t, err, helper.ErrOptions, name)
	}
	for name, change := range map[string]func(*helper.Options){
		"larger batches": func(o *helper.Options) { o.MinBatch = 101 },
		"a smaller cap":  func(o *helper.Options) { o.Cap = 24_000_000 },
		"fewer cells":    func(o *helper.Options) { o.MaxCells = 19 },
	} {
		o := options
		change(&o)
		h, err := helper.New(o)
		require.NoError(t, err)
		w.live.Store(h)
		require.ErrorIs(t, w.send("PUT", "/v1/plans/"+c.digest.String(), c.signed).err, problem.PlanRefused, name)
	}
}
