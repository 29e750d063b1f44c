package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

const (
	date plan.Date = 20788 // 2026-12-01
	noon           = plan.Time(date)*plan.Day + 12*plan.Hour
)

func published(tb testing.TB) []byte {
	p := &plan.Plan{
		Site: "shop.example", Serial: 1, Issued: noon - plan.Day, Expires: noon + 9*plan.Day, TimeZone: "UTC", Cadence: plan.Daily,
		Periods: []plan.Period{{Date: date, Start: noon - 12*plan.Hour, End: noon + 12*plan.Hour}},
		Sigma2:  247, MinBatch: 100, Chunk: 3,
		Leader:   plan.Recipient{Type: plan.X25519, Key: "age1leader"},
		Helper:   plan.Recipient{Type: plan.X25519, Key: "age1helper"},
		Consent:  plan.ConsentAsk,
		Policy:   plan.Policy{Lift: 2},
		Topics:   []string{"shoes"},
		Segments: []plan.Segment{{Name: "some", Rule: plan.Rule{plan.OpFalse}}, {Name: "everyone else"}},
		Slots: []plan.Slot{{Name: "hero", Goal: plan.Trigger{Kind: plan.Order}, Reward: 1,
			Variants: []plan.Variant{{Name: "plain"}, {Name: "shoes", Topics: []uint8{0}}, {Name: "bags"}}}},
		Metrics: []plan.Metric{{Name: "audience", Kind: plan.Audience, By: plan.BySegment, Most: 1}},
	}
	b, err := plan.Encode(p)
	require.NoError(tb, err)
	return b
}

// hero are priors of the plan's slot.
func hero(tb testing.TB, version uint64, of []byte) []byte {
	row := []choose.Rate{{Mean: .1, Strength: 100}, {Mean: .25, Strength: 40}, {Mean: .5, Strength: 7}}
	b, err := choose.Encode(choose.Priors{Version: version, Plan: plan.DigestOf(of),
		Places: []choose.PlacePriors{{Rates: [][]choose.Rate{row, row}}}})
	require.NoError(tb, err)
	return b
}

func newGuest() *guest { return &guest{random: rand.NewChaCha8([32]byte{1})} }

// ask does what a host does, and checks what must hold after every call: the
// buffer is zero beyond the answer.
func ask(tb testing.TB, g *guest, op abi.Op, message []byte) ([]byte, error) {
	tb.Helper()
	copy(g.buffer[:], message)
	n := g.call(uint32(op), uint32(len(message)))
	rest := g.buffer[:]
	if n > 0 {
		rest = g.buffer[n:]
	}
	require.Equal(tb, len(rest), bytes.Count(rest, []byte{0}), "op %d leaves bytes beyond its answer", op)
	if n < 0 {
		return nil, abi.ErrorOf(abi.Code(n))
	}
	return append([]byte(nil), g.buffer[:n]...), nil
}

// ready is a guest with a plan and one activity.
func ready(tb testing.TB) *guest {
	g := newGuest()
	_, err := ask(tb, g, abi.OpPlan, published(tb))
	require.NoError(tb, err)
	view := edge.AppendEvent(abi.AppendTime(nil, noon), edge.Event{Kind: plan.View})
	_, err = ask(tb, g, abi.OpTrack, view)
	require.NoError(tb, err)
	return g
}

func makeReport(tb testing.TB, g *guest) abi.Outgoing {
	b, err := ask(tb, g, abi.OpReport, abi.ReportMessage{Now: noon, Collector: noon}.Append(nil))
	require.NoError(tb, err)
	out, err := abi.ReadOutgoing(b)
	require.NoError(tb, err)
	return out
}

// sealed is something that looks like an age file around a plaintext.
func sealed(plaintext []byte) []byte {
	return append([]byte(ageFile+"-> X25519 stanza\n--- mac\n"), plaintext...)
}

func frameOf(out abi.Outgoing) *abi.FrameMessage {
	return &abi.FrameMessage{Head: out.Head, Leader: sealed(out.Leader.Plaintext), Helper: sealed(out.Helper.Plaintext)}
}

