package service_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/stretchr/testify/require"
)

// The services file is followed while services run: keys that it gains and loses count
// with the next request, and a file that cannot be read leaves all as it was.
func TestTheServicesFileIsFollowed(t *testing.T) {
	helper := helperHost(t)
	site := siteHost(t, helper.public.Officer)
	leader := site.public.Peers["leader"].String()
	at := helper.conf().Helper.Listen
	site.write(site.text() + "  helper: {url: 'https://" + at + "', key: " + helper.public.Peers["helper"].String() + "}")

	var said transcript
	h, err := service.StartHelper(helper.conf(), testWorld(&said))
	require.NoError(t, err)
	defer func() { require.NoError(t, h.Close(context.Background())) }()
	pair := func() error {
		_, err := service.Pair(t.Context(), site.conf(), rand.Reader)
		return err
	}
	none := helper.text()
	with := strings.Replace(none, "leaders: {}", "leaders: {shop: "+leader+"}", 1)
	require.ErrorContains(t, pair(), "does not know this service's key")
	helper.write(with)
	require.NoError(t, pair())
	require.Contains(t, said.String(), "the peers' keys have changed")

	for text, why := range map[string]string{
		"leaders: [": "yaml",
		strings.Replace(with, "min_batch", "min", 1): "floors.min",
		"officer: " + helper.public.Officer + "\nleader: {data: d, keys: k, collector: {url: 'https://h:1', key: " + leader + "}}\n": "a section that this service runs by is gone",
	} {
		helper.write(text)
		for range 2 {
			require.NoError(t, pair())
		}
		require.Contains(t, said.String(), why)
	}
	require.Equal(t, 3, strings.Count(said.String(), "level=ERROR"), "each told of once:\n%s", &said)
	require.NoError(t, os.Remove(helper.file))
	require.NoError(t, pair())
	helper.write(none)
	require.ErrorContains(t, pair(), "does not know this service's key")
	helper.write(with)
	require.NoError(t, pair())
}

// A floor of the services file is the helper's, whatever the leader has signed.
func TestFloorsThatNoLeaderCanRelax(t *testing.T) {
	for _, c := range []struct{ floor, want string }{
		{"min_batch: 100000", "min batch"},
		{"epsilon: 0.01", "nano-rho"},
		{"cells: 3", "cells"},
	} {
		helper := helperHost(t)
		helper.write(strings.Replace(helper.text(), "min_batch: 100, epsilon: 1, cells: 512", c.floor, 1))
		site := siteHost(t, helper.public.Officer)
		introduce(t, site, helper, "shop", noon)
		h, err := service.StartHelper(helper.conf(), testWorld(nil))
		require.NoError(t, err)
		planned(t, site, helper, "shop.example")
		l, err := service.OpenLeader(site.conf(), testWorld(nil))
		require.NoError(t, err)
		require.ErrorContains(t, l.AddPlans(t.Context(), site.conf().Leader.Plans), c.want)
		require.NoError(t, l.Close())
		require.NoError(t, h.Close(context.Background()))
	}
}

// A long-lived age key of an older setup that lies in the keys' folder is used, and
// none is needed.
func TestTheKeysFolder(t *testing.T) {
	helper := helperHost(t)
	age := filepath.Join(helper.dir, "keys", "helper.age")
	c := helper.conf()
	require.Empty(t, c.Helper.Age)
	require.Equal(t, filepath.Join(helper.dir, "keys", "helper.pem"), c.Helper.Identity)
	require.Equal(t, filepath.Join(helper.dir, "data", "pairings"), c.Helper.VerifyKeys)
	require.NoError(t, os.WriteFile(age, []byte("junk"), 0o600))
	c = helper.conf()
	require.Equal(t, age, c.Helper.Age)
	_, err := service.StartHelper(c, testWorld(nil))
	require.ErrorIs(t, err, seal.ErrIdentity)
	file, _, err := seal.GenerateIdentity()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(age, file, 0o600))
	h, err := service.StartHelper(c, testWorld(nil))
	require.NoError(t, err)
	require.NoError(t, h.Close(context.Background()))
}

// The limits of the services file are the collector's.
func TestTheCollectorsLimits(t *testing.T) {
	for _, limits := range []string{"{quota: 0.001, burst: 1}", "{per_address: 1}"} {
		helper := helperHost(t)
		site := siteHost(t, helper.public.Officer)
		site.write(site.text() + "limits: " + limits)
		introduce(t, site, helper, "shop", noon)
		h, err := service.StartHelper(helper.conf(), testWorld(nil))
		require.NoError(t, err)
		published := planned(t, site, helper, "shop.example")
		c, err := service.StartCollector(site.conf(), testWorld(nil))
		require.NoError(t, err)
		l, err := service.OpenLeader(site.conf(), testWorld(nil))
		require.NoError(t, err)
		require.NoError(t, l.AddPlans(t.Context(), site.conf().Leader.Plans))

		d := newDevices(t, published)
		at := site.conf().Collector.Listen
		d.send(at, d.report(d.plan.Periods[0].Date))
		res, err := http.Post("http://"+at+"/v1/reports", "application/octet-stream", bytes.NewReader(d.report(d.plan.Periods[0].Date)))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusTooManyRequests, res.StatusCode, limits)
		require.NotEmpty(t, res.Header.Get("Retry-After"))
		require.NoError(t, errors.Join(l.Close(), c.Close(context.Background()), h.Close(context.Background())))
	}
}
