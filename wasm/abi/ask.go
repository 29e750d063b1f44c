package abi

import (
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ReadIndexed splits the message of Catalogue: an index and what follows it, which
// aliases b.
func ReadIndexed(b []byte) (index int, rest []byte, err error) {
	r := wire.NewReader(b)
	index, rest = int(r.Byte()), r.Rest()
	return index, rest, done(r)
}

// ReadAt splits the messages of Reach, Erase and Survey: a time and one byte.
func ReadAt(b []byte) (now plan.Time, which byte, err error) {
	r := wire.NewReader(b)
	now, which = readTime(r), r.Byte()
	return now, which, done(r)
}

// AppendAt appends the message of Reach, Erase or Survey.
func AppendAt(b []byte, now plan.Time, which byte) []byte { return append(AppendTime(b, now), which) }

// RecommendMessage asks for a list's items.
type RecommendMessage struct {
	Now plan.Time
	Ask edge.Ask
}

// Append appends the message of Recommend.
func (m RecommendMessage) Append(b []byte) []byte {
	b = wire.AppendUvarint(append(AppendTime(b, m.Now), byte(m.Ask.List)), m.Ask.Page)
	return wire.AppendU64(b, m.Ask.Current)
}

// ReadRecommend is the inverse of RecommendMessage.Append.
func ReadRecommend(b []byte) (RecommendMessage, error) {
	r := wire.NewReader(b)
	m := RecommendMessage{Now: readTime(r), Ask: edge.Ask{List: int(r.Byte()), Page: r.Uvarint(), Current: r.U64()}}
	return m, done(r)
}

// AppendPicks appends the answer of Recommend.
func AppendPicks(b []byte, picks []recommend.Pick) []byte {
	b = append(b, byte(len(picks)))
	for i := range picks {
		p := &picks[i]
		b = append(b, byte(p.Item>>8), byte(p.Item), byte(p.Reason), p.Topic+1) // NoTopic is 255
		for _, v := range [...]float64{p.Score, p.Interest, p.Popular, p.Price, p.Fresh, p.Rotation} {
			b = wire.AppendFloat(b, v)
		}
	}
	return b
}

// ReadPicks reads Recommend's answer into out[:0].
func ReadPicks(b []byte, out []recommend.Pick) ([]recommend.Pick, error) {
	r := wire.NewReader(b)
	out = out[:0]
	for range r.Byte() {
		p := recommend.Pick{Item: uint16(r.Byte())<<8 | uint16(r.Byte()), Reason: recommend.Reason(r.Byte()), Topic: r.Byte() - 1}
		for _, v := range [...]*float64{&p.Score, &p.Interest, &p.Popular, &p.Price, &p.Fresh, &p.Rotation} {
			*v = r.Float()
		}
		if r.Err() != nil {
			break
		}
		out = append(out, p)
	}
	return out, done(r)
}

// Bits of Reach's answer.
const (
	reachHabit = 1 << iota
	reachQuiet
)

// AppendAnswer appends the answer of Reach.
func AppendAnswer(b []byte, a *reach.Answer) []byte {
	flags := byte(0)
	if a.Habit {
		flags |= reachHabit
	}
	if a.Quiet {
		flags |= reachQuiet
	}
	return AppendTime(append(b, byte(a.Refused), a.Channel, byte(a.Why), flags), a.At)
}

// ReadAnswer is the inverse of AppendAnswer.
func ReadAnswer(b []byte) (reach.Answer, error) {
	r := wire.NewReader(b)
	a := reach.Answer{Refused: reach.Refusal(r.Byte()), Channel: r.Byte(), Why: reach.Why(r.Byte())}
	flags := r.Byte()
	a.Habit, a.Quiet = flags&reachHabit != 0, flags&reachQuiet != 0
	a.At = readTime(r)
	return a, done(r)
}

// AppendBudget appends the answer of Budget.
func AppendBudget(b []byte, x edge.Budget) []byte {
	for _, rho := range [...]ledger.NanoRho{x.Today, x.Month, x.Year, ledger.CapDay, ledger.Cap30} {
		b = wire.AppendU64(b, uint64(rho))
	}
	return wire.AppendU32(b, uint32(x.Reports))
}

// ReadBudget is the inverse of AppendBudget; the caps are compiled in.
func ReadBudget(b []byte) (edge.Budget, error) {
	r := wire.NewReader(b)
	x := edge.Budget{Today: ledger.NanoRho(r.U64()), Month: ledger.NanoRho(r.U64()), Year: ledger.NanoRho(r.U64())}
	if r.U64() != uint64(ledger.CapDay) || r.U64() != uint64(ledger.Cap30) {
		r.Fail(ErrMessage)
	}
	x.Reports = uint8(r.U32())
	return x, done(r)
}
