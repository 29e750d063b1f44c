package plan_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// At the bounds themselves a plan of choices is good and comes back as it was.
func TestChoiceAtItsBounds(t *testing.T) {
	for name, change := range map[string]func(p *plan.Plan){
		"half of everything":            func(p *plan.Plan) { p.Policy = plan.Policy{Holdout: 5000, Explore: 5000, Floor: 2500} },
		"the largest lift":              func(p *plan.Plan) { p.Policy.Lift, p.Policy.Recent = plan.MaxLift, plan.Whole },
		"nothing":                       func(p *plan.Plan) { p.Policy = plan.Policy{} },
		"the smallest shares":           func(p *plan.Plan) { p.Policy = plan.Policy{Holdout: 1, Explore: 2, Floor: 3} },
		"the largest reward and cost":   func(p *plan.Plan) { p.Slots[0].Reward, p.Slots[0].Variants[0].Cost = 1e6, 1e6 },
		"the smallest reward and cost":  func(p *plan.Plan) { p.Slots[0].Reward, p.Slots[0].Variants[0].Cost = 5e-324, 5e-324 },
		"an assigned arm named holdout": func(p *plan.Plan) { p.Policy.Holdout, p.Campaigns[0].Arms[0] = 1, plan.HoldoutColumn },
		"holdout without a holdout":     func(p *plan.Plan) { p.Slots[0].Variants[0].Name = plan.HoldoutColumn },
		"an assigned campaign's floor":  func(p *plan.Plan) { p.Policy.Floor = 2500 }, // three arms
		"63 variants and 64 columns": func(p *plan.Plan) {
			names := make([]string, plan.MaxArms)
			for i := range names {
				names[i] = strings.Repeat("v", i+1)
			}
			addVariants(p, names)
			p.Policy = plan.Policy{Holdout: 1000, Floor: 79}
			p.Metrics[1] = plan.Metric{Name: "s", Kind: plan.SlotExposed, By: plan.SiteWide, Most: 8}
			require.Equal(t, 64, p.Columns(p.Metrics[1]))
		},
		"one for each variant and one for the holdout": func(p *plan.Plan) {
			p.Policy.Holdout = 1
			p.Metrics[1] = plan.Metric{Name: "s", Kind: plan.SlotExposed, By: plan.BySegment, Most: 3}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := reference(t, "hillstrom")
			addSlot(p)
			change(p)
			again, err := plan.Decode(encoded(t, p))
			require.NoError(t, err)
			require.Equal(t, p, again)
		})
	}
}

// Bytes in which a share, a reward or a cost is out of bounds, as no encoder
// writes them.
func TestChoiceOfHostileBytes(t *testing.T) {
	p := reference(t, "hillstrom")
	addSlot(p)
	p.Slots[0].Reward, p.Slots[0].Variants[0].Cost = 12345, 6789
	b := string(encoded(t, p))
	f64 := func(v float64) []byte { return wire.AppendFloat(nil, v) }
	p.Policy.Lift, p.Policy.Recent = 17, 9999
	b = string(encoded(t, p))
	policy := func(holdout, explore, floor, recent uint64, lift []byte) []byte {
		b := wire.AppendUvarint([]byte{byte(p.Consent)}, uint64(p.Attribution))
		for _, share := range []uint64{holdout, explore, floor, recent} {
			b = wire.AppendUvarint(b, share)
		}
		return append(b, lift...)
	}
	shares := func(holdout, explore, floor uint64) []byte { return policy(holdout, explore, floor, 9999, f64(17)) }
	for name, c := range map[string]struct {
		old, new []byte
		want     error
	}{
		"cost of -0":         {f64(6789), []byte{0x80, 0, 0, 0, 0, 0, 0, 0}, wire.ErrForm},
		"cost of NaN":        {f64(6789), []byte{0x7f, 0xf8, 0, 0, 0, 0, 0, 0}, wire.ErrForm},
		"cost of -1":         {f64(6789), f64(-1), plan.ErrSlot},
		"infinite cost":      {f64(6789), f64(math.Inf(1)), plan.ErrSlot},
		"reward of 0":        {f64(12345), f64(0), plan.ErrSlot},
		"reward of -1":       {f64(12345), f64(-1), plan.ErrSlot},
		"reward of NaN":      {f64(12345), []byte{0xff, 0xf8, 0, 0, 0, 0, 0, 1}, wire.ErrForm},
		"reward of 1e6 + 1":  {f64(12345), f64(1e6 + 1), plan.ErrSlot},
		"holdout of 50.01 %": {shares(0, 0, 0), shares(5001, 0, 0), wire.ErrForm},
		"explore of 50.01 %": {shares(0, 0, 0), shares(0, 5001, 0), wire.ErrForm},
		"floor of 50.01 %":   {shares(0, 0, 0), shares(0, 0, 5001), wire.ErrForm},
		"holdout of 65,537":  {shares(0, 0, 0), shares(65_537, 0, 0), wire.ErrForm}, // 1 if cut to 16 bits
		"recent of 100.01 %": {shares(0, 0, 0), policy(0, 0, 0, 10_001, f64(17)), wire.ErrForm},
		"lift of -1":         {shares(0, 0, 0), policy(0, 0, 0, 9999, f64(-1)), plan.ErrPolicy},
		"lift of 1001":       {shares(0, 0, 0), policy(0, 0, 0, 9999, f64(1001)), plan.ErrPolicy},
		"lift of NaN":        {shares(0, 0, 0), policy(0, 0, 0, 9999, []byte{0x7f, 0xf8, 0, 0, 0, 0, 0, 0}), wire.ErrForm},
		"floor of 2 x 25.01": {shares(0, 0, 0), shares(0, 0, 2501), plan.ErrPolicy},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(b, string(c.old)))
			_, err := plan.Decode([]byte(strings.Replace(b, string(c.old), string(c.new), 1)))
			require.ErrorIs(t, err, c.want)
		})
	}
}

