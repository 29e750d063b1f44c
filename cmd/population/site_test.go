package population_test

import (
	"math"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func TestRefused(t *testing.T) {
	good := population.Options{Visitors: 10}
	for name, c := range map[string]struct {
		change func(p *plan.Plan, o *population.Options)
		want   error
	}{
		"no topics":         {func(p *plan.Plan, _ *population.Options) { p.Topics = nil }, population.ErrPlan},
		"no slots":          {func(p *plan.Plan, _ *population.Options) { p.Slots = nil }, population.ErrPlan},
		"no periods":        {func(p *plan.Plan, _ *population.Options) { p.Periods = nil }, population.ErrPlan},
		"no cadence":        {func(p *plan.Plan, _ *population.Options) { p.Cadence = 0 }, population.ErrPlan},
		"a view is a goal":  {func(p *plan.Plan, _ *population.Options) { p.Slots[0].Goal.Kind = plan.View }, population.ErrPlan},
		"nobody":            {func(_ *plan.Plan, o *population.Options) { o.Visitors = 0 }, population.ErrOptions},
		"too many":          {func(_ *plan.Plan, o *population.Options) { o.Visitors = math.MaxInt32 + 1 }, population.ErrOptions},
		"too active":        {func(_ *plan.Plan, o *population.Options) { o.Active = .91 }, population.ErrOptions},
		"not active":        {func(_ *plan.Plan, o *population.Options) { o.Active = -.1 }, population.ErrOptions},
		"no activity":       {func(_ *plan.Plan, o *population.Options) { o.Active = math.NaN() }, population.ErrOptions},
		"all late":          {func(_ *plan.Plan, o *population.Options) { o.Late = 1 }, population.ErrOptions},
		"fewer than none":   {func(_ *plan.Plan, o *population.Options) { o.Late = -.1 }, population.ErrOptions},
		"too much turnover": {func(_ *plan.Plan, o *population.Options) { o.Turnover = 101 }, population.ErrOptions},
		"too much weather":  {func(_ *plan.Plan, o *population.Options) { o.Weather = .3 }, population.ErrOptions},
		"no number":         {func(_ *plan.Plan, o *population.Options) { o.Turnover = math.NaN() }, population.ErrOptions},
		"no horizon":        {func(_ *plan.Plan, o *population.Options) { o.Horizon = 1 }, population.ErrOptions},
	} {
		t.Run(name, func(t *testing.T) {
			p, o := shop(t, plan.Daily), good
			_, err := population.New(p, o)
			require.NoError(t, err)
			c.change(p, &o)
			_, err = population.New(p, o)
			require.ErrorIs(t, err, c.want)
		})
	}
	_, err := population.New(nil, good)
	require.ErrorIs(t, err, population.ErrPlan)
	s := made(t, shop(t, plan.Daily), good)
	require.PanicsWithValue(t, "population: visitor 10 of 10", func() { s.Visitor(10) })
	require.Empty(t, s.Visitor(0).Day(-1))
	require.Empty(t, s.Visitor(0).Day(s.Days()))
}

// Anybody's days come out the same whoever is asked, in whatever order and by how
// many goroutines.
func TestSameSeedSameVisits(t *testing.T) {
	const visitors, days = 300, 10
	p := shop(t, plan.Daily)
	s := made(t, p, population.Options{Seed: 7, Visitors: visitors})
	var want [visitors][days][]population.Visit
	for i := range want {
		v := s.Visitor(i)
		for d := range days {
			want[i][d] = v.Day(d)
		}
	}
	again := made(t, p, population.Options{Seed: 7, Visitors: visitors})
	var got [visitors][days][]population.Visit
	var group sync.WaitGroup
	for part := range 4 {
		group.Go(func() {
			for d := days - 1; d >= 0; d-- {
				for i := visitors - 1 - part; i >= 0; i -= 4 {
					got[i][d] = again.Visitor(i).Day(d)
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, want, got)

	other := made(t, p, population.Options{Seed: 8, Visitors: visitors})
	same := 0
	for i := range want {
		if a, b := s.Visitor(i), other.Visitor(i); a.Persona == b.Persona {
			same++
			require.NotEqual(t, a.Taste, b.Taste)
		}
	}
	require.InDelta(t, visitors/6, same, 30) // of another seed nothing is alike but by chance: sd 6.5
	// A visitor stays who it is in a larger population.
	require.Equal(t, want[5][3], made(t, p, population.Options{Seed: 7, Visitors: 1e6}).Visitor(5).Day(3))
}

func TestAMillionVisitorsNeedNoMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	s := made(t, shop(t, plan.Daily), population.Options{Seed: 1, Visitors: 1_000_000})
	active := 0
	for i := range 1_000_000 {
		if s.Visitor(i).Visits(0) > 0 {
			active++
		}
	}
	after := heap()
	require.Less(t, int64(after)-int64(before), int64(1<<20))
	require.InDelta(t, .8*.48e6, active, .03e6)
	runtime.KeepAlive(s)
}

func TestKnowsNoDevice(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	const module = "github.com/dunlin-analytics/dunlin/"
	var ours []string
	for _, d := range strings.Fields(string(out)) {
		if room, ok := strings.CutPrefix(d, module); ok && !strings.HasPrefix(room, "privacy/") {
			ours = append(ours, room)
		}
	}
	require.Equal(t, []string{"cmd/population"}, ours)
}
