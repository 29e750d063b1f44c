package simulate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/population"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	wasm "github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/stretchr/testify/require"
)

// priorsOf makes the priors of a day: rates and strengths of every place and
// segment drawn at random.
func priorsOf(t *testing.T, p *plan.Plan, digest plan.Digest, day int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(day), 77))
	out := choose.Priors{Version: uint64(p.Periods[day].End), Plan: digest}
	add := func(at choose.Place) {
		columns := at.Columns(p)
		if columns == 0 {
			return
		}
		here := choose.PlacePriors{Place: at}
		for range p.Segments {
			row := make([]choose.Rate, columns)
			for i := range row {
				row[i] = choose.Rate{Mean: .01 + .2*r.Float64(), Strength: 1 + r.Uint32N(3000)}
			}
			here.Rates = append(here.Rates, row)
		}
		out.Places = append(out.Places, here)
	}
	for i := range p.Slots {
		add(choose.Place{Kind: choose.Slot, Index: uint8(i)})
	}
	for i := range p.Campaigns {
		add(choose.Place{Kind: choose.Campaign, Index: uint8(i)})
	}
	b, err := choose.Encode(out)
	require.NoError(t, err)
	return b
}

// Visitors live the same days natively and in the built module: what is shown and
// why, the measurement and the stored state are the same, to the last byte.
func TestNativeEqualsModule(t *testing.T) {
	const visitors, days, seed = 60, 5, 11
	inside, err := wasm.Bytes()
	require.NoError(t, err)
	for name, yaml := range map[string][]byte{"shop": plans.Shop, "standard": plans.Standard} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			published, p := built(t, yaml)
			shop := shopOf(t, p, population.Options{Seed: seed, Visitors: visitors, Active: .8, Settled: true})
			both := [2]*life{}
			for i, make1 := range []func(*Dice) (Device, error){
				func(d *Dice) (Device, error) { return Native(published, d) },
				func(d *Dice) (Device, error) { return Module(ctx, inside, published, d) },
			} {
				dice := &Dice{System: rand.NewChaCha8([32]byte{byte(i)})} // whatever is not fixed differs
				d, err := make1(dice)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, d.Close(context.Background())) })
				both[i] = &life{shop: shop, device: d, dice: dice, seed: seed}
			}
			states := make([][]byte, visitors)
			lived, personal := 0, map[choose.Reason]int{}
			for day := range days {
				if day > 0 {
					for _, l := range both {
						require.NoError(t, l.device.UsePriors(ctx, priorsOf(t, p, plan.DigestOf(published), day-1)))
					}
				}
				for i := range visitors {
					v := shop.Visitor(i)
					var last [2]plan.Time
					var came [2]bool
					var cells [2][]bool
					var state [2][]byte
					for k, l := range both {
						var err error
						last[k], came[k], err = l.day(ctx, v, day, states[i])
						require.NoError(t, err)
						if !came[k] {
							continue
						}
						var ok bool
						cells[k], ok, err = l.device.Measurement(ctx, last[k])
						require.NoError(t, err)
						require.True(t, ok)
						cells[k] = append([]bool(nil), cells[k]...)
						state[k], err = l.device.AppendState(ctx, nil)
						require.NoError(t, err)
					}
					require.Equal(t, came[0], came[1])
					require.Equal(t, both[0].shown, both[1].shown, "visitor %d, day %d", i, day)
					if !came[0] {
						continue
					}
					require.Equal(t, last[0], last[1])
					require.Equal(t, both[0].decision, both[1].decision, "visitor %d, day %d", i, day)
					require.Equal(t, day > 0, both[0].decision.Version != 0)
					require.Equal(t, cells[0], cells[1], "visitor %d, day %d", i, day)
					require.True(t, bytes.Equal(state[0], state[1]), "visitor %d, day %d", i, day)
					states[i] = state[0]
					lived++
					for _, s := range both[0].shown {
						personal[s.reason]++
					}
				}
			}
			require.Greater(t, lived, visitors*days/2)
			for _, reason := range []choose.Reason{choose.Sampled, choose.Explored, choose.Held} {
				require.Positive(t, personal[reason], "no decision of that reason was compared")
			}
		})
	}
}

