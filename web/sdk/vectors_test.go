package sdk_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

const vectorsFile = "testdata/vectors.json"

// vectors are what the TypeScript side is tested against: bytes of Go's making, and what
// they say.
type vectors struct {
	Officer string   `json:"officer"`
	Signed  hexBytes `json:"signed"`
	// Older has another layout and a lower serial; Foreign is signed by somebody else.
	Older   hexBytes `json:"older"`
	Foreign hexBytes `json:"foreign"`
	Digest  string   `json:"digest"`
	Priors  hexBytes `json:"priors"`
	// Start is the first instant of the plan's periods.
	Start    plan.Time     `json:"start"`
	Plan     planNames     `json:"plan"`
	Uvarints []uvarint     `json:"uvarints"`
	Floats   []float       `json:"floats"`
	Events   []eventVector `json:"events"`
	Decision decision      `json:"decision"`
	Outgoing outgoing      `json:"outgoing"`
	States   []state       `json:"states"`
}

type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

type planNames struct {
	Site       string   `json:"site"`
	Serial     uint64   `json:"serial"`
	Periods    int      `json:"periods"`
	Second     period   `json:"second"`
	Sigma2     uint64   `json:"sigma2"`
	Weight     int      `json:"weight"`
	Topics     []string `json:"topics"`
	Events     []string `json:"events"`
	Attributes []string `json:"attributes"`
	Segments   []string `json:"segments"`
	Campaigns  []string `json:"campaigns"`
	Slots      []string `json:"slots"`
	Cells      []cell   `json:"cells"`
}

type period struct {
	Date  string    `json:"date"`
	Start plan.Time `json:"start"`
	End   plan.Time `json:"end"`
}

type cell struct {
	Metric  string `json:"metric"`
	Segment string `json:"segment"`
	Column  string `json:"column"`
}

type uvarint struct {
	Value string   `json:"value"` // decimal: it may be beyond a JSON number
	Bytes hexBytes `json:"bytes"`
}

type float struct {
	Value float64  `json:"value"`
	Bytes hexBytes `json:"bytes"`
}

type eventVector struct {
	Event map[string]any `json:"event"` // a PageEvent
	Bytes hexBytes       `json:"bytes"`
}

type decision struct {
	Bytes   hexBytes         `json:"bytes"`
	Slot    string           `json:"slot"`
	Variant string           `json:"variant"`
	Segment string           `json:"segment"`
	Reason  string           `json:"reason"`
	Options []map[string]any `json:"options"`
}

type outgoing struct {
	Answer   hexBytes `json:"answer"`
	Head     hexBytes `json:"head"`
	Date     string   `json:"date"`
	Revision uint32   `json:"revision"`
	Leader   string   `json:"leader"` // recipient
	Helper   string   `json:"helper"`
	Sizes    [2]int   `json:"sizes"` // of the plaintexts
	State    hexBytes `json:"state"`
	Frame    hexBytes `json:"frame"` // with shares "leader" and "helper"
}

type state struct {
	Bytes    hexBytes  `json:"bytes"`
	Charged  bool      `json:"charged"`
	Stub     int       `json:"stub"` // its length
	Date     string    `json:"date"` // of the running report, empty if there is none
	End      plan.Time `json:"end"`
	Revision uint32    `json:"revision"`
	Erased   bool      `json:"erased"`
}

// shop is the plan of all tests: the shop of package edgetest, which leaves nobody out,
// with a campaign whose arm the device picks.
func shop(leader, helper string) *plan.Plan {
	p := edgetest.Shop()
	p.Leader.Key, p.Helper.Key = leader, helper
	p.Serial = 7
	p.Policy = plan.Policy{Explore: 500, Floor: 100, Lift: 4, Recent: 5000, Holdout: 1}
	p.Campaigns = append(p.Campaigns, plan.Campaign{Name: "checkout", Mode: plan.Chosen, Arms: []string{"long", "short"},
		Goals: []plan.Goal{{Name: "bought", On: plan.Trigger{Kind: plan.Order}}}})
	p.Metrics = append(p.Metrics, plan.Metric{Name: "exposed: checkout", Kind: plan.CampaignExposed, By: plan.SiteWide, Most: 1, Source: 1})
	p.Chunk = 6
	return p
}

// fitted returns priors for the shop's slot.
func fitted(t *testing.T, published []byte) []byte {
	t.Helper()
	rates := []choose.Rate{{Mean: .03, Strength: 9000}, {Mean: .025, Strength: 2000}, {Mean: .02, Strength: 2000}}
	b, err := choose.Encode(choose.Priors{
		Version: uint64(edgetest.Start), Plan: plan.DigestOf(published),
		Places: []choose.PlacePriors{{Place: choose.Place{Kind: choose.Slot}, Rates: [][]choose.Rate{rates}}},
	})
	require.NoError(t, err)
	return b
}

