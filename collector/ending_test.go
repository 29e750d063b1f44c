package collector_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const day = 24 * time.Hour

// end deletes a batch and returns status and reason.
func (s *service) end(p *plan.Plan, date plan.Date) (int, collector.Reason) {
	response, answer := do(s.t, "DELETE", s.batch(p, date), "", nil)
	if response.StatusCode == http.StatusNoContent {
		require.Empty(s.t, answer)
		return response.StatusCode, ""
	}
	return response.StatusCode, reasonOf(s.t, response, answer)
}

// refusals asks for all that a batch can be asked, and returns the reasons.
func (s *service) refusals(p *plan.Plan, date plan.Date) (reasons []collector.Reason) {
	for _, c := range []struct{ method, path string }{
		{"POST", "/close"}, {"GET", "/partitions/0"}, {"GET", "/reports/" + plan.ReportID{}.String()},
	} {
		response, answer := do(s.t, c.method, s.batch(p, date)+c.path, "", nil)
		require.GreaterOrEqual(s.t, response.StatusCode, 400, "%s %s", c.method, c.path)
		reasons = append(reasons, reasonOf(s.t, response, answer))
	}
	return reasons
}

func every(reason collector.Reason) []collector.Reason {
	return []collector.Reason{reason, reason, reason}
}

func TestDeletedBatch(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 3)
	s.put(p)
	for id := range uint64(3) {
		status, _ := s.post(reportOf(t, p, firstDate, id, 1, 'a'))
		require.Equal(t, http.StatusAccepted, status)
	}
	status, reason := s.end(p, firstDate)
	require.Equal(t, http.StatusConflict, status)
	require.Equal(t, collector.PeriodOpen, reason, "its devices may send still")
	s.set(start.Add(day))
	require.EqualValues(t, 3, s.closeBatch(p, firstDate).Reports)

	for range 2 { // also after a restart
		for range 2 {
			status, reason = s.end(p, firstDate)
			require.Equal(t, http.StatusNoContent, status, reason)
			require.Equal(t, every(collector.BatchDeleted), s.refusals(p, firstDate))
			require.NoFileExists(t, s.spoolFile(p, firstDate))
		}
		s.restart()
	}
	status, _ = s.post(reportOf(t, p, firstDate+1, 1, 1, 'a'))
	require.Equal(t, http.StatusAccepted, status, "the next period goes on")
	s.set(start.Add(2 * day))
	require.EqualValues(t, 1, s.closeBatch(p, firstDate+1).Reports)
	s.set(start.Add(3 * day))
	status, _ = s.end(p, firstDate+2)
	require.Equal(t, http.StatusNoContent, status, "a batch that never had a report ends too")
	require.Equal(t, every(collector.BatchDeleted), s.refusals(p, firstDate+2))
	require.EqualValues(t, 1, s.c.Counts()["batches.deleted"], "since the start")

	status, reason = s.end(testPlan("other.example", 1, firstDate, 3), firstDate)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, collector.PlanUnknown, reason)
}

// A report whose admission was just in time and that comes behind the deletion: the
// clock goes back, as it may by a second when it is set.
func TestDeletedBatchTakesNoReport(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 1)
	s.put(p)
	s.set(start.Add(day))
	s.end(p, firstDate)
	s.set(start.Add(day - time.Second))
	status, reason := s.post(reportOf(t, p, firstDate, 1, 1, 'a'))
	require.Equal(t, http.StatusGone, status)
	require.Equal(t, collector.BatchDeleted, reason)
	require.NoFileExists(t, s.spoolFile(p, firstDate))
}

func TestSweep(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 90)
	s.put(p)
	for date := firstDate; date < firstDate+3; date++ {
		s.set(start.Add(time.Duration(date-firstDate) * day))
		status, reason := s.post(reportOf(t, p, date, 1, 1, 'a'))
		require.Equal(t, http.StatusAccepted, status, reason)
	}
	s.set(start.Add(3 * day))
	s.closeBatch(p, firstDate)
	status, _ := s.end(p, firstDate+1)
	require.Equal(t, http.StatusNoContent, status)
	sweep := func() int {
		gone, err := s.c.Sweep(s.now())
		require.NoError(t, err)
		return gone
	}
	require.Zero(t, sweep())

	first := start.Add(day + collector.DefaultKeep) // when the first batch is too old
	s.set(first.Add(-time.Second))
	require.Zero(t, sweep())
	require.EqualValues(t, 1, s.closeBatch(p, firstDate).Reports)
	s.set(first)
	require.Equal(t, every(collector.BatchDeleted), s.refusals(p, firstDate), "swept or not")
	require.FileExists(t, s.spoolFile(p, firstDate))
	require.Equal(t, 1, sweep())
	require.NoFileExists(t, s.spoolFile(p, firstDate))
	require.EqualValues(t, 1, s.c.Counts()["batches.expired"])
	require.FileExists(t, s.spoolFile(p, firstDate+2))

	s.set(start.Add(3*day + 2*collector.DefaultKeep))
	s.restart() // which sweeps
	marks, err := os.ReadDir(filepath.Join(s.options.Dir, "batches"))
	require.NoError(t, err)
	digest, _ := published(t, p)
	var names []string
	for _, m := range marks {
		names = append(names, m.Name())
	}
	last := fmt.Sprintf("%s-%s", digest, firstDate+2)
	require.Equal(t, []string{last + ".begun", last + ".deleted"}, names, "those of the others were old enough to go")
	sweep()
	marks, err = os.ReadDir(filepath.Join(s.options.Dir, "batches"))
	require.NoError(t, err)
	require.Empty(t, marks)
	for date := firstDate; date < firstDate+5; date++ {
		require.Equal(t, every(collector.BatchDeleted), s.refusals(p, date), "no mark is needed for what is this old")
		status, _ = s.end(p, date)
		require.Equal(t, http.StatusNoContent, status)
	}
}

