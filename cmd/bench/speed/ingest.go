package speed

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/collector/load"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// IngestFigures are durable acknowledgements, with the load generator in the same
// process on the same machine.
type IngestFigures struct {
	Body        int     `json:"body"`
	Connections int     `json:"connections"`
	Requests    int     `json:"requests"`
	PerSecond   float64 `json:"requests_per_second"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	Fsync       float64 `json:"fsync_ms"` // median of one small write and fsync on the same disk
}

// Ingest posts total reports of body bytes over connections to a collector with
// its spool below dir. The reports are well formed; their sealed shares are
// random bytes, which a collector cannot tell from others.
func Ingest(ctx context.Context, dir string, body, connections, total int) (f IngestFigures, err error) {
	const least = report.HeadSize + 4 + 2*264 // two seals of the smallest share
	if body < least || body > report.MaxSize || connections < 1 || total < 1 {
		return f, fmt.Errorf("accepted are bodies of %d to %d bytes, one or more connections and one or more requests", least, report.MaxSize)
	}
	f = IngestFigures{Body: body, Connections: connections, Requests: total}
	if f.Fsync, err = fsync(dir); err != nil {
		return f, err
	}
	p, published, err := standard()
	if err != nil {
		return f, err
	}
	key, public, err := planfile.GenerateOfficer(rand.Reader)
	if err != nil {
		return f, err
	}
	officer, err := planfile.ParseOfficerKey(key)
	if err != nil {
		return f, err
	}
	now := time.Unix(int64(p.Periods[0].Start)+3600, 0)
	c, err := collector.Open(collector.Options{
		Dir:    filepath.Join(dir, "collector"),
		Verify: func(signed []byte) ([]byte, error) { return planfile.Verify(signed, public) },
		Clock:  func() time.Time { return now },
		// No SealedSize: the bodies are of the size asked for, not of the plan's.
	})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return f, err
	}
	mux := http.NewServeMux()
	mux.Handle("PUT /v1/plans/", c.Inner())
	mux.Handle("/", c.Public())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		closing := server.Close()
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			closing = errors.Join(closing, end)
		}
		err = errors.Join(err, closing)
	}()
	base := "http://" + listener.Addr().String()
	if err := put(ctx, base+"/v1/plans/"+plan.DigestOf(published).String(), planfile.Sign(published, officer)); err != nil {
		return f, err
	}
	sample, err := sampleReport(published, p.Periods[0].Date, body)
	if err != nil {
		return f, err
	}
	run := func(total, from int) (load.Result, error) {
		return load.Run(ctx, load.Options{
			URL: base + "/v1/reports", Connections: connections, Total: total, Now: time.Now,
			Body: func(b []byte, i int) []byte {
				b = append(b, sample...)
				// A report ID for each, spread over all partitions.
				binary.BigEndian.PutUint64(b[40:], uint64(from+i)*0x9e3779b97f4a7c15)
				return b
			},
		})
	}
	if _, err := run(total/10+1, total); err != nil { // warm: files made, pools filled
		return f, err
	}
	got, err := run(total, 0)
	if err != nil {
		return f, err
	}
	if got.Statuses[http.StatusAccepted] != total {
		return f, fmt.Errorf("not all of %d requests were acknowledged: %v", total, got.Statuses)
	}
	f.PerSecond = got.RequestsPerSecond
	f.P50, f.P99 = ms(got.P50), ms(got.P99)
	return f, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func sampleReport(published []byte, date plan.Date, size int) ([]byte, error) {
	r := report.Report{Helper: make([]byte, 370)}
	r.Leader = make([]byte, size-report.HeadSize-4-len(r.Helper))
	r.Plan, r.Period, r.Revision = plan.DigestOf(published), date, 1
	for _, b := range [][]byte{r.Leader, r.Helper, r.Public[:], r.Nonce[:], r.ID[:]} {
		if _, err := io.ReadFull(rand.Reader, b); err != nil {
			return nil, err
		}
	}
	return r.Append(nil)
}

// fsync measures the disk below dir.
func fsync(dir string) (float64, error) {
	file, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	block := make([]byte, 4096)
	took, err := median(51, 1, func() error {
		if _, err := file.Write(block); err != nil {
			return err
		}
		return file.Sync()
	})
	return ms(took), err
}

func middle(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

func put(ctx context.Context, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	why, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the collector refused the plan: %s: %s", res.Status, why)
	}
	return nil
}
