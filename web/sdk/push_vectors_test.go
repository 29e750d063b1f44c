package sdk_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

const pushFile = "testdata/push.json"

// TestPushVectors: the committed plan is the one that today's code makes. It is the shop's
// with messages: who looked at two pages is asked back once a day, one is quiet from 8 to
// 10 o'clock, one comes in the page alone, one to everybody, one by either channel.
func TestPushVectors(t *testing.T) {
	p := shop("age1pal7h3sjm8tkhqqqjc2hs6up68wesggq3svsmt4tm2ja6h9kdd8q24ean3", "age132kxnyhltkhlmn56lla4kz7mwqupvh6fjrk7p2f99wk5rtq933nsmr097z")
	p.Serial++
	p.Channels = []string{"notification", "toast"}
	goal := plan.Trigger{Kind: plan.View}
	p.Messages = []plan.Message{
		{Name: "come_back", Channels: 1, When: edgetest.NewRule().Var(plan.VarViews).Num(2).Op(plan.OpGe).Code(), Cap: 1, Every: plan.Day, Goal: goal},
		{Name: "tonight", Channels: 1, QuietFrom: 8, QuietTo: 10, Goal: goal},
		{Name: "in_page", Channels: 2, Goal: goal},
		{Name: "news", Channels: 1, Goal: goal},
		{Name: "either", Channels: 3, Goal: goal},
	}
	key, officer := officerOf(t, strings.Repeat("dunlin", 6))
	want, err := json.MarshalIndent(map[string]any{
		"officer": planfile.FormatOfficer(officer), "signed": hexBytes(planfile.Sign(edgetest.Publish(p), key)),
	}, "", " ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile(pushFile, want, 0o644))
	}
	got, err := os.ReadFile(pushFile)
	require.NoError(t, err)
	require.True(t, bytes.Equal(got, want), "out of date: go test ./web/sdk -run TestPushVectors -update")
}
