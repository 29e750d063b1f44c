package reach

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

const (
	// HalfLife is the time in seconds in which own showings and answers halve.
	HalfLife = 84 * plan.Day
	// MaxMemory bounds a Memory's bytes.
	MaxMemory = 1 + 4 + 1 + plan.MaxChannels*(8+3+3) + 1 + plan.MaxMessages*(8+1+plan.MaxShowings*6)

	maxSum = 1<<21 - 1
)

// Memory is what a device keeps of messages. The zero value has none. It holds no
// pointer: assigning another overwrites all.
type Memory struct {
	clock    decay.Clock
	channels int
	by       [plan.MaxChannels]answers // channels of them, ascending by channel
	messages int
	at       [plan.MaxMessages]times // messages of them, ascending by message
}

type answers struct {
	channel         profile.Key
	shown, answered uint32 // package decay's sums; shown is above 0
}

// times are when a message was shown, the latest first.
type times struct {
	message profile.Key
	count   int
	at      [plan.MaxShowings]plan.Time
}

// Names are the keys of a plan's channels and messages, made once a plan.
type Names struct{ Channels, Messages []profile.Key }

// NamesOf returns the keys of p's channels and messages.
func NamesOf(p *plan.Plan) *Names {
	n := &Names{}
	for _, c := range p.Channels {
		n.Channels = append(n.Channels, profile.KeyOf(c))
	}
	for i := range p.Messages {
		n.Messages = append(n.Messages, profile.KeyOf(p.Messages[i].Name))
	}
	return n
}

// Advance lets age seconds pass. What has faded to nothing is forgotten.
func (m *Memory) Advance(age plan.Time) {
	halvings := m.clock.Advance(HalfLife, age)
	if halvings == 0 {
		return
	}
	n := 0
	for _, a := range m.by[:m.channels] {
		if a.shown, a.answered = a.shown>>halvings, a.answered>>halvings; a.shown > 0 {
			m.by[n] = a
			n++
		}
	}
	clear(m.by[n:m.channels])
	m.channels = n
}

// Rewind makes every showing later than now be now: the clock was set back.
func (m *Memory) Rewind(now plan.Time) {
	for i := range m.at[:m.messages] {
		t := &m.at[i]
		for j := range t.at[:t.count] {
			t.at[j] = min(t.at[j], now)
		}
	}
}

// Adopt fits the memory to another plan: channels and messages that it has not are
// forgotten. Adopting the same plan twice changes nothing.
func (m *Memory) Adopt(n *Names) {
	kept := 0
	for _, a := range m.by[:m.channels] {
		if a.channel.IndexOf(n.Channels) >= 0 {
			m.by[kept] = a
			kept++
		}
	}
	clear(m.by[kept:m.channels])
	m.channels, kept = kept, 0
	for _, t := range m.at[:m.messages] {
		if t.message.IndexOf(n.Messages) >= 0 {
			m.at[kept] = t
			kept++
		}
	}
	clear(m.at[kept:m.messages])
	m.messages = kept
}

// Shown takes in that a message was shown by a channel, keys of the adopted plan's.
func (m *Memory) Shown(message, channel profile.Key, now plan.Time) {
	m.add(&m.of(channel).shown)
	t := m.timesOf(message)
	copy(t.at[1:], t.at[:])
	t.at[0], t.count = now, min(t.count+1, len(t.at))
}

// Answered takes in that the visitor reacted to what the channel showed.
func (m *Memory) Answered(channel profile.Key) {
	for i := range m.by[:m.channels] {
		if m.by[i].channel == channel {
			m.add(&m.by[i].answered)
		}
	}
}

func (m *Memory) add(sum *uint32) {
	m.clock.Factor(HalfLife).Add(sum, decay.One)
	*sum = min(*sum, maxSum)
}

// of returns what is known of a channel, a new one if need be.
func (m *Memory) of(channel profile.Key) *answers {
	i := 0
	for i < m.channels && m.by[i].channel < channel {
		i++
	}
	if i == m.channels || m.by[i].channel != channel {
		m.channels++
		copy(m.by[i+1:m.channels], m.by[i:])
		m.by[i] = answers{channel: channel}
	}
	return &m.by[i]
}

func (m *Memory) timesOf(message profile.Key) *times {
	i := 0
	for i < m.messages && m.at[i].message < message {
		i++
	}
	if i == m.messages || m.at[i].message != message {
		m.messages++
		copy(m.at[i+1:m.messages], m.at[i:])
		m.at[i] = times{message: message}
	}
	return &m.at[i]
}

// read returns the own showings and answers by a channel, faded by age seconds; no more
// answers than showings.
func (m *Memory) read(channel profile.Key, age plan.Time) (shown, answered float64) {
	clock := m.clock
	halvings := clock.Advance(HalfLife, age)
	f := clock.Factor(HalfLife)
	for i := range m.by[:m.channels] {
		if a := &m.by[i]; a.channel == channel {
			n := f.Read(a.shown >> halvings)
			return float64(n) / decay.One, float64(min(f.Read(a.answered>>halvings), n)) / decay.One
		}
	}
	return 0, 0
}

