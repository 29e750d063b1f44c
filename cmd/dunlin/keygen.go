package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/spf13/cobra"
)

func keygenCommand() *cobra.Command {
	var dir string
	accepted := append(slices.Clone(service.Roles), "all")
	c := &cobra.Command{
		Use:   "keygen " + strings.Join(accepted, "|"),
		Short: "make a role's key files",
		Long: `Makes the key files of a role in --dir and prints the public keys that others need.

  officer    officer.pem    signs plans; belongs to the privacy officer
  collector  collector.pem  who the collector is, to the leader
  leader     leader.pem     who the leader is; leader.age opens its shares
  helper     helper.pem     who the helper is; helper.age opens its shares
  all        everything, and services.yaml that runs it all on this machine, to try Dunlin out

An existing file is never overwritten. The .age files are in age-keygen's format.
Leader and helper protect visitors only while different people hold their keys.`,
		Args: cobra.MatchAll(oneArg("a role: "+strings.Join(accepted, ", ")), func(_ *cobra.Command, args []string) error {
			if !slices.Contains(accepted, args[0]) {
				return fmt.Errorf("unknown role %q: accepted are %s", args[0], strings.Join(accepted, ", "))
			}
			return nil
		}),
		RunE: func(c *cobra.Command, args []string) error {
			return keygen(c.OutOrStdout(), dir, args[0])
		},
	}
	c.Flags().StringVar(&dir, "dir", "keys", "folder to write to")
	return c
}

func keygen(out io.Writer, dir, role string) error {
	roles := []string{role}
	if role == "all" {
		roles = service.Roles
	}
	services := filepath.Join(dir, "services.yaml")
	if role == "all" {
		if err := service.MustBeNew(services); err != nil {
			return err
		}
	}
	public, err := service.GenerateKeys(dir, roles, rand.Reader)
	if err != nil {
		return err
	}
	if public.Officer != "" {
		fmt.Fprintf(out, "%-10s signs plans as  %s\n", "officer", public.Officer)
	}
	for _, r := range roles {
		if k, ok := public.Peers[r]; ok {
			fmt.Fprintf(out, "%-10s is known as    %s\n", r, k)
		}
		if to, ok := public.Recipients[r]; ok {
			fmt.Fprintf(out, "%-10s is sealed to   %s\n", r, to.Key)
		}
	}
	if role != "all" {
		return nil
	}
	if err := service.WriteNew(services, service.ServicesFile(public, service.LocalAddresses), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(out, `
Wrote %s: all three services on this machine, to try Dunlin out.
Both keys in one hand protect nobody: for visitors, a second person runs the helper.
Next: dunlin pair --config %s
`, services, services)
	return nil
}
