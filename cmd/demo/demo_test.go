package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/wasm/device"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/stretchr/testify/require"
)

// few are visitors of whom some 300 come on a day.
const few = 7000

// started is a demo over the built history, with a small crowd.
func started(t *testing.T, change func(*Options)) *Demo {
	t.Helper()
	wasm, err := module.Bytes()
	require.NoError(t, err)
	o := Options{
		Dir: t.TempDir(), Listen: "127.0.0.1:0", Module: wasm, Log: io.Discard, Visitors: few,
		SDK: fstest.MapFS{"dunlin.js": {Data: []byte("the loader")}, "privacy-b40fddc2.js": {Data: []byte("what the visitor sees")}}, Shop: pages,
		Dashboard: fstest.MapFS{"index.html": {Data: []byte("<title>dashboard</title>")}},
	}
	if change != nil {
		change(&o)
	}
	d, err := Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// person is somebody's browser.
type person struct {
	*testing.T
	http.Client
	at string // http://host:port
}

func personAt(t *testing.T, d *Demo) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &person{t, http.Client{Jar: jar, Timeout: time.Minute}, "http://" + d.Address}
}

// ask sends a request and reads a JSON answer into one that is not nil.
func (p *person) ask(method, path, body string, into any, header ...string) int {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), method, p.at+path, bytes.NewReader([]byte(body)))
	require.NoError(p, err)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := p.Do(r)
	require.NoError(p, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(p, err)
	if into != nil {
		require.NoError(p, json.Unmarshal(b, into), "%s: %s", path, b)
	}
	return res.StatusCode
}

func (p *person) state() (s state) {
	p.Helper()
	require.Equal(p, http.StatusOK, p.ask("GET", "/demo/api/state", "", &s))
	return s
}

// nextDay presses the button, and again at once, and waits until the day is closed.
func (p *person) nextDay() (c closing) {
	p.Helper()
	var why refusal
	today := p.today()
	require.Equal(p, http.StatusAccepted, p.press(today, &c))
	require.Equal(p, http.StatusConflict, p.press(today, &why))
	require.Contains(p, why.Detail, "already")
	require.Eventually(p, func() bool {
		before := c
		require.Equal(p, http.StatusOK, p.ask("GET", "/demo/api/next", "", &c))
		require.LessOrEqual(p, c.Done, c.Total)
		require.Equal(p, before.Date, c.Date)
		return c.Phase == done || c.Phase == failed
	}, time.Minute, 20*time.Millisecond)
	require.Equal(p, done, c.Phase, c.Error)
	// The second half of a double click comes late: it does not close the day after.
	why = refusal{}
	require.Equal(p, http.StatusConflict, p.press(today, &why))
	require.Equal(p, "urn:dunlin:problem:demo-not-today", why.Type)
	require.Contains(p, why.Detail, "date="+p.state().Date)
	return c
}

// today is where the button closes the day that the person sees.
func (p *person) today() string { return "/demo/api/next?date=" + p.state().Date }

// press presses the button.
func (p *person) press(today string, into any) int {
	p.Helper()
	return p.ask("POST", today, "", into, "X-Dunlin-Demo", "1")
}

