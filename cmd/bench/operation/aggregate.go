package operation

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
)

// AggregateFigures are one batch from the first upload to the release.
type AggregateFigures struct {
	Cells    int     `json:"cells"`
	Reports  int     `json:"reports"`
	Sent     float64 `json:"send_seconds"` // devices make and collector takes, at once, on the same cores
	Released float64 `json:"seconds"`      // freeze, both aggregators, noise, signatures, deletion
	// PerSecond is reports through freeze and both aggregators.
	PerSecond float64 `json:"reports_per_second"`
	// PeakMB is the most memory that the three processes had (their resident sets), in
	// 10^6 bytes, each at its own worst moment, added up; Peaks has them apart.
	PeakMB float64            `json:"peak_mb"`
	Peaks  map[string]float64 `json:"peak_mb_by_process"`
	// Disk is how many bytes a report takes where the spool is largest; after the
	// release it takes none.
	Disk     float64 `json:"disk_bytes_per_report"`
	DiskLeft int64   `json:"disk_left_bytes"`
	WorstZ   float64 `json:"worst_z"` // the release against the exact sums: at most 5 in all but one run of thousands
}

// Aggregate lives n devices' day and releases it.
func Aggregate(ctx context.Context, o Options, n int) (f AggregateFigures, err error) {
	r, processes, err := o.start(ctx, Batch)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	f = AggregateFigures{Cells: Batch.Cells(), Reports: n, Peaks: map[string]float64{}}
	from := time.Now()
	accepted, err := r.Send(ctx, uint64(n), func(ctx context.Context, send func([]byte) error) error {
		return makeReports(ctx, r, n, func(_ int, sealed []byte) error { return send(sealed) })
	}, func(done, total uint64) {
		if done%(total/20+1) == 0 {
			o.say("%d reports: %d sent", total, done)
		}
	})
	if err != nil {
		return f, err
	}
	if accepted != uint64(n) {
		return f, fmt.Errorf("%d of %d reports were acknowledged", accepted, n)
	}
	f.Sent = time.Since(from).Seconds()
	spool := filepath.Join(o.Dir, "data", "collector", "spool")
	used, err := size(spool)
	if err != nil {
		return f, err
	}
	f.Disk = float64(used) / float64(n)

	o.say("%d reports: releasing", n)
	from = time.Now()
	signed, view, err := r.Release(ctx, 0, nil)
	if err != nil {
		return f, err
	}
	f.Released = time.Since(from).Seconds()
	f.PerSecond = float64(n) / f.Released
	if view.Accepted != uint64(n) {
		return f, fmt.Errorf("%d of %d reports count", view.Accepted, n)
	}
	exact := sums(r, n)
	for i, c := range signed.Cells {
		f.WorstZ = max(f.WorstZ, math.Abs(float64(c-exact[i]))/math.Sqrt(float64(signed.Variance())))
	}
	if f.DiskLeft, err = size(spool); err != nil {
		return f, err
	}
	for _, role := range []string{"collector", "leader", "helper"} {
		if f.Peaks[role], err = peak(processes, role); err != nil {
			return f, err
		}
		f.PeakMB += f.Peaks[role]
	}
	return f, nil
}

// peak reads the most memory that a role's process had, in 10^6 bytes.
func peak(p *rig.Processes, role string) (float64, error) {
	pid, err := p.PID(role)
	if err != nil {
		return 0, err
	}
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("peak memory is known on Linux alone: %w", err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if kb, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(kb, "kB")), 64)
			return n * 1024 / 1e6, err
		}
	}
	return 0, errors.New("/proc says nothing of peak memory")
}
