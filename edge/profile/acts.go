package profile

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Socialize takes in a social act, an index below plan.Acts, after Touch; sentiment is
// a comment's: 0 not known, 1 negative, 2 neutral, 3 positive.
func (p *Profile) Socialize(act, sentiment uint8) {
	if act >= plan.Acts {
		return
	}
	p.up(countLikes + int(act))
	if act != plan.Comment || sentiment == 0 || sentiment > plan.Sentiments {
		return
	}
	p.add(sumJudged, decay.One)
	switch sentiment {
	case 1:
		p.add(sumNegative, decay.One)
	case 3:
		p.add(sumPositive, decay.One)
	}
}

// Searched takes in a search of the site, after Touch.
func (p *Profile) Searched() { p.up(countSearches) }

// Watched takes in how far a medium was played, in quarters, after Touch: the fourth
// completes it.
func (p *Profile) Watched(quarter uint8) {
	if quarter == 4 {
		p.up(countMedia)
	}
}

// Rated takes in the answer to a survey, after Touch: 1 to 5 of a CSAT, 0 to 10 of an
// NPS; others are only counted.
func (p *Profile) Rated(kind plan.SurveyKind, answer uint64) {
	p.up(countAnswers)
	switch {
	case kind == plan.CSAT && answer >= 1 && answer <= 5:
		p.add(sumCSAT, uint32(answer)*decay.One)
		p.add(sumCSATCount, decay.One)
	case kind == plan.NPS && answer <= maxNPS:
		p.nps, p.npsAt = uint8(answer)+1, p.Last
	}
}

const maxNPS = 10

// sentiment is the mean of the visitor's own comments, -1 to 1.
func (v *View) sentiment() (float64, bool) {
	if v.sum(sumJudged) < leastWeight {
		return 0, false
	}
	p := v.profile
	more := float64(p.sum(sumPositive)) - float64(p.sum(sumNegative))
	return min(max(more/float64(p.sum(sumJudged)), -1), 1), true
}

// satisfaction joins what was said and what was written, each from 0 to 1: answers
// weigh twice as much as the sentiment of comments, which was guessed.
func (v *View) satisfaction() (float64, bool) {
	sum, weight := 0., 0.
	if csat, ok := v.mean(sumCSAT, sumCSATCount, 1, 5); ok {
		sum, weight = (csat-1)/2, 2
	}
	if nps := v.profile.nps; nps > 0 {
		sum, weight = sum+float64(nps-1)/(maxNPS/2), weight+2
	}
	if sentiment, ok := v.sentiment(); ok {
		sum, weight = sum+(sentiment+1)/2, weight+1
	}
	return sum / max(weight, 1), weight > 0
}
