package operation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/rig"
	"github.com/dunlin-analytics/dunlin/collector/load"
)

// Options of a measurement.
type Options struct {
	Dir        string // an empty folder, on the disk to measure
	Executable string // re-executed for each service
	Module     []byte
	Log        io.Writer         // of the services
	Progress   func(what string) // may be nil
}

func (o *Options) say(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(fmt.Sprintf(format, args...))
	}
}

// start sets up the services for a shape, each in a process of its own, with the clocks
// in the plan's first period.
func (o *Options) start(ctx context.Context, s Shape) (*rig.Rig, *rig.Processes, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, nil, err
	}
	r, err := rig.Start(ctx, rig.Options{
		Dir: o.Dir, PlanName: "bench.yaml", PlanYAML: s.yaml(), Module: o.Module, Executable: o.Executable, Log: o.Log,
	})
	if err != nil {
		return nil, nil, err
	}
	p, ok := r.Services.(*rig.Processes)
	if !ok {
		return nil, nil, errors.Join(errors.New("services have no processes of their own"), r.Close())
	}
	return r, p, nil
}

// IngestFigures are durable acknowledgements of real reports by a collector in a process
// of its own; the load generator is this process, on the same machine.
type IngestFigures struct {
	Cells       int     `json:"cells"`
	Body        int     `json:"body"` // bytes of a report
	Connections int     `json:"connections"`
	Reports     int     `json:"requests"`
	PerSecond   float64 `json:"requests_per_second"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	Disk        float64 `json:"disk_bytes_per_report"`
	Fsync       float64 `json:"fsync_ms"` // median of one small write and fsync on the same disk
}

// maxHeld bounds the bytes of the reports that Ingest holds.
const maxHeld = 1 << 30

// Ingest posts total real reports over connections and counts what is acknowledged. A
// tenth as many warm up first.
func Ingest(ctx context.Context, o Options, s Shape, connections, total int) (f IngestFigures, err error) {
	if connections < 1 || total < 10 || total*s.Size() > maxHeld {
		return f, fmt.Errorf("accepted are one or more connections and 10 to %d reports of this size: they are made before and held in memory", maxHeld/s.Size())
	}
	r, _, err := o.start(ctx, s)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	warm := total / 10
	o.say("%d cells: making %d reports", s.Cells(), total+warm)
	bodies := make([][]byte, total+warm)
	err = makeReports(ctx, r, len(bodies), func(i int, sealed []byte) error {
		bodies[i] = sealed
		return nil
	})
	if err != nil {
		return f, err
	}
	f = IngestFigures{Cells: s.Cells(), Body: len(bodies[0]), Connections: connections, Reports: total}
	if f.Fsync, err = fsync(o.Dir); err != nil {
		return f, err
	}
	post := func(bodies [][]byte) (load.Result, error) {
		got, err := load.Run(ctx, load.Options{
			URL: "http://" + r.At().Public + "/v1/reports", Connections: connections, Total: len(bodies), Now: time.Now,
			Body: func(b []byte, i int) []byte { return append(b, bodies[i]...) },
		})
		if err == nil && got.Statuses[http.StatusAccepted] != len(bodies) {
			err = fmt.Errorf("not all of %d reports were acknowledged: %v", len(bodies), got.Statuses)
		}
		return got, err
	}
	o.say("%d cells: posting", s.Cells())
	if _, err := post(bodies[:warm]); err != nil {
		return f, err
	}
	got, err := post(bodies[warm:])
	if err != nil {
		return f, err
	}
	f.PerSecond, f.P50, f.P99 = got.RequestsPerSecond, ms(got.P50), ms(got.P99)
	used, err := size(filepath.Join(o.Dir, "data", "collector", "spool"))
	f.Disk = float64(used) / float64(len(bodies))
	return f, err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// size is how many bytes the files below a folder have.
func size(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// fsync measures the disk below dir, in milliseconds.
func fsync(dir string) (float64, error) {
	file, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	block := make([]byte, 4096)
	var took []time.Duration
	for range 51 {
		from := time.Now()
		if _, err := file.Write(block); err != nil {
			return 0, err
		}
		if err := file.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(from))
	}
	slices.Sort(took)
	return ms(took[len(took)/2]), nil
}
