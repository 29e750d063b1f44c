package device

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
	"github.com/dunlin-analytics/dunlin/wasm/module"
)

// sealTo seals with age, as a real host does.
func sealTo(_ report.Role, to plan.Recipient, plaintext []byte) ([]byte, error) {
	r, err := seal.ParseRecipient(to)
	if err != nil {
		return nil, err
	}
	return r.Seal(nil, plaintext)
}

func TestSealedReportOpens(t *testing.T) {
	ctx := t.Context()
	p := plan64()
	var ids [2]seal.Identity
	for i, to := range []*plan.Recipient{&p.Leader, &p.Helper} {
		file, recipient, err := seal.GenerateIdentity()
		require.NoError(t, err)
		ids[i], err = seal.ParseIdentity(bytes.NewReader(file))
		require.NoError(t, err)
		*to = recipient
	}
	published := publish(t, p)
	d, err := engine(t).Instance(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close(context.Background())) })
	require.NoError(t, d.UsePlan(ctx, published))
	now := firstAt + plan.Hour
	require.NoError(t, d.Track(ctx, now, edge.Event{Kind: plan.View}))

	b, state, err := d.SealedReport(ctx, now, now, sealTo)
	require.NoError(t, err)
	loaded, err := d.Load(ctx, now, state)
	require.NoError(t, err)
	require.Equal(t, edge.Restored, loaded)

	r, err := report.Parse(b)
	require.NoError(t, err)
	require.Equal(t, plan.DigestOf(published), r.Plan)
	require.Equal(t, firstDay, r.Period)
	info, err := d.Info(ctx)
	require.NoError(t, err)
	for role, c := range map[report.Role]struct {
		id     seal.Identity
		sealed []byte
		size   int
	}{report.Leader: {ids[0], r.Leader, info.Plan.LeaderPlain}, report.Helper: {ids[1], r.Helper, info.Plan.HelperPlain}} {
		plain, err := c.id.Open(c.sealed, c.size)
		require.NoError(t, err)
		_, err = report.OpenPlain(plain, role, &r.Head, c.size-report.PlainHead)
		require.NoError(t, err)
	}
}

func TestSealedReportGivesTheStateWhenSealingFails(t *testing.T) {
	ctx := t.Context()
	d, _ := scripted(t)
	require.NoError(t, d.UsePlan(ctx, publish(t, plan64())))
	now := firstAt + plan.Hour
	require.NoError(t, d.Track(ctx, now, edge.Event{Kind: plan.View}))
	broken := errors.New("no sealing here")
	for failing, want := range map[report.Role]string{report.Leader: "leader", report.Helper: "helper"} {
		_, state, err := d.SealedReport(ctx, now, now, func(role report.Role, _ plan.Recipient, plaintext []byte) ([]byte, error) {
			if role == failing {
				return nil, broken
			}
			return append([]byte("age-encryption.org/v1\n"), plaintext...), nil
		})
		require.ErrorIs(t, err, broken)
		require.ErrorContains(t, err, want)
		now := append([]byte(nil), state...)
		saved, err := d.AppendState(ctx, nil)
		require.NoError(t, err)
		require.Equal(t, saved, now, "the ledger is charged: the state must be stored all the same")
	}
	// A seal that does nothing is caught by the module.
	_, _, err := d.SealedReport(ctx, now, now, func(_ report.Role, _ plan.Recipient, plaintext []byte) ([]byte, error) {
		return plaintext, nil
	})
	require.ErrorIs(t, err, abi.ErrUnsealed)
}

// switchable is a random source that a test can break after the instance has
// started (the Go runtime draws its own seed then).
type switchable struct{ read func([]byte) (int, error) }

func (s *switchable) Read(b []byte) (int, error) { return s.read(b) }

func breakable(t *testing.T) (*Device, *switchable) {
	random := &switchable{rand.Read}
	d, err := engine(t).instance(t.Context(), random)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close(context.Background())) })
	require.NoError(t, d.UsePlan(t.Context(), publish(t, plan64())))
	require.NoError(t, d.Track(t.Context(), firstAt+9, edge.Event{Kind: plan.View}))
	return d, random
}