func TestReportIsFramedOnceFromTheSameHead(t *testing.T) {
	g := ready(t)
	out := makeReport(t, g)
	require.Equal(t, plan.Recipient{Type: plan.X25519, Key: "age1leader"}, out.Leader.To)
	require.Equal(t, plan.Recipient{Type: plan.X25519, Key: "age1helper"}, out.Helper.To)
	state, err := ask(t, g, abi.OpSave, nil)
	require.NoError(t, err)
	require.Equal(t, state, out.State, "the answer holds the state after the charge")

	m := frameOf(out)
	b, err := ask(t, g, abi.OpFrame, m.Append(nil))
	require.NoError(t, err)
	r, err := report.Parse(b)
	require.NoError(t, err)
	require.Equal(t, out.Head[:], b[:abi.HeadSize])
	require.Equal(t, m.Leader, r.Leader)
	require.Equal(t, m.Helper, r.Helper)
	for role, plaintext := range map[report.Role][]byte{report.Leader: out.Leader.Plaintext, report.Helper: out.Helper.Plaintext} {
		_, err := report.OpenPlain(plaintext, role, &r.Head, len(plaintext)-report.PlainHead)
		require.NoError(t, err)
	}

	_, err = ask(t, g, abi.OpFrame, m.Append(nil))
	require.ErrorIs(t, err, abi.ErrNoReport)
}

func TestFrameRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*testing.T, *guest, *abi.FrameMessage)
		want  error
	}{
		"another head":     {func(_ *testing.T, _ *guest, m *abi.FrameMessage) { m.Head[45] ^= 1 }, abi.ErrNoReport},
		"a plain leader":   {func(_ *testing.T, _ *guest, m *abi.FrameMessage) { m.Leader = m.Leader[50:] }, abi.ErrUnsealed},
		"a plain helper":   {func(_ *testing.T, _ *guest, m *abi.FrameMessage) { m.Helper = m.Helper[50:] }, abi.ErrUnsealed},
		"a short share":    {func(_ *testing.T, _ *guest, m *abi.FrameMessage) { m.Leader = m.Leader[:100] }, abi.ErrUnsealed},
		"a missing share":  {func(_ *testing.T, _ *guest, m *abi.FrameMessage) { m.Helper = nil }, abi.ErrUnsealed},
		"an oversized one": {func(_ *testing.T, _ *guest, m *abi.FrameMessage) { m.Leader = sealed(make([]byte, report.MaxSealed)) }, abi.ErrMessage},
		"after a new report": {func(t *testing.T, g *guest, _ *abi.FrameMessage) {
			makeReport(t, g)
		}, abi.ErrNoReport},
		"after Load": {func(t *testing.T, g *guest, _ *abi.FrameMessage) {
			_, err := ask(t, g, abi.OpLoad, abi.AppendTime(nil, noon))
			require.NoError(t, err)
		}, abi.ErrNoReport},
		"after Forget": {func(t *testing.T, g *guest, _ *abi.FrameMessage) {
			_, err := ask(t, g, abi.OpForget, abi.AppendTime(nil, noon))
			require.NoError(t, err)
		}, abi.ErrNoReport},
		"after Clear": {func(t *testing.T, g *guest, _ *abi.FrameMessage) {
			_, err := ask(t, g, abi.OpClear, nil)
			require.NoError(t, err)
		}, abi.ErrNoReport},
	} {
		t.Run(name, func(t *testing.T) {
			g := ready(t)
			m := frameOf(makeReport(t, g))
			c.spoil(t, g, m)
			_, err := ask(t, g, abi.OpFrame, m.Append(nil))
			require.ErrorIs(t, err, c.want)
		})
	}
}

// failing gives no randomness; panicking breaks an invariant of every caller.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no entropy") }

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("a broken invariant") }

