package rig_test

import (
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/cmd/service"
)

// addresses finds ports that the system does not hand out to connections.
func addresses(t *testing.T) (at service.Addresses) {
	t.Helper()
	port := 11_000
	for _, a := range []*string{&at.Public, &at.Inner, &at.Helper} {
		for ; *a == "" && port < 12_000; port++ {
			if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
				*a = l.Addr().String()
				require.NoError(t, l.Close())
			}
		}
		require.NotEmpty(t, *a)
	}
	return at
}

// A service that is killed comes back to its address and its folder, and nothing that
// was acknowledged is lost.
func TestKilledAndStartedAgain(t *testing.T) {
	o := options(t)
	var err error
	o.Executable, err = os.Executable()
	require.NoError(t, err)
	o.At = addresses(t)
	o.Also = []rig.PlanFile{{Name: "another.yaml", YAML: another}}
	r, err := rig.Start(t.Context(), o)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	require.Equal(t, o.At, r.At())
	require.Len(t, r.Also, 1)
	require.Equal(t, "another.example", r.Also[0].Plan.Site)
	require.NotEqual(t, r.Plan.VerifyKey, r.Also[0].Plan.VerifyKey, "each plan has a pairing of its own")
	services := r.Services.(*rig.Processes)
	_, err = r.Upload(t.Context(), 100, view(r), nil)
	require.NoError(t, err)
	for _, role := range []string{"collector", "helper", "leader"} {
		before, err := services.PID(role)
		require.NoError(t, err)
		require.NoError(t, services.Start(role), "one that runs stays")
		same, err := services.PID(role)
		require.NoError(t, err)
		require.Equal(t, before, same)

		require.NoError(t, services.Kill(role))
		require.ErrorIs(t, services.Kill(role), rig.ErrEnded)
		_, err = services.PID(role)
		require.ErrorIs(t, err, rig.ErrEnded)
		require.ErrorIs(t, services.LimitFiles(role, 1), rig.ErrEnded)
		if role == "leader" {
			_, err := r.Step(t.Context(), nil)
			require.ErrorIs(t, err, rig.ErrEnded)
		}
		require.NoError(t, services.Start(role))
		after, err := services.PID(role)
		require.NoError(t, err)
		require.NotEqual(t, before, after)
		require.Equal(t, o.At, r.At())
	}
	_, v, err := r.Release(t.Context(), 0, nil)
	require.NoError(t, err)
	require.EqualValues(t, 100, v.Accepted)
}

// The second site of a rig.
var another = []byte(`
site: another.example
timezone: UTC
period: day
serial: 1
starts: 2026-11-23
ends: 2026-12-31
budget: {epsilon: 1}
consent: ask
segments: [{name: everybody}]
metrics: [audience]
`)
