package main

import (
	"fmt"
	"strings"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/spf13/cobra"
)

func restoreCommand() *cobra.Command {
	var config string
	c := &cobra.Command{
		Use:   "restore --config FILE BACKUP",
		Short: "fill empty data folders from a backup",
		Long: `Fills the data folders of the services file's roles from an archive that dunlin backup
wrote. The services must not run, and the folders must be empty: a backup never replaces what
a folder still knows.

Periods that were over and had not ended in the backup are released only if the other
aggregator has their signed release; they are abandoned otherwise, because a second draw of
noise would cost visitors more than the plan says. Reports that a collector had taken are in no
backup: periods that had begun are lost.`,
		Args: oneArg("an archive that dunlin backup wrote"),
		RunE: func(c *cobra.Command, args []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			m, restored, err := service.Restore(conf, systemWorld(c.ErrOrStderr()), args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "restored %s as of %s\nNext: put the key files in place, then dunlin doctor --config %s\n", strings.Join(restored, ", "), m.Made.Format("2006-01-02 15:04 UTC"), config)
			return err
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file")
	return c
}
