package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/verify"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/spf13/cobra"
)

// errUnfit has verify end with 1 after it has said what is wrong.
var errUnfit = errors.New("something is wrong with the page; each line above says what to do")

func verifyCommand() *cobra.Command {
	var asJSON, noBrowser bool
	c := &cobra.Command{
		Use:   "verify URL [--json] [--no-browser]",
		Short: "look at a page of yours as a visitor's browser does, and say what to do",
		Long: `Fetches a page and all that its tag leads to, and says of each thing that must be right
whether it is: the tag and its attributes, the script's digest, the files below it, the
page's Content Security Policy, headers, the module, the plan, its signature and dates, the
collector's clock, who asks for consent, the names of slots and lists.

Then it seals a report of an invented visit to the plan's aggregators and posts it to the
collector's dry-run address, which applies the checks of real reports and keeps nothing;
the aggregators hear of nothing. And it opens the page in a Chromium, if one is installed,
with a profile of its own that is removed at the end, gives both consents there, and says
what ran and what did not; the report that this browser would send goes to the dry-run
address too. The page's other scripts run as for any visitor. --no-browser leaves it out.

It needs no key and no file of the site's: run it from anywhere. Each line begins with ok,
warning or wrong, and "->" says what to do. The exit code is 1 when a line says wrong.`,
		Example: "  dunlin verify https://shop.example/",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			scripts, err := web.SDK()
			if err != nil {
				return err
			}
			r, err := verify.Run(c.Context(), verify.Options{URL: args[0], Scripts: scripts, Now: time.Now, Random: rand.Reader, Browser: !noBrowser})
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				err = e.Encode(r)
			} else {
				err = r.Print(c.OutOrStdout())
			}
			if err == nil && r.Wrong {
				err = errUnfit
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	c.Flags().BoolVar(&noBrowser, "no-browser", false, "do not open the page in a browser")
	return c
}
