package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// systemWorld is the real one: wall time, the system's randomness, and a log
// without addresses, report IDs and shares.
func systemWorld(log io.Writer) service.World {
	w := service.World{
		Clock:  time.Now,
		Random: rand.Reader,
		Log:    slog.New(logHandler(log)),
	}
	// A build without module or scripts does all but serve them; `serve` asks.
	if bytes, err := module.Bytes(); err == nil {
		w.Module, w.ModuleBrotli = bytes, module.Brotli()
	}
	if files, err := web.SDK(); err == nil {
		w.Scripts = files
	}
	return w
}

// logHandler writes lines for people to a terminal, and JSON for programs to all else.
func logHandler(log io.Writer) slog.Handler {
	if f, ok := log.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return slog.NewTextHandler(log, nil)
	}
	return slog.NewJSONHandler(log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		// What has a name of its own, as a period's date, is written by it, not by the
		// number that it is kept as.
		if s, ok := a.Value.Any().(fmt.Stringer); ok && a.Value.Kind() == slog.KindAny {
			a.Value = slog.StringValue(s.String())
		}
		return a
	}})
}

// servable says what a collector of this build could not serve to browsers.
func servable(w service.World) error {
	if w.Module == nil {
		return module.ErrMissing
	}
	if w.Scripts == nil {
		return web.ErrMissing
	}
	return nil
}

func serveCommand() *cobra.Command {
	var role, config string
	var drain time.Duration
	accepted := []string{"collector", "leader", "helper", "all"}
	c := &cobra.Command{
		Use:   "serve --role collector|leader|helper|all --config FILE",
		Short: "run a service until it is interrupted",
		Long: `Runs a service until SIGTERM or an interrupt. Then a collector says at /healthz that it
stops and takes reports for --drain longer, what was taken is finished, and the exit code is
0. A second signal ends the process at once, which loses nothing that was acknowledged.

While it runs, ` + "`dunlin status`" + ` and ` + "`dunlin doctor`" + ` say how it does. The log is for people on a
terminal and JSON elsewhere; it names no visitor's address, no report and no share.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needs("role", role, "accepted are "+strings.Join(accepted, ", ")); err != nil {
				return err
			}
			if !slices.Contains(accepted, role) {
				return fmt.Errorf("--role %q: accepted are %s", role, strings.Join(accepted, ", "))
			}
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			w := systemWorld(c.ErrOrStderr())
			w.Drain = drain
			// The first signal ended ctx; from then on the next one ends the process.
			context.AfterFunc(c.Context(), func() { signal.Reset(os.Interrupt, syscall.SIGTERM) })
			if role == "collector" || role == "all" {
				if err := servable(w); err != nil {
					return fmt.Errorf("serve the collector: %w", err)
				}
			}
			return service.Serve(c.Context(), conf, role, w, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&role, "role", "", strings.Join(accepted, ", "))
	c.Flags().StringVar(&config, "config", "services.yaml", "services file")
	c.Flags().DurationVar(&drain, "drain", time.Second, "how long a collector that ends still takes reports, while /healthz sends new ones elsewhere")
	return c
}
