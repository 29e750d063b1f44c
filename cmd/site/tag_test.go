package site_test

import (
	"crypto/sha512"
	"encoding/base64"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const (
	digits  = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
	officer = "dunlin-officer1" + digits
)

func scripts() fstest.MapFS { return fstest.MapFS{"dunlin.js": {Data: []byte("/* loader */")}} }

func integrity() string {
	sum := sha512.Sum384([]byte("/* loader */"))
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}

func TestTag(t *testing.T) {
	base := site.Tag{Scripts: scripts(), Officer: officer, Consent: plan.ConsentAsk}
	tag, err := base.HTML()
	require.NoError(t, err)
	require.Equal(t, `<script src="/dunlin.js?v=95d1e57e" integrity="`+integrity()+
		`" data-dunlin-officer="`+officer+`" data-dunlin-consent="ask"></script>`, tag)

	all := base
	all.Paths = collector.Paths{Prefix: "/stats", Script: "s.js", API: "a"}
	all.Consent, all.Site, all.Clock = plan.ConsentSite, "shop.example", -86400
	tag, err = all.HTML()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(tag, `<script src="/stats/s.js?v=`), tag)
	require.True(t, strings.HasSuffix(tag, `data-dunlin-consent="site" data-dunlin-site="shop.example" data-dunlin-api="a" data-dunlin-clock="-86400"></script>`), tag)

	text := base
	text.Site = `"><script>`
	tag, err = text.HTML()
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(tag, "<script"), tag)
}

func TestTagsThatAreNotMade(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*site.Tag)
		want   string
	}{
		{"officer", func(g *site.Tag) { g.Officer = "dunlin-officer1" }, "the officer's key"},
		{"consent", func(g *site.Tag) { g.Consent = 0 }, "accepted are ask, site, assumed"},
		{"paths", func(g *site.Tag) { g.Paths.Prefix = "stats" }, `prefix "stats"`},
		{"scripts", func(g *site.Tag) { g.Scripts = fstest.MapFS{} }, "read the built script"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tag := site.Tag{Scripts: scripts(), Officer: officer, Consent: plan.ConsentAsk}
			c.change(&tag)
			_, err := tag.HTML()
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestElement(t *testing.T) {
	built := scripts()
	built["privacy-0123abcd.js"] = &fstest.MapFile{Data: []byte("/* privacy */")}
	tag := site.Tag{Scripts: built, Paths: collector.Paths{Prefix: "/stats", Script: "s.js", API: "a"}}
	sum := sha512.Sum384([]byte("/* privacy */"))
	line, err := tag.Element(site.Privacy)
	require.NoError(t, err)
	require.Equal(t, `<script type="module" src="/stats/privacy-0123abcd.js" integrity="sha384-`+base64.StdEncoding.EncodeToString(sum[:])+`"></script>`, line)

	_, err = tag.Element(site.Banner)
	require.ErrorContains(t, err, "run make web")
	built["privacy-00000000.js"] = &fstest.MapFile{}
	_, err = tag.Element(site.Privacy)
	require.ErrorContains(t, err, "2 files")
}
