package demo

import (
	"context"
	"io/fs"
	"maps"
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/cmd/simulate"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// The checked-in history is signed by its keys, belongs to plans/demo.yaml, ends where
// the demo begins, and says where it comes from.
func TestBuiltHistory(t *testing.T) {
	h, err := Built()
	require.NoError(t, err)
	require.Len(t, h.Releases, historyDays)
	require.Equal(t, "2026-08-24", h.Plan.Periods[0].Date.String())
	require.Equal(t, historyLast, h.Plan.Periods[historyDays-1].Date.String())

	l := h.Label
	require.EqualValues(t, seed, l.Seed)
	require.Equal(t, Visitors, l.Visitors)
	require.Regexp(t, "^[0-9a-f]{40}$", l.Commit)
	require.Contains(t, l.String(), "2026-08-24 to 2026-11-21, 18")
	require.Contains(t, l.String(), "seed 8")
	require.Contains(t, l.String(), l.Commit[:12])
	require.InDelta(t, 18_600, float64(l.Reports)/historyDays, 700, "19,000 a day, fewer once some leave")
	require.Greater(t, l.Least, uint64(16_000))
	require.Less(t, l.Most, uint64(23_000))

	now := parsed(t)
	_, err = calendar(h.Plan, now)
	require.NoError(t, err)
	require.Greater(t, now.Serial, h.Plan.Serial)
	require.Equal(t, now.Metrics, h.Plan.Metrics)
	require.Equal(t, now.Slots, h.Plan.Slots)
	require.Equal(t, now.Segments, h.Plan.Segments)
	require.Equal(t, now.Sigma2, h.Plan.Sigma2)

	size := 0
	require.NoError(t, fs.WalkDir(data, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			info, err := d.Info()
			require.NoError(t, err)
			size += int(info.Size())
		}
		return err
	}))
	require.Less(t, size, 200<<10)
}

// Two days of the history are lived again, exactly: the sums before the noise are
// those that were kept when they were released, and the releases are these and noise
// of the plan's variance, no more and no less.
func TestTheHistoryWasMeasured(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the history was made on amd64: package math differs elsewhere in the last place, and so do a few visitors")
	}
	if testing.Short() {
		t.Skip("it lives 50,000 visitors' days")
	}
	h, err := Built()
	require.NoError(t, err)
	shop, err := population.New(h.Plan, visitors(h.Label.Visitors))
	require.NoError(t, err)
	c, err := simulate.NewCrowd(t.Context(), simulate.CrowdOptions{Shop: shop, Plan: h.Plan, Seed: h.Label.Seed, Device: simulate.NativeUnder(h.Published)})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close(context.Background())) }()

	square, cells := 0., 0
	for day := range slices.Max(exactDays) + 1 {
		s := newSums(c, h.Plan)
		require.NoError(t, h.Live(t.Context(), c, day, s.add))
		if !slices.Contains(exactDays, day) {
			continue
		}
		date := h.Plan.Periods[day].Date.String()
		require.Equal(t, h.Exact[date], s.total(), "%s: devices, visitors or priors do otherwise than when the history was made: make demo-data", date)
		v := float64(h.Releases[day].Variance())
		require.EqualValues(t, 2*h.Plan.Sigma2, v)
		for i, exact := range s.total() {
			d := float64(h.Releases[day].Cells[i] - exact)
			require.Less(t, math.Abs(d), 5*math.Sqrt(v), "%s, cell %d", date, i)
			square += d * d / v
			cells++
		}
	}
	require.Len(t, h.Exact, len(exactDays))
	require.Equal(t, 2*plan.LayoutOf(h.Plan).Cells, cells)
	require.InDelta(t, 1.2, square/float64(cells), .9)
}

// Whoever changes a byte is found out.
func TestDamagedHistory(t *testing.T) {
	good := fstest.MapFS{}
	dir, err := fs.Sub(data, "data")
	require.NoError(t, err)
	for _, name := range []string{labelFile, planFile, releasesFile, exactFile} {
		b, err := fs.ReadFile(dir, name)
		require.NoError(t, err)
		good[name] = &fstest.MapFile{Data: b}
	}
	_, err = ReadHistory(good)
	require.NoError(t, err)
	for name, change := range map[string]func(fstest.MapFS){
		"no label":             func(f fstest.MapFS) { delete(f, labelFile) },
		"no releases":          func(f fstest.MapFS) { f[releasesFile] = &fstest.MapFile{} },
		"label is no JSON":     func(f fstest.MapFS) { f[labelFile] = &fstest.MapFile{Data: []byte("{")} },
		"plan without its end": func(f fstest.MapFS) { f[planFile] = &fstest.MapFile{Data: f[planFile].Data[:200]} },
		"plan changed":         func(f fstest.MapFS) { f[planFile] = flipped(f[planFile], 100) },
		"release changed":      func(f fstest.MapFS) { f[releasesFile] = flipped(f[releasesFile], 200) },
		"one release more": func(f fstest.MapFS) {
			b := f[releasesFile].Data
			f[releasesFile] = &fstest.MapFile{Data: append(slices.Clone(b), b[:1+b[0]]...)}
		},
		"other keys": func(f fstest.MapFS) {
			f[labelFile] = &fstest.MapFile{Data: []byte(`{"officer":"dunlin-officer10000000000000000000000000000000000000000000000000000000000000000"}`)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := maps.Clone(good)
			change(f)
			_, err := ReadHistory(f)
			require.ErrorIs(t, err, ErrHistory)
			require.ErrorContains(t, err, "make demo-data")
		})
	}
}

func flipped(f *fstest.MapFile, at int) *fstest.MapFile {
	b := slices.Clone(f.Data)
	b[at] ^= 1
	return &fstest.MapFile{Data: b}
}
