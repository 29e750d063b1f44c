package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/stretchr/testify/require"
)

// premises are a site whose three services run in processes of `dunlin serve`.
type premises struct {
	t         *testing.T
	config    string
	at        service.Addresses
	published []byte
	plan      *plan.Plan
	period    plan.Period // the running one
}

// newPremises makes keys and a plan of this week, which a helper in this process signs
// with.
func newPremises(t *testing.T) *premises {
	t.Helper()
	p := &premises{t: t}
	dir := t.TempDir()
	public, err := service.GenerateKeys(dir, service.Roles, rand.Reader)
	require.NoError(t, err)
	for _, at := range []*string{&p.at.Public, &p.at.Inner, &p.at.Helper} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		*at = l.Addr().String()
		require.NoError(t, l.Close())
	}
	p.config = filepath.Join(dir, "services.yaml")
	require.NoError(t, service.WriteNew(p.config, service.ServicesFile(public, p.at), 0o600))
	conf, err := service.Read(p.config)
	require.NoError(t, err)
	h, err := service.StartHelper(conf, systemWorld(io.Discard))
	require.NoError(t, err)
	pairing, err := service.Pair(t.Context(), conf, rand.Reader)
	require.NoError(t, err)
	require.NoError(t, h.Close(t.Context()))

	now := time.Now().UTC()
	monday := now.AddDate(0, 0, -(int(now.Weekday())+6)%7)
	text := strings.NewReplacer("2026-11-23", monday.Format(time.DateOnly), "2027-11-21", monday.AddDate(0, 0, 27).Format(time.DateOnly), "Europe/Berlin", "UTC").Replace(string(plans.Small))
	f, problems := planfile.Parse("plan.yaml", []byte(text))
	require.NoError(t, problems.Err())
	p.plan, err = f.Plan(planfile.BuildInput{Leader: pairing.Leader, Helper: pairing.Helper, VerifyKey: pairing.VerifyKey, Issued: f.Periods[0].Start})
	require.NoError(t, err)
	p.period = p.plan.Periods[0]
	p.published, err = plan.Encode(p.plan)
	require.NoError(t, err)
	secret, err := service.ReadSecret(filepath.Join(dir, "officer.pem"))
	require.NoError(t, err)
	officer, err := planfile.ParseOfficerKey(secret)
	require.NoError(t, err)
	require.NoError(t, service.WriteNew(filepath.Join(dir, "plan.signed"), planfile.Sign(p.published, officer), 0o600))
	return p
}

// serve starts all roles in a process and waits until the plan is in force.
func (p *premises) serve(args ...string) (*exec.Cmd, *bytes.Buffer) {
	p.t.Helper()
	c := exec.Command("dunlin", append([]string{"serve", "--role", "all", "--config", p.config}, args...)...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = io.Discard, &said
	require.NoError(p.t, c.Start())
	p.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	require.Eventually(p.t, func() bool {
		res, err := http.Get("http://" + p.at.Public + "/v1/plan")
		if err != nil {
			return false
		}
		return res.Body.Close() == nil && res.StatusCode == http.StatusOK
	}, 20*time.Second, 20*time.Millisecond)
	return c, &said
}

// report is one that a collector cannot tell from a device's: its shares have the size
// of sealed ones, and are noise.
func (p *premises) report() ([]byte, error) {
	layout := plan.LayoutOf(p.plan)
	params := share.Params{Length: layout.Cells, Weight: layout.Weight, Chunk: int(p.plan.Chunk)}
	r := report.Report{
		Head:   report.Head{Plan: plan.DigestOf(p.published), Period: p.period.Date, Revision: 1},
		Leader: make([]byte, seal.SealedSize(report.PlainHead+params.LeaderSize())),
		Helper: make([]byte, seal.SealedSize(report.PlainHead+len(share.Shares{}.Helper))),
	}
	for _, b := range [][]byte{r.ID[:], r.Nonce[:], r.Leader, r.Helper} {
		if _, err := rand.Read(b); err != nil {
			return nil, err
		}
	}
	return r.Append(nil)
}

// arrived is how many reports the collector has on disk.
func (p *premises) arrived() (n uint64) {
	p.t.Helper()
	out, err := exec.Command("dunlin", "status", "--json", "--config", p.config).Output()
	require.NoError(p.t, err, "%s", out)
	var all inspection
	require.NoError(p.t, json.Unmarshal(out, &all))
	for _, s := range all.Services {
		if s.Collector == nil {
			continue
		}
		for _, b := range s.Collector.Batches {
			if b.Reports != nil {
				n += *b.Reports
			}
		}
	}
	return n
}

// load is reports that arrive over connections that stay, until nobody answers.
type load struct {
	acknowledged, refused, unread atomic.Uint64
	odd                           sync.Map // what should not be, to how often
	done                          sync.WaitGroup
}

func (p *premises) load(connections int) *load {
	l := &load{}
	for range connections {
		l.done.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				b, err := p.report()
				if err != nil {
					l.odd.Store(err.Error(), true)
					return
				}
				res, err := client.Post("http://"+p.at.Public+"/v1/reports", "application/octet-stream", bytes.NewReader(b))
				if err != nil {
					l.unread.Add(1) // the count of what is on disk shows whether that is so
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				switch {
				case res.StatusCode == http.StatusAccepted:
					l.acknowledged.Add(1)
				case res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") != "":
					l.refused.Add(1)
				default:
					l.odd.Store(res.Status, true)
				}
			}
		})
	}
	return l
}

