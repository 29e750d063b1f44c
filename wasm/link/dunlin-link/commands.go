package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/dunlin-analytics/dunlin/wasm/link"
)

// parse reads flags that may stand before, between or after the operands.
func parse(flags *flag.FlagSet, args []string, stderr io.Writer) ([]string, error) {
	flags.SetOutput(stderr)
	flags.Usage = func() {}
	var operands []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, errUsage // flag has told which and why
		}
		if flags.NArg() == 0 {
			return operands, nil
		}
		operands = append(operands, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

func merge(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("merge", flag.ContinueOnError)
	gap := flags.Int("gap", link.DefaultGap, "most zeros in a row inside a segment")
	operands, err := parse(flags, args, stderr)
	if err != nil || len(operands) != 2 {
		return errUsage
	}
	in, out := operands[0], operands[1]
	module, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	merged, err := link.Merge(module, link.Options{Gap: *gap})
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	// Written beside and renamed: whoever reads OUT finds the old module or the
	// new one, never a part.
	if err := os.WriteFile(out+".part", merged, 0o644); err != nil {
		return err
	}
	if err := os.Rename(out+".part", out); err != nil {
		return errors.Join(err, os.Remove(out+".part"))
	}
	fmt.Fprintf(stdout, "%s: %d bytes, was %d\n", out, len(merged), len(module))
	return nil
}

func check(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	budget := flags.Int("max-brotli", -1, "bytes allowed after brotli; none given, none held")
	operands, err := parse(flags, args, stderr)
	if err != nil || len(operands) != 1 {
		return errUsage
	}
	file := operands[0]
	module, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	report, err := link.Inspect(module)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	list(stdout, report)
	held := []error{link.CheckImports(report.Imports)}
	if *budget >= 0 {
		held = append(held, link.CheckSize(report.Brotli, *budget))
	}
	if err := errors.Join(held...); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// list writes what a reader of a check wants to see, refused or not.
func list(w io.Writer, r *link.Report) {
	repeats := map[link.Import]int{}
	for _, i := range r.Imports {
		if repeats[i]++; repeats[i] == 1 {
			fmt.Fprintf(w, "import %s\n", i)
		}
	}
	for _, e := range r.Exports {
		fmt.Fprintf(w, "export %s %s\n", e.Kind, e.Name)
	}
	fmt.Fprintf(w, "imports %d distinct\nsegments %d\nmemory %d bytes\nsize %d bytes\nbrotli %d bytes\n",
		len(repeats), r.Segments, r.Memory, r.Size, r.Brotli)
}

// size prints "NAME BYTES" a line; a file without a name goes by its path. Any
// file will do, not only modules.
func size(args []string, stdout, stderr io.Writer) error {
	operands, err := parse(flag.NewFlagSet("size", flag.ContinueOnError), args, stderr)
	if err != nil || len(operands) == 0 {
		return errUsage
	}
	for _, operand := range operands {
		name, file, named := strings.Cut(operand, "=")
		if !named {
			file = name
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s %d\n", name, link.BrotliSize(b))
	}
	return nil
}
