// Command dunlin is Dunlin's one command: plans, keys, the three services,
// releases and benchmarks. It is thin: it reads arguments and wires the rooms.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

// gcPercent spends memory on speed: the services hold little that lives (some
// 10 MB) and allocate much that dies at once (age's buffers, circl's vectors), so
// that at Go's default of 100 the garbage collector runs every few reports and
// takes the second core. Preparing on two cores is 1.35 times one core at 100 and
// 1.8 times at 400. GOGC in the environment goes before.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	// A pipe that its reader closes (dunlin demo loop | head) makes writing fail, so that
	// what runs ends well and its folder goes; the signal would end the process at once.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// interrupted is the exit code after SIGINT, as shells have it.
const interrupted = 130

// run is main without the process around it. It returns the exit code: 0; 1 after
// it has printed one error to stderr; 130 where ctx ended before the work did.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil {
		fmt.Fprintln(stderr, "\ndunlin: interrupted")
		return interrupted
	}
	if err != nil {
		fmt.Fprintln(stderr, "dunlin:", err)
		return 1
	}
	return 0
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "dunlin",
		Short: "See the flock, never the bird: private analytics and personalization",
		Long: `See the flock, never the bird. A visitor's profile stays in the visitor's browser;
the site learns only noised sums over groups. 只见鸟群,不见其鸟。`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(initCommand(), snippetCommand(), verifyCommand(), planCommand(), keygenCommand(), pairCommand(), serveCommand(),
		statusCommand(), doctorCommand(), backupCommand(), restoreCommand(), releaseCommand(), queryCommand(), weeklyCommand(), spoolCommand(), consoleCommand(),
		demoCommand(), simulateCommand(), benchCommand(), steppedCommand())
	return root
}
