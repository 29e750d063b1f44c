package abi

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

func TestCodesAreOneToOne(t *testing.T) {
	seen := map[Code]error{}
	for _, c := range codes {
		require.Negative(t, c.code)
		require.NotContains(t, seen, c.code)
		seen[c.code] = *c.err
		require.Equal(t, c.code, CodeOf(*c.err))
		require.Equal(t, c.code, CodeOf(fmt.Errorf("wrapped: %w", *c.err)))
		require.ErrorIs(t, ErrorOf(c.code), *c.err)
	}
	require.Equal(t, CodeOf(ErrOther), CodeOf(errors.New("a stranger")))
	require.ErrorIs(t, ErrorOf(-999), ErrOther)
}

// The numbers are the boundary: a change of any of these breaks pages that are
// already out.
func TestCodesStay(t *testing.T) {
	for code, err := range map[Code]error{
		-1: ErrPanicked, -2: ErrOp, -3: ErrMessage, -4: ErrNoReport, -5: ErrUnsealed, -6: ErrTooLong, -19: ErrOther,
		-20: edge.ErrNoPlan, -21: edge.ErrPlanSerial, -24: edge.ErrNoPeriod, -26: edge.ErrNothing, -27: edge.ErrClock,
		-28: edge.ErrExhausted, -30: edge.ErrEvent, -40: plan.ErrTooLarge, -55: plan.ErrMeasurable, -63: ledger.ErrCharge,
	} {
		require.Equal(t, code, CodeOf(err))
	}
}

// Every sentinel that a call can answer has a code of its own: those of package
// edge and of the plan's decoder are looked up in the source.
func TestEveryErrorHasACode(t *testing.T) {
	table, err := os.ReadFile("code.go")
	require.NoError(t, err)
	notReturned := map[string]bool{ // by what the module calls
		"plan.ErrDigest": true, "plan.ErrReportID": true, "plan.ErrDate": true, "plan.ErrVariable": true,
	}
	for name, dir := range map[string]string{"edge": "../../edge", "plan": "../../privacy/plan"} {
		found := 0
		files, err := filepath.Glob(dir + "/*.go")
		require.NoError(t, err)
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				if v, ok := n.(*ast.ValueSpec); ok {
					for _, id := range v.Names {
						full := name + "." + id.Name
						if strings.HasPrefix(id.Name, "Err") && !notReturned[full] {
							found++
							require.Contains(t, string(table), ", &"+full+"}", "give it a code")
						}
					}
				}
				return true
			})
		}
		require.Greater(t, found, 8)
	}
}

func TestMessagesRoundTrip(t *testing.T) {
	m := ReportMessage{Now: -5, Collector: 1 << 40}
	back, err := ReadReport(m.Append(nil))
	require.NoError(t, err)
	require.Equal(t, m, back)

	at, rest, err := ReadTimed(append(AppendTime(nil, 77), "rest"...))
	require.NoError(t, err)
	require.EqualValues(t, 77, at)
	require.Equal(t, "rest", string(rest))

	head, err := AppendHead([]byte("x"), report.Head{Revision: 1, Period: 20788, ID: plan.ReportID{7}})
	require.NoError(t, err)
	require.Len(t, head, 1+HeadSize)
	parsed, err := report.ParseHead(head[1:])
	require.NoError(t, err)
	require.Equal(t, plan.ReportID{7}, parsed.ID)
	_, err = AppendHead(nil, report.Head{})
	require.ErrorIs(t, err, report.ErrMalformed)

	i := Info{Version: 1, BufferSize: 2, CapDay: 3, Cap30: 4, Plan: &PlanInfo{Digest: plan.Digest{5}, Serial: 6, Cells: 7, Weight: 8,
		Sigma2: 9, LeaderPlain: 10, HelperPlain: 11, LeaderRecipient: plan.Recipient{Type: 1, Key: "a"}, HelperRecipient: plan.Recipient{Type: 2, Key: "b"}}}
	again, err := ReadInfo(i.Append(nil))
	require.NoError(t, err)
	require.Equal(t, i, again)
}

// FuzzAnswers: what is read and written again is the same bytes, or ErrMessage.
func FuzzAnswers(f *testing.F) {
	part := Part{To: plan.Recipient{Type: 1, Key: "age1x"}, Plaintext: []byte("share")}
	f.Add(part.Append(part.Append(make([]byte, HeadSize))))
	frame := FrameMessage{Leader: []byte("l"), Helper: []byte("h")}
	f.Add(frame.Append(nil))
	info := Info{Version: 1, Plan: &PlanInfo{Cells: 3}}
	f.Add(info.Append(nil))
	f.Add((&Info{}).Append(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if o, err := ReadOutgoing(b); err == nil {
			again := append(o.Helper.Append(o.Leader.Append(o.Head[:])), o.State...)
			require.True(t, bytes.Equal(b, again))
		} else {
			require.ErrorIs(t, err, ErrMessage)
		}
		if m, err := ReadFrame(b); err == nil {
			require.True(t, bytes.Equal(b, m.Append(nil)))
		} else {
			require.ErrorIs(t, err, ErrMessage)
		}
		if i, err := ReadInfo(b); err == nil {
			require.True(t, bytes.Equal(b, i.Append(nil)))
		} else {
			require.ErrorIs(t, err, ErrMessage)
		}
	})
}
