package service_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/stretchr/testify/require"
)

// aKey is a public key of a digit.
func aKey(digit string) string { return "dunlin-peer1" + strings.Repeat(digit, 64) }

func keyOf(t *testing.T, digit string) peer.Key {
	t.Helper()
	k, err := peer.ParseKey(aKey(digit))
	require.NoError(t, err)
	return k
}

func helperFile(lines ...string) string {
	return "officer: " + officerKey + "\nhelper: {listen: 0.0.0.0:8082, keys: keys, data: data}\n" + strings.Join(lines, "\n") + "\n"
}

func TestAHelperInFiveLines(t *testing.T) {
	c, err := service.Parse("h.yaml", []byte(helperFile(
		"floors: {min_batch: 200, epsilon: 0.5, cells: 512}",
		"leaders: {shop: "+aKey("1")+", bakery: ["+aKey("2")+", "+aKey("3")+"], mill: {key: "+aKey("4")+", former: ["+aKey("5")+"]}}",
		"metrics: 127.0.0.1:9090",
	)))
	require.NoError(t, err)
	require.Equal(t, "keys/helper.pem", c.Helper.Identity)
	require.Equal(t, "data/pairings", c.Helper.VerifyKeys)
	require.Equal(t, []service.Admitted{
		{Name: "bakery", Keys: peer.Keys{keyOf(t, "2"), keyOf(t, "3")}},
		{Name: "mill", Keys: peer.Keys{keyOf(t, "4")}, Former: peer.Keys{keyOf(t, "5")}},
		{Name: "shop", Keys: peer.Keys{keyOf(t, "1")}},
	}, c.Leaders)
	require.Equal(t, "127.0.0.1:9090", c.Metrics)
	require.EqualValues(t, 200, c.Floors.MinBatch)
	require.Equal(t, 512, c.Floors.Cells)
}

// A floor's epsilon has the price that a plan of that epsilon is charged: the
// devices' cap at 1, and no plan of the same epsilon is refused by its rounding.
func TestTheEpsilonOfAFloor(t *testing.T) {
	before := ledger.NanoRho(0)
	for _, epsilon := range []string{"0.01", "0.1", "0.5", "0.9", "1"} {
		c, err := service.Parse("h.yaml", []byte(helperFile("floors: {epsilon: "+epsilon+"}")))
		require.NoError(t, err)
		require.Greater(t, c.Floors.Cap, before, epsilon)
		before = c.Floors.Cap
	}
	require.Equal(t, ledger.CapDay, before)
}

func TestLimitsOfTheCollector(t *testing.T) {
	c, err := service.Parse("s.yaml", []byte(whole()+"limits: {quota: 2.5, burst: 40, per_address: 60, trusted_proxies: [10.0.0.0/8, '2001:db8::/32']}\n"))
	require.NoError(t, err)
	require.Equal(t, service.Limits{Quota: 2.5, Burst: 40, PerAddress: 60, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}}, c.Limits)
	c, err = service.Parse("s.yaml", []byte(whole()))
	require.NoError(t, err)
	require.Zero(t, c.Limits)
}

