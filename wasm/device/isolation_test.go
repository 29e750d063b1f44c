package device

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// secretPlan lets a device declare a number that a memory scan can look for.
func secretPlan(tb testing.TB) []byte {
	p := plan512()
	p.Networks, p.Payments, p.Pages, p.Skills, p.Channels = numbered("net", 2), numbered("pay", 3), numbered("page", 2), numbered("skill", 2), numbered("channel", 3)
	p.Surveys = []plan.Survey{{Name: "happy", Kind: plan.CSAT}, {Name: "again", Kind: plan.NPS}}
	p.Lists = []plan.List{{Name: "shelf", Size: 4, Items: numbered("item", 8), Goal: plan.Trigger{Kind: plan.Order}, Reward: 1}}
	p.Messages = []plan.Message{{Name: "back", Channels: 7, Goal: plan.Trigger{Kind: plan.View}}}
	p.Attributes = []plan.Attribute{{Name: "points", Type: plan.Number, Min: 0, Max: 1e6},
		{Name: "band", Type: plan.Choice, Values: numbered("value", 5)}}
	return publish(tb, p)
}

// heroPriors are priors of the plan's first slot, the same for every device.
func heroPriors(tb testing.TB, published []byte, version uint64) []byte {
	p, err := plan.Decode(published)
	require.NoError(tb, err)
	row := make([]choose.Rate, len(p.Slots[0].Variants))
	for i := range row {
		row[i] = choose.Rate{Mean: 1 / float64(4+i), Strength: uint32(10 + i)}
	}
	b, err := choose.Encode(choose.Priors{Version: version, Plan: plan.DigestOf(published), Places: []choose.PlacePriors{{Rates: [][]choose.Rate{row}}}})
	require.NoError(tb, err)
	return b
}

// item is the key of one of the list's named items.
func item(i int) uint64 { return uint64(profile.KeyOf(fmt.Sprint("item", i))) }

// live is one device's day with everything in it that a state can hold; what it chose
// is written to chosen.
func live(t *testing.T, d *Device, now plan.Time, points float64, chosen *choose.Decision) Outgoing {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, d.Choose(ctx, now, choose.Place{}, chosen))
	for i, e := range []edge.Event{
		{Kind: plan.Declare, Attribute: 0, Value: points}, {Kind: plan.Declare, Attribute: 1, Value: 3}, {Kind: plan.View, Topics: 2},
		{Kind: plan.Exposure, Slot: 0, Variant: 4}, {Kind: plan.Click, InSlot: true}, {Kind: plan.Assign, Arm: 2},
		{Kind: plan.Cart, Topics: 5, Item: item(2), Tier: 2}, {Kind: plan.Order, Minor: int64(points * 100), Topics: 9, Quantity: 3, Payment: 2, Tier: 3, Discount: 100},
		{Kind: plan.Dwell, Topics: 4, Seconds: 77}, {Kind: plan.Arrive, Channel: 3, Region: 4, Page: 1, Offset: 480}, {Kind: plan.Search, Topics: 2},
		{Kind: plan.Social, Act: plan.Comment, Sentiment: 3, Topics: 1}, {Kind: plan.Media, Quarter: 4, Topics: 1}, {Kind: plan.Refund, Minor: int64(points)},
		{Kind: plan.History, Age: 40 * plan.Day, Minor: int64(points * 10), Topics: 1}, {Kind: plan.Asked, Survey: 1}, {Kind: plan.Answer, Survey: 1, Answer: 7},
		{Kind: plan.Answer, Survey: 0, Answer: 4}, {Kind: plan.Attempt, Skill: 1, Item: item(5), Difficulty: .75, Right: true},
		{Kind: plan.Listed, List: 0, Count: 2, Items: [edge.MaxListed]uint64{item(1), item(3)}}, {Kind: plan.Picked, List: 0, Item: item(3)},
		{Kind: plan.Reached, Message: 0, Channel: 1}, {Kind: plan.Responded, Message: 0, Channel: 1},
	} {
		require.NoError(t, d.Track(ctx, now+plan.Time(i), e))
	}
	// In the next visit, with interest and evidence.
	require.NoError(t, d.Choose(ctx, now+plan.Hour, choose.Place{}, chosen))
	require.False(t, chosen.Kept)
	out, err := d.Report(ctx, now+plan.Hour, now+plan.Hour)
	require.NoError(t, err)
	return out
}

