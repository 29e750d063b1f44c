package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

func testKey(period plan.Date) Key {
	return Key{Plan: plan.DigestOf([]byte("a plan")), Period: period}
}

// raw makes a report whose sealed part tells arrivals of one revision apart.
func raw(t testing.TB, key Key, id uint64, revision uint32, body string) []byte {
	r := report.Report{Leader: []byte("leader " + body), Helper: []byte("helper")}
	r.Plan, r.Period, r.Revision = key.Plan, key.Period, revision
	binary.BigEndian.PutUint64(r.ID[:], id)
	b, err := r.Append(nil)
	require.NoError(t, err)
	return b
}

func open(t testing.TB, dir string) *Spool {
	s, err := Open(Options{Dir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// all pages through a frozen batch.
func all(t testing.TB, s *Spool, key Key, limit int) [][]byte {
	var out [][]byte
	for p := range Partitions {
		var after *plan.ReportID
		for more := true; more; {
			var err error
			before := len(out)
			more, err = s.Page(key, byte(p), after, limit, 1<<20, func(b []byte) error {
				out = append(out, slices.Clone(b))
				return nil
			})
			require.NoError(t, err)
			if more {
				require.Greater(t, len(out), before, "a page that is not the last makes progress")
				h, err := report.ParseHead(out[len(out)-1])
				require.NoError(t, err)
				after = &h.ID
			}
		}
	}
	return out
}

func Example() {
	dir, _ := os.MkdirTemp("", "spool")
	defer os.RemoveAll(dir)
	s, _ := Open(Options{Dir: dir})
	defer s.Close()
	key := Key{Plan: plan.DigestOf([]byte("published bytes")), Period: 20000}
	r := report.Report{Leader: []byte("sealed"), Helper: []byte("sealed")}
	r.Plan, r.Period, r.Revision = key.Plan, key.Period, 1
	b, _ := r.Append(nil)
	fmt.Println(s.Append(key, b)) // on disk now
	sum, _ := s.Freeze(key)
	fmt.Println(sum.Reports, s.Append(key, b))
	// Output:
	// <nil>
	// 1 spool: the batch is frozen
}

func TestTheHighestRevisionAndOfItTheFirstArrivalCounts(t *testing.T) {
	key := testKey(20000)
	dir := t.TempDir()
	s := open(t, dir)
	for _, a := range []struct {
		id       uint64
		revision uint32
		body     string
	}{
		{7, 1, "old"}, {7, 3, "first"}, {7, 3, "second"}, {7, 2, "late old"}, {7, 1, "old"}, {1 << 63, 1, "other"},
	} {
		require.NoError(t, s.Append(key, raw(t, key, a.id, a.revision, a.body)))
	}
	_, err := s.Page(key, 0, nil, 10, 1<<20, nil)
	require.ErrorIs(t, err, ErrOpen)
	running, err := s.Report(key, plan.ReportID{0, 0, 0, 0, 0, 0, 0, 7})
	require.NoError(t, err)
	require.Equal(t, raw(t, key, 7, 3, "first"), running, "before it is frozen")
	_, err = s.Report(key, plan.ReportID{0, 0, 0, 0, 0, 0, 0, 8})
	require.ErrorIs(t, err, ErrUnknown)
	want := Summary{Reports: 2, Repeated: 2, Superseded: 2}
	want.Partition[0], want.Partition[128] = 1, 1
	for range 2 {
		got, err := s.Freeze(key)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.ErrorIs(t, s.Append(key, raw(t, key, 9, 1, "late")), ErrFrozen)
	require.Equal(t, [][]byte{raw(t, key, 7, 3, "first"), raw(t, key, 1<<63, 1, "other")}, all(t, s, key, 1))

	// The same after a restart, which reads without anything being asked first.
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Append(key, raw(t, key, 9, 1, "late")), ErrClosed)
	_, err = s.Report(key, plan.ReportID{})
	require.ErrorIs(t, err, ErrClosed)
	s = open(t, dir)
	id := plan.ReportID{0, 0, 0, 0, 0, 0, 0, 7}
	got, err := s.Report(key, id)
	require.NoError(t, err)
	require.Equal(t, raw(t, key, 7, 3, "first"), got)
	id[15] = 1
	_, err = s.Report(key, id)
	require.ErrorIs(t, err, ErrUnknown)
	require.ErrorIs(t, s.Append(key, raw(t, key, 9, 1, "late")), ErrFrozen)
	again, err := s.Freeze(key)
	require.NoError(t, err)
	require.Equal(t, want, again)
	// Asking about a batch that does not exist makes no file.
	_, err = s.Report(testKey(3), id)
	require.ErrorIs(t, err, ErrOpen)
	require.NoFileExists(t, s.File(testKey(3)))
}

// Random uploads, trials, revisions, replays, freezes, deletions and restarts against plain
// maps.
func TestModel(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			dir := t.TempDir()
			s := open(t, dir)
			type kept struct {
				revision uint32
				raw      []byte
			}
			type model struct {
				counted  map[plan.ReportID]kept
				seen     map[string]bool // ID and revision
				repeated uint64
				frozen   bool
				deleted  bool
			}
			models := map[plan.Date]*model{}
			for d := range plan.Date(3) {
				models[d] = &model{counted: map[plan.ReportID]kept{}, seen: map[string]bool{}}
			}
			for step := range 400 {
				date := plan.Date(random.IntN(3))
				key, m := testKey(date), models[date]
				switch n := random.IntN(300); {
				case n < 2 && step > 200:
					require.NoError(t, s.Delete(key))
					m.deleted = true
				case n < 6:
					require.NoError(t, s.Close())
					s = open(t, dir)
				case n < 10 && step > 100:
					sum, err := s.Freeze(key)
					if m.deleted {
						require.ErrorIs(t, err, ErrDeleted)
						continue
					}
					require.NoError(t, err)
					m.frozen = true
					require.EqualValues(t, len(m.counted), sum.Reports)
					require.Equal(t, m.repeated, sum.Repeated)
					require.EqualValues(t, len(m.seen)-len(m.counted), sum.Superseded)
				case n < 50:
					err := s.Trial(key)
					switch {
					case m.deleted:
						require.ErrorIs(t, err, ErrDeleted)
					case m.frozen:
						require.ErrorIs(t, err, ErrFrozen)
					default:
						require.NoError(t, err)
					}
				default:
					id, revision := random.Uint64N(40)<<58|random.Uint64N(3), 1+random.Uint32N(4)
					b := raw(t, key, id, revision, fmt.Sprint(step))
					err := s.Append(key, b)
					if m.deleted {
						require.ErrorIs(t, err, ErrDeleted)
						continue
					}
					if m.frozen {
						require.ErrorIs(t, err, ErrFrozen)
						continue
					}
					require.NoError(t, err)
					h, _ := report.ParseHead(b)
					name := fmt.Sprint(h.ID, h.Revision)
					if m.seen[name] {
						m.repeated++
						continue
					}
					m.seen[name] = true
					if k := m.counted[h.ID]; revision > k.revision {
						m.counted[h.ID] = kept{revision, b}
					}
				}
			}
			for date, m := range models {
				_, err := s.Freeze(testKey(date))
				if m.deleted {
					require.ErrorIs(t, err, ErrDeleted)
					require.NoFileExists(t, s.File(testKey(date)))
					continue
				}
				require.NoError(t, err)
				var want [][]byte
				for _, k := range m.counted {
					want = append(want, k.raw)
				}
				slices.SortFunc(want, func(a, b []byte) int {
					x, _ := report.ParseHead(a)
					y, _ := report.ParseHead(b)
					return slices.Compare(x.ID[:], y.ID[:])
				})
				require.Equal(t, want, all(t, s, testKey(date), 3))
			}
		})
	}
}