func (l *load) strange() (all []any) {
	l.odd.Range(func(what, _ any) bool { all = append(all, what); return true })
	return all
}

func (p *premises) health() string {
	res, err := http.Get("http://" + p.at.Public + "/healthz")
	if err != nil {
		return "gone"
	}
	defer res.Body.Close()
	return fmt.Sprintf("%d %s", res.StatusCode, res.Header.Get("Retry-After"))
}

// SIGTERM in the middle of many uploads: health says so first, every report that was
// answered with 202 is on disk and no other, and the process ends with 0.
func TestTerminatedUnderLoad(t *testing.T) {
	p := newPremises(t)
	c, said := p.serve("--drain", "300ms")
	l := p.load(32)
	require.Eventually(t, func() bool { return l.acknowledged.Load() > 200 }, 20*time.Second, 5*time.Millisecond)
	require.Equal(t, "200 ", p.health())
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { return p.health() == "503 5" }, 10*time.Second, time.Millisecond, "it never said that it stops")
	before := l.acknowledged.Load()
	require.Eventually(t, func() bool { return l.acknowledged.Load() > before || p.health() == "gone" }, 10*time.Second, time.Millisecond)
	require.Greater(t, l.acknowledged.Load(), before, "what comes while it drains is still taken")
	require.NoError(t, c.Wait(), "%s", said)
	l.done.Wait()
	require.Empty(t, l.strange())
	t.Logf("%d acknowledged, %d told to come back, %d connections found nobody", l.acknowledged.Load(), l.refused.Load(), l.unread.Load())

	again, _ := p.serve()
	// A file that nothing was written to since the start is not read until it is used.
	b, err := p.report()
	require.NoError(t, err)
	res, err := http.Post("http://"+p.at.Public+"/v1/reports", "application/octet-stream", bytes.NewReader(b))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusAccepted, res.StatusCode)
	// What was acknowledged is there. Of a connection that broke before its answer nobody
	// can say: such a report may be there too, and its device sends it again.
	require.GreaterOrEqual(t, p.arrived(), l.acknowledged.Load()+1)
	require.LessOrEqual(t, p.arrived(), l.acknowledged.Load()+1+l.unread.Load())
	require.NoError(t, again.Process.Signal(syscall.SIGTERM))
	require.NoError(t, again.Wait())
}

// A second signal ends at once what would drain for an hour, and nothing that was
// acknowledged is lost by it.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	p := newPremises(t)
	c, said := p.serve("--drain", "1h")
	l := p.load(8)
	require.Eventually(t, func() bool { return l.acknowledged.Load() > 20 }, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { return p.health() == "503 5" }, 10*time.Second, time.Millisecond)
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	var exit *exec.ExitError
	require.ErrorAs(t, c.Wait(), &exit, "%s", said)
	require.Equal(t, syscall.SIGTERM, exit.Sys().(syscall.WaitStatus).Signal())
	l.done.Wait()
	require.Empty(t, l.strange())

	again, _ := p.serve()
	b, err := p.report()
	require.NoError(t, err)
	res, err := http.Post("http://"+p.at.Public+"/v1/reports", "application/octet-stream", bytes.NewReader(b))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.GreaterOrEqual(t, p.arrived(), l.acknowledged.Load()+1)
	require.NoError(t, again.Process.Signal(os.Interrupt))
	require.NoError(t, again.Wait())
}
