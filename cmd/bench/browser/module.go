package browser

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/bench/speed"
	"github.com/dunlin-analytics/dunlin/cmd/browser"
)

//go:embed play.js
var playJS []byte

// played is what play.js answers.
type played struct {
	Fault  string `json:"fault"`
	Result map[string]struct {
		Took []float64 `json:"took"` // ms of a call, by round
		Last []byte    `json:"last"`
	} `json:"result"`
}

// plays measures the module itself in a Worker: decisions and reports, each as package
// speed measures it under wazero.
func (f *Figures) plays(ctx context.Context, c *browser.Chromium, module []byte) (err error) {
	plays, err := speed.NewPlays(ctx, module)
	if err != nil {
		return err
	}
	text, err := json.Marshal(plays)
	if err != nil {
		return err
	}
	url, stop, err := serve(map[string]file{
		"/":            {"text/html", []byte("<!doctype html><title>plays</title>")},
		"/play.js":     {"text/javascript", playJS},
		"/plays.json":  {"application/json", text},
		"/module.wasm": {"application/wasm", module},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	v, err := c.Visitor()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	tab, err := v.Tab()
	if err != nil {
		return err
	}
	if err := tab.Go(url); err != nil {
		return err
	}
	got, err := browser.Eval[played](tab, `new Promise((done) => {
  const worker = new Worker("/play.js");
  worker.onmessage = ({ data }) => done(data);
  worker.onerror = () => done({ fault: "the Worker did not start" });
})`)
	if err != nil {
		return err
	}
	if got.Fault != "" {
		return fmt.Errorf("play the module in a Worker: %s", got.Fault)
	}
	decision, report := got.Result["choose40"], got.Result["shard512"]
	if len(decision.Took) != len(plays.Choose40.Rounds) || len(report.Took) != len(plays.Shard512.Rounds) {
		return errors.New("play the module in a Worker: not all rounds were played")
	}
	events, list40, list2000 := got.Result["events"], got.Result["list40"], got.Result["list2000"]
	if len(events.Took) != len(plays.Events.Rounds) || len(list40.Took) != len(plays.List40.Rounds) || len(list2000.Took) != len(plays.List2000.Rounds) {
		return errors.New("play the module in a Worker: not all rounds of events and lists were played")
	}
	if !bytes.Equal(decision.Last, plays.Choose40.Last) {
		return errors.New("the module chooses otherwise in Chromium than under wazero")
	}
	f.Choose40 = rounded(1e3*median(decision.Took), 1)
	f.Shard512 = rounded(median(report.Took), 3)
	f.Event = rounded(1e3*median(events.Took), 1)
	f.List40, f.List2000 = rounded(1e3*median(list40.Took), 1), rounded(1e3*median(list2000.Took), 1)
	return nil
}

type file struct {
	kind string
	body []byte
}

// serve serves files to pages whose clock is as fine as a browser grants: those of a
// site that is isolated from others.
func serve(files map[string]file) (url string, stop func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("serve a page: %w", err)
	}
	s := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		_, _ = w.Write(f.body) // a browser that is gone has nobody to tell
	})}
	go func() { _ = s.Serve(l) }() // ends with stop
	return "http://" + l.Addr().String() + "/", s.Close, nil
}

// rounded to so many decimals: a browser's clock is no finer.
func rounded(v float64, decimals int) float64 {
	unit := math.Pow10(decimals)
	return math.Round(v*unit) / unit
}

// median of values, of which there is at least one.
func median(of []float64) float64 { return slices.Sorted(slices.Values(of))[len(of)/2] }