// within returns how often a message was shown in the last seconds before now.
func (m *Memory) within(message profile.Key, now plan.Time, seconds uint32) (n int) {
	for i := range m.at[:m.messages] {
		t := &m.at[i]
		for _, at := range t.at[:t.count] {
			if t.message == message && now-at < plan.Time(seconds) {
				n++
			}
		}
	}
	return n
}

// Join takes in what another device of the same visitor showed, both faded to the same
// instant: of each channel the larger numbers, of each message the latest of all showings,
// one of the same time once. Idempotent; commutative and associative to the last binary
// digit that a sum has.
func (m *Memory) Join(o *Memory) {
	mine, theirs := m.clock.Factor(HalfLife), o.clock.Factor(HalfLife)
	take := func(sum *uint32, other uint32) {
		if worth := theirs.Read(other); worth > mine.Read(*sum) {
			*sum = 0
			mine.Add(sum, worth)
			*sum = min(*sum, maxSum)
		}
	}
	for i := range o.by[:o.channels] {
		if a := &o.by[i]; m.channels < len(m.by) || m.knows(a.channel) {
			own := m.of(a.channel)
			take(&own.shown, a.shown)
			take(&own.answered, a.answered)
			own.shown = max(own.shown, 1)
		}
	}
	for i := range o.at[:o.messages] {
		t := &o.at[i]
		if m.messages == len(m.at) && !m.showed(t.message) {
			continue
		}
		own := m.timesOf(t.message)
		for _, at := range t.at[:t.count] {
			own.insert(at)
		}
	}
}

func (m *Memory) knows(channel profile.Key) bool {
	for i := range m.by[:m.channels] {
		if m.by[i].channel == channel {
			return true
		}
	}
	return false
}

func (m *Memory) showed(message profile.Key) bool {
	for i := range m.at[:m.messages] {
		if m.at[i].message == message {
			return true
		}
	}
	return false
}

// insert puts a time into its place, unless it is there or is before all that there is
// room for.
func (t *times) insert(at plan.Time) {
	i := 0
	for i < t.count && t.at[i] > at {
		i++
	}
	if i == len(t.at) || i < t.count && t.at[i] == at {
		return
	}
	t.count = min(t.count+1, len(t.at))
	copy(t.at[i+1:t.count], t.at[i:])
	t.at[i] = at
}

// Append appends the memory's bytes; doc.go draws them.
func (m *Memory) Append(b []byte) []byte {
	if *m == (Memory{}) {
		return append(b, 0)
	}
	b = m.clock.Append(append(b, 1))
	b = wire.AppendUvarint(b, uint64(m.channels))
	for _, a := range m.by[:m.channels] {
		b = wire.AppendUvarint(wire.AppendUvarint(wire.AppendU64(b, uint64(a.channel)), uint64(a.shown)), uint64(a.answered))
	}
	b = wire.AppendUvarint(b, uint64(m.messages))
	for i := range m.at[:m.messages] {
		t := &m.at[i]
		b = wire.AppendUvarint(wire.AppendU64(b, uint64(t.message)), uint64(t.count))
		before := plan.Time(0)
		for j, at := range t.at[:t.count] {
			if j > 0 {
				at = before - at
			}
			b = wire.AppendUvarint(b, uint64(at))
			before = t.at[j]
		}
	}
	return b
}

// Decode takes a memory off r, whose error says whether it was one, into the zero
// value, which it stays if not.
func (m *Memory) Decode(r *wire.Reader) {
	if !r.Bool() {
		return
	}
	m.clock = decay.ReadClock(r, HalfLife)
	m.channels = r.Count(plan.MaxChannels)
	for i := range m.by[:m.channels] {
		a := &m.by[i]
		a.channel, a.shown, a.answered = profile.Key(r.U64()), uint32(r.Max(maxSum)), uint32(r.Max(maxSum))
		if a.shown == 0 || i > 0 && a.channel <= m.by[i-1].channel {
			r.Fail(wire.ErrForm)
		}
	}
	m.messages = r.Count(plan.MaxMessages)
	for i := range m.at[:m.messages] {
		t := &m.at[i]
		t.message, t.count = profile.Key(r.U64()), r.Count(plan.MaxShowings)
		before := profile.MaxTime
		for j := range t.at[:t.count] {
			if at := plan.Time(r.Max(uint64(before))); j == 0 {
				t.at[0] = at
			} else {
				t.at[j] = before - at
			}
			before = t.at[j]
		}
		if t.count == 0 || i > 0 && t.message <= m.at[i-1].message {
			r.Fail(wire.ErrForm)
		}
	}
	if *m == (Memory{}) {
		r.Fail(wire.ErrForm)
	}
	if r.Err() != nil {
		*m = Memory{}
	}
}
