package simulation

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

var theCast = sync.OnceValues(NewCast)

func cast(t testing.TB) *Cast {
	t.Helper()
	c, err := theCast()
	require.NoError(t, err)
	return c
}

func number(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, name)
	return n
}

// each runs schedules first to first+count-1 on all processors until see returns
// false.
func each(c *Cast, first, count uint64, f *Fault, see func(Result) bool) {
	var next atomic.Uint64
	var stop atomic.Bool
	var mu sync.Mutex
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for n := next.Add(1) - 1; n < count && !stop.Load(); n = next.Add(1) - 1 {
				r := c.run(first+n, f)
				mu.Lock()
				if !see(r) {
					stop.Store(true)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
}

// SIM_SCHEDULES=N SIM_SEED=S make simulation runs schedules S to S+N-1. A seed that
// fails is printed with its log, and fails again.
func TestSchedules(t *testing.T) {
	c := cast(t)
	count, first := number(t, "SIM_SCHEDULES", 2000), number(t, "SIM_SEED", 1)
	if testing.Short() {
		count = min(count, 50)
	}
	points := map[string]int{}
	each(c, first, count, nil, func(r Result) bool {
		for point, n := range r.Points {
			points[point] += n
		}
		if r.Err != nil {
			t.Errorf("%v\n%s\nagain: SIM_SEED=%d SIM_SCHEDULES=1 make simulation", r.Err, r.Log, r.Seed)
		} else if count == 1 {
			fmt.Print(r.Log)
		}
		return r.Err == nil
	})
	t.Logf("crashed at %d points: %v", len(points), points)
	if count < 2000 || t.Failed() {
		return
	}
	// Services crashed before and after nearly every durable step that they have.
	missed := 0
	for _, n := range points {
		if n == 0 {
			missed++
		}
	}
	require.LessOrEqual(t, 10*missed, len(points), "too many durable steps at which no service ever crashed")
}

// The same seed gives the same log, with other keys too.
func TestScheduleReplays(t *testing.T) {
	other, err := NewCast()
	require.NoError(t, err)
	for seed := range uint64(8) {
		a, b := strings.Split(cast(t).Run(seed).Log, "\n"), strings.Split(other.Run(seed).Log, "\n")
		for i := range min(len(a), len(b)) {
			require.Equal(t, a[i], b[i], "seed %d, line %d", seed, i)
		}
		require.Len(t, b, len(a))
	}
}
