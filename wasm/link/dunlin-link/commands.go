package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
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
	lines := flags.Bool("drop-lines", false, "clear the tables of files and lines, which only tracebacks read")
	operands, err := parse(flags, args, stderr)
	if err != nil || len(operands) != 2 {
		return errUsage
	}
	in, out := operands[0], operands[1]
	module, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	merged, err := link.Merge(module, link.Options{Gap: *gap, DropLines: *lines})
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	if err := write(out, merged); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d bytes, was %d\n", out, len(merged), len(module))
	return nil
}

// write writes a file beside its place and renames it: whoever reads path finds
// the old file or the new one, never a part.
func write(path string, b []byte) error {
	if err := os.WriteFile(path+".part", b, 0o644); err != nil {
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return errors.Join(err, os.Remove(path+".part"))
	}
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

// compress writes FILE.br beside each FILE.
func compress(args []string, stdout, stderr io.Writer) error {
	operands, err := parse(flag.NewFlagSet("compress", flag.ContinueOnError), args, stderr)
	if err != nil || len(operands) == 0 {
		return errUsage
	}
	for _, file := range operands {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		packed := link.Brotli(b)
		if err := write(file+".br", packed); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s.br: %d bytes, was %d\n", file, len(packed), len(b))
	}
	return nil
}

// size prints "NAME BYTES" a line, in the order in which the names first stand; a
// file without a name goes by its path. Any file will do, not only modules.
func size(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("size", flag.ContinueOnError)
	budgets := map[string]int{}
	flags.Func("max", "NAME=BYTES: bytes allowed after brotli", func(v string) error {
		name, number, _ := strings.Cut(v, "=")
		most, err := strconv.Atoi(number)
		if err != nil || most < 0 {
			return errors.New("want NAME=BYTES")
		}
		budgets[name] = most
		return nil
	})
	operands, err := parse(flags, args, stderr)
	if err != nil || len(operands) == 0 {
		return errUsage
	}
	var names []string
	sizes := map[string]int{}
	for _, operand := range operands {
		name, file, named := strings.Cut(operand, "=")
		if !named {
			file = name
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, again := sizes[name]; !again {
			names = append(names, name)
		}
		sizes[name] += link.BrotliSize(b)
	}
	var over []error
	for _, name := range names {
		fmt.Fprintf(stdout, "%s %d\n", name, sizes[name])
		if most, held := budgets[name]; held {
			if err := link.CheckSize(sizes[name], most); err != nil {
				over = append(over, fmt.Errorf("%s: %w", name, err))
			}
		}
		delete(budgets, name)
	}
	for name := range budgets {
		over = append(over, fmt.Errorf("--max %s: no file has this name", name))
	}
	return errors.Join(over...)
}
