package operation

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/collector/load"
)

// Visitor-days are what Dunlin and a table of page views have in common: what one
// visitor does on one day.
const (
	// ViewsPerDay is how many page views one has here, a row each.
	ViewsPerDay = 5
	// RevisionsPerDay is how often its device reports: when the visit ends, and once
	// more after a visit that was resumed.
	RevisionsPerDay = 2
)

// PeerFigures are page views that a server takes, one HTTP request each.
type PeerFigures struct {
	Connections int     `json:"connections"`
	Views       int     `json:"views"`
	PerSecond   float64 `json:"views_per_second"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	Disk        float64 `json:"disk_bytes_per_view"`
}

// Comparison puts Dunlin's middle report beside what a site would otherwise build.
type Comparison struct {
	ViewsPerDay     int         `json:"views_per_visitor_day"`
	RevisionsPerDay int         `json:"reports_per_visitor_day"`
	SQLite          PeerFigures `json:"echo_sqlite"`
	Empty           PeerFigures `json:"echo_empty"`
	// VisitorDays a second and bytes on disk of one, for each; Dunlin's bytes are gone
	// at release.
	VisitorDays map[string]float64 `json:"visitor_days_per_second"`
	Bytes       map[string]float64 `json:"disk_bytes_per_visitor_day"`
}

// Compare measures the program at path (cmd/bench/peers) with views page views over
// connections, and sets it beside what Ingest measured.
func Compare(ctx context.Context, o Options, path string, connections, views int, dunlin IngestFigures) (c Comparison, err error) {
	c = Comparison{ViewsPerDay: ViewsPerDay, RevisionsPerDay: RevisionsPerDay}
	dir := filepath.Join(o.Dir, "sqlite")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return c, err
	}
	o.say("echo with SQLite")
	if c.SQLite, err = measurePeer(ctx, connections, views, path, "sqlite", dir); err != nil {
		return c, err
	}
	used, err := size(dir)
	if err != nil {
		return c, err
	}
	c.SQLite.Disk = float64(used) / float64(c.SQLite.Views)
	o.say("an empty echo handler")
	if c.Empty, err = measurePeer(ctx, connections, views, path, "empty"); err != nil {
		return c, err
	}
	c.VisitorDays = map[string]float64{
		"dunlin": dunlin.PerSecond / RevisionsPerDay, "echo_sqlite": c.SQLite.PerSecond / ViewsPerDay, "echo_empty": c.Empty.PerSecond / ViewsPerDay,
	}
	c.Bytes = map[string]float64{"dunlin": dunlin.Disk * RevisionsPerDay, "echo_sqlite": c.SQLite.Disk * ViewsPerDay, "echo_empty": 0}
	return c, nil
}

func measurePeer(ctx context.Context, connections, views int, path string, args ...string) (f PeerFigures, err error) {
	command := exec.CommandContext(ctx, path, args...)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return f, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return f, err
	}
	if err := command.Start(); err != nil {
		return f, fmt.Errorf("start %s: build it with `make bin/peers`: %w", path, err)
	}
	defer func() { err = errors.Join(err, in.Close(), command.Wait()) }()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return f, fmt.Errorf("%s does not say where it listens: %w", path, err)
	}
	post := func(total int) (load.Result, error) {
		got, err := load.Run(ctx, load.Options{
			URL: "http://" + strings.TrimSpace(address) + "/v1/views", Type: "application/json", Connections: connections, Total: total, Now: time.Now,
			Body: func(b []byte, i int) []byte {
				return fmt.Appendf(b, `{"n":"pageview","u":"https://shop.example/products/%d?from=list","r":"https://shop.example/list/%d","v":"%016x","w":1280}`,
					i%900, i%30, uint64(i/ViewsPerDay)*0x9e3779b97f4a7c15)
			},
		})
		if err == nil && got.Statuses[http.StatusAccepted] != total {
			err = fmt.Errorf("not all of %d views were taken: %v", total, got.Statuses)
		}
		return got, err
	}
	warm := views/10 + 1
	if _, err := post(warm); err != nil {
		return f, err
	}
	got, err := post(views)
	return PeerFigures{Connections: connections, Views: warm + views, PerSecond: got.RequestsPerSecond, P50: ms(got.P50), P99: ms(got.P99)}, err
}
