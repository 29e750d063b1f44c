package abi

import (
	"bytes"
	"encoding/hex"
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
	"github.com/dunlin-analytics/dunlin/edge/choose"
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
		-28: edge.ErrExhausted, -30: edge.ErrEvent, -31: edge.ErrPlace, -40: plan.ErrTooLarge, -55: plan.ErrMeasurable,
		-63: ledger.ErrCharge, -64: plan.ErrPolicy, -80: choose.ErrPriors, -81: choose.ErrForeign, -82: choose.ErrOlder,
	} {
		require.Equal(t, code, CodeOf(err))
	}
}

// Every sentinel that a call can answer has a code of its own: those of packages edge
// and choose and of the plan's decoder are looked up in the source.
func TestEveryErrorHasACode(t *testing.T) {
	table, err := os.ReadFile("code.go")
	require.NoError(t, err)
	notReturned := map[string]bool{ // by what the module calls
		"plan.ErrDigest": true, "plan.ErrReportID": true, "plan.ErrDate": true, "plan.ErrVariable": true,
	}
	for name, room := range map[string]struct {
		dir   string
		least int // sentinels that it has, or the search finds nothing
	}{"edge": {"../../edge", 12}, "choose": {"../../edge/choose", 3}, "plan": {"../../privacy/plan", 20}} {
		found := 0
		files, err := filepath.Glob(room.dir + "/*.go")
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
		require.GreaterOrEqual(t, found, room.least, name)
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

	c := ChooseMessage{Now: 1 << 35, Place: choose.Place{Kind: 7, Index: 255}}
	asked, err := ReadChoose(c.Append(nil))
	require.NoError(t, err)
	require.Equal(t, c, asked)
	d := decision()
	read := choose.Decision{Options: make([]choose.Option, 5)}
	require.NoError(t, ReadDecision(AppendDecision(nil, &d), &read))
	require.Equal(t, d, read)

	i := Info{Version: 1, BufferSize: 2, CapDay: 3, Cap30: 4, Plan: &PlanInfo{Digest: plan.Digest{5}, Serial: 6, Cells: 7, Weight: 8,
		Sigma2: 9, LeaderPlain: 10, HelperPlain: 11, LeaderRecipient: plan.Recipient{Type: 1, Key: "a"}, HelperRecipient: plan.Recipient{Type: 2, Key: "b"}}}
	again, err := ReadInfo(i.Append(nil))
	require.NoError(t, err)
	require.Equal(t, i, again)
}

// decision is one with another value in each field.
func decision() choose.Decision {
	d := choose.Decision{Place: choose.Place{Kind: choose.Campaign, Index: 3}, Column: 1, Reason: choose.Explored, Kept: true, Segment: 63, Version: 1 << 36}
	for i := range 2 {
		v := float64(10 * i)
		d.Options = append(d.Options, choose.Option{Prior: choose.Rate{Mean: v + .5, Strength: uint32(i) + 7}, Shown: v + 1, Won: v + 2,
			Match: v + 3, Mean: v + 4, Strength: v + 5, Draw: v + 6, Value: -v - 7})
	}
	return d
}

// The layout stands in doc.go and in browsers: it is pinned byte for byte.
func TestDecisionBytes(t *testing.T) {
	d := decision()
	b := AppendDecision(nil, &d)
	require.Len(t, b, 15+2*(4+8*8))
	require.Equal(t, "0103010201"+"3f"+"0000001000000000"+"02"+"00000007"+"3fe0000000000000"+"3ff0000000000000"+"4000000000000000",
		hex.EncodeToString(b[:15+4+3*8]))
	require.Equal(t, "c031000000000000", hex.EncodeToString(b[len(b)-8:]))
	d = choose.Decision{Options: make([]choose.Option, plan.MaxArms)}
	require.LessOrEqual(t, len(AppendDecision(nil, &d)), BufferSize)
}

func TestDecisionRefused(t *testing.T) {
	full := decision()
	for name, spoil := range map[string]func(b []byte) []byte{
		"no place":           func(b []byte) []byte { b[0] = 2; return b },
		"column beyond":      func(b []byte) []byte { b[2] = 2; return b },
		"no reason":          func(b []byte) []byte { b[3] = 0; return b },
		"reason 8":           func(b []byte) []byte { b[3] = 8; return b },
		"kept 2":             func(b []byte) []byte { b[4] = 2; return b },
		"segment 64":         func(b []byte) []byte { b[5] = 64; return b },
		"no options":         func(b []byte) []byte { b[2], b[14] = 0, 0; return b[:15] },
		"more than any plan": func(b []byte) []byte { b[14] = plan.MaxArms + 1; return append(b, make([]byte, 62*68)...) },
		"cut":                func(b []byte) []byte { return b[:len(b)-1] },
		"longer":             func(b []byte) []byte { return append(b, 0) },
		"not a number":       func(b []byte) []byte { b[len(b)-8], b[len(b)-7] = 0x7f, 0xf8; return b },
		"nothing":            func([]byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			d := decision()
			require.ErrorIs(t, ReadDecision(spoil(AppendDecision(nil, &full)), &d), ErrMessage)
			require.Equal(t, choose.Decision{Options: d.Options[:0]}, d)
		})
	}
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
	some := decision()
	f.Add(AppendDecision(nil, &some))
	f.Add(ChooseMessage{Now: 1}.Append(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var d choose.Decision
		if err := ReadDecision(b, &d); err == nil {
			require.True(t, bytes.Equal(b, AppendDecision(nil, &d)))
		} else {
			require.ErrorIs(t, err, ErrMessage)
		}
		if m, err := ReadChoose(b); err == nil {
			require.True(t, bytes.Equal(b, m.Append(nil)))
		} else {
			require.ErrorIs(t, err, ErrMessage)
		}
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
