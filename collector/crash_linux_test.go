package collector_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/collector/load"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

const (
	childDir   = "DUNLIN_TEST_COLLECTOR_DIR"   // set: this process is a collector and no test
	childLimit = "DUNLIN_TEST_COLLECTOR_LIMIT" // RLIMIT_FSIZE of it, in bytes
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir, os.Getenv(childLimit)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// child serves a collector in dir, at noon of the first period, until killed.
func child(dir, limit string) error {
	if limit != "" {
		var n uint64
		if _, err := fmt.Sscan(limit, &n); err != nil {
			return err
		}
		signal.Ignore(syscall.SIGXFSZ) // the write then fails with EFBIG
		var room syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
			return err
		}
		full := syscall.Rlimit{Cur: n, Max: room.Max}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
			return err
		}
		freed := make(chan os.Signal, 1)
		signal.Notify(freed, syscall.SIGUSR1)
		go func() {
			<-freed
			fmt.Println(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room))
		}()
	}
	c, err := collector.Open(collector.Options{
		Dir: dir, Verify: verify, SealedSize: sealedSize,
		Clock: func() time.Time { return start.Add(12 * time.Hour) },
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	return http.Serve(l, c.Public())
}

// startChild runs this binary as a collector in dir and returns its URL, and what it
// prints from then on.
func startChild(t *testing.T, dir string, env ...string) (url string, process *exec.Cmd, lines *bufio.Reader) {
	process = exec.Command(os.Args[0])
	process.Env = append(append(os.Environ(), childDir+"="+dir), env...)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	t.Cleanup(func() { _ = process.Process.Kill() })
	lines = bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line), process, lines
}

// prepare puts p into dir.
func prepare(t *testing.T, dir string, p *plan.Plan) {
	s := serve(t, dir)
	status, _ := s.put(p)
	require.Equal(t, http.StatusCreated, status)
	require.NoError(t, s.c.Close())
}

// after opens dir once the first period is over and returns what was kept.
func after(t *testing.T, dir string, p *plan.Plan) map[plan.ReportID][]byte {
	s := serve(t, dir)
	s.set(start.Add(24 * time.Hour))
	closed := s.closeBatch(p, firstDate)
	kept := map[plan.ReportID][]byte{}
	for _, b := range s.pull(p, firstDate, 4096) {
		h, err := report.ParseHead(b)
		require.NoError(t, err)
		kept[h.ID] = b
	}
	require.EqualValues(t, closed.Reports, len(kept))
	return kept
}

// kill -9 under load, several times over the same directory: every report that
// was acknowledged is in the index, byte for byte.
func TestKilledUnderLoad(t *testing.T) {
	dir := t.TempDir()
	p := testPlan("shop.example", 1, firstDate, 2)
	prepare(t, dir, p)
	bodies := make([][]byte, 6000)
	for i := range bodies {
		bodies[i] = reportOf(t, p, firstDate, uint64(i)*0x9E3779B97F4A7C15, 1, byte(i))
	}
	var mu sync.Mutex
	acknowledged := map[int]bool{}
	const rounds = 3
	share := len(bodies) / rounds
	for round := range rounds {
		url, process, _ := startChild(t, dir)
		before := len(acknowledged)
		var once sync.Once
		_, err := load.Run(context.Background(), load.Options{
			URL: url + "/v1/reports", Connections: 32, Total: share, Now: time.Now,
			Body: func(b []byte, i int) []byte { return append(b, bodies[round*share+i]...) },
			Answered: func(i, status int) {
				mu.Lock()
				defer mu.Unlock()
				if status == http.StatusAccepted {
					acknowledged[round*share+i] = true
				}
				if len(acknowledged) > before+share/4 {
					once.Do(func() { _ = process.Process.Kill() })
				}
			},
		})
		require.Error(t, err, "it was killed while busy")
		_ = process.Wait()
		require.Less(t, len(acknowledged)-before, share)
	}
	kept := after(t, dir, p)
	for i := range acknowledged {
		h, err := report.ParseHead(bodies[i])
		require.NoError(t, err)
		require.Equal(t, bodies[i], kept[h.ID], "report %d was acknowledged", i)
	}
	t.Logf("%d acknowledged, %d kept", len(acknowledged), len(kept))
}

