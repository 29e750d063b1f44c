package reach_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// monday is a Monday, 00:00 UTC.
const monday plan.Time = (20_000/7*7 + 4) * plan.Day

func site() *plan.Plan {
	return &plan.Plan{
		Channels: []string{"banner", "e-mail", "sms"},
		Messages: []plan.Message{{Name: "offer", Channels: 7, QuietFrom: 22, QuietTo: 8, Cap: 2, Every: 7 * plan.Day}, {Name: "digest", Channels: 6}},
	}
}

// world is what an answer is given in, for one device.
type world struct {
	plan    *plan.Plan
	names   *reach.Names
	profile profile.Profile
	keys    *profile.Names
	memory  reach.Memory
	seed    choose.Seed
}

func newWorld(seed uint64) *world {
	p := site()
	w := &world{plan: p, names: reach.NamesOf(p), keys: profile.NamesOf(p)}
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range w.seed {
		w.seed[i] = byte(rng.Uint32())
	}
	return w
}

func (w *world) ask(now plan.Time, message int, priors *choose.Priors) reach.Answer {
	var out reach.Answer
	w.memory.Choose(&out, &reach.Situation{
		Now: now, Message: message, Plan: w.plan, Names: w.names, View: w.profile.At(now, w.keys), Priors: priors,
		Stream: choose.NewStream(&w.seed, plan.Date(now/plan.Day), w.names.Messages[message], 4),
	})
	return out
}

func (w *world) shown(channel int, now plan.Time) {
	w.memory.Shown(w.names.Messages[0], w.names.Channels[channel], now)
}

func (w *world) answered(channel int) { w.memory.Answered(w.names.Channels[channel]) }

func responses(means ...float64) *choose.Priors {
	row := []choose.Rate{}
	for _, m := range means {
		row = append(row, choose.Rate{Mean: m, Strength: 1000})
	}
	return &choose.Priors{Version: 1, Places: []choose.PlacePriors{{Place: choose.Place{Kind: choose.Response}, Rates: [][]choose.Rate{row}}}}
}

// Without evidence and priors the plan's order decides, and the answer says so; with
// priors everyone's answers do; with enough own showings the own ones.
func TestChannel(t *testing.T) {
	w := newWorld(1)
	a := w.ask(monday, 1, nil)
	require.Equal(t, reach.Order, a.Why)
	require.EqualValues(t, 1, a.Channel, "the message's first, which is not the plan's")
	a = w.ask(monday, 0, responses(.01, .6, .01))
	require.Equal(t, reach.Everyone, a.Why)
	require.EqualValues(t, 1, a.Channel)

	picks := [3]int{}
	for seed := range uint64(400) {
		w := newWorld(seed)
		for i := range 12 {
			channel := i % 3
			w.shown(channel, monday)
			if channel == 2 {
				w.answered(2) // this visitor always answers the text message
			}
		}
		a := w.ask(monday+20*plan.Day, 0, responses(.05, .06, .05))
		require.Equal(t, reach.Own, a.Why)
		picks[a.Channel]++
	}
	require.Greater(t, picks[2], 300, "%v", picks)
}

// Held devices get the plan's order whatever is known.
func TestHeld(t *testing.T) {
	w := newWorld(2)
	for range 5 {
		w.shown(2, monday)
		w.answered(2)
	}
	var out reach.Answer
	w.memory.Choose(&out, &reach.Situation{Now: monday, Plan: w.plan, Names: w.names, View: w.profile.At(monday, w.keys), Priors: responses(.1, .9, .1), Held: true})
	require.Equal(t, reach.Held, out.Why)
	require.Zero(t, out.Channel)
	require.False(t, out.Habit)
}

// Who comes at eight in the evening is reached then; before enough is known, now, but never
// in quiet hours.
func TestHour(t *testing.T) {
	w := newWorld(3)
	require.Equal(t, monday+12*plan.Hour, w.ask(monday+12*plan.Hour, 0, nil).At)
	night := w.ask(monday+23*plan.Hour, 0, nil)
	require.True(t, night.Quiet)
	require.False(t, night.Habit)
	require.Equal(t, monday+32*plan.Hour, night.At, "eight in the morning")

	for day := range plan.Time(21) {
		w.profile.Touch(monday + day*plan.Day + 19*plan.Hour + 10*plan.Minute)
		w.profile.Arrive(w.keys, profile.Arrival{Offset: 60})
	}
	noon := monday + 21*plan.Day + 11*plan.Hour // twelve o'clock in the visitor's own time
	a := w.ask(noon, 0, nil)
	require.True(t, a.Habit)
	require.Equal(t, monday+21*plan.Day+19*plan.Hour, a.At, "eight o'clock of the own evening")
	evening := monday + 21*plan.Day + 19*plan.Hour + 30*plan.Minute
	require.Equal(t, evening, w.ask(evening, 0, nil).At, "it is that hour already")
	for hour := range plan.Time(24) {
		at := w.ask(monday+21*plan.Day+hour*plan.Hour, 0, nil).At
		own := (at/plan.Hour + 1) % 24
		require.False(t, own >= 22 || own < 8, "asked at %d, answered %d of the own day", hour, own)
	}
}

