package service_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/stretchr/testify/require"
)

// host is a folder with keys and a services file of some roles, as it lies on a
// machine of its own.
type host struct {
	t      *testing.T
	dir    string
	file   string
	public service.Public
}

// newHost makes keys of the roles and a services file of the lines, in which {NAME}
// is a public key and {free} an address that nobody listens at.
func newHost(t *testing.T, roles []string, lines ...string) *host {
	t.Helper()
	h := &host{t: t, dir: t.TempDir()}
	var err error
	h.public, err = service.GenerateKeys(filepath.Join(h.dir, "keys"), roles, rand.Reader)
	require.NoError(t, err)
	h.file = filepath.Join(h.dir, "services.yaml")
	h.write(lines...)
	return h
}

func (h *host) write(lines ...string) {
	h.t.Helper()
	text := strings.Join(lines, "\n") + "\n"
	for role, k := range h.public.Peers {
		text = strings.ReplaceAll(text, "{"+role+"}", k.String())
	}
	text = strings.ReplaceAll(text, "{officer}", h.public.Officer)
	for strings.Contains(text, "{free}") {
		text = strings.Replace(text, "{free}", freeAddress(h.t), 1)
	}
	next := h.file + "-next"
	require.NoError(h.t, os.WriteFile(next, []byte(text), 0o600))
	require.NoError(h.t, os.Rename(next, h.file))
}

func (h *host) text() string {
	b, err := os.ReadFile(h.file)
	require.NoError(h.t, err)
	return string(b)
}

func (h *host) conf() *service.Config {
	h.t.Helper()
	c, err := service.Read(h.file)
	require.NoError(h.t, err)
	return c
}

func (h *host) rotate(role string) {
	h.t.Helper()
	_, _, err := service.Rotate(filepath.Join(h.dir, "keys"), role, seal.Passphrase{}, rand.Reader)
	require.NoError(h.t, err)
}

func (h *host) promote(role string) {
	h.t.Helper()
	_, _, err := service.Promote(filepath.Join(h.dir, "keys"), role, seal.Passphrase{})
	require.NoError(h.t, err)
}

// fiveLines are the services file of a helper on a host of its own.
var fiveLines = []string{
	"officer: {officer}",
	"helper: {listen: '{free}', keys: keys, data: data}",
	"floors: {min_batch: 100, epsilon: 1, cells: 512}",
	"leaders: {}",
	"metrics: 127.0.0.1:0",
}

// helperHost is one with the officer and the helper.
func helperHost(t *testing.T) *host { return newHost(t, []string{"officer", "helper"}, fiveLines...) }

// siteHost is one with leader and collector, whose plans another host's officer signs.
func siteHost(t *testing.T, officer string) *host {
	inner := freeAddress(t)
	return newHost(t, []string{"collector", "leader"},
		"officer: "+officer,
		"collector: {listen: '{free}', inner: '"+inner+"', keys: keys, data: data/collector, leader: '{leader}'}",
		"leader:",
		"  data: data/leader",
		"  keys: keys",
		"  plans: [plan.signed]",
		"  collector: {url: 'https://"+inner+"', key: '{collector}'}",
	)
}

// introduce has a site's leader and a helper know each other, by one line each way.
func introduce(t *testing.T, site, helper *host, name string, now time.Time) (atLeader, atHelper service.Introduced) {
	t.Helper()
	invited, err := service.Invite(helper.conf(), service.InviteOptions{Name: name}, now, rand.Reader)
	require.NoError(t, err)
	atLeader, err = service.AcceptInvitation(site.conf(), invited.Line, false, now)
	require.NoError(t, err)
	atHelper, err = service.AdmitLeader(helper.conf(), atLeader.Line, now)
	require.NoError(t, err)
	require.Equal(t, invited.Helper.Fingerprint(), atLeader.Helper.Fingerprint())
	require.Equal(t, atLeader.Leader.Fingerprint(), atHelper.Leader.Fingerprint())
	require.Equal(t, atLeader.Helper.Fingerprint(), atHelper.Helper.Fingerprint())
	return atLeader, atHelper
}

// planned pairs a site with its helper, and has the helper's officer sign
// plans/small.yaml under a serial and for a name of its own.
func planned(t *testing.T, site, helper *host, domain string) (published []byte) {
	t.Helper()
	paired, err := service.Pair(t.Context(), site.conf(), rand.Reader)
	require.NoError(t, err)
	text := strings.Replace(string(plans.Small), "corner-shop.example", domain, 1)
	f, problems := planfile.Parse("small.yaml", []byte(text))
	require.NoError(t, problems.Err())
	p, err := f.Plan(planfile.BuildInput{Leader: paired.Leader, Helper: paired.Helper, VerifyKey: paired.VerifyKey, Issued: f.Periods[0].Start})
	require.NoError(t, err)
	published, err = plan.Encode(p)
	require.NoError(t, err)
	require.NoError(t, service.MaySign(helper.conf(), p))
	secret, err := helper.conf().OfficerKey(filepath.Join(helper.dir, "keys", "officer.pem"))
	require.NoError(t, err)
	officer, err := planfile.ParseOfficerKey(secret)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(site.dir, "plan.signed"), planfile.Sign(published, officer), 0o600))
	return published
}

// clock is one that a test moves.
type clock struct{ at atomic.Int64 }

func (c *clock) set(t plan.Time) { c.at.Store(int64(t)) }

func (c *clock) world(log *transcript) service.World {
	w := testWorld(log)
	w.Clock = func() time.Time { return time.Unix(c.at.Load(), 0).UTC() }
	return w
}

// reach is how a test says which host a thing is of.
func reach(i int) string { return fmt.Sprintf("site-%d", i) }
