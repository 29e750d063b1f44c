package aggregator_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What reads releases can reach no share, and no aggregator the collector.
func TestRoomsKeepToThemselves(t *testing.T) {
	const module = "github.com/dunlin-analytics/dunlin/"
	for room, forbidden := range map[string][]string{
		"release": {"privacy/vdaf", "privacy/share", "privacy/seal", "privacy/report", "aggregator/batch", "aggregator/message", "collector"},
		"leader":  {"collector", "edge", "aggregator/insight"},
		"helper":  {"collector", "edge", "aggregator/leader"},
	} {
		out, err := exec.Command("go", "list", "-deps", "./"+room).Output()
		require.NoError(t, err)
		deps := strings.Fields(string(out))
		require.Contains(t, deps, module+"privacy/plan")
		for _, f := range forbidden {
			for _, d := range deps {
				require.NotEqual(t, module+f, d, "%s reaches %s", room, f)
				require.False(t, strings.HasPrefix(d, module+f+"/"), "%s reaches %s", room, d)
			}
		}
	}
}