// Appends race with freezing: whatever was acknowledged is in the index, and
// whatever was refused is not.
func TestNoAcknowledgedReportMissesTheIndex(t *testing.T) {
	for round := range plan.Date(8) {
		key := testKey(round)
		s := open(t, t.TempDir())
		var mu sync.Mutex
		acknowledged := map[string]bool{}
		var wg sync.WaitGroup
		for w := range uint64(16) {
			wg.Go(func() {
				for i := uint64(0); ; i++ {
					b := raw(t, key, w<<60|i, 1, "")
					err := s.Append(key, b)
					if errors.Is(err, ErrFrozen) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					acknowledged[string(b)] = true
					done := len(acknowledged) == 200
					mu.Unlock()
					if done {
						wg.Go(func() {
							_, err := s.Freeze(key)
							if err != nil {
								t.Error(err)
							}
						})
					}
				}
			})
		}
		wg.Wait()
		got := all(t, s, key, 100)
		require.Len(t, got, len(acknowledged))
		for _, b := range got {
			require.True(t, acknowledged[string(b)])
		}
	}
}

func TestQueueIsBounded(t *testing.T) {
	s, err := Open(Options{Dir: t.TempDir(), QueueLimit: 3})
	require.NoError(t, err)
	defer s.Close()
	key := testKey(1)
	require.NoError(t, s.Append(key, raw(t, key, 1, 1, "")))
	b := s.batches[key]
	b.mu.Lock() // the disk stands still: commit waits for open
	results := make(chan error, 3)
	for i := range uint64(3) {
		go func() { results <- s.Append(key, raw(t, key, i, 1, "")) }()
	}
	require.Eventually(t, func() bool { return s.waiting.Load() == 3 }, 5e9, 1e6)
	require.ErrorIs(t, s.Append(key, raw(t, key, 9, 1, "")), ErrBusy)
	require.ErrorIs(t, s.Trial(key), ErrBusy)
	b.mu.Unlock()
	for range 3 {
		require.NoError(t, <-results)
	}
	sum, err := s.Freeze(key)
	require.NoError(t, err)
	require.EqualValues(t, 3, sum.Reports)
	require.EqualValues(t, 1, sum.Repeated)
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{{}, {Dir: t.TempDir(), QueueLimit: -1}, {Dir: t.TempDir(), CommitLimit: -1}} {
		_, err := Open(o)
		require.Error(t, err)
	}
}
