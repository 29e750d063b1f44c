package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/spf13/cobra"
)

// errDeclined: the owner has read what to expect, and said no.
var errDeclined = errors.New("nothing was written")

func initCommand() *cobra.Command {
	var dir, period, consent string
	var yes bool
	var a site.Answers
	c := &cobra.Command{
		Use:   "init",
		Short: "begin a site: a plan that suits its size, keys, and the tag for its pages",
		Long: `Asks about a site, says what its numbers will be worth, and writes a commented
dunlin.yaml, keys, a services file and the tag for its pages. What a flag answers is not
asked; nothing that exists is overwritten. Below 300 visitors a day four weeks are
recommended as the period, below 2,000 a week.

` + site.ConsentText,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			scripts, err := web.SDK()
			if err != nil {
				return err
			}
			if err := site.MustBeNew(dir); err != nil {
				return err
			}
			if period != "" {
				if a.Period, err = site.ParsePeriod(period); err != nil {
					return fmt.Errorf("--period: %w", err)
				}
			}
			if consent != "" {
				if a.Consent, err = site.ParseConsent(consent); err != nil {
					return fmt.Errorf("--consent: %w", err)
				}
			}
			if err := a.CheckGiven(); err != nil {
				return err
			}
			in, out := bufio.NewReader(c.InOrStdin()), c.OutOrStdout()
			if yes {
				a = a.WithDefaults(systemZone())
			} else if err := a.Ask(in, out, systemZone()); err != nil {
				return err
			}
			f, err := site.Prepare(site.Input{Dir: dir, Answers: a, Scripts: scripts, Now: time.Now(), Random: rand.Reader})
			if err != nil {
				return err
			}
			fmt.Fprintln(out)
			if err := f.Expect.WriteText(out); err != nil {
				return err
			}
			fmt.Fprintln(out)
			if !yes {
				agreed, err := site.Agree(in, out, "Write this site to "+dir+"?")
				if err != nil {
					return err
				}
				if !agreed {
					return errDeclined
				}
				fmt.Fprintln(out)
			}
			if err := f.Create(); err != nil {
				return err
			}
			fmt.Fprint(out, f.NextSteps())
			return nil
		},
	}
	c.Flags().StringVar(&dir, "dir", "site", "folder to write to")
	c.Flags().StringVar(&a.Domain, "domain", "", "the site's domain, such as shop.example")
	c.Flags().IntVar(&a.Visitors, "visitors", 0, "about how many people visit it a day")
	c.Flags().StringVar(&period, "period", "", "day, week or 4 weeks (default: what suits the visitors)")
	c.Flags().StringVar(&consent, "consent", "", "ask, site or assumed; there is no default")
	c.Flags().StringVar(&a.TimeZone, "timezone", "", "IANA name (default: this machine's)")
	c.Flags().BoolVar(&yes, "yes", false, "ask nothing: flags and defaults answer")
	return c
}

func systemZone() string {
	return site.SystemZone(os.Getenv("TZ"), func() (string, error) { return os.Readlink("/etc/localtime") }, os.DirFS("/etc"))
}
