package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"

	"github.com/dunlin-analytics/dunlin/cmd/demo"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/spf13/cobra"
)

// demoCommand is the shop and the dashboard for a browser; those below it are for a
// terminal.
func demoCommand() *cobra.Command {
	var listen string
	var open bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "a shop to walk through and its dashboard over 90 days, in your browser",
		Long: `Runs collector, leader and helper of an invented shop on this machine, and serves the shop
and its dashboard over 90 days of some 20,000 invented visitors. Your browser then joins
them: it keeps your profile, picks what the shop shows you, and sends one sealed report. The
button "next day" closes the day, with the others' reports beside yours, and the dashboard has
a new point. Everything is removed at the end.

  dunlin demo loop    14 days in the terminal, beside the truth that only a simulation knows
  dunlin demo sums    a private sum on 2,000 customers of a real e-mail test`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return demoShop(c, listen, open) },
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "HOST:PORT on this machine")
	c.Flags().BoolVar(&open, "open", false, "open the shop in your browser")
	c.AddCommand(demoLoopCommand(), demoSumsCommand(), demoDataCommand())
	return c
}

// demoShop runs the demo until it is interrupted.
func demoShop(c *cobra.Command, listen string, open bool) (err error) {
	o := demo.Options{Listen: listen, Log: io.Discard}
	if o.Module, err = module.Bytes(); err != nil {
		return err
	}
	o.ModuleBrotli = module.Brotli()
	for part, built := range map[*fs.FS]func() (fs.FS, error){&o.SDK: web.SDK, &o.Dashboard: web.Dashboard, &o.Shop: web.Shop} {
		if *part, err = built(); err != nil {
			return err
		}
	}
	if o.Dir, err = os.MkdirTemp("", "dunlin-demo-"); err != nil {
		return err
	}
	defer os.RemoveAll(o.Dir)
	d, err := demo.Start(c.Context(), o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	link, err := d.Link()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), `Dunlin: a shop and its dashboard, for this machine alone.

  the shop       %[1]s
  the dashboard  %[2]s
                 (this link signs in once)

Three things to try:
  1. In the shop say yes to both questions, look at a few shoes, and go back to the home page.
  2. On the dashboard see what the shop learns of its visitors, and what the noise hides.
  3. In the shop press "next day": the day closes with your visit among the others'.

中文:打开上面两个地址;在商店里逛一逛,再按“下一天”,你的访问就会成为仪表盘上新的一天的一部分。

Ctrl-C ends the demo and removes all that it made.
`, d.Shop(), link)
	if open {
		if err := openBrowser(c.Context(), d.Shop()); err != nil {
			fmt.Fprintln(c.ErrOrStderr(), "The browser could not be opened; open the shop's address yourself:", err)
		}
	}
	return d.Wait(c.Context())
}

// openBrowser opens an address in the system's browser and does not wait for it.
func openBrowser(ctx context.Context, address string) error {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	c := exec.CommandContext(ctx, name, args...)
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = c.Wait() }() // it has said what it had to say
	return nil
}
