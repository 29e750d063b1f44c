// Package cookiecats shows a private sum of a real experiment: the players of the mobile
// game Cookie Cats, who met their first gate at level 30 or 40, and came back after a day
// and after seven or not. Each is one device of one period.
package cookiecats

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Player is one row of the file: what of it is counted.
type Player struct {
	Arm        int // index into Arms
	Day1, Day7 bool
}

// Arms are the versions of the game as the file writes them, in the plan's order.
var Arms = []string{"gate_30", "gate_40"}

// File is the data set's path below the data folder.
const File = "cookiecats/cookie_cats.csv.gz"

// ErrNoData: the data folder is not named, or has not the file.
var ErrNoData = errors.New("name the folder that holds " + File + " with --data or DUNLIN_DATA")

// Read returns the first limit players of the file below dir, all of them when limit is 0.
func Read(dir string, limit int) ([]Player, error) {
	if dir == "" {
		return nil, ErrNoData
	}
	f, err := os.Open(filepath.Join(dir, File))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s has no %s: %w", dir, File, ErrNoData)
	}
	if err != nil {
		return nil, fmt.Errorf("read players: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", File, err)
	}
	players, err := parse(z, limit)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", File, err)
	}
	return players, nil
}

func parse(r io.Reader, limit int) ([]Player, error) {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	head, err := c.Read()
	if err != nil {
		return nil, err
	}
	var at [3]int
	for i, name := range []string{"test_version", "retention_1", "retention_7"} {
		if at[i] = slices.Index(head, name); at[i] < 0 {
			return nil, fmt.Errorf("no column %q", name)
		}
	}
	var out []Player
	for limit == 0 || len(out) < limit {
		row, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		p := Player{Arm: slices.Index(Arms, row[at[0]])}
		if p.Arm < 0 {
			return nil, fmt.Errorf("player %d: unknown version %q", len(out), row[at[0]])
		}
		for i, to := range []*bool{&p.Day1, &p.Day7} {
			if *to, err = strconv.ParseBool(row[at[i+1]]); err != nil {
				return nil, fmt.Errorf("player %d: %s is %q", len(out), head[at[i+1]], row[at[i+1]])
			}
		}
		out = append(out, p)
	}
	if len(out) < limit {
		return nil, fmt.Errorf("%d players wanted, the file has %d", limit, len(out))
	}
	return out, nil
}

// Cells are the sums of plans/cookiecats.yaml's measurement: present, then of each arm who
// installed, who was back on day 1, and on day 7.
const Cells = 1 + 3*2

// Exact counts the players.
func Exact(players []Player) []int64 {
	sum := make([]int64, Cells)
	for _, p := range players {
		sum[0]++
		sum[1+p.Arm]++
		if p.Day1 {
			sum[3+p.Arm]++
		}
		if p.Day7 {
			sum[5+p.Arm]++
		}
	}
	return sum
}
