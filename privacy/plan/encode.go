package plan

import "github.com/dunlin-analytics/dunlin/privacy/wire"

const (
	magic   = "DLPN"
	version = 2
	// versionDevice is that of a plan that uses what came after: surveys, lists,
	// messages, predictions and the like stand after the metrics. One that uses none of
	// it keeps its bytes, and so its digest.
	versionDevice = 3
	// versionSorted is that of one with dimensions or revenues: they stand last.
	versionSorted = 4
)

// Encode returns the bytes to publish. It checks p as Decode would.
func Encode(p *Plan) ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	b := encode(p)
	if len(b) > MaxPlan {
		return nil, ErrTooLarge
	}
	return b, nil
}

// encode writes any plan that has a period, good or not.
func encode(p *Plan) []byte {
	b := append([]byte(magic), version)
	b[len(magic)] = p.format()
	b = wire.AppendString(b, p.Site)
	b = wire.AppendUvarint(b, p.Serial)
	b = wire.AppendVarint(b, int64(p.Issued))
	b = wire.AppendUvarint(b, uint64(p.Expires-p.Issued))
	b = wire.AppendString(b, p.TimeZone)
	b = append(b, byte(p.Cadence))
	b = wire.AppendVarint(b, int64(p.Periods[0].Date))
	b = wire.AppendVarint(b, int64(p.Periods[0].Start))
	b = wire.AppendUvarint(b, uint64(len(p.Periods)))
	for _, q := range p.Periods {
		b = wire.AppendUvarint(b, uint64(q.End-q.Start))
	}
	b = wire.AppendUvarint(b, p.Sigma2)
	b = wire.AppendUvarint(b, uint64(p.MinBatch))
	b = wire.AppendUvarint(b, uint64(p.Chunk))
	for _, r := range []Recipient{p.Leader, p.Helper} {
		b = wire.AppendString(append(b, byte(r.Type)), r.Key)
	}
	b = append(b, p.VerifyKey[:]...)
	b = append(b, byte(p.Consent))
	b = wire.AppendUvarint(b, uint64(p.Attribution))
	for _, share := range []Share{p.Policy.Holdout, p.Policy.Explore, p.Policy.Floor, p.Policy.Recent} {
		b = wire.AppendUvarint(b, uint64(share))
	}
	b = wire.AppendFloat(b, p.Policy.Lift)
	b = appendNames(b, p.Topics)
	b = appendNames(b, p.Events)
	b = wire.AppendUvarint(b, uint64(len(p.Attributes)))
	for _, a := range p.Attributes {
		b = append(wire.AppendString(b, a.Name), byte(a.Type))
		switch a.Type {
		case Number:
			b = wire.AppendFloat(wire.AppendFloat(b, a.Min), a.Max)
		case Choice:
			b = appendNames(b, a.Values)
		}
	}
	b = appendSegments(b, p.Segments)
	b = wire.AppendUvarint(b, uint64(len(p.Stages)))
	for _, s := range p.Stages {
		b = appendTrigger(wire.AppendString(b, s.Name), s.On)
	}
	b = wire.AppendUvarint(b, uint64(len(p.Campaigns)))
	for _, c := range p.Campaigns {
		b = appendNames(append(wire.AppendString(b, c.Name), byte(c.Mode)), c.Arms)
		b = wire.AppendUvarint(b, uint64(len(c.Goals)))
		for _, g := range c.Goals {
			b = appendTrigger(wire.AppendString(b, g.Name), g.On)
		}
	}
	b = wire.AppendUvarint(b, uint64(len(p.Slots)))
	for _, s := range p.Slots {
		b = wire.AppendUvarint(wire.AppendString(b, s.Name), uint64(len(s.Variants)))
		for _, v := range s.Variants {
			b = wire.AppendBlob(wire.AppendString(b, v.Name), v.Topics)
			b = wire.AppendFloat(b, v.Cost)
		}
		b = wire.AppendFloat(appendTrigger(b, s.Goal), s.Reward)
	}
	b = wire.AppendUvarint(b, uint64(len(p.Metrics)))
	for _, m := range p.Metrics {
		b = append(wire.AppendString(b, m.Name), byte(m.Kind), byte(m.By), m.Most, m.Source, m.Goal)
	}
	if b[len(magic)] >= versionDevice {
		b = p.appendDevice(b)
	}
	if b[len(magic)] >= versionSorted {
		b = p.appendRevenues(p.appendDimensions(b))
	}
	return b
}

// format returns the format that says all of the plan: the first that can, so that each
// plan has one encoding.
func (p *Plan) format() byte {
	switch {
	case p.sorted():
		return versionSorted
	case p.widened():
		return versionDevice
	}
	return version
}

func appendNames(b []byte, names []string) []byte {
	b = wire.AppendUvarint(b, uint64(len(names)))
	for _, n := range names {
		b = wire.AppendString(b, n)
	}
	return b
}

func appendTrigger(b []byte, t Trigger) []byte {
	b = append(b, byte(t.Kind))
	if t.Kind == Custom {
		b = append(b, t.Event)
	}
	return b
}
