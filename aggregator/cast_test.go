package aggregator_test

import (
	"bytes"
	"crypto/ed25519"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// cast is who takes part: keys and a signed plan. It is made once and used by
// many worlds, since sealing reports is what costs time.
type cast struct {
	officer        ed25519.PrivateKey
	leader, helper seal.Identity
	to             [2]seal.Recipient
	peers          [2]peer.Identity
	key            vdaf.VerifyKey
	plan           *plan.Plan
	digest         plan.Digest
	signed         []byte
	layout         plan.Layout
	batch          message.Batch
}

func newCast(t testing.TB) *cast {
	t.Helper()
	c := &cast{}
	_, officer, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	c.officer = officer
	ids := [2]seal.Identity{}
	for i := range ids {
		file, recipient, err := seal.GenerateIdentity()
		require.NoError(t, err)
		ids[i], err = seal.ParseIdentity(bytes.NewReader(file))
		require.NoError(t, err)
		c.to[i], err = seal.ParseRecipient(recipient)
		require.NoError(t, err)
		c.peers[i], err = peer.Generate(rand.NewChaCha8([32]byte{byte(i)}))
		require.NoError(t, err)
	}
	c.leader, c.helper = ids[0], ids[1]
	c.key = vdaf.VerifyKey{7, 7, 7}
	c.adopt(t, c.draft())
	return c
}

// draft is a plan of 20 cells, weight 5, three days.
func (c *cast) draft() *plan.Plan {
	p := &plan.Plan{
		Site: "shop.example", Serial: 4, Issued: plan.Time(firstDay-1) * plan.Day, Expires: plan.Time(firstDay+30) * plan.Day,
		TimeZone: "UTC", Cadence: plan.Daily, Sigma2: sigma2, MinBatch: 100,
		Leader: c.leader.Recipient(), Helper: c.helper.Recipient(), VerifyKey: pair.CommitmentOf(c.key),
		Consent:  plan.ConsentAsk,
		Segments: []plan.Segment{{Name: "everyone"}},
		Stages:   []plan.Stage{{Name: "view", On: plan.Trigger{Kind: plan.View}}, {Name: "cart", On: plan.Trigger{Kind: plan.Cart}}, {Name: "order", On: plan.Trigger{Kind: plan.Order}}},
		Campaigns: []plan.Campaign{{Name: "autumn", Mode: plan.Assigned, Arms: []string{"a", "b", "c"},
			Goals: []plan.Goal{{Name: "order", On: plan.Trigger{Kind: plan.Order}}}}},
		Metrics: []plan.Metric{
			{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1},
			{Name: "funnel", Kind: plan.Funnel, By: plan.SiteWide, Most: 1},
			{Name: "exposed", Kind: plan.CampaignExposed, By: plan.SiteWide, Most: 1},
			{Name: "hero", Kind: plan.SlotExposed, By: plan.SiteWide, Most: 1},
		},
	}
	slot := plan.Slot{Name: "hero", Goal: plan.Trigger{Kind: plan.Order}, Reward: 1}
	for i := range 12 {
		slot.Variants = append(slot.Variants, plan.Variant{Name: "variant " + strconv.Itoa(i)})
	}
	p.Slots = []plan.Slot{slot}
	for i := range plan.Date(3) {
		p.Periods = append(p.Periods, plan.Period{Date: firstDay + i, Start: plan.Time(firstDay+i) * plan.Day, End: plan.Time(firstDay+i+1) * plan.Day})
	}
	p.Chunk = uint16(share.DefaultChunk(20, 5))
	return p
}

func (c *cast) adopt(t testing.TB, p *plan.Plan) {
	t.Helper()
	published, err := plan.Encode(p)
	require.NoError(t, err)
	c.plan, c.digest, c.layout = p, plan.DigestOf(published), plan.LayoutOf(p)
	c.signed = planfile.Sign(published, c.officer)
	c.batch = message.Batch{Plan: c.digest, Date: firstDay}
}

func (c *cast) verify(signed []byte) ([]byte, error) {
	return planfile.Verify(signed, c.officer.Public().(ed25519.PublicKey))
}

func (c *cast) params() vdaf.Params {
	return vdaf.Params{Length: c.layout.Cells, Weight: c.layout.Weight, Chunk: int(c.plan.Chunk)}
}

// keys hands the pairing's key to both aggregators, which have long-lived identities,
// and counts when it is to be destroyed.
type keys struct {
	c         *cast
	owner     string
	destroyed *int
}

func (k keys) Identity(plan.Commitment) (seal.Identity, error) { return seal.Identity{}, pair.ErrNoKey }

func (k keys) Owner(plan.Commitment) (string, error) { return k.owner, nil }

func (k keys) Destroy(plan.Commitment) error {
	*k.destroyed++
	return nil
}

func (k keys) Get(want plan.Commitment) (vdaf.VerifyKey, error) {
	if want != pair.CommitmentOf(k.c.key) || k.destroyed != nil && *k.destroyed > 0 {
		return vdaf.VerifyKey{}, pair.ErrNoKey
	}
	return k.c.key, nil
}
