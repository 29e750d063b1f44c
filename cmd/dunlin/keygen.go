package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/spf13/cobra"
)

// keygenOptions are the flags of dunlin keygen.
type keygenOptions struct {
	dir             string
	rotate, promote bool
	passphrase      bool
	passphraseFile  string
}

func keygenCommand() *cobra.Command {
	var o keygenOptions
	accepted := append(slices.Clone(service.Roles), "all")
	c := &cobra.Command{
		Use:   "keygen " + strings.Join(accepted, "|"),
		Short: "make a role's key files, or the next ones",
		Long: `Makes the key files of a role in --dir and prints the public keys that others need.

  officer    officer.pem    signs plans; belongs to the privacy officer
  collector  collector.pem  who the collector is, to the leader
  leader     leader.pem     who the leader is, to collector and helper
  helper     helper.pem     who the helper is, to the leader
  all        everything, and services.yaml that runs it all on this machine, to try Dunlin out

An existing file is never overwritten. What opens the shares of a plan is made by
dunlin pair, for that plan alone. Leader and helper protect visitors only while different
people hold their keys.

With --passphrase-file, or --passphrase at a terminal, each file lies under a passphrase,
as age has it: age -d opens them. Services find it by passphrase_file in the services
file, by ` + service.PassphraseEnv + `, by systemd's credential dunlin-passphrase, or ask for it.

To change the key of a collector, leader or helper while all goes on:
  1. dunlin keygen ROLE --rotate    makes ROLE-next.pem; the peers list its key beside the
                                    present one, in their services files or by invitation
  2. dunlin keygen ROLE --promote   puts it in the place of ROLE.pem, which is destroyed;
                                    services that run notice, and what the former key
                                    signed still counts (ROLE.former lists it)
  3. the peers take the former key off their lists`,
		Args: cobra.MatchAll(oneArg("a role: "+strings.Join(accepted, ", ")), func(_ *cobra.Command, args []string) error {
			if !slices.Contains(accepted, args[0]) {
				return fmt.Errorf("unknown role %q: accepted are %s", args[0], strings.Join(accepted, ", "))
			}
			return nil
		}),
		RunE: func(c *cobra.Command, args []string) error {
			return keygen(c.OutOrStdout(), args[0], o)
		},
	}
	c.Flags().StringVar(&o.dir, "dir", "keys", "folder to write to")
	c.Flags().BoolVar(&o.rotate, "rotate", false, "make the role's next identity, and leave the present one in use")
	c.Flags().BoolVar(&o.promote, "promote", false, "put the next identity in the present one's place")
	c.Flags().BoolVar(&o.passphrase, "passphrase", false, "ask for a passphrase to put the files under")
	c.Flags().StringVar(&o.passphraseFile, "passphrase-file", "", "file with that passphrase in its only line")
	c.MarkFlagsMutuallyExclusive("rotate", "promote")
	c.MarkFlagsMutuallyExclusive("passphrase", "passphrase-file")
	return c
}

func keygen(out io.Writer, role string, o keygenOptions) error {
	if o.rotate || o.promote {
		return rotate(out, role, o)
	}
	pass, err := o.chosen()
	if err != nil {
		return err
	}
	return o.make(out, role, pass)
}

// chosen is the passphrase that new files go under; none, if none was asked for.
func (o keygenOptions) chosen() (seal.Passphrase, error) {
	if o.passphraseFile != "" {
		return service.FindPassphrase(o.passphraseFile)
	}
	if !o.passphrase {
		return seal.Passphrase{}, nil
	}
	p, err := service.AskPassphrase("new passphrase of the key files", true)
	if err == nil && !p.Given() {
		err = errors.New("--passphrase asks at a terminal, and there is none: give --passphrase-file")
	}
	return p, err
}

func (o keygenOptions) make(out io.Writer, role string, pass seal.Passphrase) error {
	roles := []string{role}
	if role == "all" {
		roles = service.Roles
	}
	services := filepath.Join(o.dir, "services.yaml")
	if role == "all" {
		if err := service.MustBeNew(services); err != nil {
			return err
		}
	}
	public, err := service.GenerateLockedKeys(o.dir, roles, pass, rand.Reader)
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

// rotate is --rotate and --promote.
func rotate(out io.Writer, role string, o keygenOptions) error {
	if role == "officer" || role == "all" {
		return errors.New("--rotate and --promote are of collector, leader and helper: a new officer's key goes with new plans, so make it in another folder, and name it in the services files when the plans of the old one have ended")
	}
	pass, err := o.present(role)
	if err != nil {
		return err
	}
	if o.promote {
		now, before, err := service.Promote(o.dir, role, pass)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, `%-10s is known as    %s
%-10s was known as   %s
Services that run notice by themselves. Next: the peers take the former key off their lists.
`, role, now, role, before)
		return nil
	}
	before, next, err := service.Rotate(o.dir, role, pass, rand.Reader)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, `%-10s is known as    %s
%-10s will be        %s
Next: have the peers list both, or pair by invitation once more; then dunlin keygen %s --promote --dir %s
`, role, before, role, next, role, o.dir)
	return nil
}

// present is the passphrase that the role's files lie under by now. Without a flag it
// is looked for as services do.
func (o keygenOptions) present(role string) (seal.Passphrase, error) {
	p, err := service.FindPassphrase(o.passphraseFile)
	if err != nil || p.Given() {
		return p, err
	}
	file, err := service.ReadSecret(filepath.Join(o.dir, role+".pem"))
	if err != nil {
		return p, err
	}
	if !seal.Locked(file) && !o.passphrase {
		return p, nil
	}
	return service.AskPassphrase("passphrase of the key files", false)
}
