package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/dunlin-analytics/dunlin/web/console"
	"github.com/spf13/cobra"
)

func consoleCommand() *cobra.Command {
	var config, data, listen, name, dir string
	var https, fresh bool
	c := &cobra.Command{
		Use:   "console",
		Short: "serve the dashboard over an aggregator's releases",
		Long: `Serves the dashboard, and its API (docs/console.md), over the release records of a leader or
helper. It reads them beside the serving aggregator and can reach nothing else.

The first start prints a link that signs in once; --link prints another one for --name,
who then sets a password. Stop a running console before making a link.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			files, err := web.Dashboard()
			if err != nil {
				return err
			}
			store, err := openReleases(config, data)
			if err != nil {
				return err
			}
			if dir == "" {
				if dir, err = consoleFolder(config, data); err != nil {
					return err
				}
			}
			_, missing := os.Stat(filepath.Join(dir, "console.db"))
			k, err := console.Open(console.Options{
				Dir: dir, Releases: store, Dashboard: files, Clock: time.Now, Random: rand.Reader, Secure: https,
				Log: slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil)),
			})
			if err != nil {
				return err
			}
			l, err := net.Listen("tcp", listen)
			if errors.Is(err, syscall.EADDRINUSE) {
				err = fmt.Errorf("the address %s is in use: name another one with --listen", listen)
			}
			if err != nil {
				return errors.Join(err, k.Close())
			}
			out := c.OutOrStdout()
			fmt.Fprintf(out, "dashboard at http://%s/\n", l.Addr())
			if fresh || errors.Is(missing, os.ErrNotExist) {
				token, err := k.Invite(name)
				if err != nil {
					return errors.Join(err, l.Close(), k.Close())
				}
				fmt.Fprintf(out, "sign in once, within a day: http://%s/#/sign-in/%s\n", l.Addr(), token)
			}
			return errors.Join(serveUntil(c.Context(), l, k.Handler()), k.Close())
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file; the leader's releases are read, or the helper's")
	c.Flags().StringVar(&data, "data", "", "an aggregator's data folder, instead of --config")
	c.Flags().StringVar(&dir, "dir", "", "folder of console.db (default: console, beside the services file or in --data)")
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8090", "where to listen; put a proxy with HTTPS before it")
	c.Flags().BoolVar(&https, "https", false, "browsers come by HTTPS: bind the session's cookie to it")
	c.Flags().BoolVar(&fresh, "link", false, "print a link that signs in once")
	c.Flags().StringVar(&name, "name", "analyst", "whom the link signs in")
	return c
}

// consoleFolder is where console.db lies unless --dir says.
func consoleFolder(config, data string) (string, error) {
	if data != "" {
		return filepath.Join(data, "console"), nil
	}
	if _, err := service.Read(config); err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(config), "console"), nil
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
