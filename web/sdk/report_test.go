package sdk_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// aggregator is one role's keys.
type aggregator struct {
	role     report.Role
	identity seal.Identity
	vdaf     *vdaf.Aggregator
	size     int // of its input share
}

// TestReportsOpen: what the script's Worker would send is opened, verified and summed by
// Go, and says what the visitor was told.
func TestReportsOpen(t *testing.T) {
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat("../node_modules/vite")
	}
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("node or web/node_modules is missing (npm ci): CI runs this")
	}
	require.NoError(t, err)

	leader, leaderKey := identityOf(t)
	helper, helperKey := identityOf(t)
	p := shop(leaderKey, helperKey)
	published := edgetest.Publish(p)
	key, officer := officerOf(t, strings.Repeat("plover", 6))
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "plan.signed"), planfile.Sign(published, key), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "officer.txt"), []byte(planfile.FormatOfficer(officer)), 0o600))
	out, err := exec.Command(node, "test/run.mjs", "report.ts", folder).CombinedOutput()
	require.NoError(t, err, "%s", out)

	var clear struct {
		Ones     []cell `json:"ones"`
		Revision uint32 `json:"revision"`
	}
	told, err := os.ReadFile(filepath.Join(folder, "clear.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(told, &clear))
	require.EqualValues(t, 2, clear.Revision)

	layout, digest := plan.LayoutOf(p), plan.DigestOf(published)
	context := report.Context(digest, p.Periods[0].Date)
	params := vdaf.Params{Length: layout.Cells, Weight: layout.Weight, Chunk: int(p.Chunk)}
	leaderSize, helperSize := layout.InputShareSizes(params.Chunk)
	roles := []aggregator{{role: report.Leader, identity: leader, size: leaderSize}, {role: report.Helper, identity: helper, size: helperSize}}
	for i, role := range []vdaf.Role{vdaf.Leader, vdaf.Helper} {
		roles[i].vdaf, err = vdaf.New(params, context, vdaf.VerifyKey{9}, role)
		require.NoError(t, err)
	}

	first, second := reportOf(t, folder, "first"), reportOf(t, folder, "second")
	for i, r := range []report.Report{first, second} {
		require.EqualValues(t, i+1, r.Revision)
		require.Equal(t, digest, r.Plan)
		require.Equal(t, p.Periods[0].Date, r.Period)
		require.Equal(t, first.ID, r.ID)
	}
	require.NotEqual(t, first.Nonce, second.Nonce)
	require.Equal(t, len(first.Leader), len(second.Leader))

	want := make([]int64, layout.Cells)
	for i, c := range namesOf(p).Cells {
		for _, one := range clear.Ones {
			if one == c {
				want[i]++
			}
		}
	}
	require.Len(t, clear.Ones, 8) // present, audience, funnel; mail exposed and bought; hero exposed, clicked, converted
	require.Equal(t, want, sumOf(t, roles, second))
	require.NotEqual(t, want, sumOf(t, roles, first))
}

func identityOf(t *testing.T) (seal.Identity, string) {
	t.Helper()
	file, recipient, err := seal.GenerateIdentity()
	require.NoError(t, err)
	id, err := seal.ParseIdentity(bytes.NewReader(file))
	require.NoError(t, err)
	return id, recipient.Key
}

func reportOf(t *testing.T, folder, name string) report.Report {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	r, err := report.Parse(b)
	require.NoError(t, err)
	return r
}

// sumOf opens, verifies and sums one report as both aggregators do.
func sumOf(t *testing.T, roles []aggregator, r report.Report) []int64 {
	t.Helper()
	var states [2]*vdaf.State
	var prepared [2][]byte
	for i, a := range roles {
		sealed := [][]byte{r.Leader, r.Helper}[i]
		require.Len(t, sealed, seal.SealedSize(report.PlainHead+a.size))
		plain, err := a.identity.Open(sealed, report.PlainHead+a.size)
		require.NoError(t, err)
		input, err := report.OpenPlain(plain, a.role, &r.Head, a.size)
		require.NoError(t, err)
		states[i], prepared[i], err = a.vdaf.Prepare(r.Nonce, r.Public[:], input)
		require.NoError(t, err)
	}
	message, err := roles[1].vdaf.Combine(prepared[0], prepared[1])
	require.NoError(t, err)
	var sums [2]*vdaf.AggregateShare
	for i, a := range roles {
		out, err := a.vdaf.Finish(states[i], message)
		require.NoError(t, err)
		sums[i] = vdaf.NewAggregateShare(len(namesOf(shop("age1a", "age1b")).Cells))
		require.NoError(t, sums[i].Add(out))
	}
	total, err := vdaf.Unshard(sums[0], sums[1])
	require.NoError(t, err)
	return total
}
