package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// group is a command that only holds others. Without one of them it prints help;
// an unknown one is an error (cobra would print help and say that all is well).
func group(use, short string, inner ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return fmt.Errorf("unknown command %q: accepted are %s", c.CommandPath()+" "+args[0], commands(c))
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(inner...)
	return c
}

func commands(c *cobra.Command) string {
	var names []string
	for _, s := range c.Commands() {
		if !s.Hidden {
			names = append(names, s.Name())
		}
	}
	return strings.Join(names, ", ")
}

// needs refuses a command whose flag is empty and says what belongs there.
func needs(flag, value, what string) error {
	if value == "" {
		return fmt.Errorf("--%s is missing: %s", flag, what)
	}
	return nil
}

// oneArg accepts exactly one argument and says what belongs there.
func oneArg(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s takes one argument, %s; see: %[1]s --help", c.CommandPath(), what)
		}
		return nil
	}
}
