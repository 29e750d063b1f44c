package demo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWatch(t *testing.T) {
	wall := time.Date(2031, 5, 6, 23, 40, 0, 0, time.UTC)
	w := &watch{wall: func() time.Time { return wall }}
	at := func(s string) time.Time {
		v, err := time.Parse(time.DateTime, s)
		require.NoError(t, err)
		return v
	}
	w.Set(at("2026-11-22 09:00:00"))
	require.Equal(t, at("2026-11-22 09:00:00"), w.Now())
	require.Negative(t, w.Ahead())
	require.Equal(t, w.Now().Unix(), wall.Unix()+w.Ahead())

	wall = wall.Add(2 * time.Hour) // past the wall's own midnight
	require.Equal(t, at("2026-11-22 11:00:00"), w.Now())
	wall = wall.Add(20 * time.Hour)
	require.Equal(t, at("2026-11-22 22:00:00"), w.Now(), "it stands in the evening")
	require.Equal(t, w.Now().Unix(), wall.Unix()+w.Ahead())

	w.Set(at("2026-11-23 00:01:00"))
	wall = wall.Add(time.Minute)
	require.Equal(t, at("2026-11-23 00:02:00"), w.Now())
	w.Set(at("2026-11-23 23:00:00")) // no time of the demo's, but what was asked for
	wall = wall.Add(time.Minute)
	require.Equal(t, at("2026-11-23 23:00:00"), w.Now())
}
