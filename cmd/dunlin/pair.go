package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/spf13/cobra"
)

func pairCommand() *cobra.Command {
	var config, out string
	c := &cobra.Command{
		Use:   "pair",
		Short: "make a plan's verify key between leader and helper",
		Long: `Makes the verify key of a new plan, by commit and reveal, between the leader of the
services file and the helper that it names, and writes what the plan needs of it. The
helper must be serving; if the services file has the helper's section too and nothing
serves there, the helper is run for the moment of pairing.

Before the first time leader and helper must know each other: by their services files, or
by one line each way, with dunlin pair invite and dunlin pair accept.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			if err := service.MustBeNew(out); err != nil {
				return err
			}
			if conf.Helper != nil {
				h, err := service.StartHelper(conf, systemWorld(c.ErrOrStderr()))
				switch {
				case err == nil:
					defer h.Close(context.WithoutCancel(c.Context()))
				case !service.InUse(err):
					return fmt.Errorf("run the helper for the moment of pairing: %w", err)
				}
			}
			p, err := service.Pair(c.Context(), conf, rand.Reader)
			if err != nil {
				return err
			}
			if err := service.WriteNew(out, p.Marshal(), 0o644); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "leader and helper hold a new verify key; its commitment, for the plan: %s\nwrote %s\nNext: dunlin plan build FILE --pairing %s\n", p.VerifyKey, out, out)
			return nil
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file with the leader's section")
	c.Flags().StringVar(&out, "out", "pairing.yaml", "file to write")
	c.AddCommand(pairInviteCommand(), pairAcceptCommand(), pairLeadersCommand(), pairDismissCommand())
	return c
}