// A person's device in the module takes plan and priors from the demo, and its report
// is counted with the others'.
func TestADayOfTheDemo(t *testing.T) {
	d := started(t, nil)
	p := personAt(t, d)
	now := p.state()
	require.Equal(t, "2026-11-22", now.Date)
	require.Equal(t, "demo-shop.example", now.Site)
	require.InDelta(t, 280, now.Visitors, 10)
	require.Equal(t, historyDays, now.Warming.Total)
	require.Regexp(t, "^[0-9a-f]{16}$", now.Run)
	require.Equal(t, "2026-11-22", time.Now().Add(time.Duration(now.Clock)*time.Second).UTC().Format(time.DateOnly))

	priors := p.visit(now)
	require.NotEmpty(t, priors.Places, "90 days of releases say something of the hero")
	closed := p.nextDay()
	require.Equal(t, "2026-11-22", closed.Date)
	released := d.released(t)
	require.Len(t, released, historyDays+1)
	today := released[historyDays]
	require.Equal(t, "2026-11-22", today.Period.Date.String())
	v := float64(today.Variance())
	require.Greater(t, today.Cells[0], int64(100))

	then := p.state()
	require.Equal(t, "2026-11-23", then.Date)
	require.True(t, then.Ready)
	require.Equal(t, then.Warming.Total, then.Warming.Done)
	require.Equal(t, now.Run, then.Run)
	require.InDelta(t, 86400, float64(then.Clock-now.Clock), 3600)

	// And on, as often as wanted: what everyone is shown goes by one day more.
	again := p.visit(then)
	require.Greater(t, again.Version, priors.Version)
	require.Equal(t, "2026-11-23", p.nextDay().Date)
	require.Equal(t, "2026-11-24", p.state().Date)
	released = d.released(t)
	require.Len(t, released, historyDays+2)
	require.InDelta(t, float64(today.Cells[0]), float64(released[historyDays+1].Cells[0]), 5*math.Sqrt(2*v)+100)

	// The history before it is as it was.
	h, err := Built()
	require.NoError(t, err)
	require.Equal(t, h.Releases, released[:historyDays])
}

// released are all releases that the dashboard reads.
func (d *Demo) released(t *testing.T) []release.Signed {
	t.Helper()
	s, err := d.rig.Releases()
	require.NoError(t, err)
	all, err := s.List()
	require.NoError(t, err)
	return all
}

// visit is the person's device: it loads plan and priors from where the page would,
// looks at the home page and sends its report.
func (p *person) visit(s state) *choose.Priors {
	p.Helper()
	ctx := context.Background()
	var head http.Header
	fetch := func(path string) []byte {
		res, err := p.Get(p.at + path)
		require.NoError(p, err)
		defer res.Body.Close()
		require.Equal(p, http.StatusOK, res.StatusCode, path)
		b, err := io.ReadAll(res.Body)
		require.NoError(p, err)
		head = res.Header
		return b
	}
	require.Equal(p, "the loader", string(fetch("/dunlin/dunlin.js")))
	signed := fetch("/dunlin/v1/plan")
	published, err := planfile.Unverified(signed)
	require.NoError(p, err)
	date, err := http.ParseTime(head.Get("Date"))
	require.NoError(p, err)
	require.Equal(p, s.Date, date.Format(time.DateOnly), "the collector's clock is the demo's")
	sum := head.Get("Dunlin-Priors")
	priors := fetch("/dunlin/v1/priors/" + sum)
	wasm, err := module.Bytes()
	require.NoError(p, err)
	digest := plan.Digest(sha256.Sum256(wasm))
	require.Equal(p, wasm, fetch("/dunlin/v1/module/"+digest.String()+".wasm"))

	engine, err := device.Open(ctx, wasm, device.Options{})
	require.NoError(p, err)
	defer engine.Close(ctx)
	dev, err := engine.Instance(ctx)
	require.NoError(p, err)
	require.NoError(p, dev.UsePlan(ctx, published))
	clock := plan.Time(time.Now().Unix() + s.Clock)
	_, err = dev.Load(ctx, clock, nil)
	require.NoError(p, err)
	require.NoError(p, dev.UsePriors(ctx, priors))
	require.NoError(p, dev.Track(ctx, clock, edge.Event{Kind: plan.View}))
	var decision choose.Decision
	require.NoError(p, dev.Choose(ctx, clock, choose.Place{Kind: choose.Slot}, &decision))
	require.NoError(p, dev.Track(ctx, clock, edge.Event{Kind: plan.Exposure, Variant: uint8(decision.Column)}))
	body, _, err := dev.SealedReport(ctx, clock, plan.Time(date.Unix()), func(_ report.Role, to plan.Recipient, plain []byte) ([]byte, error) {
		r, err := seal.ParseRecipient(to)
		if err != nil {
			return nil, err
		}
		return r.Seal(nil, plain)
	})
	require.NoError(p, err)
	res, err := p.Post(p.at+"/dunlin/v1/reports", "application/octet-stream", bytes.NewReader(body))
	require.NoError(p, err)
	require.NoError(p, res.Body.Close())
	require.Equal(p, http.StatusAccepted, res.StatusCode)
	out, err := choose.Decode(priors)
	require.NoError(p, err)
	return out
}