// The disk takes no more in the middle of the load: refused with a problem until
// there is room again, and what was acknowledged before and after is there.
func TestDiskFull(t *testing.T) {
	for _, c := range []struct{ name, limit string }{{"while growing", "1000000"}, {"from the start", "20000"}} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			p := testPlan("shop.example", 1, firstDate, 2)
			prepare(t, dir, p)
			url, process, lines := startChild(t, dir, childLimit+"="+c.limit)
			acknowledged := map[uint64]bool{}
			refused := 0
			for i := uint64(0); refused < 5; i++ {
				require.Less(t, i, uint64(3000), "the limit is reached")
				response, answer := do(t, "POST", url+"/v1/reports", octets, bytes.NewReader(reportOf(t, p, firstDate, i, 1, 'a')))
				if response.StatusCode == http.StatusAccepted {
					acknowledged[i] = true
					continue
				}
				require.Contains(t, []collector.Reason{collector.StorageFull, collector.StorageFailed}, reasonOf(t, response, answer))
				require.NotEmpty(t, response.Header.Get("Retry-After"))
				refused++
			}
			// Room is made, and the same process goes on.
			require.NoError(t, process.Process.Signal(syscall.SIGUSR1))
			made, err := lines.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "<nil>\n", made)
			for i := uint64(5000); i < 5010; i++ {
				response, answer := do(t, "POST", url+"/v1/reports", octets, bytes.NewReader(reportOf(t, p, firstDate, i, 1, 'a')))
				require.Equal(t, http.StatusAccepted, response.StatusCode, "%s", answer)
				acknowledged[i] = true
			}
			require.NoError(t, process.Process.Kill())
			_ = process.Wait()
			kept := after(t, dir, p)
			for i := range acknowledged {
				b := reportOf(t, p, firstDate, i, 1, 'a')
				h, err := report.ParseHead(b)
				require.NoError(t, err)
				require.Equal(t, b, kept[h.ID])
			}
			t.Logf("%d acknowledged, %d kept", len(acknowledged), len(kept))
		})
	}
}

// A real disk that is full, of 24 MiB in memory: what is kept free for closing periods
// is enough for that, and after it is closed, pulled and deleted there is room again.
func TestRealDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	s := serve(t, dir, func(o *collector.Options) { o.KeepFree, o.SealedSize = 4<<20, nil })
	p := testPlan("shop.example", 1, firstDate, 2)
	s.put(p)
	large := func(date plan.Date, id uint64) []byte {
		r, err := report.Parse(reportOf(t, p, date, id, 1, 'a'))
		require.NoError(t, err)
		r.Leader = make([]byte, report.MaxSealed)
		b, err := r.Append(nil)
		require.NoError(t, err)
		return b
	}
	fill := func(date plan.Date) (acknowledged int) {
		for refused := 0; refused < 3; {
			require.Less(t, acknowledged, 1000, "the disk is full some time")
			status, reason := s.post(large(date, uint64(acknowledged)))
			if status == http.StatusAccepted {
				require.Zero(t, refused, "nobody made room")
				acknowledged++
				continue
			}
			require.Equal(t, http.StatusInsufficientStorage, status)
			require.Equal(t, collector.StorageFull, reason)
			refused++
		}
		return acknowledged
	}
	first := fill(firstDate)
	require.Greater(t, first, 100)
	require.GreaterOrEqual(t, s.status().Disk.Free, int64(3<<20), "about what is to be kept free, but for the last commit")
	s.set(start.Add(24 * time.Hour))
	require.Equal(t, collector.StorageFull, func() collector.Reason { _, reason := s.post(large(firstDate+1, 0)); return reason }())
	require.EqualValues(t, first, s.closeBatch(p, firstDate).Reports)
	require.Len(t, s.pull(p, firstDate, 100), first)
	status, _ := s.end(p, firstDate)
	require.Equal(t, http.StatusNoContent, status)
	require.Greater(t, fill(firstDate+1), 100, "there is room again")
}
