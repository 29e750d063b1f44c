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
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/dunlin-analytics/dunlin/web/console"
	"github.com/spf13/cobra"
)

// consoleFlags are those of every console command.
type consoleFlags struct {
	configs                  []string // FILE, or SITE=FILE each
	data, dir, address, site string

	// As configs say (check).
	config string // the first file
	sites  []siteFile
}

// siteFile is one of several sites: its name and its services file.
type siteFile struct{ name, config string }

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
besides; an officer reads the audit log besides; an admin may do all, and keeps accounts.

Several sites are served by --config SITE=FILE for each, SITE as in its plan. Roles, tokens,
notes, links and audit logs are each site's; the other commands take --site. What the console
kept as one site's is that of the first.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serveConsole(c, f, listen) },
	}
	c.PersistentFlags().StringArrayVar(&f.configs, "config", []string{"services.yaml"}, "services file; the leader's releases are read, or the helper's; for each of several sites SITE=FILE")
	c.PersistentFlags().StringVar(&f.data, "data", "", "an aggregator's data folder, instead of --config")
	c.PersistentFlags().StringVar(&f.dir, "dir", "", "folder of the accounts (default: console, beside the services file or in --data)")
	c.PersistentFlags().StringVar(&f.address, "address", "", "where browsers find it, as https://stats.shop.example; https binds the session's cookie to HTTPS (default: http and --listen)")
	c.PersistentFlags().StringVar(&f.site, "site", "", "of invite, role, accounts, remove, token and audit: the site, where there are several")
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
				if f.site != "" {
					fmt.Fprintf(c.OutOrStdout(), "%s is removed from %s\n", args[0], f.site)
					return nil
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
	if f.site != "" {
		return errors.New("--site is of invite, role, accounts, remove, token and audit: the console serves every --config")
	}
	dir, err := f.folder()
	if err != nil {
		return err
	}
	var opt console.Options
	if len(f.sites) > 0 {
		opt.Sites = openSites(c, f)
	} else {
		if opt.Releases, err = openReleases(f.config, f.data); err != nil {
			return err
		}
		if opt.Helm, err = openHelm(c, f); err != nil {
			return err
		}
	}
	var steps console.Snippet
	if f.data == "" && len(f.sites) == 0 {
		if steps, err = firstSteps(f.config); err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "dunlin: the dashboard has no tag to copy: %v\n", err)
		}
	}
	k, err := console.Open(console.Options{
		Dir: dir, Releases: opt.Releases, Helm: opt.Helm, Sites: opt.Sites, Snippet: steps, Dashboard: files, Clock: time.Now, Random: rand.Reader, Secure: strings.HasPrefix(f.address, "https:"),
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
	if err := welcome(c, f, k.Accounts, home); err != nil {
		return errors.Join(err, l.Close())
	}
	return serveUntil(c.Context(), l, k.Handler())
}

// welcome prints the first admin's link where there is no account, and says of which site
// nobody is an admin.
func welcome(c *cobra.Command, f consoleFlags, a *console.Accounts, home string) error {
	of := []*console.Accounts{a}
	if len(f.sites) > 0 {
		of = nil
	}
	for _, s := range f.sites {
		at, err := a.For(s.name, false)
		if err != nil {
			return err
		}
		of = append(of, at)
	}
	total, orphans := 0, []int{}
	for i, at := range of {
		accounts, err := at.List()
		if err != nil {
			return err
		}
		total += len(accounts)
		if !slices.ContainsFunc(accounts, func(a console.Account) bool { return a.Role == console.Admin }) {
			orphans = append(orphans, i)
		}
	}
	if total == 0 {
		// The link of the last one is the one that works: it opens all.
		for _, at := range of[:len(of)-1] {
			if _, err := at.Invite(firstAdmin, console.Admin); err != nil {
				return err
			}
		}
		return printLink(c, of[len(of)-1], firstAdmin, console.Admin, home)
	}
	for _, i := range orphans {
		say := ""
		if len(f.sites) > 0 {
			say = " --site " + f.sites[i].name
		}
		fmt.Fprintf(c.ErrOrStderr(), "dunlin: no account is an admin's, so nobody can keep the accounts in the dashboard: dunlin console role NAME admin%s\n", say)
	}
	return nil
}

// lateReleases opens a site's releases when they are asked for, until that succeeds: a site
// whose aggregator has not served yet, or whose disk is away, does not keep the others back.
type lateReleases struct {
	config string

	mu    sync.Mutex
	store *release.Store
}

func (l *lateReleases) open() (*release.Store, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.store == nil {
		store, err := openReleases(l.config, "")
		if err != nil {
			return nil, fmt.Errorf("%w: %w", console.ErrDown, err)
		}
		l.store = store
	}
	return l.store, nil
}

func (l *lateReleases) List() ([]release.Signed, error) {
	s, err := l.open()
	if err != nil {
		return nil, err
	}
	all, err := s.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", console.ErrDown, err)
	}
	return all, nil
}

func (l *lateReleases) Plan(d plan.Digest) ([]byte, error) {
	s, err := l.open()
	if err != nil {
		return nil, err
	}
	return s.Plan(d)
}

// openSites opens what each site is served from. What cannot be opened is said, and tried
// again when the site is asked for; orders are then taken after a restart.
func openSites(c *cobra.Command, f consoleFlags) (all []console.SiteOptions) {
	for _, s := range f.sites {
		releases := &lateReleases{config: s.config}
		_, err := releases.open()
		one := console.SiteOptions{Name: s.name, Releases: releases}
		if err == nil {
			one.Helm, err = openHelm(c, consoleFlags{config: s.config})
		}
		if steps, failed := firstSteps(s.config); failed == nil {
			one.Snippet = steps
		}
		if err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "dunlin: the site %s is not served for now: %v\n", s.name, err)
		}
		all = append(all, one)
	}
	return all
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

// check reads --config, and refuses an address that no link can begin with.
func (f *consoleFlags) check() error {
	f.sites = nil
	for _, text := range f.configs {
		name, config, named := strings.Cut(text, "=")
		if !named {
			name, config = "", text
		}
		switch {
		case named && (name == "" || config == ""), !named && len(f.configs) > 1:
			return fmt.Errorf("--config %q: of several sites each is named, as --config shop.example=shop.yaml --config blog.example=blog.yaml", text)
		case named && slices.ContainsFunc(f.sites, func(s siteFile) bool { return s.name == name }):
			return fmt.Errorf("--config %q: the site %s is named twice", text, name)
		case named && f.data != "":
			return errors.New("--data is of one site, instead of --config: give --config SITE=FILE alone")
		}
		if named {
			f.sites = append(f.sites, siteFile{name, config})
		}
		if f.config == "" {
			f.config = config
		}
	}
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
	if _, err := service.Read(f.config); err != nil && len(f.sites) == 0 {
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
	at, err := f.accountsAt(a)
	if err == nil {
		err = do(at)
	}
	return errors.Join(err, a.Close())
}

// accountsAt are those of the site that --site names, or of the only one.
func (f *consoleFlags) accountsAt(a *console.Accounts) (*console.Accounts, error) {
	for _, s := range f.sites {
		if _, err := a.For(s.name, true); err != nil {
			return nil, err
		}
	}
	names, err := a.Sites()
	switch {
	case err != nil:
		return nil, err
	case f.site != "" && len(names) == 0:
		return nil, errors.New("--site: the console serves one site: leave it away")
	case f.site != "":
		return a.For(f.site, false)
	case len(names) > 1:
		return nil, fmt.Errorf("say of which site, by --site: %s", strings.Join(names, ", "))
	}
	return a, nil
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
