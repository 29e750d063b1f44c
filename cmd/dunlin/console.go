package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/dunlin-analytics/dunlin/web/console"
	"github.com/spf13/cobra"
)

// consoleFlags are those of every console command.
type consoleFlags struct{ config, data, dir, address string }

// firstAdmin is whom the link of the first start signs in.
const firstAdmin = "admin"

// consoleListen is where the console listens unless --listen says.
const consoleListen = "127.0.0.1:8090"

func consoleCommand() *cobra.Command {
	var f consoleFlags
	var listen, role string
	c := &cobra.Command{
		Use:   "console",
		Short: "serve the dashboard over an aggregator's releases; invite who reads it",
		Long: `Serves the dashboard, and its API (docs/console.md), over the release records of a leader or
helper. It reads them beside the serving aggregator and can reach nothing else.

The first start prints a link that signs in "admin" once, who then sets a password and can
invite others. Here it is done by dunlin console invite NAME, for a forgotten password too,
beside the running console.

Roles: a viewer reads reports and notes; an analyst writes notes and makes shared links
besides; an officer reads the audit log besides; an admin may do all, and keeps accounts.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serveConsole(c, f, listen) },
	}
	c.PersistentFlags().StringVar(&f.config, "config", "services.yaml", "services file; the leader's releases are read, or the helper's")
	c.PersistentFlags().StringVar(&f.data, "data", "", "an aggregator's data folder, instead of --config")
	c.PersistentFlags().StringVar(&f.dir, "dir", "", "folder of the accounts (default: console, beside the services file or in --data)")
	c.PersistentFlags().StringVar(&f.address, "address", "", "where browsers find it, as https://stats.shop.example; https binds the session's cookie to HTTPS (default: http and --listen)")
	c.Flags().StringVar(&listen, "listen", consoleListen, "HOST:PORT; for other machines put a proxy with HTTPS before it and say --address")
	invite := &cobra.Command{
		Use:   "invite NAME",
		Short: "print a link that signs NAME in once, within a day, and makes the account if there is none",
		Args:  oneArg("the name of an account"),
		RunE: func(c *cobra.Command, args []string) error {
			return withAccounts(f, func(a *console.Accounts) error {
				return printLink(c, a, args[0], console.Role(role), f.at("http://"+consoleListen))
			})
		},
	}
	invite.Flags().StringVar(&role, "role", "", "viewer, analyst, officer or admin (default: the one that NAME has; of a new account viewer)")
	c.AddCommand(invite, roleCommand(&f), tokenCommand(&f), auditCommand(&f), &cobra.Command{
		Use:   "accounts",
		Short: "list the accounts",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withAccounts(f, func(a *console.Accounts) error { return listAccounts(c, a) })
		},
	}, &cobra.Command{
		Use:   "remove NAME",
		Short: "remove NAME's account: password, links, sessions and tokens",
		Args:  oneArg("the name of an account, as `dunlin console accounts` prints it"),
		RunE: func(c *cobra.Command, args []string) error {
			return withAccounts(f, func(a *console.Accounts) error {
				if err := a.Remove(args[0]); err != nil {
					return fmt.Errorf("remove %q: %w; see: dunlin console accounts", args[0], err)
				}
				fmt.Fprintf(c.OutOrStdout(), "%s is removed and signed out\n", args[0])
				return nil
			})
		},
	})
	return c
}

func serveConsole(c *cobra.Command, f consoleFlags, listen string) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	files, err := web.Dashboard()
	if err != nil {
		return err
	}
	store, err := openReleases(f.config, f.data)
	if err != nil {
		return err
	}
	dir, err := f.folder()
	if err != nil {
		return err
	}
	helm, err := openHelm(c, f)
	if err != nil {
		return err
	}
	var steps console.Snippet
	if f.data == "" {
		if steps, err = firstSteps(f.config); err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "dunlin: the dashboard has no tag to copy: %v\n", err)
		}
	}
	k, err := console.Open(console.Options{
		Dir: dir, Releases: store, Helm: helm, Snippet: steps, Dashboard: files, Clock: time.Now, Random: rand.Reader, Secure: strings.HasPrefix(f.address, "https:"),
		Log: slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil)),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	l, err := net.Listen("tcp", listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the address %s is in use: name another one with --listen", listen)
	}
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if at := l.Addr().(*net.TCPAddr); !at.IP.IsLoopback() && f.address == "" {
		fmt.Fprintln(c.ErrOrStderr(), "dunlin: other machines can reach this, and passwords travel in the clear: put a proxy with HTTPS before it and say --address https://…")
	}
	home := f.at("http://" + l.Addr().String())
	fmt.Fprintf(c.OutOrStdout(), "dashboard at %s/\n", home)
	accounts, err := k.List()
	switch admin := func(a console.Account) bool { return a.Role == console.Admin }; {
	case err != nil:
	case len(accounts) > 0 && !slices.ContainsFunc(accounts, admin):
		fmt.Fprintln(c.ErrOrStderr(), "dunlin: no account is an admin's, so nobody can keep the accounts in the dashboard: dunlin console role NAME admin")
	case len(accounts) == 0:
		err = printLink(c, k.Accounts, firstAdmin, console.Admin, home)
	}
	if err != nil {
		return errors.Join(err, l.Close())
	}
	return serveUntil(c.Context(), l, k.Handler())
}

// openHelm opens the leader's log of orders, where the releases are a leader's and its
// folder may be written; else there is none, and the loop is only shown.
func openHelm(c *cobra.Command, f consoleFlags) (console.Helm, error) {
	data := f.data
	if data == "" {
		conf, err := service.Read(f.config)
		if err != nil || conf.Leader == nil {
			return nil, err
		}
		data = conf.Leader.Data
	} else if _, err := os.Stat(filepath.Join(data, steer.File)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a helper's, or a copy
	}
	helm, err := service.OpenHelm(data)
	if errors.Is(err, fs.ErrPermission) {
		fmt.Fprintf(c.ErrOrStderr(), "dunlin: the loop is shown but not steered from here: run the console as the leader's user, who may write %s\n", data)
		return nil, nil
	}
	return helm, err
}

// check refuses an address that no link can begin with.
func (f *consoleFlags) check() error {
	if f.address == "" {
		return nil
	}
	u, err := url.Parse(f.address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("--address %q: accepted is where the dashboard stands at the top, as https://stats.shop.example", f.address)
	}
	return nil
}

// at is the address that links begin with, without a slash at its end.
func (f *consoleFlags) at(otherwise string) string {
	if f.address == "" {
		return otherwise
	}
	return strings.TrimRight(f.address, "/")
}

// folder is where the accounts lie.
func (f *consoleFlags) folder() (string, error) {
	switch {
	case f.dir != "":
		return f.dir, nil
	case f.data != "":
		return filepath.Join(f.data, "console"), nil
	}
	if _, err := service.Read(f.config); err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(f.config), "console"), nil
}

// withAccounts opens the accounts, which a running console may have too.
func withAccounts(f consoleFlags, do func(*console.Accounts) error) error {
	if err := f.check(); err != nil {
		return err
	}
	dir, err := f.folder()
	if err != nil {
		return err
	}
	a, err := console.OpenAccounts(dir, time.Now, rand.Reader)
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.Close())
}

func printLink(c *cobra.Command, a *console.Accounts, name string, role console.Role, home string) error {
	token, err := a.Invite(name, role)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "signs %s in once, within a day: %s/#/sign-in/%s\n", name, home, token)
	return nil
}

func listAccounts(c *cobra.Command, a *console.Accounts) error {
	all, err := a.List()
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(c.OutOrStdout(), "no account yet: dunlin console invite NAME makes one")
		return nil
	}
	t := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\trole\tsigns in by")
	for _, one := range all {
		by := map[bool]string{false: "link alone", true: "password"}[one.PasswordSet]
		fmt.Fprintf(t, "%s\t%s\t%s\n", one.Name, one.Role, by)
	}
	return t.Flush()
}

// serveUntil serves until ctx ends, and then gives running answers a moment.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		return s.Shutdown(last)
	}
}
