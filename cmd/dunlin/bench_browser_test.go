package main

import (
	"bytes"
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/bench/browser"
	"github.com/stretchr/testify/require"
)

func TestBrowserTargets(t *testing.T) {
	good := func() browser.Figures {
		return browser.Figures{
			Cold: 150, Warm: 100, Choose40: 60, Shard512: 2, Visits: 100,
			Sent: map[string]map[string]float64{"cable": {"3s": .95}, "slow_4g": {"3s": 0}},
		}
	}
	require.NoError(t, missed(browserTargets(good())))
	for name, spoil := range map[string]func(*browser.Figures){
		"cold_ms":          func(f *browser.Figures) { f.Cold = 451 },
		"warm_ms":          func(f *browser.Figures) { f.Warm = math.NaN() },
		"event_us":         func(f *browser.Figures) { f.Event = 61 },
		"choose40_us":      func(f *browser.Figures) { f.Choose40 = 181 },
		"shard512_ms":      func(f *browser.Figures) { f.Shard512 = 6.1 },
		"long_tasks":       func(f *browser.Figures) { f.LongTasks = 1 },
		"layout_shift":     func(f *browser.Figures) { f.LayoutShift = 1e-6 },
		"first_content_ms": func(f *browser.Figures) { f.FirstContent = .1 },
		"sent.cable.3s":    func(f *browser.Figures) { f.Sent["cable"]["3s"] = .949 },
	} {
		t.Run(name, func(t *testing.T) {
			f := good()
			spoil(&f)
			err := missed(browserTargets(f))
			require.ErrorContains(t, err, "target missed: "+name+" is ")
			require.NotContains(t, err.Error(), "\n", "the others are met")
		})
	}
	slow := good()
	slow.Cold, slow.Warm = 400, 290
	require.NoError(t, missed(browserTargets(slow)), "a slow machine is no fault")
	few := good()
	few.Visits, few.Sent["cable"]["3s"] = 10, 0
	require.NoError(t, missed(browserTargets(few)), "a few visits show nothing")
}

func TestBarByStage(t *testing.T) {
	var b bytes.Buffer
	progress, finish := barByStage(&b)
	progress("starts", 1, 2)
	progress("starts", 2, 2)
	progress("visits", 3, 3)
	finish()
	require.Regexp(t, `^starts 2 of 2, .*\nvisits 3 of 3, .*\n$`, b.String())
}
