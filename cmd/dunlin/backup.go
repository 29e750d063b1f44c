package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/spf13/cobra"
)

func backupCommand() *cobra.Command {
	var config, out string
	c := &cobra.Command{
		Use:   "backup --config FILE --out FILE",
		Short: "copy what may be copied of this host's services",
		Long: `Writes one tar archive of the services of the services file, while they run or not: plans,
priors, how each batch ended, release records. It holds no report, sealed or not, no share, no
batch that has not ended and no key, so it may lie wherever release records may, but for the
exact counts of the aggregators: those are for operators alone. Keep keys apart from it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needs("out", out, "the archive to write, as backup.tar"); err != nil {
				return err
			}
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			if err := service.MustBeNew(out); err != nil {
				return err
			}
			var m service.Manifest
			err = writeWhole(out, func(w io.Writer) (err error) {
				m, err = service.Backup(c.Context(), conf, systemWorld(c.ErrOrStderr()), w)
				return err
			})
			if err != nil {
				return err
			}
			if err := service.BackedUp(conf, m); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "wrote %s: %s\nKeep it on another host. Key files are not in it: keep those apart, under a passphrase.\n", out, strings.Join(m.Roles, ", "))
			return err
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file")
	c.Flags().StringVar(&out, "out", "", "archive to write; it must not exist")
	return c
}

// writeWhole makes a file that appears under its name only when it is whole and on
// disk, readable for its owner alone.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	// Link, unlike rename, never replaces a file that was made meanwhile.
	if err := os.Link(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
