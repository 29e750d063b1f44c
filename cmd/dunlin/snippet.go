package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/dunlin-analytics/dunlin/web/console"
	"github.com/spf13/cobra"
)

func snippetCommand() *cobra.Command {
	var config, consent, name string
	var privacy, banner, elements bool
	c := &cobra.Command{
		Use:   "snippet",
		Short: "print the tag for a site's pages",
		Long: `Prints the tag that goes into the <head> of every page: where the script lies, the
digest of its bytes, and the officer's key. It is another one with each version of
Dunlin: pages whose tag is old load nothing and are whole.

--privacy and --banner also print the tags of the scripts of <dunlin-privacy> and
<dunlin-consent>: they go into the <head> of the pages that use these elements alone.

--elements also prints <dunlin-slot>, <dunlin-list> and <dunlin-survey> for each name in
dunlin.yaml beside the services file, to be filled in: they go into the <body>.

The consent mode is that of dunlin.yaml beside the services file, if there is one, or
--consent names it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := tagOf(config, consent, name)
			if err != nil {
				return err
			}
			tag, err := t.HTML()
			if err != nil {
				return err
			}
			scripted := []string{}
			if privacy {
				scripted = append(scripted, site.Privacy)
			}
			if banner {
				scripted = append(scripted, site.Banner)
			}
			for _, element := range scripted {
				line, err := t.Element(element)
				if err != nil {
					return err
				}
				tag += "\n" + line
			}
			tag = site.Snippet(tag)
			if elements {
				f, err := planBeside(config)
				if errors.Is(err, os.ErrNotExist) {
					return fmt.Errorf("--elements: there is no %s to read names from", planPath(config))
				}
				if err != nil {
					return err
				}
				tag += site.Elements(f)
			}
			_, err = fmt.Fprint(c.OutOrStdout(), tag)
			return err
		},
	}
	c.Flags().StringVar(&config, "config", "services.yaml", "services file: names the officer and the collector's paths")
	c.Flags().StringVar(&consent, "consent", "", "ask, site or assumed (default: what dunlin.yaml says)")
	c.Flags().StringVar(&name, "site", "", "the plan's site, where one collector serves several")
	c.Flags().BoolVar(&privacy, "privacy", false, "also the script of <dunlin-privacy>, for the page that shows it")
	c.Flags().BoolVar(&banner, "banner", false, "also the script of <dunlin-consent>, for pages that ask by it")
	c.Flags().BoolVar(&elements, "elements", false, "also the elements of the plan's slots, lists and surveys")
	return c
}

// tagOf is the tag of a services file's site; without consent the mode is that of the plan's
// file beside it.
func tagOf(config, consent, name string) (t site.Tag, err error) {
	scripts, err := web.SDK()
	if err != nil {
		return t, err
	}
	conf, err := service.Read(config)
	if err != nil {
		return t, err
	}
	t = site.Tag{Scripts: scripts, Officer: conf.Officer, Site: name, Paths: collector.DefaultPaths}
	if conf.Collector != nil {
		t.Paths = conf.Collector.Paths
	}
	if consent == "" {
		t.Consent, err = consentBeside(config)
	} else {
		t.Consent, err = site.ParseConsent(consent)
	}
	return t, err
}

// firstSteps is what a site's pages need, for a console whose services file lies beside the
// plan's; without that file it is empty, and the dashboard names the commands that print it.
func firstSteps(config string) (out console.Snippet, err error) {
	f, err := planBeside(config)
	if errors.Is(err, os.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	t, err := tagOf(config, "", "")
	if err != nil {
		return out, err
	}
	tag, err := t.HTML()
	if err != nil {
		return out, err
	}
	return console.Snippet{Site: f.Site, Tag: site.Snippet(tag), Elements: site.Elements(f)}, nil
}

// consentBeside returns the mode of the plan's file that lies beside a services file.
func consentBeside(config string) (mode plan.Consent, err error) {
	f, err := planBeside(config)
	if errors.Is(err, os.ErrNotExist) {
		return mode, fmt.Errorf("--consent is missing, and there is no %s to read it from: accepted are ask, site, assumed", planPath(config))
	}
	if err != nil {
		return mode, err
	}
	return f.Consent, nil
}

func planPath(config string) string { return filepath.Join(filepath.Dir(config), site.PlanName) }

// planBeside reads the plan's file that lies beside a services file.
//
// Errors: os.ErrNotExist, and the file's problems.
func planBeside(config string) (*planfile.File, error) {
	path := planPath(config)
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	f, problems := planfile.Parse(path, src)
	if problems != nil {
		return nil, planProblems(problems)
	}
	return f, nil
}