// The cap counts showings of the last days, by a plain record; and whom it is for holds.
func TestCap(t *testing.T) {
	for seed := range uint64(100) {
		w := newWorld(seed)
		rng := rand.New(rand.NewPCG(seed, 2))
		var shown []plan.Time
		now := monday
		for range 30 {
			now += plan.Time(rng.Int64N(5 * plan.Day))
			recent := 0
			for _, at := range shown {
				if now-at < 7*plan.Day {
					recent++
				}
			}
			refused := w.ask(now, 0, nil).Refused
			if recent >= 2 {
				require.Equal(t, reach.Capped, refused)
				continue
			}
			require.Zero(t, refused)
			w.shown(rng.IntN(3), now)
			shown = append(shown, now)
		}
	}
	w := newWorld(1)
	w.plan.Messages[0].When = plan.Rule{plan.OpFalse}
	require.Equal(t, reach.NotFor, w.ask(monday, 0, nil).Refused)
}

func decode(b []byte) (reach.Memory, error) {
	var m reach.Memory
	r := wire.NewReader(b)
	m.Decode(r)
	return m, r.Close()
}

func lived(rng *rand.Rand, w *world) *reach.Memory {
	m := &reach.Memory{}
	now := monday
	for range rng.IntN(30) {
		step := plan.Time(rng.Int64N(40 * plan.Day))
		m.Advance(step)
		now += step
		channel := w.names.Channels[rng.IntN(3)]
		m.Shown(w.names.Messages[rng.IntN(2)], channel, now)
		if rng.IntN(2) == 0 {
			m.Answered(channel)
		}
	}
	return m
}

// A memory is bounded, read as it was written, and fitted to another plan.
func TestMemory(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 3))
		w := newWorld(seed)
		m := lived(rng, w)
		b := m.Append(nil)
		require.LessOrEqual(t, len(b), reach.MaxMemory)
		back, err := decode(b)
		require.NoError(t, err)
		require.True(t, back == *m)
		for i := range b {
			_, err := decode(b[:i])
			require.Error(t, err)
		}
		p := site()
		p.Channels, p.Messages = []string{"sms"}, nil
		back.Adopt(reach.NamesOf(p))
		again := back
		again.Adopt(reach.NamesOf(p))
		require.True(t, again == back)
		require.LessOrEqual(t, len(back.Append(nil)), 1+4+1+14+1)
	}
}

// Joining is idempotent and, but for the last digit of a sum, commutative; nothing is
// counted twice.
func TestJoin(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 4))
		w := newWorld(seed)
		a, b := lived(rng, w), lived(rng, w)
		ab, ba := *a, *b
		ab.Join(b)
		ba.Join(a)
		once := ab
		ab.Join(b)
		ab.Join(a)
		require.True(t, once == ab, "seed %d: joined again", seed)
		for message := range 2 {
			w.memory = ab
			x := w.ask(monday+2000*plan.Day, message, nil)
			w.memory = ba
			require.Equal(t, x, w.ask(monday+2000*plan.Day, message, nil), "seed %d", seed)
		}
	}
}

func FuzzMemory(f *testing.F) {
	f.Add([]byte{0})
	for seed := range uint64(20) {
		f.Add(lived(rand.New(rand.NewPCG(seed, 5)), newWorld(seed)).Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(b)
		if err != nil {
			require.True(t, m == reach.Memory{} || len(b) > 0)
			return
		}
		require.Equal(t, b, m.Append(nil))
	})
}

// Against a population whose channels are known: the device comes to send by the channel
// that its visitor answers, and does better than the plan's order.
func TestChannelsAreLearnt(t *testing.T) {
	const visitors, showings = 400, 24
	learnt, ordered := 0.0, 0.0
	for seed := range uint64(visitors) {
		rng := rand.New(rand.NewPCG(seed, 6))
		w := newWorld(seed)
		w.plan.Messages[0].Cap, w.plan.Messages[0].Every = 0, 0
		rates := [3]float64{.1, .1, .1}
		rates[rng.IntN(3)] = .6
		now := monday
		for range showings {
			now += 2 * plan.Day
			w.memory.Advance(2 * plan.Day)
			a := w.ask(now, 0, responses(.25, .25, .25))
			w.shown(int(a.Channel), now)
			if rng.Float64() < rates[a.Channel] {
				w.answered(int(a.Channel))
				learnt++
			}
			if rng.Float64() < rates[0] {
				ordered++
			}
		}
	}
	require.Greater(t, learnt, 1.25*ordered, "%v of %v", learnt, ordered)
	require.False(t, math.IsNaN(learnt))
}