// A lift or cost that is no number would be written as 0, which has a meaning.
func TestNoNumberIsRefusedBeforeItIsWritten(t *testing.T) {
	p := reference(t, "hillstrom")
	addSlot(p)
	p.Policy.Lift = math.NaN()
	_, err := plan.Encode(p)
	require.ErrorIs(t, err, plan.ErrPolicy)
	p.Policy.Lift, p.Slots[0].Variants[0].Cost = 0, math.NaN()
	_, err = plan.Encode(p)
	require.ErrorIs(t, err, plan.ErrSlot)
}

// Where the device picks and some are held out, a column more follows the
// variants or arms; nowhere else.
func TestTheHoldoutHasAColumnOfItsOwn(t *testing.T) {
	p := reference(t, "hillstrom")
	addSlot(p)
	p.Stages = []plan.Stage{{Name: "a", On: view}, {Name: "b", On: view}}
	chosen(p)
	assigned := p.Campaigns[0]
	assigned.Name, assigned.Mode = "assigned", plan.Assigned
	p.Campaigns = append(p.Campaigns, assigned)
	arms := p.Campaigns[0].Arms
	for name, c := range map[string]struct {
		metric  plan.Metric
		columns []string
		holds   bool
	}{
		"audience":            {plan.Metric{Kind: plan.Audience}, []string{""}, false},
		"funnel":              {plan.Metric{Kind: plan.Funnel}, []string{"a", "b"}, false},
		"chosen, exposed":     {plan.Metric{Kind: plan.CampaignExposed}, arms, true},
		"chosen, converted":   {plan.Metric{Kind: plan.CampaignConverted, Goal: 1}, arms, true},
		"assigned, exposed":   {plan.Metric{Kind: plan.CampaignExposed, Source: 1}, arms, false},
		"assigned, converted": {plan.Metric{Kind: plan.CampaignConverted, Source: 1}, arms, false},
		"slot, exposed":       {plan.Metric{Kind: plan.SlotExposed}, []string{"x", "y"}, true},
		"slot, clicked":       {plan.Metric{Kind: plan.SlotClicked}, []string{"x", "y"}, true},
		"slot, converted":     {plan.Metric{Kind: plan.SlotConverted}, []string{"x", "y"}, true},
		"no metric":           {plan.Metric{Kind: 99}, nil, false},
	} {
		for _, holdout := range []plan.Share{0, 1} {
			p.Policy.Holdout = holdout
			want := append([]string(nil), c.columns...)
			column, ok := p.Holdout(c.metric)
			require.Equal(t, c.holds && holdout > 0, ok, name)
			if ok {
				require.Equal(t, len(want), column, name)
				want = append(want, "holdout")
			}
			require.Equal(t, len(want), p.Columns(c.metric), name)
			for i := range want {
				require.Equal(t, want[i], p.Column(c.metric, i), name)
			}
		}
	}
	p.Metrics = []plan.Metric{
		{Name: "by segment", Kind: plan.SlotExposed, By: plan.BySegment, Most: 1},
		{Name: "by site", Kind: plan.CampaignExposed, By: plan.SiteWide, Most: 1},
	}
	l := plan.LayoutOf(p)
	require.Equal(t, 1+3*(2+1)+(3+1), l.Cells)
	require.Equal(t, 1+3+2, l.Spans[1].Cell(1, 2), "the second segment's holdout")
	require.Equal(t, l.Cells-1, l.Spans[2].Cell(0, 3), "the site's holdout is the last cell")
}
