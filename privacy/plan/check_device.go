package plan

// deviceNames looks at the names of what format 3 has.
func (p *Plan) deviceNames(n *names) {
	for _, list := range [][]string{p.Networks, p.Payments, p.Pages, p.Skills, p.Channels} {
		n.list(list)
	}
	n.next()
	for i := range p.Surveys {
		n.add(p.Surveys[i].Name, MaxName)
	}
	n.next()
	for i := range p.Lists {
		n.add(p.Lists[i].Name, MaxName)
	}
	n.next()
	for i := range p.Messages {
		n.add(p.Messages[i].Name, MaxName)
	}
	for i := range p.Surveys {
		n.list(p.Surveys[i].Answers)
	}
	for i := range p.Lists {
		n.list(p.Lists[i].Items)
	}
	bins := func(list []Segment) {
		n.next()
		for b := range list {
			n.add(list[b].Name, MaxName)
		}
	}
	for i := range p.Predictions {
		bins(p.Predictions[i].Bins)
	}
	n.next()
	for i := range p.Dimensions {
		n.add(p.Dimensions[i].Name, MaxName)
	}
	for i := range p.Dimensions {
		bins(p.Dimensions[i].Bins)
	}
	n.next()
	for i := range p.Revenues {
		n.add(p.Revenues[i].Name, MaxName)
	}
}

// checkDevice holds to their bounds what format 3 has.
func (p *Plan) checkDevice() error {
	if len(p.Networks) > MaxNetworks || len(p.Payments) > MaxPayments || len(p.Pages) > MaxPages || len(p.Skills) > MaxSkills ||
		len(p.Channels) > MaxChannels || len(p.Surveys) > MaxSurveys || len(p.Lists) > MaxLists || len(p.Messages) > MaxMessages ||
		len(p.Predictions) > MaxPredictions {
		return ErrDevice
	}
	x := p.Extent(false)
	optional := func(r Rule) bool { return len(r) == 0 || CheckRule(r, x) == nil } // x as it is then
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		o := &c.Promotion
		ok := (c.Mode == Chosen || !o.Set()) && optional(o.When) && o.Rest <= MaxRest && o.Group <= MaxGroups && o.Holdout <= MaxShare
		if o.Ladder != nil {
			ok = ok && len(o.Ladder) == len(c.Arms) && len(o.Ladder[0]) == 0
			for _, rule := range o.Ladder {
				ok = ok && optional(rule)
			}
		}
		for _, arm := range c.Arms {
			ok = ok && (o.Holdout == 0 || arm != HoldoutColumn)
		}
		if !ok {
			return ErrDevice
		}
	}
	for i := range p.Slots {
		if p.Slots[i].Sticky > StickAlways {
			return ErrDevice
		}
	}
	for i := range p.Surveys {
		s := &p.Surveys[i]
		named := len(s.Answers) >= 2 && len(s.Answers) <= MaxAnswers
		if s.Kind < CSAT || s.Kind > Multi || (s.Kind >= One) != named || s.Kind < One && s.Answers != nil ||
			int(s.Stage) > len(p.Stages) || s.Segments>>len(p.Segments) != 0 || !optional(s.When) || s.Every > MaxRest {
			return ErrDevice
		}
	}
	for i := range p.Lists {
		l := &p.Lists[i]
		if l.Size == 0 || l.Size > MaxListSize || l.PerTopic > l.Size || l.Diversity > Whole || len(l.Items) > MaxItems ||
			!(l.Reward > 0 && l.Reward <= MaxWorth) {
			return ErrDevice
		}
		if !p.triggers(l.Goal) {
			return ErrTrigger
		}
	}
	for i := range p.Messages {
		m := &p.Messages[i]
		if m.Channels == 0 || int(m.Channels)>>len(p.Channels) != 0 || !optional(m.When) || m.QuietFrom > 23 || m.QuietTo > 23 ||
			m.Every > MaxRest || m.Cap > MaxShowings || (m.Cap == 0) != (m.Every == 0) {
			return ErrDevice
		}
		if !p.triggers(m.Goal) {
			return ErrTrigger
		}
	}
	x = p.Extent(true)
	for i := range p.Predictions {
		d := &p.Predictions[i]
		within := d.Kind == BuyChance && d.Within == 0 || d.Kind == LapseRisk && d.Within >= 1 && d.Within <= 28
		if !within || i > 0 && d.Kind <= p.Predictions[i-1].Kind || len(d.Bins) == 0 || len(d.Bins) > MaxBins {
			return ErrDevice
		}
		for b, bin := range d.Bins {
			if last := b == len(d.Bins)-1; last != (len(bin.Rule) == 0) || !optional(bin.Rule) {
				return ErrDevice
			}
		}
	}
	return nil
}
