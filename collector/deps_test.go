package collector_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The collector's program text holds nothing that could open a report, and
// nothing of the aggregators'.
func TestCannotOpenReports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./...").Output()
	require.NoError(t, err)
	list := strings.Fields(string(out))
	require.Contains(t, list, "github.com/dunlin-analytics/dunlin/collector", "the list is real")
	require.Contains(t, list, "go.etcd.io/bbolt")
	forbidden := regexp.MustCompile(`^filippo\.io/|cloudflare/circl|dunlin/(aggregator|edge|cmd|wasm|web)|` +
		`dunlin/privacy/(vdaf|seal|share|noise|ledger|peer|plan/planfile)|expr-lang|yaml`)
	for _, path := range list {
		require.NotRegexp(t, forbidden, path)
	}
}
