package main

import "github.com/spf13/cobra"

// demoCommand is the shop and the dashboard for a browser.
func demoCommand() *cobra.Command {
	c := group("demo", "see Dunlin work")
	c.AddCommand(demoLoopCommand(), demoSumsCommand(), demoDataCommand())
	return c
}
