package main

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/spf13/cobra"
)

func spoolCommand() *cobra.Command {
	c := group("spool", "look at sealed reports, as the leader")
	var config, id, role, period, out string
	export := &cobra.Command{
		Use:   "export --report ID --role leader|helper",
		Short: "write one sealed share of a report as a plain age file",
		Long: `Fetches a report from the running collector, with the leader's identity, and writes
the share that is sealed to --role. It is a plain age file: whoever holds that role's key
opens it with age -d -i KEYFILE, and finds the report's head and the input share.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needs("report", id, "the report's ID, as `dunlin spool list` prints it"); err != nil {
				return err
			}
			if err := needs("role", role, "accepted are leader, helper"); err != nil {
				return err
			}
			var to report.Role
			switch role {
			case "leader":
				to = report.Leader
			case "helper":
				to = report.Helper
			default:
				return fmt.Errorf("--role %q: accepted are leader, helper", role)
			}
			wanted, err := plan.ParseReportID(id)
			if err != nil {
				return fmt.Errorf("--report %q: a report's ID is 32 lower-case hexadecimal digits, as `dunlin spool list` prints it", id)
			}
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			share, err := service.ExportShare(c.Context(), conf, wanted, to, period)
			if err != nil {
				return err
			}
			if out == "" {
				_, err = c.OutOrStdout().Write(share)
				return err
			}
			return service.WriteNew(out, share, 0o600)
		},
	}
	export.Flags().StringVar(&id, "report", "", "the report's ID, 32 hexadecimal digits")
	export.Flags().StringVar(&role, "role", "", "whose share: leader or helper")
	export.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	list := &cobra.Command{
		Use:   "list",
		Short: "list the report IDs of a closed period that the collector still holds",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			some := false
			err = service.ListReports(c.Context(), conf, period, func(d plan.Digest, date plan.Date, h report.Head) {
				some = true
				fmt.Fprintf(c.OutOrStdout(), "%s  revision %d  period %s  plan %.12s…\n", h.ID, h.Revision, date, d)
			})
			if err == nil && !some {
				fmt.Fprintln(c.ErrOrStderr(), "no report: the collector holds none of a closed period")
			}
			return err
		},
	}
	for _, s := range []*cobra.Command{export, list} {
		s.Flags().StringVar(&config, "config", "services.yaml", "services file with the leader's section")
		s.Flags().StringVar(&period, "period", "", "date on which the period starts (default: all that have begun)")
		c.AddCommand(s)
	}
	return c
}
