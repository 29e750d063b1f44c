package plan_test

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func TestDigestIsSHA256(t *testing.T) {
	b := []byte("published bytes")
	require.Equal(t, plan.Digest(sha256.Sum256(b)), plan.DigestOf(b))
}

func TestIDsReadBack(t *testing.T) {
	d := plan.DigestOf([]byte("a"))
	back, err := plan.ParseDigest(d.String())
	require.NoError(t, err)
	require.Equal(t, d, back)

	c, err := plan.ParseCommitment(d.String())
	require.NoError(t, err)
	require.Equal(t, d.String(), c.String())

	id := plan.ReportID{0xab, 1, 2}
	require.Equal(t, byte(0xab), id.Partition())
	again, err := plan.ParseReportID(id.String())
	require.NoError(t, err)
	require.Equal(t, id, again)

	text, err := json.Marshal(map[string]plan.Digest{"plan": d})
	require.NoError(t, err)
	require.JSONEq(t, `{"plan":"`+d.String()+`"}`, string(text))
	var out map[string]plan.Digest
	require.NoError(t, json.Unmarshal(text, &out))
	require.Equal(t, d, out["plan"])

	for _, bad := range []string{"", d.String()[1:], d.String() + "0", strings.ToUpper(d.String()), strings.Repeat("g", 64)} {
		_, err := plan.ParseDigest(bad)
		require.ErrorIs(t, err, plan.ErrDigest)
		require.ErrorIs(t, new(plan.Digest).UnmarshalText([]byte(bad)), plan.ErrDigest)
		_, err = plan.ParseReportID(bad)
		require.ErrorIs(t, err, plan.ErrReportID)
	}
}
