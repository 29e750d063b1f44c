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
	"github.com/spf13/cobra"
)

// systemWorld is the real one: wall time, the system's randomness, and a log
// without addresses, report IDs and shares.
func systemWorld(log io.Writer) service.World {
	bytes, err := module.Bytes()
	if err != nil {
		bytes = nil // a collector without it serves reports and plans all the same
	}
	return service.World{
		Clock:  time.Now,
		Random: rand.Reader,
		Module: bytes,
		Log:    slog.New(slog.NewTextHandler(log, nil)),
	}
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
			if w.Module == nil && role != "leader" && role != "helper" {
				w.Log.Warn("this build has no module inside: browsers cannot load one from here; run make build")
			}
			return service.Serve(c.Context(), conf, role, w, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&role, "role", "", strings.Join(accepted, ", "))
	c.Flags().StringVar(&config, "config", "services.yaml", "services file")
	return c
}
