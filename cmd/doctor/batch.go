package doctor

import (
	"fmt"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/collector/spool"
)

// recent is for how long the end of a batch that was not released asks for attention.
const recent = 7 * 24 * time.Hour

// overdue is how long a batch may wait before that is worth a warning: a day leaves
// the operator of the other side a working day to be asked in.
const overdue = 24 * time.Hour

// aggregated says how a leader's or helper's batch does.
func aggregated(role string, b *operator.Batch, p *operator.Plan, now time.Time) Line {
	l := Line{State: OK, About: fmt.Sprintf("%s, %s %s", role, b.Site, b.Period)}
	if b.Owner != "" && role == "helper" {
		l.About += " of leader " + b.Owner
	}
	counts := fmt.Sprintf("%d counted, %d rejected", b.Accepted, total(b.Rejected))
	switch {
	case b.State == "released":
		l.What = "released: " + counts
		if role == "leader" && !b.Cleared && now.Sub(b.End) > time.Hour {
			l.State, l.What = Wait, l.What+"; the collector has not confirmed that its sealed reports are deleted"
			l.Do = "see that the leader reaches the collector; it asks again by itself"
		}
	case b.State == "short":
		l.What = fmt.Sprintf("short: %s, %d needed; dropped for good", counts, b.MinBatch)
		l.warn(now.Sub(b.End) < recent, "nothing brings it back; if it happens often, build a plan with a longer period (week or four weeks)")
	case b.State == "abandoned":
		l.What = "abandoned, never released: " + whyAbandoned(b, p)
		l.warn(now.Sub(b.End) < recent, "nothing brings it back: a second draw of noise would cost visitors more than the plan says; later periods are not touched")
	case b.Runs(now):
		l.What = fmt.Sprintf("running until %s; devices report to the collector", moment(b.End))
	case b.Lost:
		l.State = Warn
		l.What = fmt.Sprintf("the key of its shares is gone (the store is a copy of an older one); abandoned by %s unless the peer has its release", moment(b.GivenUp))
		l.Do = "see that leader and helper reach each other: one that has the signed release hands it over by itself"
	default:
		l.State = Wait
		l.What = fmt.Sprintf("%s; until %s, then it is abandoned", waits(role, b, counts), moment(b.GivenUp))
		l.Do = next(role, b)
		if now.Sub(b.End) > overdue {
			l.State = Warn
		}
	}
	return l
}

func (l *Line) warn(yes bool, do string) {
	if yes {
		l.State, l.Do = Warn, do
	}
}

func total(m map[string]uint64) (n uint64) {
	for _, v := range m {
		n += v
	}
	return n
}

// waits says what keeps a batch that is over from its end.
func waits(role string, b *operator.Batch, counts string) string {
	peer := map[string]string{"leader": "helper", "helper": "leader"}[role]
	var what string
	switch b.State {
	case "closed":
		what = counts + ", noise drawn; waits for the " + peer + "'s noised share"
	case "exchanged":
		what = counts + ", shares exchanged; waits for the " + peer + "'s signature"
	default:
		switch {
		case b.Begun == 0 && role == "leader":
			what = "over, not begun"
		case b.Begun == 0:
			what = "over; waits for the leader to send its reports"
		case role == "leader":
			what = fmt.Sprintf("%d of 256 partitions done, %s of %d reports", b.Finished, counts, b.Reports)
		default:
			what = fmt.Sprintf("%d of 256 partitions done, %s; waits for the leader to send the rest", b.Finished, counts)
		}
	}
	if b.Waits != "" {
		what += ": " + strings.ReplaceAll(b.Waits, "\n", "; ")
	}
	return what
}

func next(role string, b *operator.Batch) string {
	if role == "helper" {
		return "nothing here: the leader comes by itself; if it has not for a day, ask its operator to run `dunlin doctor`"
	}
	if b.Waits == "" {
		return "nothing: the leader takes it up within half a minute, and goes on where it was"
	}
	return "do what the text says, here or at the other service; the leader tries again every half minute"
}

func whyAbandoned(b *operator.Batch, p *operator.Plan) string {
	switch {
	case p != nil && p.Since.After(b.End):
		return fmt.Sprintf("it was over on %s, before this store was begun or restored (%s), and the peer has no release of it", moment(b.End), moment(p.Since))
	case b.Lost:
		return "the key of its shares was lost"
	}
	return "its reports were gone from the collector, or it had waited until " + moment(b.GivenUp)
}

// spooled says how a batch does at the collector.
func spooled(b *collector.Batch, site string) Line {
	l := Line{State: OK, About: fmt.Sprintf("collector, %s %s", site, b.Period)}
	reports := "reports of it"
	if b.Reports != nil {
		reports = fmt.Sprintf("%d reports arrived, revisions included", *b.Reports)
	}
	on := size(uint64(b.Bytes))
	switch b.State {
	case spool.Taking:
		l.What = fmt.Sprintf("takes reports: %s, %s", reports, on)
	case spool.Frozen:
		l.What = fmt.Sprintf("closed: %s, %s, kept until leader and helper are done with it", reports, on)
	case spool.Lost:
		l.State, l.What = Warn, "its reports are lost: the folder was restored, or the file is gone"
		l.Do = "nothing brings them back; the leader gives the period up by itself, and the next one is not touched"
	case spool.Damaged:
		l.State, l.What = Fail, "its file is damaged, and no report is taken for it"
		l.Do = "see the line of the damaged file"
	default:
		l.What = fmt.Sprintf("not read since the start, %s", on)
	}
	return l
}
