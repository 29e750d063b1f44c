package demo

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Label says where the history's numbers come from.
type Label struct {
	Site     string      `json:"site"`
	Seed     uint64      `json:"seed"`
	Visitors int         `json:"visitors"` // that there ever are
	First    string      `json:"first"`
	Last     string      `json:"last"`
	Days     int         `json:"days"`
	Reports  uint64      `json:"reports"` // that both aggregators counted, all days together
	Least    uint64      `json:"least"`   // of a day
	Most     uint64      `json:"most"`    // of a day
	Program  string      `json:"program"`
	Commit   string      `json:"commit"` // of the program's source
	Plan     plan.Digest `json:"plan"`
	Officer  string      `json:"officer"`
	Leader   peer.Key    `json:"leader"`
	Helper   peer.Key    `json:"helper"`
}

// String is the label as the dashboard shows it.
func (l Label) String() string {
	return fmt.Sprintf("%s to %s, %d reports a day on average: visitors of seed %d, measured through the real path by `%s` at commit %.12s",
		l.First, l.Last, l.Reports/uint64(max(l.Days, 1)), l.Seed, l.Program, l.Commit)
}
