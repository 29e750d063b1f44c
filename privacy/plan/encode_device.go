package plan

import "github.com/dunlin-analytics/dunlin/privacy/wire"

// appendDevice appends what format 3 has after the metrics.
func (p *Plan) appendDevice(b []byte) []byte {
	for _, names := range [][]string{p.Networks, p.Payments, p.Pages, p.Skills, p.Channels} {
		b = appendNames(b, names)
	}
	for i := range p.Campaigns {
		o := &p.Campaigns[i].Promotion
		b = wire.AppendBlob(b, o.When)
		b = wire.AppendBool(b, o.Ladder != nil)
		for _, rule := range o.Ladder {
			b = wire.AppendBlob(b, rule)
		}
		b = wire.AppendUvarint(append(b, o.Cap), uint64(o.Rest))
		b = wire.AppendUvarint(append(b, o.Group), uint64(o.Holdout))
	}
	for i := range p.Slots {
		b = append(b, byte(p.Slots[i].Sticky))
	}
	b = wire.AppendUvarint(b, uint64(len(p.Surveys)))
	for i := range p.Surveys {
		s := &p.Surveys[i]
		b = append(wire.AppendString(b, s.Name), byte(s.Kind))
		if s.Kind >= One {
			b = appendNames(b, s.Answers)
		}
		b = append(wire.AppendBool(b, s.Exit), s.Stage)
		b = wire.AppendBlob(wire.AppendUvarint(b, s.Segments), s.When)
		b = append(wire.AppendUvarint(b, uint64(s.Every)), s.Cap)
	}
	b = wire.AppendUvarint(b, uint64(len(p.Lists)))
	for i := range p.Lists {
		l := &p.Lists[i]
		b = append(wire.AppendString(b, l.Name), l.Size, l.PerTopic)
		b = wire.AppendBool(wire.AppendUvarint(b, uint64(l.Diversity)), l.Learning)
		b = wire.AppendFloat(appendTrigger(appendNames(b, l.Items), l.Goal), l.Reward)
	}
	b = wire.AppendUvarint(b, uint64(len(p.Messages)))
	for i := range p.Messages {
		m := &p.Messages[i]
		b = wire.AppendBlob(append(wire.AppendString(b, m.Name), m.Channels), m.When)
		b = append(b, m.QuietFrom, m.QuietTo, m.Cap)
		b = appendTrigger(wire.AppendUvarint(b, uint64(m.Every)), m.Goal)
	}
	b = wire.AppendUvarint(b, uint64(len(p.Predictions)))
	for i := range p.Predictions {
		d := &p.Predictions[i]
		b = append(b, byte(d.Kind), d.Within)
		b = appendSegments(b, d.Bins)
	}
	return b
}

// readDevice takes what appendDevice appends off r; campaigns and slots are read.
func (p *Plan) readDevice(r *wire.Reader) {
	p.Networks = readNames(r, MaxNetworks)
	p.Payments = readNames(r, MaxPayments)
	p.Pages = readNames(r, MaxPages)
	p.Skills = readNames(r, MaxSkills)
	p.Channels = readNames(r, MaxChannels)
	for i := range p.Campaigns {
		o := &p.Campaigns[i].Promotion
		o.When = readRule(r)
		if r.Bool() {
			for range p.Campaigns[i].Arms {
				o.Ladder = append(o.Ladder, readRule(r))
			}
		}
		o.Cap, o.Rest = r.Byte(), uint32(r.Max(MaxRest))
		o.Group, o.Holdout = r.Byte(), Share(r.Max(uint64(MaxShare)))
	}
	for i := range p.Slots {
		p.Slots[i].Sticky = Sticky(r.Byte())
	}
	for range r.Count(MaxSurveys) {
		s := Survey{Name: r.String(MaxName), Kind: SurveyKind(r.Byte())}
		if s.Kind >= One {
			s.Answers = readNames(r, MaxAnswers)
		}
		s.Exit, s.Stage = r.Bool(), r.Byte()
		s.Segments, s.When = r.Uvarint(), readRule(r)
		s.Every, s.Cap = uint32(r.Max(MaxRest)), r.Byte()
		p.Surveys = append(p.Surveys, s)
	}
	for range r.Count(MaxLists) {
		l := List{Name: r.String(MaxName), Size: r.Byte(), PerTopic: r.Byte()}
		l.Diversity, l.Learning = Share(r.Max(uint64(Whole))), r.Bool()
		l.Items, l.Goal, l.Reward = readNames(r, MaxItems), readTrigger(r), r.Float()
		p.Lists = append(p.Lists, l)
	}
	for range r.Count(MaxMessages) {
		m := Message{Name: r.String(MaxName), Channels: r.Byte(), When: readRule(r)}
		m.QuietFrom, m.QuietTo, m.Cap = r.Byte(), r.Byte(), r.Byte()
		m.Every, m.Goal = uint32(r.Max(MaxRest)), readTrigger(r)
		p.Messages = append(p.Messages, m)
	}
	for range r.Count(MaxPredictions) {
		p.Predictions = append(p.Predictions, Prediction{Kind: PredictionKind(r.Byte()), Within: r.Byte(), Bins: readSegments(r, MaxBins)})
	}
}

func appendSegments(b []byte, list []Segment) []byte {
	b = wire.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = wire.AppendBlob(wire.AppendString(b, s.Name), s.Rule)
	}
	return b
}

func readSegments(r *wire.Reader, limit int) []Segment {
	var out []Segment
	for range r.Count(limit) {
		out = append(out, Segment{Name: r.String(MaxName), Rule: readRule(r)})
	}
	return out
}

// readRule returns a copy of a rule's code, nil for an empty one.
func readRule(r *wire.Reader) Rule {
	if code := r.Blob(MaxRule); len(code) > 0 {
		return append(Rule(nil), code...)
	}
	return nil
}
