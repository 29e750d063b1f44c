package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dunlin-analytics/dunlin/web/console"
	"github.com/spf13/cobra"
)

func roleCommand(f *consoleFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "role NAME ROLE",
		Short: "make NAME a viewer, analyst, officer or admin, at once",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("takes two arguments, the name of an account and viewer, analyst, officer or admin")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return withAccounts(*f, func(a *console.Accounts) error {
				if err := a.SetRole(args[0], console.Role(args[1])); err != nil {
					return fmt.Errorf("the role of %q: %w; see: dunlin console accounts", args[0], err)
				}
				fmt.Fprintf(c.OutOrStdout(), "%s has the role %s\n", args[0], args[1])
				return nil
			})
		},
	}
}

func tokenCommand(f *consoleFlags) *cobra.Command {
	var role, remove string
	var days int
	var list bool
	c := &cobra.Command{
		Use:   "token NAME",
		Short: "make a token for a program, which asks the API with it",
		Long: `Prints a token once. A program sends it as "Authorization: Bearer TOKEN". NAME says what it
is for; it belongs to no account. --list lists all tokens, --remove ID ends one at once.`,
		Args: func(_ *cobra.Command, args []string) error {
			if list || remove != "" {
				if len(args) > 0 {
					return errors.New("--list and --remove take no name")
				}
				return nil
			}
			if len(args) != 1 {
				return errors.New("takes one argument, the name of the token: what it is for")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return withAccounts(*f, func(a *console.Accounts) error {
				switch {
				case list:
					return listTokens(c, a)
				case remove != "":
					if err := a.RemoveToken(remove); err != nil {
						return fmt.Errorf("remove %q: %w; see: dunlin console token --list", remove, err)
					}
					fmt.Fprintf(c.OutOrStdout(), "the token %s is removed\n", remove)
					return nil
				}
				t, err := a.MakeToken(args[0], console.Role(role), days)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "token %s of the role %s, until %s, shown this once: %s\n", t.ID, t.Role, t.Expires.Format(time.DateOnly), t.Secret)
				return nil
			})
		},
	}
	c.Flags().StringVar(&role, "role", "viewer", "viewer, analyst, officer or admin")
	c.Flags().IntVar(&days, "days", 90, "how long it lasts, 1 to 365")
	c.Flags().BoolVar(&list, "list", false, "list all tokens")
	c.Flags().StringVar(&remove, "remove", "", "ID of a token to remove")
	return c
}

func listTokens(c *cobra.Command, a *console.Accounts) error {
	all, err := a.Tokens()
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "id\tname\trole\tmade by\tuntil")
	for _, one := range all {
		by := one.By
		if by == "" {
			by = "(operator)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", one.ID, one.Name, one.Role, by, one.Expires.Format(time.DateOnly))
	}
	return t.Flush()
}

func auditCommand(f *consoleFlags) *cobra.Command {
	var check bool
	var since string
	c := &cobra.Command{
		Use:   "audit",
		Short: "print the audit log; with --check, whether a line was changed or removed",
		Long: `Prints who did what, the oldest line first. With --check each line is held against the one
before it, and the last one's number and hash are printed. Whoever can write console.db can
write another log: keep that number and hash elsewhere, and give them as --since N:HASH.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			n, hash, err := noted(since)
			if err != nil {
				return err
			}
			return withAccounts(*f, func(a *console.Accounts) error {
				if !check && since == "" {
					return printAudit(c, a)
				}
				found, err := a.CheckAudit(n, hash)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "lines %d to %d follow one from the other; the last is %d:%s\n", found.First, found.Last, found.Last, found.Head)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&check, "check", false, "hold each line against the one before it")
	c.Flags().StringVar(&since, "since", "", "N:HASH as --check printed it before: the log must still have that line")
	return c
}

func noted(since string) (n uint64, hash string, err error) {
	if since == "" {
		return 0, "", nil
	}
	number, hash, _ := strings.Cut(since, ":")
	if n, err = strconv.ParseUint(number, 10, 64); err != nil || n == 0 || len(hash) != 64 {
		return 0, "", fmt.Errorf("--since %.80q: accepted is N:HASH as --check prints it", since)
	}
	return n, hash, nil
}

func printAudit(c *cobra.Command, a *console.Accounts) error {
	t := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "n\ttime\twho\tvia\twhat\tabout\tdetail")
	err := a.EachLine(func(l console.Line) {
		via := l.Via
		if l.With != "" {
			via += " " + strconv.Quote(l.With)
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", l.N, l.Time.Format(time.RFC3339), l.Who, via, l.What, l.About, l.Detail)
	})
	return errors.Join(err, t.Flush())
}
