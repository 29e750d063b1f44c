// Package msnbc is the benchmark "segment priors plus the device's own evidence":
// visitors of a news site in 1999, whose next page category is what a variant must
// guess. Releases of a week of uniform logging give the priors; in the second week
// a device chooses by them and by what it knows itself.
package msnbc

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// Categories is how many there are.
	Categories = 17
	// None stands for the category before the first.
	None = Categories
	// Days is how many days the file has; the first LearnDays are logged.
	Days      = 14
	LearnDays = 7
	// maxDecisions are a visitor's first transitions.
	maxDecisions = 4
)

// Variants are the categories that the slot offers.
var Variants = [...]int{0, 1, 6, 5, 3, 13}

// Visitor is one line of the file: the categories of a day, consecutive repeats
// collapsed; of Read with a transition, and the first five of them.
type Visitor struct {
	ID   int
	Day  int
	Path []int
}

// Decisions is how many the visitor makes.
func (v Visitor) Decisions() int { return len(v.Path) - 1 }

// Last, Next and Prev are those of decision i.
func (v Visitor) Last(i int) int { return v.Path[i] }

// Next is the category that follows.
func (v Visitor) Next(i int) int { return v.Path[i+1] }

// Prev is the category before last, or None.
func (v Visitor) Prev(i int) int {
	if i == 0 {
		return None
	}
	return v.Path[i-1]
}

// File is the data set's path below the data folder.
const File = "msnbc/msnbc_dev.tsv.gz"

// ErrNoData: no file is named, or it is not there.
var ErrNoData = errors.New("name the folder that holds " + File + " with --data or DUNLIN_DATA, or a file of its form with --file")

// Read returns the visitors of a file who make a decision; file "" is File below dir.
func Read(dir, file string) ([]Visitor, error) { return read(dir, file, maxDecisions+1, 2) }

// ReadWhole returns all visitors of a file, with all their pages.
func ReadWhole(dir, file string) ([]Visitor, error) { return read(dir, file, math.MaxInt, 1) }

// read returns the visitors with least pages and more, the first most of them.
func read(dir, file string, most, least int) ([]Visitor, error) {
	if file == "" {
		if dir == "" {
			return nil, ErrNoData
		}
		file = filepath.Join(dir, File)
	}
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: %w", file, ErrNoData)
	}
	if err != nil {
		return nil, fmt.Errorf("read visitors: %w", err)
	}
	defer f.Close()
	// A file that is not compressed is as good.
	in := bufio.NewReader(f)
	var r io.Reader = in
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		if r, err = gzip.NewReader(in); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
	}
	visitors, err := parse(r, most, least)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return visitors, nil
}

// parse reads lines of uid TAB day TAB categories (1-based, spaces between).
func parse(r io.Reader, most, least int) ([]Visitor, error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 4<<20)
	var out []Visitor
	for line := 1; s.Scan(); line++ {
		id, rest, ok1 := strings.Cut(s.Text(), "\t")
		day, pages, ok2 := strings.Cut(rest, "\t")
		v := Visitor{}
		var err1, err2 error
		v.ID, err1 = strconv.Atoi(id)
		v.Day, err2 = strconv.Atoi(day)
		if !ok1 || !ok2 || err1 != nil || err2 != nil || v.Day < 0 || v.Day >= Days {
			return nil, fmt.Errorf("line %d: wanted uid, day (0 to %d) and categories, with tabs between", line, Days-1)
		}
		for _, field := range strings.Fields(pages) {
			c, err := strconv.Atoi(field)
			if err != nil || c < 1 || c > Categories {
				return nil, fmt.Errorf("line %d: category %q is not 1 to %d", line, field, Categories)
			}
			c--
			if n := len(v.Path); n < most && (n == 0 || v.Path[n-1] != c) {
				v.Path = append(v.Path, c)
			}
		}
		if len(v.Path) >= least {
			out = append(out, v)
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, errors.New("no visitor with a transition")
	}
	return out, nil
}