func TestWithoutRandomnessNothingIsSent(t *testing.T) {
	d, random := breakable(t)
	before, err := d.AppendState(t.Context(), nil)
	require.NoError(t, err)
	random.read = func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
	_, err = d.Report(t.Context(), firstAt+9, firstAt+9)
	require.ErrorIs(t, err, edge.ErrRandom)
	after, err := d.AppendState(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestATrapDropsTheInstance(t *testing.T) {
	d, random := breakable(t)
	state, err := d.AppendState(t.Context(), nil)
	require.NoError(t, err)
	random.read = func([]byte) (int, error) { panic("the host breaks in the middle of a call") }
	_, err = d.Report(t.Context(), firstAt+9, firstAt+9)
	require.ErrorIs(t, err, ErrTrapped)
	require.ErrorIs(t, d.Track(t.Context(), firstAt+9, edge.Event{Kind: plan.View}), ErrTrapped)
	_, err = d.AppendState(t.Context(), nil)
	require.ErrorIs(t, err, ErrTrapped)
	require.Zero(t, d.Memory())

	again, _ := scripted(t)
	loaded, err := again.Load(t.Context(), firstAt+9, state)
	require.NoError(t, err)
	require.Equal(t, edge.Restored, loaded)
}

func TestMemoryLimitTraps(t *testing.T) {
	ctx := t.Context()
	b, err := module.Bytes()
	require.NoError(t, err)
	// As much as an instance begins with, whatever the module's size, and no page more.
	free, err := Open(ctx, b, Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, free.Close(context.Background())) })
	begun, err := free.Instance(ctx)
	require.NoError(t, err)
	require.Less(t, begun.Memory(), 4<<20, "what an instance begins with")
	e, err := Open(ctx, b, Options{MaxMemory: begun.Memory()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close(context.Background())) })
	d, err := e.Instance(ctx)
	require.NoError(t, err)
	p := plan512()
	p.Topics = numbered(strings.Repeat("x", 62), 64)
	p.Events = numbered(strings.Repeat("y", 62), 64)
	for range 100 {
		if err = d.UsePlan(ctx, publish(t, p)); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, ErrTrapped)
	require.ErrorIs(t, d.Clear(ctx), ErrTrapped)
}

func TestMessagesTooLong(t *testing.T) {
	d, _ := scripted(t)
	require.ErrorIs(t, d.UsePlan(t.Context(), make([]byte, plan.MaxPlan+1)), plan.ErrTooLarge)
	_, err := d.Load(t.Context(), 0, make([]byte, abi.BufferSize))
	require.ErrorIs(t, err, abi.ErrTooLong)
	_, err = d.Load(t.Context(), 0, nil)
	require.NoError(t, err, "the instance goes on")
}

func TestClosedInstanceAnswersNothing(t *testing.T) {
	d, err := engine(t).Instance(t.Context())
	require.NoError(t, err)
	require.NoError(t, d.Close(t.Context()))
	require.NoError(t, d.Close(t.Context()))
	require.Error(t, d.Clear(t.Context()))
}

func TestOpenRefuses(t *testing.T) {
	header := "\x00asm\x01\x00\x00\x00"
	// (import FROM NAME (func)) of the empty type.
	importing := func(from, name string) []byte {
		i := string(rune(len(from))) + from + string(rune(len(name))) + name + "\x00\x00"
		return []byte(header + "\x01\x04\x01\x60\x00\x00" + "\x02" + string(rune(1+len(i))) + "\x01" + i)
	}
	for name, c := range map[string]struct {
		module []byte
		want   error
	}{
		"a socket":               {importing("wasi_snapshot_preview1", "sock_send"), ErrImports},
		"a function of the page": {importing("env", "fetch"), ErrImports},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), c.module, Options{})
			require.ErrorIs(t, err, c.want)
		})
	}
	_, err := Open(t.Context(), []byte("not wasm"), Options{})
	require.ErrorContains(t, err, "compile the module")

	e, err := Open(t.Context(), []byte(header), Options{})
	require.NoError(t, err)
	_, err = e.Instance(t.Context())
	require.ErrorIs(t, err, ErrABI)
	require.NoError(t, e.Close(t.Context()))
}

func TestCacheIsUsed(t *testing.T) {
	b, err := module.Bytes()
	require.NoError(t, err)
	folder := t.TempDir()
	for range 2 {
		e, err := Open(t.Context(), b, Options{Cache: folder})
		require.NoError(t, err)
		d, err := e.Instance(t.Context())
		require.NoError(t, err)
		_, err = d.Info(t.Context())
		require.NoError(t, err)
		require.NoError(t, e.Close(t.Context()))
	}
}
