// Package hillstrom is the benchmark "are the private numbers the true ones?":
// the customers of Hillstrom's e-mail test, each one device of one period, what
// an exact count of them gives, and how far a released sum is from it.
package hillstrom

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Customer is one row of the file: what the benchmark uses of it.
type Customer struct {
	Mens, Womens bool
	Arm          int   // index into Arms
	Visit        bool  // visited the site in the two weeks after
	Conversion   bool  // bought
	Spend        int64 // in cents

	// What only a central model reads.
	Recency      int     // months since the last purchase
	History      float64 // spent in the past year
	Newbie       bool
	Channel, Zip string
}

// Arms are the campaign's arms as the file writes them, in the plan's order.
var Arms = []string{"No E-Mail", "Mens E-Mail", "Womens E-Mail"}

// Segment is 0 for men's goods only, 1 for women's only, 2 for both.
func (c Customer) Segment() int {
	switch {
	case c.Mens && !c.Womens:
		return 0
	case c.Womens && !c.Mens:
		return 1
	}
	return 2
}

// File is the data set's path below the data folder.
const File = "hillstrom/hillstrom.csv.gz"

// ErrNoData: the data folder is not named, or has not the file.
var ErrNoData = errors.New("name the folder that holds " + File + " with --data or DUNLIN_DATA")

// Read returns the first limit customers of the file below dir, all of them when
// limit is 0.
func Read(dir string, limit int) ([]Customer, error) {
	if dir == "" {
		return nil, ErrNoData
	}
	f, err := os.Open(filepath.Join(dir, File))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s has no %s: %w", dir, File, ErrNoData)
	}
	if err != nil {
		return nil, fmt.Errorf("read customers: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", File, err)
	}
	customers, err := parse(z, limit)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", File, err)
	}
	return customers, nil
}

func parse(r io.Reader, limit int) ([]Customer, error) {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	head, err := c.Read()
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range head {
		column[name] = i
	}
	for _, name := range []string{"recency", "history", "mens", "womens", "zip_code", "newbie", "channel", "segment", "visit", "conversion", "spend"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("no column %q", name)
		}
	}
	var out []Customer
	for limit == 0 || len(out) < limit {
		row, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		var bad error
		flag := func(name string) bool {
			v := row[column[name]]
			if v != "0" && v != "1" {
				bad = fmt.Errorf("customer %d: %s is %q, not 0 or 1", len(out), name, v)
			}
			return v == "1"
		}
		customer := Customer{
			Mens: flag("mens"), Womens: flag("womens"), Visit: flag("visit"), Conversion: flag("conversion"), Arm: -1,
			Newbie: flag("newbie"), Channel: strings.Clone(row[column["channel"]]), Zip: strings.Clone(row[column["zip_code"]]),
		}
		for i, arm := range Arms {
			if row[column["segment"]] == arm {
				customer.Arm = i
			}
		}
		spend, err := strconv.ParseFloat(row[column["spend"]], 64)
		if err != nil || spend < 0 || spend > 1e6 {
			bad = fmt.Errorf("customer %d: spend is %q", len(out), row[column["spend"]])
		}
		customer.Spend = int64(spend*100 + .5)
		if customer.Recency, err = strconv.Atoi(row[column["recency"]]); err != nil || customer.Recency < 0 {
			bad = fmt.Errorf("customer %d: recency is %q", len(out), row[column["recency"]])
		}
		if customer.History, err = strconv.ParseFloat(row[column["history"]], 64); err != nil || !(customer.History > 0 && customer.History < 1e9) {
			bad = fmt.Errorf("customer %d: history is %q", len(out), row[column["history"]])
		}
		if customer.Arm < 0 {
			bad = fmt.Errorf("customer %d: unknown arm %q", len(out), row[column["segment"]])
		}
		if bad != nil {
			return nil, bad
		}
		out = append(out, customer)
	}
	if len(out) < limit {
		return nil, fmt.Errorf("%d customers wanted, the file has %d", limit, len(out))
	}
	return out, nil
}

// Invent makes n customers from a seed, for machines without the data. Their
// rates are made up, of the size that e-mail tests see; nothing measured on them
// says anything of real people.
func Invent(n int, seed uint64) []Customer {
	r := rand.New(rand.NewPCG(seed, 0))
	out := make([]Customer, n)
	for i := range out {
		c := Customer{Arm: r.IntN(len(Arms))}
		switch p := r.Float64(); {
		case p < .45:
			c.Mens = true
		case p < .9:
			c.Womens = true
		default:
			c.Mens, c.Womens = true, true
		}
		rate := .10 + .06*float64(c.Arm)/2
		if c.Mens && c.Womens {
			rate += .08
		}
		c.Visit = r.Float64() < rate
		c.Conversion = c.Visit && r.Float64() < .06
		if c.Conversion {
			c.Spend = 2000 + r.Int64N(20000)
		}
		out[i] = c
	}
	return out
}
