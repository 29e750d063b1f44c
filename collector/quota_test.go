package collector_test

import (
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
)

func TestQuota(t *testing.T) {
	type call struct {
		after time.Duration // since the call before
		wait  time.Duration // 0: a token is there
	}
	second := time.Second
	for name, c := range map[string]struct {
		quota collector.Quota
		calls []call
	}{
		"a burst, then the rate":   {collector.Quota{PerSecond: 1, Burst: 2}, []call{{0, 0}, {0, 0}, {0, second}, {second, 0}, {0, second}}},
		"who is refused, in turn":  {collector.Quota{PerSecond: 2, Burst: 1}, []call{{0, 0}, {0, second}, {0, second}, {0, 2 * second}, {0, 2 * second}, {0, 3 * second}}},
		"never more than a burst":  {collector.Quota{PerSecond: 10, Burst: 2}, []call{{0, 0}, {time.Hour, 0}, {0, 0}, {0, second}}},
		"parts of a second add up": {collector.Quota{PerSecond: 1, Burst: 1}, []call{{0, 0}, {second / 2, second}, {second / 2, 0}}},
		"a clock that is set back": {collector.Quota{PerSecond: 1, Burst: 1}, []call{{0, 0}, {-time.Hour, second}, {second, 0}}},
		"a low rate":               {collector.Quota{PerSecond: 0.1, Burst: 1}, []call{{0, 0}, {0, 10 * second}, {0, 20 * second}, {10 * second, 0}}},
		"no wait is longer":        {collector.Quota{PerSecond: 1e-300, Burst: 1}, []call{{0, 0}, {0, 10 * time.Minute}, {time.Hour, 10 * time.Minute}}},
		"ten seconds by default":   {collector.Quota{PerSecond: 0.3}, []call{{0, 0}, {0, 0}, {0, 0}, {0, 4 * second}}},
	} {
		t.Run(name, func(t *testing.T) {
			take, err := collector.Bucket(c.quota)
			require.NoError(t, err)
			now := start
			for i, one := range c.calls {
				now = now.Add(one.after)
				wait, ok := take(now)
				require.Equal(t, one.wait == 0, ok, "call %d", i)
				require.Equal(t, one.wait, wait, "call %d", i)
			}
		})
	}
	for _, q := range []collector.Quota{{PerSecond: -1}, {PerSecond: math.NaN()}, {PerSecond: math.Inf(1)}, {Burst: 3}, {PerSecond: 1, Burst: -1}} {
		_, err := collector.Bucket(q)
		require.ErrorContains(t, err, "Quota")
	}
}

// Whatever the clock does, no more pass than the burst and the rate over the time
// that went forward, and who is refused waits at least a second and not for ever.
func FuzzQuota(f *testing.F) {
	f.Add(1.0, 1, uint64(1))
	f.Add(0.001, 5, uint64(2))
	f.Add(1e6, 0, uint64(3))
	f.Fuzz(func(t *testing.T, perSecond float64, burst int, seed uint64) {
		quota := collector.Quota{PerSecond: perSecond, Burst: burst}
		take, err := collector.Bucket(quota)
		if err != nil || perSecond == 0 {
			t.Skip()
		}
		most := float64(burst)
		if burst == 0 {
			most = math.Ceil(min(10*perSecond, 1<<30))
		}
		random := rand.New(rand.NewPCG(seed, 0))
		now := start
		passed := 0
		for range 200 {
			step := time.Duration(random.Int64N(int64(5 * time.Second)))
			if random.IntN(10) == 0 {
				step = -step
			}
			now = now.Add(step)
			if step > 0 {
				most += step.Seconds() * perSecond
			}
			wait, ok := take(now)
			if ok {
				passed++
				require.Zero(t, wait)
			} else {
				require.GreaterOrEqual(t, wait, time.Second)
				require.LessOrEqual(t, wait, 10*time.Minute)
			}
			require.LessOrEqual(t, float64(passed), most*(1+1e-9)+1e-6)
		}
	})
}

// A site that has used up its quota is told when to come back, another one behind
// the same collector is not held up, and all plans of a site share.
func TestQuotaOfASite(t *testing.T) {
	s := serve(t, t.TempDir(), func(o *collector.Options) { o.Quota = collector.Quota{PerSecond: 1, Burst: 3} })
	p, q, next := testPlan("shop.example", 1, firstDate, 2), testPlan("other.example", 1, firstDate, 2), testPlan("shop.example", 2, firstDate+1, 2)
	s.put(p)
	s.put(q)
	for i := range uint64(6) {
		status, reason := s.post(reportOf(t, p, firstDate, i, 1, 'a'))
		if i < 3 {
			require.Equal(t, http.StatusAccepted, status, reason)
			continue
		}
		require.Equal(t, http.StatusTooManyRequests, status)
		require.Equal(t, collector.OverQuota, reason)
	}
	response, _ := do(t, "POST", s.public.URL+"/v1/reports", octets, reader(reportOf(t, p, firstDate, 9, 1, 'a')))
	wait, err := strconv.Atoi(response.Header.Get("Retry-After"))
	require.NoError(t, err)
	require.Equal(t, 4, wait, "after the three that were refused before")
	status, reason := s.post(nil)
	require.Equal(t, http.StatusBadRequest, status, "what is no report takes nothing: %s", reason)
	status, reason = s.post(reportOf(t, q, firstDate, 1, 1, 'a'))
	require.Equal(t, http.StatusAccepted, status, reason)
	require.EqualValues(t, 4, s.c.Counts()["reports.over-quota"])

	// A plan put later shares the bucket of its site.
	s.set(start.Add(day))
	s.put(next)
	for i := range uint64(4) {
		status, _ = s.post(reportOf(t, next, firstDate+1, i, 1, 'a'))
		require.Equal(t, i < 3, status == http.StatusAccepted)
	}
	status, _ = s.put(testPlan("third.example", 1, firstDate, 9))
	require.Equal(t, http.StatusCreated, status)
	status, reason = s.post(reportOf(t, next, firstDate+1, 9, 1, 'a'))
	require.Equal(t, collector.OverQuota, reason, "a new plan fills no bucket: %d", status)
}
