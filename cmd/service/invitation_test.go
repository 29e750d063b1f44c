package service_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Two small sites hold each other's second key. Each runs collector and leader of its
// own and the other's helper; all four processes' worth runs here, from two lines each
// way to two releases.
func TestTwoSitesHoldEachOthersSecondKey(t *testing.T) {
	var now clock
	now.set(plan.Time(noon.Unix()))
	helpers := []*host{helperHost(t), helperHost(t)}
	// The plans of a site are signed by the officer of the other, who runs its helper.
	sites := []*host{siteHost(t, helpers[1].public.Officer), siteHost(t, helpers[0].public.Officer)}

	var said [2]transcript
	var devices [2]*devices
	var leaders [2]*service.Leader
	for i, site := range sites {
		other := helpers[1-i]
		w := now.world(&said[1-i])
		h, err := service.StartHelper(other.conf(), w)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, h.Close(context.Background())) })

		// The helper runs by now, and learns of its leader without a restart.
		atLeader, atHelper := introduce(t, site, other, reach(i), noon)
		require.False(t, atLeader.Known)
		require.False(t, atHelper.Known)
		devices[i] = newDevices(t, planned(t, site, other, reach(i)+".example"))

		c, err := service.StartCollector(site.conf(), w)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
		leaders[i], err = service.OpenLeader(site.conf(), w)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, leaders[i].Close()) })
		require.NoError(t, leaders[i].AddPlans(t.Context(), site.conf().Leader.Plans))
	}

	period := devices[0].plan.Periods[0]
	for i, site := range sites {
		for range 110 {
			devices[i].send(site.conf().Collector.Listen, devices[i].report(period.Date))
		}
		// In the middle of it the keys of both change.
		site.rotate("leader")
		helpers[1-i].rotate("helper")
		atLeader, atHelper := introduce(t, site, helpers[1-i], reach(i), noon)
		require.True(t, atLeader.Known, "signed with the key of before: nothing to compare")
		require.True(t, atHelper.Known)
		require.Len(t, atHelper.Leader, 2)
		both := peer.Keys{atHelper.Leader[0], atHelper.Leader[1]}
		site.write(strings.Replace(site.text(), "'"+site.public.Peers["leader"].String()+"'", "["+both[0].String()+", "+both[1].String()+"]", 1))
		site.promote("leader")
		helpers[1-i].promote("helper")

		// The collector's too, by the services file alone.
		site.rotate("collector")
		next, err := peer.ReadIdentity(filepath.Join(site.dir, "keys", "collector-next.pem"))
		require.NoError(t, err)
		old := site.public.Peers["collector"].String()
		site.write(strings.Replace(site.text(), "'"+old+"'", "["+old+", "+next.Public().String()+"]", 1))
		site.promote("collector")
		site.write(strings.Replace(site.text(), "["+old+", ", "[", 1))
	}
	now.set(period.End + plan.Time(2*time.Hour/time.Second))
	for i := range sites {
		outcomes, err := leaders[i].Step(t.Context())
		require.NoError(t, err, &said[0])
		require.Len(t, outcomes, 1)
		require.Equal(t, batch.Released, outcomes[0].State, "%v", outcomes[0].Err)
	}

	// Neither can use the other's helper, whose leader it is not: site 0's helper is
	// that of host 1.
	stranger := sites[0].conf()
	stranger.Leader.Helper = sites[1].conf().Leader.Helper
	_, err := service.Pair(t.Context(), stranger, rand.Reader)
	require.ErrorContains(t, err, "does not know this service's key")

	// And one that is dismissed is served no more, at once.
	require.NoError(t, service.Dismiss(helpers[1].conf(), reach(0)))
	_, err = service.Pair(t.Context(), sites[0].conf(), rand.Reader)
	require.ErrorContains(t, err, "does not know this service's key")
	_, err = service.Pair(t.Context(), sites[1].conf(), rand.Reader)
	require.NoError(t, err)
}