// Also batches of plans that are not known any more go, a period's longest length
// later.
func TestSweepOfUnknownPlans(t *testing.T) {
	s := serve(t, t.TempDir())
	p := testPlan("shop.example", 1, firstDate, 1)
	s.put(p)
	s.post(reportOf(t, p, firstDate, 1, 1, 'a'))
	digest, _ := published(t, p)
	require.NoError(t, os.Remove(filepath.Join(s.options.Dir, "plans", digest.String()+".plan")))
	s.set(start.Add(collector.DefaultKeep + 30*day))
	s.restart()
	require.FileExists(t, s.spoolFile(p, firstDate))
	s.set(start.Add(collector.DefaultKeep + 31*day))
	s.restart()
	require.NoFileExists(t, s.spoolFile(p, firstDate))
}

// The life of a period over HTTP, crashed at each durable step: what was answered
// stands when the collector starts again.
func TestCrashAtEachStep(t *testing.T) {
	errCrash := errors.New("crashed")
	p := testPlan("shop.example", 1, firstDate, 3)
	digest, _ := published(t, p)
	type outcome struct{ plan, report, closed, deleted bool }
	// An answer below 300 stands for good.
	life := func(t *testing.T, dir string, step func(string) error) (o outcome, pointed int) {
		s := serve(t, dir, func(o *collector.Options) { o.Step = step })
		status, _ := s.put(p)
		o.plan = status == http.StatusCreated
		for n := range 3 {
			sum, status := s.putPriors(n)
			if status >= 300 {
				break
			}
			if status, _ = s.point(digest, sum.String()); status < 300 {
				pointed++
			}
		}
		status, _ = s.post(reportOf(t, p, firstDate, 1, 1, 'a'))
		o.report = status == http.StatusAccepted
		s.set(start.Add(day))
		response, _ := do(t, "POST", s.batch(p, firstDate)+"/close", "", nil)
		if o.closed = response.StatusCode == http.StatusOK; o.closed {
			status, _ = s.end(p, firstDate)
			o.deleted = status == http.StatusNoContent
		}
		s.close()
		return o, pointed
	}
	var points []string
	all, _ := life(t, t.TempDir(), func(point string) error {
		points = append(points, point)
		return nil
	})
	require.Equal(t, outcome{true, true, true, true}, all)
	for _, name := range []string{"plan.write", "plan.rename", "priors.write", "priors.rename", "priors.remove", "pointer.write", "pointer.rename", "spool.commit", "spool.remove"} {
		require.Contains(t, points, name+" before")
		require.Contains(t, points, name+" after")
	}
	for at, point := range points {
		t.Run(fmt.Sprint(at, " ", point), func(t *testing.T) {
			dir, taken := t.TempDir(), 0
			crashed, pointed := life(t, dir, func(string) error {
				if taken++; taken > at {
					return errCrash
				}
				return nil
			})
			s := serve(t, dir)
			s.set(start.Add(day))
			require.Empty(t, s.c.Damaged())
			if !crashed.plan {
				status, _ := s.put(p)
				require.Less(t, status, 300)
			}
			if pointed > 0 {
				response, sum := do(t, "GET", s.inner.URL+"/v1/plans/"+digest.String()+"/priors", "", nil)
				require.Equal(t, http.StatusOK, response.StatusCode)
				var now int
				for n := range 3 {
					if d, _ := priorsOf(n); d.String() == string(sum) {
						now = n + 1
					}
				}
				require.GreaterOrEqual(t, now, pointed)
			}
			response, answer := do(t, "POST", s.batch(p, firstDate)+"/close", "", nil)
			if response.StatusCode == http.StatusGone {
				require.Equal(t, collector.BatchDeleted, reasonOf(t, response, answer))
				require.True(t, crashed.closed)
				require.NoFileExists(t, s.spoolFile(p, firstDate))
			} else {
				require.False(t, crashed.deleted)
				if crashed.report {
					require.EqualValues(t, 1, s.closeBatch(p, firstDate).Reports)
					require.Len(t, s.pull(p, firstDate, 10), 1)
				}
			}
			status, _ := s.end(p, firstDate)
			require.Equal(t, http.StatusNoContent, status)
			require.NoFileExists(t, s.spoolFile(p, firstDate))
		})
	}
}
