package plan_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

var references = []string{"small", "standard", "hillstrom", "shop", "demo", "feed", "school"}

// reference builds one of the plans of the folder plans.
func reference(t testing.TB, name string) *plan.Plan {
	t.Helper()
	src, err := os.ReadFile("../../plans/" + name + ".yaml")
	require.NoError(t, err)
	f, problems := planfile.Parse(name, src)
	require.Nil(t, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"},
		VerifyKey: plan.Commitment{7}, Issued: 1795000000,
	})
	require.NoError(t, err)
	return p
}

func encoded(t testing.TB, p *plan.Plan) []byte {
	t.Helper()
	b, err := plan.Encode(p)
	require.NoError(t, err)
	return b
}

func TestEncodeAndDecodeAreInverse(t *testing.T) {
	for _, name := range references {
		p := reference(t, name)
		b := encoded(t, p)
		again, err := plan.Decode(b)
		require.NoError(t, err)
		require.Equal(t, p, again)
		require.Equal(t, b, encoded(t, again))

		digest := plan.DigestOf(b)
		b[len(b)-1] ^= 1
		require.NotEqual(t, digest, plan.DigestOf(b))
	}
}

// A decoded plan keeps no reference to the bytes: wiping them changes nothing.
func TestDecodeCopies(t *testing.T) {
	p := reference(t, "standard")
	b := encoded(t, p)
	again, err := plan.Decode(b)
	require.NoError(t, err)
	clear(b)
	require.Equal(t, p, again)
}

func TestEveryTruncationIsRefused(t *testing.T) {
	for _, name := range references {
		b := encoded(t, reference(t, name))
		for n := range b {
			_, err := plan.Decode(b[:n])
			require.Error(t, err, "%s cut to %d bytes", name, n)
		}
		_, err := plan.Decode(append(b, 0))
		require.ErrorIs(t, err, wire.ErrTrailing)
	}
}

func TestForeignBytes(t *testing.T) {
	b := encoded(t, reference(t, "small"))
	_, err := plan.Decode(make([]byte, plan.MaxPlan+1))
	require.ErrorIs(t, err, plan.ErrTooLarge)
	_, err = plan.Decode([]byte("DLPS" + string(b[4:])))
	require.ErrorIs(t, err, plan.ErrMagic)
	for _, version := range []byte{0, 1, 5} {
		b[4] = version
		_, err = plan.Decode(b)
		require.ErrorIs(t, err, plan.ErrVersion, "version %d", version)
	}
}

// The names of a campaign and its goal fit into a metric's, whatever their
// lengths.
func TestLongestMetricName(t *testing.T) {
	p := reference(t, "hillstrom")
	p.Metrics[2].Name = "converted " + strings.Repeat("c", plan.MaxName) + "." + strings.Repeat("g", plan.MaxName) + " by site"
	again, err := plan.Decode(encoded(t, p))
	require.NoError(t, err)
	require.Equal(t, p.Metrics[2].Name, again.Metrics[2].Name)
}

// Any bytes: no panic; and bytes that are a plan are its one encoding.
func FuzzDecode(f *testing.F) {
	for _, name := range references {
		b := encoded(f, reference(f, name))
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	p := reference(f, "hillstrom")
	addSlot(p)
	p.Periods = p.Periods[:1]
	p.Attributes = append(p.Attributes, number(-1, 1), choice("a", "b"))
	f.Add(encoded(f, p))
	chosen(p)
	p.Policy = plan.Policy{Holdout: 1000, Explore: 500, Floor: 100}
	p.Metrics = append(p.Metrics, plan.Metric{Name: "s", Kind: plan.SlotClicked, By: plan.BySegment, Most: 2})
	p.Segments[0].Rule = plan.Rule{plan.OpVar, plan.VarTopTopic, plan.OpVar, plan.VarAffinity + 1, plan.OpLt}
	f.Add(encoded(f, p))
	f.Add(encoded(f, wide(f)))
	f.Add([]byte("DLPN\x02"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := plan.Decode(b)
		if err != nil {
			require.Nil(t, p)
			return
		}
		again, err := plan.Encode(p)
		require.NoError(t, err)
		require.Equal(t, b, again)
		l := plan.LayoutOf(p)
		require.LessOrEqual(t, l.Cells, plan.MaxCells)
		require.LessOrEqual(t, l.Weight, plan.MaxWeight)
		for _, s := range p.Segments {
			s.Rule.Match(nothing{})
		}
		for _, m := range p.Metrics {
			for column := range p.Columns(m) {
				p.Column(m, column)
			}
			p.Row(m, 0)
		}
		for i := range p.Campaigns {
			p.Campaigns[i].Promotion.When.Match(nothing{})
			for _, rule := range p.Campaigns[i].Promotion.Ladder {
				rule.Match(nothing{})
			}
		}
		for i := range p.Predictions {
			for _, bin := range p.Predictions[i].Bins {
				bin.Rule.Match(nothing{})
			}
		}
		for i := range p.Messages {
			p.Messages[i].When.Match(nothing{})
		}
		for i := range p.Surveys {
			p.Surveys[i].When.Match(nothing{})
		}
	})
}

type nothing struct{}

func (nothing) Value(int) (float64, bool) { return 0, false }
