// Command dunlin-link shrinks the built module and holds it to its gates. The
// work is package link's; this command reads and writes files.
//
//	dunlin-link merge [--gap N] [--drop-lines] IN OUT
//	dunlin-link check FILE [--max-brotli BYTES]
//	dunlin-link compress FILE...
//	dunlin-link size [NAME=]FILE... [--max NAME=BYTES]...
//
// It answers 0 when all went well, 1 when a file was refused, 2 when it was
// called wrongly. A refused merge leaves OUT as it was.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

const usage = `usage:
  dunlin-link merge [--gap N] [--drop-lines] IN OUT
                                               join data segments, drop what only tools read
  dunlin-link check FILE [--max-brotli BYTES]  imports, exports, size; fails beyond the ten imports or the budget
  dunlin-link compress FILE...                 write FILE.br, brotli 11
  dunlin-link size [NAME=]FILE...              bytes after brotli 11, a line each; files of one name are
                   [--max NAME=BYTES]...       summed; fails where a name has more than its BYTES
`

// errUsage: the command line makes no sense; what is wrong has been said.
var errUsage = errors.New("usage")

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	commands := map[string]func([]string, io.Writer, io.Writer) error{
		"merge": merge, "check": check, "compress": compress, "size": size,
	}
	verb := ""
	if len(args) > 0 {
		verb = args[0]
	}
	command, ok := commands[verb]
	if !ok {
		fmt.Fprint(stderr, usage)
		return 2
	}
	err := command(args[1:], stdout, stderr)
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprint(stderr, usage)
		return 2
	case err != nil:
		fmt.Fprintf(stderr, "dunlin-link: %s: %v\n", verb, err)
		return 1
	}
	return 0
}