// A visitor's dice are its own and the seed's, and free dice are the system's.
func TestDice(t *testing.T) {
	d := &Dice{System: bytes.NewReader([]byte("system"))}
	read := func() string {
		b := make([]byte, 6)
		_, err := io.ReadFull(d, b)
		require.NoError(t, err)
		return string(b)
	}
	seen := map[string]bool{}
	for _, c := range []struct {
		seed    uint64
		visitor int
	}{{1, 1}, {1, 2}, {2, 1}, {1 << 63, 1}, {1, 1 << 30}} {
		d.Fix(c.seed, c.visitor)
		once := read()
		require.False(t, seen[once])
		seen[once] = true
		d.Fix(c.seed, c.visitor)
		require.Equal(t, once, read())
	}
	d.Free()
	require.Equal(t, "system", read())
	_, err := d.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

// What a native device sends opens with the keys of the plan, as the module's does,
// and its state is stored before; also where sealing fails.
func TestSealedReports(t *testing.T) {
	ctx := t.Context()
	_, p := built(t, plans.Shop)
	var ids [2]seal.Identity
	for i, to := range []*plan.Recipient{&p.Leader, &p.Helper} {
		file, recipient, err := seal.GenerateIdentity()
		require.NoError(t, err)
		ids[i], err = seal.ParseIdentity(bytes.NewReader(file))
		require.NoError(t, err)
		*to = recipient
	}
	published, err := plan.Encode(p)
	require.NoError(t, err)
	inside, err := wasm.Bytes()
	require.NoError(t, err)
	dice := &Dice{System: rand.NewChaCha8(sha256.Sum256([]byte("report")))}
	n, err := Native(published, dice)
	require.NoError(t, err)
	m, err := Module(ctx, inside, published, dice)
	require.NoError(t, err)
	roles := []report.Role{report.Leader, report.Helper}
	plain := map[report.Role]int{} // bytes
	sealTo := func(role report.Role, to plan.Recipient, plaintext []byte) ([]byte, error) {
		plain[role] = len(plaintext)
		r, err := seal.ParseRecipient(to)
		if err != nil {
			return nil, err
		}
		return r.Seal(nil, plaintext)
	}
	now := p.Periods[0].Start + plan.Hour
	sizes := map[int]int{}
	for name, d := range map[string]Device{"native": n, "module": m} {
		t.Run(name, func(t *testing.T) {
			defer func() { require.NoError(t, d.Close(context.Background())) }()
			_, err := d.Load(ctx, now, nil)
			require.NoError(t, err)
			require.NoError(t, d.Track(ctx, now, edge.Event{Kind: plan.View}))
			before, err := d.AppendState(ctx, nil)
			require.NoError(t, err)
			b, state, err := d.SealedReport(ctx, now, now, sealTo)
			require.NoError(t, err)
			require.NotEqual(t, before, state, "the charge is in the state")
			sizes[len(b)]++
			r, err := report.Parse(b)
			require.NoError(t, err)
			require.Equal(t, plan.DigestOf(published), r.Plan)
			require.Equal(t, p.Periods[0].Date, r.Period)
			for i, sealed := range [][]byte{r.Leader, r.Helper} {
				opened, err := ids[i].Open(sealed, plain[roles[i]])
				require.NoError(t, err)
				_, err = report.OpenPlain(opened, roles[i], &r.Head, len(opened)-report.PlainHead)
				require.NoError(t, err)
				_, err = ids[1-i].Open(sealed, plain[roles[i]])
				require.Error(t, err, "the other aggregator cannot open it")
			}
			broken := errors.New("no sealing here")
			for failing, name := range map[report.Role]string{report.Leader: "leader", report.Helper: "helper"} {
				_, state, err := d.SealedReport(ctx, now, now, func(role report.Role, to plan.Recipient, plaintext []byte) ([]byte, error) {
					if role == failing {
						return nil, broken
					}
					return sealTo(role, to, plaintext)
				})
				require.ErrorIs(t, err, broken)
				require.ErrorContains(t, err, name)
				require.NotEmpty(t, state)
			}
			_, _, err = d.SealedReport(ctx, now, now+2*plan.Day, sealTo)
			require.ErrorIs(t, err, edge.ErrClock)
		})
	}
	require.Len(t, sizes, 1, "reports of both have one size")
}