// One helper serves two leaders. They see nothing of each other's plans.
func TestOneHelperOfTwoLeaders(t *testing.T) {
	helper := helperHost(t)
	sites := []*host{siteHost(t, helper.public.Officer), siteHost(t, helper.public.Officer)}
	h, err := service.StartHelper(helper.conf(), testWorld(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, h.Close(context.Background())) }()
	var published [2][]byte
	for i, site := range sites {
		introduce(t, site, helper, reach(i), noon)
		published[i] = planned(t, site, helper, reach(i)+".example")
	}
	clients := make([]*http.Client, 2)
	put := func(who, of int) int {
		signed, err := os.ReadFile(sites[of].conf().Leader.Plans[0])
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, sites[who].conf().Leader.Helper.URL+"/v1/plans/"+plan.DigestOf(published[of]).String(), strings.NewReader(string(signed)))
		require.NoError(t, err)
		res, err := clients[who].Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	missing := func(who, of int) int {
		res, err := clients[who].Get(sites[who].conf().Leader.Helper.URL + "/v1/plans/" + plan.DigestOf(published[of]).String() + "/missing")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	for i, site := range sites {
		id, err := peer.ReadIdentity(site.conf().Leader.Identity)
		require.NoError(t, err)
		clients[i], err = peer.Client(id, helper.public.Peers["helper"], 5*time.Second)
		require.NoError(t, err)
		defer clients[i].CloseIdleConnections()
	}
	require.GreaterOrEqual(t, put(1, 0), 400, "a plan whose verify key was made with another leader")
	for i := range sites {
		require.Less(t, put(i, i), 300)
		require.Equal(t, http.StatusOK, missing(i, i))
		require.Equal(t, http.StatusNotFound, missing(1-i, i))
	}
}

func TestInvitationsThatAreRefused(t *testing.T) {
	helper := helperHost(t)
	site := siteHost(t, helper.public.Officer)
	invite := func(o service.InviteOptions) service.Introduced {
		t.Helper()
		i, err := service.Invite(helper.conf(), o, noon, rand.Reader)
		require.NoError(t, err)
		return i
	}
	accept := func(line string) service.Introduced {
		t.Helper()
		a, err := service.AcceptInvitation(site.conf(), line, false, noon)
		require.NoError(t, err)
		return a
	}
	week := 7 * 24 * time.Hour

	t.Run("what the helper asks for", func(t *testing.T) {
		_, err := service.Invite(site.conf(), service.InviteOptions{}, noon, rand.Reader)
		require.ErrorContains(t, err, "has no section helper")
		for _, name := range []string{"Shop", "a/b", "..", "-a", "a-", strings.Repeat("a", 33)} {
			_, err := service.Invite(helper.conf(), service.InviteOptions{Name: name}, noon, rand.Reader)
			require.ErrorIs(t, err, service.ErrName, name)
		}
		everywhere := helper.conf()
		everywhere.Helper.Listen = "0.0.0.0:8082"
		_, err = service.Invite(everywhere, service.InviteOptions{}, noon, rand.Reader)
		require.ErrorContains(t, err, "give --url https://HOST:PORT")
		_, err = service.Invite(everywhere, service.InviteOptions{URL: "http://h:1"}, noon, rand.Reader)
		require.ErrorContains(t, err, "accepted is https://HOST:PORT")
		i, err := service.Invite(everywhere, service.InviteOptions{URL: "https://helper.example:8082"}, noon, rand.Reader)
		require.NoError(t, err)
		require.Equal(t, "https://helper.example:8082", i.URL)
		require.Equal(t, batch.FormerOwner, i.Name, "whose plans of before go on")
	})
	t.Run("late", func(t *testing.T) {
		i := invite(service.InviteOptions{Name: "late"})
		_, err := service.AcceptInvitation(site.conf(), i.Line, false, noon.Add(week))
		require.ErrorContains(t, err, "was good until 2026-12-01T12:00:00Z")
		a := accept(i.Line)
		_, err = service.AdmitLeader(helper.conf(), a.Line, noon.Add(week))
		require.ErrorContains(t, err, "make another with `dunlin pair invite --name late`")
	})
	t.Run("another officer", func(t *testing.T) {
		other := helperHost(t)
		i, err := service.Invite(other.conf(), service.InviteOptions{}, noon, rand.Reader)
		require.NoError(t, err)
		_, err = service.AcceptInvitation(site.conf(), i.Line, true, noon)
		require.ErrorContains(t, err, "officer: "+other.public.Officer)
	})
	t.Run("another helper", func(t *testing.T) {
		accept(invite(service.InviteOptions{Name: "first"}).Line)
		other := helperHost(t)
		other.write(strings.Replace(other.text(), other.public.Officer, helper.public.Officer, 1))
		i, err := service.Invite(other.conf(), service.InviteOptions{Name: "second"}, noon, rand.Reader)
		require.NoError(t, err)
		_, err = service.AcceptInvitation(site.conf(), i.Line, false, noon)
		require.ErrorContains(t, err, "say --replace")
		a, err := service.AcceptInvitation(site.conf(), i.Line, true, noon)
		require.NoError(t, err)
		require.Equal(t, "https://"+other.conf().Helper.Listen, site.conf().Leader.Helper.URL)
		require.True(t, site.conf().Leader.Helper.Former.Has(helper.public.Peers["helper"]))
		_, err = service.AdmitLeader(helper.conf(), a.Line, noon)
		require.ErrorContains(t, err, "has answered another helper")
		require.NoError(t, os.Remove(filepath.Join(site.conf().Leader.Data, "helper.json")))
	})
	t.Run("once", func(t *testing.T) {
		i := invite(service.InviteOptions{Name: "once"})
		a := accept(i.Line)
		_, err := service.AdmitLeader(helper.conf(), a.Line, noon)
		require.NoError(t, err)
		_, err = service.AdmitLeader(helper.conf(), a.Line, noon)
		require.NoError(t, err, "the same line again")

		thief := siteHost(t, helper.public.Officer)
		stolen, err := service.AcceptInvitation(thief.conf(), i.Line, false, noon)
		require.NoError(t, err)
		_, err = service.AdmitLeader(helper.conf(), stolen.Line, noon)
		require.ErrorContains(t, err, "no invitation to once waits for this answer")
		require.True(t, helper.admitted("once").Has(site.public.Peers["leader"]))

		// A later invitation makes the former void, and the leader stays admitted
		// until that is answered.
		first, second := invite(service.InviteOptions{Name: "once"}), invite(service.InviteOptions{Name: "once"})
		_, err = service.AdmitLeader(helper.conf(), accept(first.Line).Line, noon)
		require.ErrorContains(t, err, "a later one has taken its place")
		require.True(t, helper.admitted("once").Has(site.public.Peers["leader"]))
		_, err = service.AdmitLeader(helper.conf(), accept(second.Line).Line, noon)
		require.NoError(t, err)

		// One leader has one name.
		twice := accept(invite(service.InviteOptions{Name: "twice"}).Line)
		_, err = service.AdmitLeader(helper.conf(), twice.Line, noon)
		require.ErrorContains(t, err, "admitted as once already")
	})
	t.Run("a name of the services file", func(t *testing.T) {
		h := helperHost(t)
		h.write(strings.Replace(h.text(), "leaders: {}", "leaders: {shop: "+site.public.Peers["leader"].String()+"}", 1))
		_, err := service.Invite(h.conf(), service.InviteOptions{Name: "shop"}, noon, rand.Reader)
		require.ErrorContains(t, err, "the services file names the keys of the leader shop")
		require.ErrorContains(t, service.Dismiss(h.conf(), "shop"), "the services file names")
	})
	t.Run("a helper of the services file", func(t *testing.T) {
		s := siteHost(t, helper.public.Officer)
		s.write(s.text() + "  helper: {url: 'https://h:1', key: " + helper.public.Peers["helper"].String() + "}")
		_, err := service.AcceptInvitation(s.conf(), invite(service.InviteOptions{Name: "fixed"}).Line, false, noon)
		require.ErrorContains(t, err, "take that section out")
	})
	t.Run("nobody to dismiss", func(t *testing.T) {
		require.ErrorContains(t, service.Dismiss(helper.conf(), "nobody"), "no leader nobody is admitted or invited")
		require.ErrorIs(t, service.Dismiss(helper.conf(), "../x"), service.ErrName)
	})
	t.Run("a leader without any helper", func(t *testing.T) {
		s := siteHost(t, helper.public.Officer)
		_, err := service.OpenLeader(s.conf(), testWorld(nil))
		require.ErrorIs(t, err, service.ErrNoHelper)
		_, err = service.Pair(t.Context(), s.conf(), rand.Reader)
		require.ErrorIs(t, err, service.ErrNoHelper)
	})
}

// admitted are the keys of a leader.
func (h *host) admitted(name string) peer.Keys {
	for _, l := range h.conf().Leaders {
		if l.Name == name {
			return l.Keys
		}
	}
	return nil
}

// Every character of a line counts, and white space does not.
func TestLinesThatWereDamaged(t *testing.T) {
	helper := helperHost(t)
	site := siteHost(t, helper.public.Officer)
	i, err := service.Invite(helper.conf(), service.InviteOptions{Name: "shop"}, noon, rand.Reader)
	require.NoError(t, err)
	a, err := service.AcceptInvitation(site.conf(), i.Line, false, noon)
	require.NoError(t, err)

	for _, c := range []struct {
		line string
		take func(string) error
	}{
		{i.Line, func(line string) error { _, err := service.AcceptInvitation(site.conf(), line, true, noon); return err }},
		{a.Line, func(line string) error { _, err := service.AdmitLeader(helper.conf(), line, noon); return err }},
	} {
		for at := range c.line {
			other := byte('A')
			if c.line[at] == other {
				other = 'B'
			}
			require.Error(t, c.take(c.line[:at]+string(other)+c.line[at+1:]), "character %d", at)
			require.ErrorIs(t, c.take(c.line[:at]), service.ErrLine)
		}
		require.ErrorIs(t, c.take(c.line+"A"), service.ErrLine)
		require.ErrorIs(t, c.take(""), service.ErrLine)
		require.NoError(t, c.take("  "+c.line[:60]+"\r\n "+c.line[60:]+"\n"), "as mail breaks it")
	}
	// One for the other.
	_, err = service.AdmitLeader(helper.conf(), i.Line, noon)
	require.ErrorIs(t, err, service.ErrLine)
	_, err = service.AcceptInvitation(site.conf(), a.Line, false, noon)
	require.ErrorIs(t, err, service.ErrLine)
}

// What pairing keeps is read like the services file: damage has a name.
func TestDamagedRecords(t *testing.T) {
	helper := helperHost(t)
	site := siteHost(t, helper.public.Officer)
	introduce(t, site, helper, "shop", noon)
	for _, c := range []struct {
		h    *host
		path string
	}{
		{helper, filepath.Join(helper.dir, "data", "leaders", "shop.json")},
		{site, filepath.Join(site.dir, "data", "leader", "helper.json")},
	} {
		whole, err := os.ReadFile(c.path)
		require.NoError(t, err)
		for text, want := range map[string]string{
			"":                         "is damaged",
			"{":                        "is damaged",
			string(whole) + "{}":       "is damaged",
			`{"version":1,"more":"x"}`: "is damaged",
			strings.Replace(string(whole), `"version": 1`, `"version": 2`, 1): "has version 2",
		} {
			require.NoError(t, os.WriteFile(c.path, []byte(text), 0o600))
			_, err := service.Read(c.h.file)
			require.ErrorContains(t, err, c.path)
			require.ErrorContains(t, err, want)
		}
		require.NoError(t, os.WriteFile(c.path, whole, 0o600))
		c.h.conf()
	}
}
