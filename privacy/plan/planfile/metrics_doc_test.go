package planfile

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// The plan of docs/metrics.md is one, and each dimension that its tables spell out in full
// is too, with as many bins as they say.
func TestMetricsDocument(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/metrics.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(doc), "```yaml\n")
	require.True(t, ok)
	yaml, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	f, problems := Parse("metrics.md", []byte(yaml))
	require.Empty(t, problems)
	_, problems = Check(f)
	require.Empty(t, problems)

	kinds := map[plan.MetricKind]bool{}
	for _, m := range f.Metrics {
		kinds[m.Kind] = true
	}
	require.True(t, kinds[plan.Sorted] && kinds[plan.Returned])

	bins := map[string]int{
		"{of: channel}": 12, "{of: device}": 4, "{of: region}": 12, "{of: scenario}": 25, "{of: visits, edges: [2]}": 2,
		"{of: hour, edges: [6, 9, 12, 15, 18, 21]}": 8, "{of: pages, at: end, edges: [2, 3, 6, 11]}": 5,
		"{of: periods_since_first, edges: [1, 2, 3, 4, 5, 6, 7, 8]}": 9, "{of: lapse, edges: [1, 2, 4, 8]}": 6,
		"{of: satisfaction, edges: [0.4, 0.7]}": 4, "{of: sentiment, edges: [-0.2, 0.2]}": 4, "{of: ability.algebra, edges: [-1, 0, 1]}": 5,
	}
	found := 0
	for _, it := range regexp.MustCompile(`\{of: [^}]*[^.}]\}`).FindAllString(string(doc), -1) {
		if strings.Contains(it, "...") {
			continue
		}
		found++
		src := strings.NewReplacer("topics: [shoes, bags]", "topics: [shoes, bags]\nskills: [algebra]", "  channel: {of: channel}\n", "  channel: {of: channel}\n  it: "+it+"\n").Replace(yaml)
		f, problems := Parse("metrics.md", []byte(src))
		require.Empty(t, problems, it)
		for _, d := range f.Dimensions {
			if want, ok := bins[it]; ok && d.Name == "it" {
				require.Len(t, d.Bins, want, it)
				delete(bins, it)
			}
		}
	}
	require.Greater(t, found, 20)
	require.Empty(t, bins, "not in the document any more")
}
