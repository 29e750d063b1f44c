package planfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// repository is the folder of go.mod, seen from this package.
const repository = "../../.."

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(repository, path))
	require.NoError(t, err)
	return b
}

func input() BuildInput {
	return BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"},
		VerifyKey: plan.Commitment{1, 2, 3}, Issued: 1,
	}
}

func TestReferencePlans(t *testing.T) {
	for _, c := range []struct {
		name                   string
		cadence                plan.Cadence
		weight, cells, periods int
		sigma2                 uint64
		reports30, reports365  int
	}{
		{"small", plan.Weekly, 4, 36, 52, 83, 5, 53},
		{"standard", plan.Daily, 12, 512, 364, 247, 30, 365},
		{"hillstrom", plan.Daily, 5, 31, 364, 103, 30, 365},
		{"shop", plan.Daily, 6, 90, 364, 124, 30, 365},
		{"feed", plan.Daily, 14, 56, 364, 288, 30, 365},
		{"school", plan.Daily, 18, 70, 364, 370, 30, 365},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, problems := Parse(c.name+".yaml", read(t, "plans/"+c.name+".yaml"))
			require.Nil(t, problems)
			p, err := f.Plan(input())
			require.NoError(t, err)
			l := plan.LayoutOf(p)
			require.Equal(t, c.weight, l.Weight)
			require.Equal(t, c.cells, l.Cells)
			require.Equal(t, c.sigma2, p.Sigma2)
			require.Equal(t, c.cadence, p.Cadence)
			require.Len(t, p.Periods, c.periods)
			require.Equal(t, p.Periods[c.periods-1].End, p.Expires)

			report, problems := Check(f)
			require.Nil(t, problems)
			require.Equal(t, []int{1, c.reports30, c.reports365}, []int{report.Costs[0].Reports, report.Costs[1].Reports, report.Costs[2].Reports})
			require.LessOrEqual(t, report.Charge, ledger.CapDay)
			require.Zero(t, report.Left)

			published, err := plan.Encode(p)
			require.NoError(t, err)
			again, err := plan.Decode(published)
			require.NoError(t, err)
			require.Equal(t, p, again)
		})
	}
}

func TestHillstromNamesItsArmsAsTheFileDoes(t *testing.T) {
	f, problems := Parse("hillstrom.yaml", read(t, "plans/hillstrom.yaml"))
	require.Nil(t, problems)
	require.Equal(t, []string{"No E-Mail", "Mens E-Mail", "Womens E-Mail"}, f.Campaigns[0].Arms)
	match := func(mens, womens float64) string {
		for _, s := range f.Segments {
			if s.Rule.Match(known{plan.VarAttribute: mens, plan.VarAttribute + 1: womens}) {
				return s.Name
			}
		}
		return ""
	}
	require.Equal(t, "men only", match(1, 0))
	require.Equal(t, "women only", match(0, 1))
	require.Equal(t, "both", match(1, 1))
}

// known gives the variables that it holds.
type known map[int]float64

func (k known) Value(index int) (float64, bool) {
	v, ok := k[index]
	return v, ok
}

// The figures of PRIVACY.md, section 2, for the standard plan.
func TestStandardPlanCostsWhatPrivacySays(t *testing.T) {
	f, problems := Parse("standard.yaml", read(t, "plans/standard.yaml"))
	require.Nil(t, problems)
	r, problems := Check(f)
	require.Nil(t, problems)
	require.Equal(t, ledger.NanoRho(24_291_498), r.Charge)
	require.InDelta(t, 0.9986, float64(r.Costs[0].Epsilon), 5e-5)
	require.InDelta(t, 6.4706, float64(r.Costs[1].Epsilon), 5e-5)
	require.InDelta(t, 29.7547, float64(r.Costs[2].Epsilon), 5e-5)
}

// docExample is the YAML that docs/plan.md shows whole.
func docExample(t testing.TB) string {
	doc := string(read(t, "docs/plan.md"))
	_, rest, ok := strings.Cut(doc, "```yaml\n")
	require.True(t, ok)
	example, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	return example
}

func TestTheExampleOfTheDocumentIsAPlan(t *testing.T) {
	f, problems := Parse("docs/plan.md", []byte(docExample(t)))
	require.Nil(t, problems)
	_, problems = Check(f)
	require.Nil(t, problems)
}
