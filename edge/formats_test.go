package edge_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// The examples of docs/formats.md are the bytes that this package and choose make.
func TestExamplesOfTheFormats(t *testing.T) {
	doc := formats(t)
	for _, e := range []edge.Event{
		{Kind: plan.View, Topics: 1<<0 | 1<<2},
		{Kind: plan.Exposure, Variant: 1},
		{Kind: plan.Click, InSlot: true},
		{Kind: plan.Order, Minor: 4990, Topics: 1 << 0},
		{Kind: plan.Dwell, Seconds: 200, Topics: 1 << 0},
		{Kind: plan.Declare, Attribute: 2, Value: 10},
	} {

		b := hex.EncodeToString(edge.AppendEvent(nil, e))
		require.True(t, strings.Contains(doc, "`"+b+"`"), "%+v: %s", e, b)
	}

	p := edgetest.Shop()
	digest := plan.DigestOf(edgetest.Publish(p))
	published := edgetest.PublishPriors(choose.Priors{Version: uint64(start), Plan: digest, Places: []choose.PlacePriors{{
		Place: hero, Rates: [][]choose.Rate{{{Mean: .03125, Strength: 9000}, {Mean: .0625, Strength: 2000}, {Mean: .015625, Strength: 2000}}},
	}}})

	require.True(t, strings.Contains(doc, hex.EncodeToString(published)), "%x", published)

	// A view of shoes, a choice, its exposure, a click on it; reported, and an hour later
	// an order.
	d := device(t, p)
	require.NoError(t, d.UsePriors(published))
	now := start + 9*hour
	zeros := bytes.NewReader(make([]byte, 1024))
	track(t, d, now, edge.Event{Kind: plan.View, Topics: 1})
	out := pick(t, d, now, hero, zeros)
	track(t, d, now, edgetest.Shown(&out), edge.Event{Kind: plan.Click, InSlot: true})
	send(t, d, now, zeros)
	track(t, d, now+hour, edge.Event{Kind: plan.Order, Minor: 4990, Topics: 1})
	state := hex.EncodeToString(d.AppendState(nil))
	require.True(t, strings.Contains(doc, state), state)
	require.True(t, strings.Contains(doc, strconv.Itoa(len(state)/2)+" bytes:\n"), "%d bytes", len(state)/2)
}

// formats returns docs/formats.md without blanks in examples and with repeated bytes
// written out.
func formats(t *testing.T) string {
	b, err := os.ReadFile("../docs/formats.md")
	require.NoError(t, err)
	whole := regexp.MustCompile(`\{(\d+) x ([0-9a-f]+)\}`).ReplaceAllStringFunc(string(b), func(s string) string {
		n, of, _ := strings.Cut(strings.Trim(s, "{}"), " x ")
		times, _ := strconv.Atoi(n)
		return strings.Repeat(of, times)
	})
	// An example's lines hold nothing but digits and blanks.
	lines := regexp.MustCompile(`(?m)^(?:[0-9a-f]+[ ]*)+$\n?`)
	return lines.ReplaceAllStringFunc(whole, func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) })
}