// A request of another site's page starts nothing.
func TestNextDayIsTheDemosOwn(t *testing.T) {
	d := started(t, nil)
	p := personAt(t, d)
	var why refusal
	require.Equal(t, http.StatusForbidden, p.ask("POST", "/demo/api/next", "", &why))
	require.Equal(t, "urn:dunlin:problem:demo-origin", why.Type)
	require.Equal(t, http.StatusMethodNotAllowed, p.ask("DELETE", "/demo/api/next", "", nil))
	for _, other := range []string{"", "?date=", "?date=2026-11-21", "?date=2026-11-23", "?date=tomorrow"} {
		require.Equal(t, http.StatusConflict, p.press("/demo/api/next"+other, &why), other)
		require.Equal(t, "urn:dunlin:problem:demo-not-today", why.Type)
	}
	var c closing
	require.Equal(t, http.StatusOK, p.ask("GET", "/demo/api/next", "", &c))
	require.Equal(t, closing{Phase: idle}, c)
	require.Equal(t, "2026-11-22", p.state().Date)
}

// What goes wrong in a day is shown, with what to do, and the day stays as it is.
func TestAFailureIsShown(t *testing.T) {
	d := started(t, nil)
	p := personAt(t, d)
	o := d.days.others
	<-o.ended
	fails := func(want string) {
		t.Helper()
		var c closing
		require.Equal(t, http.StatusAccepted, p.press(p.today(), nil))
		require.Eventually(t, func() bool {
			require.Equal(t, http.StatusOK, p.ask("GET", "/demo/api/next", "", &c))
			return c.Phase == failed
		}, time.Minute, 10*time.Millisecond)
		require.Contains(t, c.Error, want)
		require.Regexp(t, "start it again: dunlin demo$", c.Error)
		require.Equal(t, "2026-11-23", c.Date)
		require.Equal(t, "2026-11-23", p.state().Date)
	}
	move := func(p *plan.Plan, published []byte) {
		require.NoError(t, o.crowd.Move(t.Context(), p, 1, simulate.NativeUnder(published)))
	}
	// The first day is all with the collector. On the next, devices of another plan
	// refuse the day's priors; nobody has lived anything of it yet.
	move(o.history.Plan, o.history.Published)
	p.nextDay()
	fails("the day could not be begun: choose: priors of another plan; try again, or stop")

	// Devices that are told of another day's collector refuse to report: the day is half
	// lived, and trying again says so.
	move(d.rig.Plan, d.rig.Published)
	require.NoError(t, d.rig.Begin(5))
	for range 2 {
		fails("the visitors' reports did not all arrive: edge: clock unlike the collector's; stop")
	}
	require.Len(t, d.released(t), historyDays+1)
}

// Where somebody listens already is said, before anything is made.
func TestBusyPort(t *testing.T) {
	d := started(t, nil)
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), Listen: d.Address})
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorContains(t, err, "--listen")
	_, err = Start(t.Context(), Options{Dir: t.TempDir(), Listen: "0.0.0.0:0"})
	require.ErrorIs(t, err, ErrListen)
}

// Ctrl-C in the middle of a day ends at once.
func TestCloseInTheMiddleOfADay(t *testing.T) {
	d := started(t, func(o *Options) { o.Visitors = 60_000 })
	p := personAt(t, d)
	require.Equal(t, http.StatusAccepted, p.press(p.today(), nil))
	began := time.Now()
	require.NoError(t, d.Close())
	require.Less(t, time.Since(began), 2*time.Second)
	last := d.days.last()
	require.Equal(t, failed, last.Phase)
	require.Contains(t, last.Error, "canceled")
}