// TestNothingLeaksIntoTheNextDevice: whatever A did, after Load an instance
// answers for B exactly as one that never saw A.
func TestNothingLeaksIntoTheNextDevice(t *testing.T) {
	ctx := t.Context()
	published := secretPlan(t)
	now := firstAt + 5*plan.Day + plan.Hour

	// B's state, from an instance of its own.
	d, random := scripted(t)
	random.set(1)
	require.NoError(t, d.UsePlan(ctx, published))
	require.NoError(t, d.UsePriors(ctx, heroPriors(t, published, 7)))
	var decision choose.Decision
	stateB := live(t, d, now-plan.Day, 7, &decision).State

	for name, next := range map[string][]byte{"a stored device": stateB, "a new device": nil,
		"a damaged state": append([]byte{1}, stateB...)} {
		t.Run(name, func(t *testing.T) {
			used, usedRandom := scripted(t)
			usedRandom.set(2)
			require.NoError(t, used.UsePlan(ctx, published))
			require.NoError(t, used.UsePriors(ctx, heroPriors(t, published, 8)))
			live(t, used, now, 123_456.5, &decision)
			unused, unusedRandom := scripted(t)
			require.NoError(t, unused.UsePlan(ctx, published))
			// Priors are everyone's: those in force stay, for whoever comes.
			require.NoError(t, unused.UsePriors(ctx, heroPriors(t, published, 8)))

			usedRandom.set(3)
			unusedRandom.set(3)
			var loaded [2]edge.Loaded
			var before, after [2][]byte
			var vectors [2][]bool
			var outs [2]Outgoing
			var chosen [2][2]choose.Decision
			var failed [2]error
			for i, d := range []*Device{used, unused} {
				var err error
				loaded[i], err = d.Load(ctx, now, next)
				require.NoError(t, err)
				before[i], err = d.AppendState(ctx, nil)
				require.NoError(t, err)
				require.NoError(t, d.Choose(ctx, now, choose.Place{}, &chosen[i][0]))
				require.NoError(t, d.Track(ctx, now+plan.Hour, edge.Event{Kind: plan.View, Topics: 3}))
				require.NoError(t, d.Choose(ctx, now+plan.Hour, choose.Place{}, &chosen[i][1]))
				vectors[i], _, err = d.Measurement(ctx, now+plan.Hour)
				require.NoError(t, err)
				outs[i], failed[i] = d.Report(ctx, now+plan.Hour, now+plan.Hour)
				after[i], err = d.Forget(ctx, now+2*plan.Hour)
				require.NoError(t, err)
			}
			require.Equal(t, loaded[1], loaded[0])
			require.Equal(t, before[1], before[0])
			require.EqualValues(t, 8, chosen[0][0].Version)
			require.Equal(t, chosen[1], chosen[0])
			require.Equal(t, vectors[1], vectors[0])
			require.Equal(t, failed[1], failed[0])
			require.Equal(t, outs[1], outs[0])
			require.Equal(t, after[1], after[0])
		})
	}
}

// TestMemoryHoldsNothingOfTheDeviceBefore scans the whole linear memory for what
// belonged to A alone: randomness with the seed of its draws, report ID, plaintexts,
// state, what its choices went by, and of the profile the declared number, the money
// and every instant, in the byte order of a message and in that of memory. What it cannot show: the vector's cells, the
// segment and the counts are bits and small numbers that stand everywhere; and it
// shows one course of calls, not each, nor what the host keeps.
func TestMemoryHoldsNothingOfTheDeviceBefore(t *testing.T) {
	t.Run("load", func(t *testing.T) {
		scan(t, true, func(d *Device, now plan.Time) error {
			_, err := d.Load(t.Context(), now, nil)
			return err
		})
	})
	// Nor does decoding a state leave what one call's scrubbing does not reach.
	t.Run("load of its own state, then of another", func(t *testing.T) {
		scan(t, true, func(d *Device, now plan.Time) error {
			state, err := d.AppendState(t.Context(), nil)
			require.NoError(t, err)
			loaded, err := d.Load(t.Context(), now, state)
			require.NoError(t, err)
			require.Equal(t, edge.Restored, loaded)
			_, err = d.Load(t.Context(), now, nil)
			return err
		})
	})
	// What it asked about itself, and what it carried away and took in.
	t.Run("facts, list, message, export and import, then load", func(t *testing.T) {
		scan(t, true, func(d *Device, now plan.Time) error {
			ctx := t.Context()
			_, err := d.Facts(ctx, now)
			require.NoError(t, err)
			require.NoError(t, d.UseCatalogue(ctx, 0, recommend.Encode([]recommend.Item{{Key: item(1), Topics: 1}, {Key: item(2), Topics: 2}})))
			var picks []recommend.Pick
			require.NoError(t, d.Recommend(ctx, now, edge.Ask{Page: 1}, &picks))
			_, err = d.Reach(ctx, now, 0)
			require.NoError(t, err)
			carried, err := d.Export(ctx, now)
			require.NoError(t, err)
			_, err = d.Import(ctx, now, carried)
			require.NoError(t, err)
			_, err = d.Erase(ctx, now, plan.VarClicks)
			require.NoError(t, err)
			_, err = d.Load(ctx, now, nil)
			return err
		})
	})
	// The report's ID must stay: without it the report cannot be taken back.
	t.Run("forget", func(t *testing.T) {
		scan(t, false, func(d *Device, now plan.Time) error {
			_, err := d.Forget(t.Context(), now)
			return err
		})
	})
}

