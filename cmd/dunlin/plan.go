package main

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/spf13/cobra"
)

func planCommand() *cobra.Command {
	return group("plan", "check, build, sign, verify and show plans, list the variables of rules, size holdouts",
		planCheckCommand(), planVarsCommand(), planHoldoutCommand(), planBuildCommand(), planSignCommand(), planVerifyCommand(), planShowCommand())
}

// readPlanFile parses a dunlin.yaml and holds it to what devices accept.
func readPlanFile(path string) (*planfile.File, *planfile.Report, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the plan: %w", err)
	}
	f, problems := planfile.Parse(path, src)
	if problems != nil {
		return nil, nil, planProblems(problems)
	}
	report, problems := planfile.Check(f)
	if problems != nil {
		return nil, report, planProblems(problems)
	}
	return f, report, nil
}

func planProblems(p planfile.Problems) error {
	if len(p) == 1 {
		return p[0]
	}
	return fmt.Errorf("%d problems\n%w", len(p), p)
}

func planCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "say what a dunlin.yaml measures and costs, or what is wrong with it",
		Args:  oneArg("a dunlin.yaml"),
		RunE: func(c *cobra.Command, args []string) error {
			_, report, err := readPlanFile(args[0])
			if report != nil {
				if err := report.WriteText(c.OutOrStdout()); err != nil {
					return err
				}
			}
			return err
		},
	}
}

func planBuildCommand() *cobra.Command {
	var pairing, out, expires string
	c := &cobra.Command{
		Use:   "build FILE",
		Short: "make a plan's bytes from dunlin.yaml and a pairing, for the officer to sign",
		Args:  oneArg("a dunlin.yaml"),
		RunE: func(c *cobra.Command, args []string) error {
			f, report, err := readPlanFile(args[0])
			if err != nil {
				return err
			}
			p, err := service.ReadPairing(pairing)
			if err != nil {
				return err
			}
			in := planfile.BuildInput{Leader: p.Leader, Helper: p.Helper, VerifyKey: p.VerifyKey, Issued: plan.Time(time.Now().Unix())}
			if expires != "" {
				t, err := time.Parse(time.RFC3339, expires)
				if err != nil {
					return fmt.Errorf("--expires %q: accepted is an instant such as 2027-11-30T23:00:00Z", expires)
				}
				in.Expires = plan.Time(t.Unix())
			}
			built, err := f.Plan(in)
			if err != nil {
				return fmt.Errorf("build %s: %w", args[0], err)
			}
			published, err := plan.Encode(built)
			if err != nil {
				return fmt.Errorf("build %s: %w", args[0], err)
			}
			if err := service.WriteNew(out, published, 0o644); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "wrote %s\nplan %s\n%d cells, weight %d, sigma squared %d, %d periods, %d bytes\nNext: the officer reads `dunlin plan show %s` and signs it with `dunlin plan sign`\n",
				out, plan.DigestOf(published), report.Cells, report.Weight, report.Sigma2, len(built.Periods), len(published), out)
			return nil
		},
	}
	c.Flags().StringVar(&pairing, "pairing", "pairing.yaml", "file that dunlin pair wrote")
	c.Flags().StringVar(&out, "out", "plan.bin", "file to write")
	c.Flags().StringVar(&expires, "expires", "", "instant after which nothing is measured (default: end of the last period)")
	return c
}

func planSignCommand() *cobra.Command {
	var key, config, out string
	c := &cobra.Command{
		Use:   "sign FILE",
		Short: "sign a plan's bytes as the privacy officer",
		Long: `Signs a plan's bytes with the officer's key, after it has checked them against the
helper's part of the services file: the helper must hold the verify key that the plan
commits to, the plan must seal to the helper's own key, and its price must be within
the devices' caps.`,
		Args: oneArg("a file that `dunlin plan build` wrote"),
		RunE: func(c *cobra.Command, args []string) error {
			published, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read the plan: %w", err)
			}
			p, err := plan.Decode(published)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			conf, err := service.Read(config)
			if err != nil {
				return err
			}
			if err := service.MaySign(conf, p); err != nil {
				return fmt.Errorf("%s is not signed: %w", args[0], err)
			}
			file, err := conf.OfficerKey(key)
			if err != nil {
				return err
			}
			private, err := planfile.ParseOfficerKey(file)
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			if public := planfile.FormatOfficer(private.Public().(ed25519.PublicKey)); public != conf.Officer {
				return fmt.Errorf("%s is the key of %s, but %s names the officer %s", key, public, config, conf.Officer)
			}
			if err := service.WriteNew(out, planfile.Sign(published, private), 0o644); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "signed plan %s as %s\n", plan.DigestOf(published), out)
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", "officer.pem", "the officer's key file")
	c.Flags().StringVar(&config, "config", "services.yaml", "services file with the helper's section")
	c.Flags().StringVar(&out, "out", "plan.signed", "file to write")
	return c
}

func planVerifyCommand() *cobra.Command {
	var officer string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "check that the officer signed a plan",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := needs("officer", officer, "the officer's public key, dunlin-officer1…, as `dunlin keygen officer` printed it"); err != nil {
				return err
			}
			public, err := planfile.ParseOfficer(officer)
			if err != nil {
				return fmt.Errorf("--officer: %w", err)
			}
			signed, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read the plan: %w", err)
			}
			published, err := planfile.Verify(signed, public)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			p, err := plan.Decode(published)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			fmt.Fprintf(c.OutOrStdout(), "plan %s, serial %d of %s, is signed by %s\n", plan.DigestOf(published), p.Serial, p.Site, officer)
			return nil
		},
	}
	c.Flags().StringVar(&officer, "officer", "", "the officer's public key (dunlin-officer1…)")
	return c
}

func planShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show FILE",
		Short: "say in plain words what a built or signed plan asks, read from its bytes",
		Args:  oneArg("a file that `dunlin plan build` or `dunlin plan sign` wrote"),
		RunE: func(c *cobra.Command, args []string) error {
			b, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read the plan: %w", err)
			}
			if inner, err := planfile.Unverified(b); err == nil {
				fmt.Fprintln(c.OutOrStdout(), "signed; who signed it is for `dunlin plan verify` to say")
				b = inner
			}
			err = planfile.Show(c.OutOrStdout(), b)
			if errors.Is(err, plan.ErrMagic) && !bytes.HasPrefix(b, []byte("DLP")) {
				return fmt.Errorf("%s is neither built nor signed: for a dunlin.yaml use `dunlin plan check`", args[0])
			}
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return nil
		},
	}
}
