package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/spf13/cobra"
)

func pairInviteCommand() *cobra.Command {
	var config string
	var o service.InviteOptions
	c := &cobra.Command{
		Use:   "invite",
		Short: "let a leader in, at the helper: print a line for it",
		Long: `Prints one line for the leader that this helper is to serve. Whoever runs that leader
gives it to ` + "`dunlin pair accept`" + ` and sends the line back that this prints; accepting that one
here lets the leader in. A helper that serves notices by itself.

The lines hold no secret. But whoever can change them on their way could put itself in
the middle: compare the fingerprints that both sides show, by voice.

The same again, once a key is being rotated on either side, makes both keys known.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			i, err := service.Invite(conf, o, time.Now(), rand.Reader)
			if err != nil {
				return err
			}
			out, aside := c.OutOrStdout(), c.ErrOrStderr()
			fmt.Fprintln(out, i.Line)
			fmt.Fprintf(aside, "this invites %s, once, until %s, to the helper at %s\n", i.Name, i.Expires.Format(time.RFC3339), i.URL)
			fingerprint(aside, "helper", i.Helper)
			fmt.Fprintln(aside, "Next: at the leader, dunlin pair accept LINE; then the line that it prints, accepted here")
			return nil
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file with the helper's section")
	c.Flags().StringVar(&o.Name, "name", "", "what this helper calls the leader; it stays when keys change (default: leader)")
	c.Flags().StringVar(&o.URL, "url", "", "https://HOST:PORT that the leader reaches this helper at (default: where it listens)")
	c.Flags().DurationVar(&o.Valid, "valid", 7*24*time.Hour, "how long it may be answered")
	return c
}

// fingerprint prints what two people compare. It goes beside the line, not into it,
// so that a script can pass the line on.
func fingerprint(w io.Writer, of string, keys peer.Keys) {
	fmt.Fprintf(w, "fingerprint of the %-7s %s\n", of+":", keys.Fingerprint())
}

func pairAcceptCommand() *cobra.Command {
	var config string
	var replace bool
	c := &cobra.Command{
		Use:   "accept LINE",
		Short: "take the line that the other side's dunlin pair printed",
		Long: `At the leader: takes the line that ` + "`dunlin pair invite`" + ` printed at the helper, keeps whom
it names as this leader's helper, and prints one line for that helper.
At the helper: takes that line, and lets the leader in that has answered.`,
		Args: oneArg("the line that the other side printed"),
		RunE: func(c *cobra.Command, args []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			out, aside := c.OutOrStdout(), c.ErrOrStderr()
			if !service.IsInvitation(args[0]) {
				if replace {
					return errors.New("--replace is of a leader that goes over to another helper")
				}
				a, err := service.AdmitLeader(conf, args[0], time.Now())
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "this helper serves the leader %s\n", a.Name)
				compare(out, a)
				return nil
			}
			a, err := service.AcceptInvitation(conf, args[0], replace, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintln(out, a.Line)
			fmt.Fprintf(aside, "this leader works with the helper at %s, which calls it %s\n", a.URL, a.Name)
			compare(aside, a)
			fmt.Fprintln(aside, "Next: at the helper, dunlin pair accept LINE; then here, dunlin pair")
			return nil
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file of the role that takes the line")
	c.Flags().BoolVar(&replace, "replace", false, "at a leader: work with another helper than before")
	return c
}

// compare prints both fingerprints, or that there is no need to.
func compare(w io.Writer, a service.Introduced) {
	fingerprint(w, "helper", a.Helper)
	fingerprint(w, "leader", a.Leader)
	if a.Known {
		fmt.Fprintln(w, "The line is signed with a key that was known before: there is nothing to compare.")
		return
	}
	fmt.Fprintln(w, "Compare both with the other side's, by voice, before the first plan.")
}

func pairLeadersCommand() *cobra.Command {
	var config string
	c := &cobra.Command{
		Use:   "leaders",
		Short: "list the leaders that this helper serves",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			if conf.Helper == nil {
				return errors.New("the services file has no section helper")
			}
			for _, l := range conf.Leaders {
				switch {
				case len(l.Keys) > 0:
					keys := make([]string, len(l.Keys))
					for i, k := range l.Keys {
						keys[i] = k.String()
					}
					fmt.Fprintf(c.OutOrStdout(), "%-16s %s  %s\n", l.Name, l.Keys.Fingerprint(), strings.Join(keys, " "))
				case len(l.Former) > 0:
					fmt.Fprintf(c.OutOrStdout(), "%-16s dismissed\n", l.Name)
				default:
					fmt.Fprintf(c.OutOrStdout(), "%-16s invited\n", l.Name)
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file with the helper's section")
	return c
}

func pairDismissCommand() *cobra.Command {
	var config string
	c := &cobra.Command{
		Use:   "dismiss NAME",
		Short: "serve a leader no more, at the helper",
		Long: `Has this helper serve a leader no more, from its next request on. What both have
released stays valid. Its unfinished batches are abandoned four weeks after their period,
unless it is invited again under the same name.`,
		Args: oneArg("the leader's name, see `dunlin pair leaders`"),
		RunE: func(c *cobra.Command, args []string) error {
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			if err := service.Dismiss(conf, args[0]); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "this helper serves the leader %s no more\n", args[0])
			return nil
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file with the helper's section")
	return c
}