// TestVectors: the committed vectors are those that today's code makes.
func TestVectors(t *testing.T) {
	want, err := json.MarshalIndent(vectorsOf(t), "", " ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile(vectorsFile, want, 0o644))
	}
	got, err := os.ReadFile(vectorsFile)
	require.NoError(t, err)
	require.True(t, bytes.Equal(got, want), "out of date: go test ./web/sdk -run TestVectors -update")
}

func vectorsOf(t *testing.T) vectors {
	// The identities of these two are lost: nothing is opened with them.
	p := shop("age1pal7h3sjm8tkhqqqjc2hs6up68wesggq3svsmt4tm2ja6h9kdd8q24ean3", "age132kxnyhltkhlmn56lla4kz7mwqupvh6fjrk7p2f99wk5rtq933nsmr097z")
	published := edgetest.Publish(p)
	key, officer := officerOf(t, strings.Repeat("dunlin", 6))
	stranger, _ := officerOf(t, strings.Repeat("sanderling", 4))
	older := shop(p.Leader.Key, p.Helper.Key)
	older.Serial, older.Topics[2] = 6, "hats"
	v := vectors{
		Officer: planfile.FormatOfficer(officer), Signed: planfile.Sign(published, key), Digest: plan.DigestOf(published).String(),
		Older: planfile.Sign(edgetest.Publish(older), key), Foreign: planfile.Sign(published, stranger),
		Priors: fitted(t, published), Start: edgetest.Start, Plan: namesOf(p), Events: eventsOf(t, p),
	}
	for _, u := range []uint64{0, 1, 127, 128, 300, 1 << 32, 1<<53 - 1, 1 << 63, math.MaxUint64} {
		v.Uvarints = append(v.Uvarints, uvarint{strconv.FormatUint(u, 10), wire.AppendUvarint(nil, u)})
	}
	for _, f := range []float64{0, 1, -2.5, 1e300, math.SmallestNonzeroFloat64} {
		v.Floats = append(v.Floats, float{f, wire.AppendFloat(nil, f)})
	}
	v.Decision, v.Outgoing, v.States = lifeOf(t, p, published)
	return v
}

// officerOf returns the key pair that comes of some bytes, not random at all.
func officerOf(t *testing.T, random string) (ed25519.PrivateKey, ed25519.PublicKey) {
	t.Helper()
	file, public, err := planfile.GenerateOfficer(strings.NewReader(random))
	require.NoError(t, err)
	key, err := planfile.ParseOfficerKey(file)
	require.NoError(t, err)
	return key, public
}

func namesOf(p *plan.Plan) planNames {
	l := plan.LayoutOf(p)
	n := planNames{Site: p.Site, Serial: p.Serial, Periods: len(p.Periods), Sigma2: p.Sigma2, Weight: l.Weight, Topics: p.Topics, Events: p.Events}
	second := p.Periods[1]
	n.Second = period{second.Date.String(), second.Start, second.End}
	for _, a := range p.Attributes {
		n.Attributes = append(n.Attributes, a.Name)
	}
	for _, s := range p.Segments {
		n.Segments = append(n.Segments, s.Name)
	}
	for _, c := range p.Campaigns {
		n.Campaigns = append(n.Campaigns, c.Name)
	}
	for _, s := range p.Slots {
		n.Slots = append(n.Slots, s.Name)
	}
	n.Cells = make([]cell, l.Cells)
	n.Cells[0].Metric = "present"
	for _, span := range l.Spans[1:] {
		m := p.Metrics[span.Metric]
		for s := range span.Segments {
			for c := range span.Columns {
				at := cell{Metric: m.Name, Column: p.Column(m, c)}
				if m.By == plan.BySegment {
					at.Segment = p.Segments[s].Name
				}
				n.Cells[span.Cell(s, c)] = at
			}
		}
	}
	return n
}