func TestListsOfKeys(t *testing.T) {
	one := "leader: dunlin-peer1" + digits
	text := strings.Replace(whole(), one, "leader: ["+peerKey+", "+aKey("1")+"]", 1)
	text = strings.Replace(text, "key: "+peerKey, "key: ["+aKey("2")+", "+aKey("3")+"]", 1)
	c, err := service.Parse("s.yaml", []byte(text))
	require.NoError(t, err)
	require.Len(t, c.Collector.Leader, 2)
	require.Equal(t, peer.Keys{keyOf(t, "2"), keyOf(t, "3")}, c.Leader.Collector.Keys)

	at := "    url: https://127.0.0.1:8082\n"
	text = strings.Replace(whole(), at, at+"    former: ["+aKey("4")+"]\n", 1)
	c, err = service.Parse("s.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, peer.Keys{keyOf(t, "4")}, c.Leader.Helper.Former)
}

func TestFaultsOfHelpersAndLimitsNameTheirPlace(t *testing.T) {
	leaders := func(v string) string { return helperFile("leaders: " + v) }
	for _, c := range []struct{ name, text, want string }{
		{"min batch", helperFile("floors: {min_batch: 99}"), `h.yaml:3:21: floors.min_batch: "99" cannot be read; accepted: reports in a batch, a whole number from 100`},
		{"min batch as a fraction", helperFile("floors: {min_batch: 100.5}"), `floors.min_batch: "100.5" cannot be read`},
		{"epsilon over the cap", helperFile("floors: {epsilon: 1.01}"), `h.yaml:3:19: floors.epsilon: "1.01" cannot be read; accepted: the largest epsilon of one report at delta 1e-6, above 0 and at most 1`},
		{"no epsilon", helperFile("floors: {epsilon: 0}"), `floors.epsilon: "0" cannot be read`},
		{"epsilon that is none", helperFile("floors: {epsilon: NaN}"), `floors.epsilon`},
		{"cells", helperFile("floors: {cells: 1025}"), `floors.cells: "1025" cannot be read; accepted: cells of the longest measurement, 1 to 1024`},
		{"unknown floor", helperFile("floors: {weight: 4}"), "h.yaml:3:10: floors.weight: unknown key; accepted: keys min_batch, epsilon, cells"},
		{"a leader's name", leaders("{Shop: " + aKey("1") + "}"), "h.yaml:3:11: leaders.Shop: no name; accepted: a name of 1 to 32 letters, digits and -, in lower case"},
		{"a leader's key", leaders("{shop: x}"), `h.yaml:3:17: leaders.shop: "x" cannot be read; accepted: NAME: the leader's public key`},
		{"a leader without a key", leaders("{shop: []}"), "leaders.shop: an empty list"},
		{"a leader's sections", leaders("{shop: {keys: x}}"), "leaders.shop.keys: unknown key; accepted: keys key, former"},
		{"leaders as a list", leaders("[" + aKey("1") + "]"), "leaders: not a mapping; accepted: NAME: the leader's public key"},
		{"one key of two", leaders("{a: " + aKey("1") + ", b: " + aKey("1") + "}"), "is the key of both a and b"},
		{"one name twice", "officer: " + officerKey + "\nhelper: {listen: 0.0.0.0:8082, keys: keys, data: data, leader: " + aKey("2") + "}\nleaders: {leader: " + aKey("1") + "}\n",
			"h.yaml:3:1: leaders.leader: helper.leader has that name already"},
		{"floors of nobody", "officer: " + officerKey + "\ncollector: {}\nfloors: {cells: 1}\n", "h.yaml:3:1: floors: there is no section helper that it is of"},
		{"limits of nobody", helperFile("limits: {quota: 1}"), "h.yaml:3:1: limits: there is no section collector that it is of"},
		{"burst alone", whole() + "limits: {burst: 1}\n", "limits.burst: nothing that it is of; accepted: quota beside it"},
		{"proxies alone", whole() + "limits: {trusted_proxies: 10.0.0.0/8}\n", "limits.trusted_proxies: nothing that it is of; accepted: per_address beside it"},
		{"a proxy", whole() + "limits: {per_address: 1, trusted_proxies: [10.0.0.1]}\n", `limits.trusted_proxies: "10.0.0.1" cannot be read; accepted: networks`},
		{"quota", whole() + "limits: {quota: -1}\n", `limits.quota: "-1" cannot be read`},
		{"per address", whole() + "limits: {per_address: 0}\n", `limits.per_address: "0" cannot be read`},
		{"metrics", helperFile("metrics: 9090"), `h.yaml:3:10: metrics: "9090" cannot be read; accepted: HOST:PORT`},
		{"neither keys nor files", "officer: " + officerKey + "\nhelper: {listen: 0.0.0.0:8082, data: data}\n", "helper.identity: missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := service.Parse("h.yaml", []byte(c.text))
			require.ErrorContains(t, err, c.want)
		})
	}
}
