package main

import (
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
serves there, the helper is run for the moment of pairing.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			if conf.Helper != nil {
				h, err := service.StartHelper(conf, systemWorld(c.ErrOrStderr()))
				if err == nil {
					defer h.Close(c.Context())
				} else if !service.InUse(err) {
					return err
				}
			}
			p, err := service.Pair(c.Context(), conf, rand.Reader)
			if err != nil {
				return err
			}
			if err := service.WriteNew(out, p.Marshal(), 0o644); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "paired: verify key committed to by %s\nwrote %s\nNext: dunlin plan build FILE --pairing %s\n", p.VerifyKey, out, out)
			return nil
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file with the leader's section")
	c.Flags().StringVar(&out, "out", "pairing.yaml", "file to write")
	return c
}
