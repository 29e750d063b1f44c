package plan

import "github.com/dunlin-analytics/dunlin/privacy/wire"

// Decode reads published plan bytes. The plan keeps no reference to them.
//
// Errors: ErrTooLarge, ErrMagic, ErrVersion, one of package wire's for bytes
// that are not in their one canonical form, or one of check's for a plan that
// breaks a bound. It never panics.
func Decode(published []byte) (*Plan, error) {
	if len(published) > MaxPlan {
		return nil, ErrTooLarge
	}
	r := wire.NewReader(published)
	if string(r.Take(len(magic))) != magic {
		return nil, ErrMagic
	}
	format := r.Byte()
	if format < version || format > versionSorted {
		return nil, ErrVersion
	}
	p := &Plan{
		Site:   r.String(MaxText),
		Serial: r.Uvarint(),
		Issued: Time(r.Varint()),
	}
	p.Expires = p.Issued + Time(r.Max(maxTime))
	p.TimeZone = r.String(MaxText)
	p.Cadence = Cadence(r.Byte())
	p.Periods = readPeriods(r, p.Cadence)
	p.Sigma2 = r.Max(MaxSigma2)
	p.MinBatch = uint32(r.Max(1<<32 - 1))
	p.Chunk = uint16(r.Max(1<<16 - 1))
	for _, to := range []*Recipient{&p.Leader, &p.Helper} {
		to.Type = KeyType(r.Byte())
		to.Key = r.String(MaxText)
	}
	r.Fill(p.VerifyKey[:])
	p.Consent = Consent(r.Byte())
	p.Attribution = uint32(r.Max(MaxAttribution))
	for _, share := range []*Share{&p.Policy.Holdout, &p.Policy.Explore, &p.Policy.Floor} {
		*share = Share(r.Max(uint64(MaxShare)))
	}
	p.Policy.Recent = Share(r.Max(uint64(Whole)))
	p.Policy.Lift = r.Float()
	p.Topics = readNames(r, MaxTopics)
	p.Events = readNames(r, MaxEvents)
	for range r.Count(MaxAttributes) {
		a := Attribute{Name: r.String(MaxName), Type: AttributeType(r.Byte())}
		switch a.Type {
		case Number:
			a.Min, a.Max = r.Float(), r.Float()
		case Choice:
			a.Values = readNames(r, MaxValues)
		}
		p.Attributes = append(p.Attributes, a)
	}
	p.Segments = readSegments(r, MaxSegments)
	for range r.Count(MaxStages) {
		p.Stages = append(p.Stages, Stage{Name: r.String(MaxName), On: readTrigger(r)})
	}
	for range r.Count(MaxCampaigns) {
		c := Campaign{Name: r.String(MaxName), Mode: Mode(r.Byte()), Arms: readNames(r, MaxArms)}
		for range r.Count(MaxGoals) {
			c.Goals = append(c.Goals, Goal{Name: r.String(MaxName), On: readTrigger(r)})
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	for range r.Count(MaxSlots) {
		s := Slot{Name: r.String(MaxName)}
		for range r.Count(MaxArms) {
			v := Variant{Name: r.String(MaxName)}
			if topics := r.Blob(MaxTopics); len(topics) > 0 {
				v.Topics = append([]uint8(nil), topics...)
			}
			v.Cost = r.Float()
			s.Variants = append(s.Variants, v)
		}
		s.Goal, s.Reward = readTrigger(r), r.Float()
		p.Slots = append(p.Slots, s)
	}
	for range r.Count(MaxMetrics) {
		p.Metrics = append(p.Metrics, Metric{
			Name: r.String(MaxText), Kind: MetricKind(r.Byte()), By: By(r.Byte()),
			Most: r.Byte(), Source: r.Byte(), Goal: r.Byte(),
		})
	}
	if format >= versionDevice {
		p.readDevice(r)
	}
	if format >= versionSorted {
		p.readDimensions(r)
		p.readRevenues(r)
	}
	if err := r.Close(); err != nil {
		return nil, err
	}
	if p.format() != format { // each plan has one encoding
		return nil, ErrVersion
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, nil
}

// readPeriods rebuilds the periods from the first one's date and start and the
// length of each in seconds: dates advance by the cadence, starts by the lengths.
func readPeriods(r *wire.Reader, c Cadence) []Period {
	date := r.Varint()
	at := r.Varint()
	n := r.Count(MaxPeriods)
	if date < minDate || date > maxDate || at < -maxTime || at > maxTime {
		r.Fail(wire.ErrForm)
		return nil
	}
	var out []Period
	for range n {
		length := int64(r.Max(maxPeriod))
		if r.Err() != nil {
			return nil
		}
		out = append(out, Period{Date: Date(date), Start: Time(at), End: Time(at + length)})
		date, at = date+int64(c.Days()), at+length
	}
	return out
}

func readNames(r *wire.Reader, limit int) []string {
	var out []string
	for range r.Count(limit) {
		out = append(out, r.String(MaxName))
	}
	return out
}

func readTrigger(r *wire.Reader) Trigger {
	t := Trigger{Kind: EventKind(r.Byte())}
	if t.Kind == Custom {
		t.Event = r.Byte()
	}
	return t
}
