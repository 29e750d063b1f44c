package main

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/doctor"
	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/spf13/cobra"
)

// errWrong has status and doctor end with 1 after they have said what is wrong.
var errWrong = errors.New("something asks for attention; each line above says what to do")

// inspection is what status and doctor write with --json.
type inspection struct {
	Wrong    bool              `json:"wrong"`
	Lines    doctor.Lines      `json:"lines"`
	Services []operator.Status `json:"services"` // of the roles that run
}

func statusCommand() *cobra.Command {
	return inspectCommand("status", "say how each service and each batch does", `Asks the services of this host that the services file names, through the socket in each
data folder, and says of each batch what it waits for, how far it is and until when. The
counts are exact: they are for operators alone.`,
		func(_ *cobra.Command, h *doctor.Host) doctor.Lines { return h.Status() })
}

func doctorCommand() *cobra.Command {
	return inspectCommand("doctor", "look for what is wrong, and say what to do", `Looks at the services of this host that the services file names, whether they run or not:
processes, batches that wait, plans that end, keys and who may read them, both aggregators'
keys in one hand, clocks apart, disks, backups, damaged files. It changes nothing.`,
		func(c *cobra.Command, h *doctor.Host) doctor.Lines { return h.Doctor(c.Context()) })
}

func inspectCommand(use, short, long string, look func(*cobra.Command, *doctor.Host) doctor.Lines) *cobra.Command {
	var config string
	var asJSON bool
	c := &cobra.Command{
		Use: use + " --config FILE [--json]", Short: short, Args: cobra.NoArgs,
		Long: long + `

Each line begins with ok, wait, warn or fail, and "->" says what to do. The exit code is 1
when a line says warn or fail.`,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			h := doctor.Look(c.Context(), conf, config, time.Now)
			lines := look(c, h)
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				err = e.Encode(inspection{lines.Wrong(), lines, h.Statuses()})
			} else {
				err = lines.Print(c.OutOrStdout())
			}
			if err == nil && lines.Wrong() {
				err = errWrong
			}
			return err
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file")
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON, with all that the services tell")
	return c
}