// scan lets A live, then removes A and looks for what only A had.
func scan(t *testing.T, idToo bool, remove func(d *Device, now plan.Time) error) {
	ctx := t.Context()
	published := secretPlan(t)
	d, random := scripted(t)
	require.NoError(t, d.UsePlan(ctx, published))
	require.NoError(t, d.UsePriors(ctx, heroPriors(t, published, 7)))
	now := firstAt + 5*plan.Day + plan.Hour

	const points = 123_456.75
	random.set(9)
	lot, drawn := make([]byte, choose.LotSize), make([]byte, 160) // seed and lot; report ID, nonce, Shard's randomness
	for _, b := range [][]byte{lot, drawn} {
		_, err := random.Read(b)
		require.NoError(t, err)
	}
	random.set(9)
	var decision choose.Decision
	out := live(t, d, now, points, &decision)
	count := func(what []byte) int {
		b, ok := d.memory.Read(0, d.memory.Size())
		require.True(t, ok)
		return bytes.Count(b, what)
	}
	require.Positive(t, count(drawn[:16]), "the scan does not find what must still be there")

	secrets := map[string][]byte{"nonce": drawn[16:32], "helper's seed": drawn[32:64], "helper's blind": drawn[64:96],
		"leader's blind": drawn[96:128], "prove seed": drawn[128:160], "seed of draws": lot[:16]}
	require.Positive(t, count(lot[:16]), "the scan does not find what must still be there")
	state := out.State
	if idToo {
		secrets["report ID"] = drawn[:16]
	} else { // it stands in the guard, whose length is in package edge's doc
		state = state[7+int(binary.BigEndian.Uint16(state[5:])):]
	}
	value := func(what string, v uint64) {
		secrets[what] = binary.LittleEndian.AppendUint64(nil, v)
		secrets[what+" in a message"] = binary.BigEndian.AppendUint64(nil, v)
		require.Positive(t, count(secrets[what]), "%s: the scan does not find what must still be there", what)
	}
	value("declared number", math.Float64bits(points))
	value("order's value", uint64(points*100))
	for what, after := range map[string]plan.Time{"first view": 2, "exposure": 3, "assignment": 5, "cart": 6, "order": 7} {
		value("time of the "+what, uint64(now+after))
	}
	digest := plan.DigestOf(published)
	public := append(digest[:], make([]byte, 32)...)
	windows := func(what string, b []byte) {
		for i := 0; i+16 <= len(b); i += 16 {
			w := b[i : i+16]
			known := bytes.Count(w, []byte{0}) > 8
			for at := range 8 { // what is half the plan's digest is public
				known = known || bytes.Contains(public, w[at:at+8])
			}
			if !known {
				secrets[fmt.Sprintf("%s from byte %d", what, i)] = w
			}
		}
	}
	for i, o := range decision.Options {
		for what, v := range map[string]float64{"match": o.Match, "own trials": o.Shown, "mean": o.Mean, "strength": o.Strength, "draw": o.Draw, "value": o.Value} {
			// Round numbers stand anywhere; of the others the last digits are not all zero.
			// What an option without evidence or interest has of its prior is everyone's.
			if bits := math.Float64bits(v); bits&(1<<32-1) != 0 && v != o.Prior.Mean {
				name := fmt.Sprintf("%s of option %d", what, i)
				secrets[name] = binary.LittleEndian.AppendUint64(nil, bits)
				secrets[name+" in an answer"] = binary.BigEndian.AppendUint64(nil, bits)
			}
		}
	}
	windows("leader's plaintext", out.Leader.Plaintext)
	windows("helper's plaintext", out.Helper.Plaintext)
	windows("state", state)
	require.Greater(t, len(secrets), 550)

	require.NoError(t, remove(d, now))
	require.NoError(t, d.Clear(ctx))
	for name, s := range secrets {
		if n := count(s); n > 0 {
			t.Errorf("%s stands in memory %d times", name, n)
		}
	}
}

func TestTwoInstancesDrawDifferently(t *testing.T) {
	ctx := t.Context()
	published := publish(t, plan64())
	now := firstAt + plan.Hour
	seen := map[plan.ReportID]bool{}
	for range 4 {
		d, err := engine(t).Instance(ctx)
		require.NoError(t, err)
		require.NoError(t, d.UsePlan(ctx, published))
		require.NoError(t, d.Track(ctx, now, edge.Event{Kind: plan.View}))
		out, err := d.Report(ctx, now, now)
		require.NoError(t, err)
		var id plan.ReportID
		copy(id[:], out.Head[40:56])
		require.False(t, seen[id], "wazero's default source of randomness is deterministic")
		seen[id] = true
		require.NoError(t, d.Close(context.Background()))
	}
}
