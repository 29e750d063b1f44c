package abi

import (
	"encoding/binary"
	"math"

	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ChooseMessage asks what a place shows.
type ChooseMessage struct {
	Now   plan.Time
	Place choose.Place
}

// Append appends the message of Choose.
func (m ChooseMessage) Append(b []byte) []byte {
	return append(AppendTime(b, m.Now), byte(m.Place.Kind), m.Place.Index)
}

// ReadChoose is the inverse of ChooseMessage.Append.
func ReadChoose(b []byte) (ChooseMessage, error) {
	r := wire.NewReader(b)
	m := ChooseMessage{Now: readTime(r), Place: readPlace(r)}
	return m, done(r)
}

// optionSize is what each column takes.
const optionSize = 4 + 8*8

// barred is the bit, in the field of a prior's strength, which is far below it, of an arm
// that the ladder gives to others.
const barred = 1 << 31

// AppendDecision appends the answer of Choose; doc.go draws it. Whatever the device
// knows is in it but what the draws come from: its seed is behind a SHA-256.
func AppendDecision(b []byte, d *choose.Decision) []byte {
	b = append(b, byte(d.Place.Kind), d.Place.Index, byte(d.Column), byte(d.Reason))
	b = append(wire.AppendBool(b, d.Kept), byte(d.Segment))
	b = wire.AppendU64(b, d.Version)
	b = append(b, byte(len(d.Options)))
	// Up to 504 numbers: package wire's appends, one by one, took as long as all draws.
	var row [optionSize]byte
	for i := range d.Options {
		o := &d.Options[i]
		strength := o.Prior.Strength
		if o.Barred {
			strength |= barred
		}
		binary.BigEndian.PutUint32(row[:], strength)
		for k, v := range [...]float64{o.Prior.Mean, o.Shown, o.Won, o.Match, o.Mean, o.Strength, o.Draw, o.Value} {
			// Adding 0 turns -0, which has no encoding, into 0.
			binary.BigEndian.PutUint64(row[4+8*k:], math.Float64bits(v+0))
		}
		b = append(b, row[:]...)
	}
	return b
}

// ReadDecision reads Choose's answer into d, whose options' room it uses again. On
// an error d holds nothing.
func ReadDecision(b []byte, d *choose.Decision) error {
	r := wire.NewReader(b)
	*d = choose.Decision{
		Place: readPlace(r), Column: int(r.Byte()), Reason: choose.Reason(r.Byte()), Kept: r.Bool(),
		Segment: int(r.Byte()), Version: r.U64(), Options: d.Options[:0],
	}
	options := int(r.Byte())
	if d.Place.Kind > choose.Campaign || d.Reason < choose.Sampled || d.Reason > choose.Excluded || d.Segment >= plan.MaxSegments ||
		options > plan.MaxArms || d.Column >= options {
		r.Fail(ErrMessage)
	}
	for range options {
		if r.Err() != nil {
			break
		}
		strength := r.U32()
		o := choose.Option{Prior: choose.Rate{Strength: strength &^ barred}, Barred: strength&barred != 0}
		for _, v := range [...]*float64{&o.Prior.Mean, &o.Shown, &o.Won, &o.Match, &o.Mean, &o.Strength, &o.Draw, &o.Value} {
			*v = r.Float()
		}
		d.Options = append(d.Options, o)
	}
	err := done(r)
	if err != nil {
		*d = choose.Decision{Options: d.Options[:0]}
	}
	return err
}

// readPlace takes any place: whether the plan has it the device says.
func readPlace(r *wire.Reader) choose.Place {
	return choose.Place{Kind: choose.Kind(r.Byte()), Index: r.Byte()}
}