func eventsOf(t *testing.T, p *plan.Plan) []eventVector {
	type page = map[string]any
	var out []eventVector
	for _, e := range []struct {
		page  page
		event edge.Event
	}{
		{page{"kind": "view", "topics": []string{"watches", "shoes", "unheard of"}}, edge.Event{Kind: plan.View, Topics: 5}},
		{page{"kind": "view", "topics": []string{}}, edge.Event{Kind: plan.View}},
		{page{"kind": "cart", "topics": []string{"bags"}}, edge.Event{Kind: plan.Cart, Topics: 2}},
		{page{"kind": "click", "topics": []string{"bags"}}, edge.Event{Kind: plan.Click, Topics: 2}},
		{page{"kind": "click", "topics": []string{}, "slot": "hero"}, edge.Event{Kind: plan.Click, InSlot: true}},
		{page{"kind": "dwell", "topics": []string{"shoes"}, "seconds": 200.4}, edge.Event{Kind: plan.Dwell, Seconds: 200, Topics: 1}},
		{page{"kind": "dwell", "topics": []string{}, "seconds": 1e9}, edge.Event{Kind: plan.Dwell, Seconds: 65535}},
		{page{"kind": "order", "topics": []string{"shoes"}, "value": 49.90}, edge.Event{Kind: plan.Order, Minor: 4990, Topics: 1}},
		{page{"kind": "order", "topics": []string{}, "value": 1e12}, edge.Event{Kind: plan.Order, Minor: 1e14}},
		{page{"kind": "custom", "name": "newsletter_signup"}, edge.Event{Kind: plan.Custom}},
		{page{"kind": "exposure", "slot": "hero", "variant": "bags"}, edge.Event{Kind: plan.Exposure, Variant: 2}},
		{page{"kind": "assign", "campaign": "spring_mail", "arm": "mail_b"}, edge.Event{Kind: plan.Assign, Arm: 2}},
		{page{"kind": "declare", "attribute": "member", "value": true}, edge.Event{Kind: plan.Declare, Value: 1}},
		{page{"kind": "declare", "attribute": "age_band", "value": "45 and over"}, edge.Event{Kind: plan.Declare, Attribute: 1, Value: 2}},
		{page{"kind": "declare", "attribute": "loyalty_points", "value": 12.5}, edge.Event{Kind: plan.Declare, Attribute: 2, Value: 12.5}},
		{page{"kind": "declare", "attribute": "loyalty_points", "value": math.Copysign(0, -1)}, edge.Event{Kind: plan.Declare, Attribute: 2}},
	} {
		var d edge.Device
		require.NoError(t, d.UsePlan(edgetest.Publish(p)))
		require.NoError(t, d.Track(edgetest.Start, e.event), "%v", e.page)
		out = append(out, eventVector{e.page, edge.AppendEvent(nil, e.event)})
	}
	return out
}

// lifeOf runs a device and returns what it answers on its way.
func lifeOf(t *testing.T, p *plan.Plan, published []byte) (decision, outgoing, []state) {
	var d edge.Device
	require.NoError(t, d.UsePlan(published))
	require.NoError(t, d.UsePriors(fitted(t, published)))
	now := edgetest.Start + 9*plan.Hour
	random := bytes.NewReader(bytes.Repeat([]byte{0xd0}, 1<<10))
	states := []state{{Bytes: d.AppendState(nil)}}
	for range 3 {
		require.NoError(t, d.Track(now, edge.Event{Kind: plan.View, Topics: 1}))
	}
	var chosen choose.Decision
	require.NoError(t, d.Choose(now, choose.Place{Kind: choose.Slot}, random, &chosen))
	states = append(states, state{Bytes: d.AppendState(nil)})

	slot := p.Slots[0]
	dec := decision{
		Bytes: abi.AppendDecision(nil, &chosen), Slot: slot.Name, Variant: slot.Variants[chosen.Column].Name,
		Segment: p.Segments[chosen.Segment].Name, Reason: map[choose.Reason]string{choose.Sampled: "sampled", choose.Explored: "explored", choose.Held: "holdout"}[chosen.Reason],
	}
	for i, o := range chosen.Options {
		dec.Options = append(dec.Options, map[string]any{
			"variant": slot.Variants[i].Name, "prior": o.Prior.Mean, "shown": o.Shown, "won": o.Won, "match": o.Match, "mean": o.Mean, "draw": o.Draw, "value": o.Value,
		})
	}

	var out edge.Outgoing
	require.NoError(t, d.Report(now, now, random, &out))
	require.NoError(t, d.Report(now, now, random, &out))
	head, err := abi.AppendHead(nil, out.Head)
	require.NoError(t, err)
	after := d.AppendState(nil)
	answer := abi.Part{To: p.Leader, Plaintext: out.Leader}.Append(head)
	answer = append(abi.Part{To: p.Helper, Plaintext: out.Helper}.Append(answer), after...)
	frame := abi.FrameMessage{Leader: []byte("leader"), Helper: []byte("helper")}
	copy(frame.Head[:], head)
	o := outgoing{
		Answer: answer, Head: head, Date: out.Head.Period.String(), Revision: out.Head.Revision, Leader: p.Leader.Key, Helper: p.Helper.Key,
		Sizes: [2]int{len(out.Leader), len(out.Helper)}, State: after, Frame: frame.Append(nil),
	}

	end := edgetest.Start + plan.Day
	running := state{Bytes: after, Charged: true, Date: o.Date, End: end, Revision: 2}
	d.Forget(now)
	erased := running
	erased.Bytes, erased.Erased = d.AppendState(nil), true
	states = append(states, running, erased)
	for i, s := range states {
		states[i].Stub = 7 + (int(s.Bytes[5])<<8 | int(s.Bytes[6])) + 8
		// What TypeScript cuts off is set aside by the module, and the guard goes on.
		var again edge.Device
		require.NoError(t, again.UsePlan(published))
		require.Equal(t, edge.SetAside, again.Load(now, s.Bytes[:states[i].Stub]))
		again.Forget(now)
		require.Equal(t, s.Charged, again.Report(now, now, bytes.NewReader(make([]byte, 1<<10)), &out) == nil)
	}
	return dec, o, states
}