func TestWithoutRandomnessNothingIsCharged(t *testing.T) {
	g := ready(t)
	before, err := ask(t, g, abi.OpSave, nil)
	require.NoError(t, err)
	g.random = failing{}
	_, err = ask(t, g, abi.OpReport, abi.ReportMessage{Now: noon, Collector: noon}.Append(nil))
	require.ErrorIs(t, err, edge.ErrRandom)
	after, err := ask(t, g, abi.OpSave, nil)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestAPanicSpoilsTheInstance(t *testing.T) {
	g := ready(t)
	g.random = panicking{}
	_, err := ask(t, g, abi.OpReport, abi.ReportMessage{Now: noon, Collector: noon}.Append(nil))
	require.ErrorIs(t, err, abi.ErrPanicked)
	g.random = rand.NewChaCha8([32]byte{})
	for op := abi.Op(0); op < 15; op++ {
		_, err := ask(t, g, op, nil)
		require.ErrorIs(t, err, abi.ErrPanicked, "op %d", op)
	}
}

func TestMessagesThatAreRefused(t *testing.T) {
	at := abi.AppendTime(nil, noon)
	for name, c := range map[string]struct {
		op      abi.Op
		message []byte
		want    error
	}{
		"op 0":              {0, nil, abi.ErrOp},
		"op 24":             {24, nil, abi.ErrOp},
		"no plan":           {abi.OpPlan, []byte("DLPM"), plan.ErrMagic},
		"half a time":       {abi.OpLoad, at[:4], abi.ErrMessage},
		"no time":           {abi.OpTrack, nil, abi.ErrMessage},
		"no event":          {abi.OpTrack, at, edge.ErrEvent},
		"unknown event":     {abi.OpTrack, append(abi.AppendTime(nil, noon), 99), edge.ErrEvent},
		"save with more":    {abi.OpSave, []byte{0}, abi.ErrMessage},
		"measure with more": {abi.OpMeasure, append(abi.AppendTime(nil, noon), 0), abi.ErrMessage},
		"one time":          {abi.OpReport, at, abi.ErrMessage},
		"half a head":       {abi.OpFrame, make([]byte, 100), abi.ErrMessage},
		"forget, no time":   {abi.OpForget, nil, abi.ErrMessage},
		"info with more":    {abi.OpInfo, []byte{0}, abi.ErrMessage},
		"clear with more":   {abi.OpClear, []byte{0}, abi.ErrMessage},
		"reset with more":   {abi.OpReset, []byte{0}, abi.ErrMessage},
		"no priors":         {abi.OpPriors, nil, choose.ErrPriors},
		"choose, no place":  {abi.OpChoose, at, abi.ErrMessage},
		"choose with more":  {abi.OpChoose, append(abi.AppendTime(nil, noon), 0, 0, 0), abi.ErrMessage},
		"slot 9":            {abi.OpChoose, append(abi.AppendTime(nil, noon), 0, 9), edge.ErrPlace},
		"place of kind 9":   {abi.OpChoose, append(abi.AppendTime(nil, noon), 9, 0), edge.ErrPlace},
	} {
		t.Run(name, func(t *testing.T) {
			g := ready(t)
			_, err := ask(t, g, c.op, c.message)
			require.ErrorIs(t, err, c.want)
			_, err = ask(t, g, abi.OpSave, nil)
			require.NoError(t, err, "the instance goes on")
		})
	}
	g := ready(t)
	require.Equal(t, abi.CodeOf(abi.ErrTooLong), abi.Code(g.call(uint32(abi.OpSave), abi.BufferSize+1)))
}

func TestInfo(t *testing.T) {
	g := newGuest()
	read := func() abi.Info {
		b, err := ask(t, g, abi.OpInfo, nil)
		require.NoError(t, err)
		i, err := abi.ReadInfo(b)
		require.NoError(t, err)
		return i
	}
	i := read()
	require.Nil(t, i.Plan)
	require.EqualValues(t, 24_355_970, i.CapDay)
	require.EqualValues(t, 730_679_100, i.Cap30)

	b := published(t)
	_, err := ask(t, g, abi.OpPlan, b)
	require.NoError(t, err)
	i = read()
	require.Equal(t, plan.DigestOf(b), i.Plan.Digest)
	require.Equal(t, 3, i.Plan.Cells)
	require.Equal(t, 2, i.Plan.Weight)
	_, err = ask(t, g, abi.OpTrack, edge.AppendEvent(abi.AppendTime(nil, noon), edge.Event{Kind: plan.View}))
	require.NoError(t, err)
	out := makeReport(t, g)
	require.Len(t, out.Leader.Plaintext, i.Plan.LeaderPlain)
	require.Len(t, out.Helper.Plaintext, i.Plan.HelperPlain)
	require.Equal(t, i.Plan.LeaderRecipient, out.Leader.To)

	_, err = ask(t, g, abi.OpReset, nil)
	require.NoError(t, err)
	require.Nil(t, read().Plan)
}

func TestChoiceSaysWhyAndLeavesNothing(t *testing.T) {
	b := published(t)
	g := ready(t)
	m := abi.ChooseMessage{Now: noon}.Append(nil)
	read := func() (d choose.Decision) {
		answer, err := ask(t, g, abi.OpChoose, m)
		require.NoError(t, err)
		require.NoError(t, abi.ReadDecision(answer, &d))
		require.Equal(t, choice{}, g.choice, "the guest goes on knowing what it answered")
		return d
	}
	d := read()
	require.Zero(t, d.Version)
	require.Equal(t, choose.Sampled, d.Reason)
	for _, o := range d.Options {
		require.Equal(t, choose.Bare(), o.Prior)
		require.Positive(t, o.Draw)
	}
	seen := edge.Event{Kind: plan.Exposure, Variant: uint8(d.Column)}
	_, err := ask(t, g, abi.OpTrack, edge.AppendEvent(abi.AppendTime(nil, noon), seen))
	require.NoError(t, err)
	again := read()
	require.True(t, again.Kept)
	require.Equal(t, d.Column, again.Column)

	_, err = ask(t, g, abi.OpPriors, hero(t, 7, b))
	require.NoError(t, err)
	d = read()
	require.EqualValues(t, 7, d.Version)
	require.Equal(t, choose.Rate{Mean: .25, Strength: 40}, d.Options[1].Prior)
	for name, c := range map[string]struct {
		priors []byte
		want   error
	}{"older": {hero(t, 6, b), choose.ErrOlder}, "foreign": {hero(t, 8, b[1:]), choose.ErrForeign}, "cut": {hero(t, 8, b)[:50], choose.ErrPriors}} {
		_, err := ask(t, g, abi.OpPriors, c.priors)
		require.ErrorIs(t, err, c.want, name)
		require.EqualValues(t, 7, read().Version, "those before stay in force")
	}
	_, err = ask(t, g, abi.OpReset, nil)
	require.NoError(t, err)
	_, err = ask(t, g, abi.OpPriors, hero(t, 8, b))
	require.ErrorIs(t, err, edge.ErrNoPlan)
	_, err = ask(t, g, abi.OpChoose, m)
	require.ErrorIs(t, err, edge.ErrNoPlan)
	_, err = ask(t, g, abi.OpPlan, b)
	require.NoError(t, err)
	require.Zero(t, read().Version, "a reset instance has no priors")
}

func TestChoiceWithoutRandomnessDrawsNothing(t *testing.T) {
	g := ready(t)
	before, err := ask(t, g, abi.OpSave, nil)
	require.NoError(t, err)
	g.random = failing{}
	_, err = ask(t, g, abi.OpChoose, abi.ChooseMessage{Now: noon}.Append(nil))
	require.ErrorIs(t, err, edge.ErrRandom)
	after, err := ask(t, g, abi.OpSave, nil)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// The largest answer fits: 1,024 cells at chunk length 1, and a full state.
func TestBufferHoldsTheLargestAnswer(t *testing.T) {
	leader, helper := plan.Layout{Cells: plan.MaxCells, Weight: plan.MaxWeight}.InputShareSizes(1)
	to := plan.Recipient{Type: plan.X25519, Key: strings.Repeat("a", plan.MaxText)}
	b := make([]byte, abi.HeadSize)
	b = abi.Part{To: to, Plaintext: make([]byte, report.PlainHead+leader)}.Append(b)
	b = abi.Part{To: to, Plaintext: make([]byte, report.PlainHead+helper)}.Append(b)
	require.LessOrEqual(t, len(b)+edge.MaxState, abi.BufferSize)
	m := abi.FrameMessage{Leader: make([]byte, report.MaxSealed), Helper: make([]byte, report.MaxSealed)}
	require.LessOrEqual(t, len(m.Append(nil)), abi.BufferSize)
	require.LessOrEqual(t, report.MaxSize, abi.BufferSize)
	require.LessOrEqual(t, plan.MaxPlan, abi.BufferSize)
}

// FuzzCall feeds any message to any operation of a device in use: no panic, a
// known code, nothing beyond the answer, and the next device is not disturbed.
func FuzzCall(f *testing.F) {
	b := published(f)
	g := ready(f)
	out := makeReport(f, g)
	f.Add(uint32(abi.OpPlan), b)
	f.Add(uint32(abi.OpLoad), append(abi.AppendTime(nil, noon), out.State...))
	f.Add(uint32(abi.OpTrack), edge.AppendEvent(abi.AppendTime(nil, noon), edge.Event{Kind: plan.Order, Minor: 99}))
	f.Add(uint32(abi.OpSave), []byte{})
	f.Add(uint32(abi.OpMeasure), abi.AppendTime(nil, noon))
	f.Add(uint32(abi.OpReport), abi.ReportMessage{Now: noon, Collector: noon}.Append(nil))
	f.Add(uint32(abi.OpFrame), frameOf(out).Append(nil))
	f.Add(uint32(abi.OpForget), abi.AppendTime(nil, -1))
	f.Add(uint32(abi.OpInfo), []byte{})
	f.Add(uint32(abi.OpReset), []byte{})
	f.Add(uint32(abi.OpPriors), hero(f, 7, b))
	f.Add(uint32(abi.OpChoose), abi.ChooseMessage{Now: noon}.Append(nil))
	f.Add(uint32(99), []byte("?"))
	f.Fuzz(func(t *testing.T, op uint32, message []byte) {
		if len(message) > abi.BufferSize {
			return
		}
		g := ready(t)
		makeReport(t, g)
		_, err := ask(t, g, abi.Op(op), message)
		require.NotErrorIs(t, err, abi.ErrPanicked)
		require.NotErrorIs(t, err, abi.ErrOther)
		_, err = ask(t, g, abi.OpReset, nil)
		require.NoError(t, err)
		_, err = ask(t, g, abi.OpPlan, b)
		require.NoError(t, err)
	})
}
