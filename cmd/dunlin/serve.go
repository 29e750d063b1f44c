package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/spf13/cobra"
)

// systemWorld is the real one: wall time, the system's randomness, and a log
// without addresses, report IDs and shares.
func systemWorld(log io.Writer) service.World {
	w := service.World{
		Clock:  time.Now,
		Random: rand.Reader,
		Log:    slog.New(slog.NewTextHandler(log, nil)),
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
	accepted := []string{"collector", "leader", "helper", "all"}
	c := &cobra.Command{
		Use:   "serve --role collector|leader|helper|all --config FILE",
		Short: "run a service until it is interrupted",
		Args:  cobra.NoArgs,
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
	return c
}
