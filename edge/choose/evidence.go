package choose

import (
	"github.com/dunlin-analytics/dunlin/edge/decay"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

const (
	// EvidenceHalfLife is the time in seconds in which own evidence halves.
	EvidenceHalfLife = 28 * plan.Day
	// MaxEntries bounds the columns that a device has evidence of. One more drives
	// out the one with the least.
	MaxEntries = 192
	// MaxEvidence bounds the bytes of Evidence.
	MaxEvidence = 4 + 3 + 2 + MaxEntries*(8+8+3+3+1)

	// maxSum bounds a sum: at least 256 trials, where one a day comes to 41.
	maxSum = 1<<21 - 1
	// maxDate is no earlier than any plan's.
	maxDate plan.Date = 1 << 20
	// window is how many days before the newest date a date is remembered: half a
	// byte's worth. It has nothing to do with how evidence fades. Dates only go
	// backwards by Rewind, or when a plan of longer periods replaces one of days.
	window = 14
	// never stands for a date that is not remembered.
	never plan.Date = -1
)

// Evidence is what a device saw its own visitor do: for each column of each place,
// in how many of its periods the column was shown and in how many the goal was
// reached, both halving every EvidenceHalfLife. The zero value is none. It holds no
// pointer: assigning another overwrites all that it knew.
type Evidence struct {
	clock  decay.Clock
	newest plan.Date // that anything was counted on
	count  int
	room   [MaxEntries]entry // count of them, ascending by place and column
}

type entry struct {
	place, column profile.Key
	shown, won    uint32    // package decay's sums; shown is above 0
	tried, gained plan.Date // of the last trial and success; within window of newest, or never
}

// Advance lets age seconds pass. What has faded below a four-thousandth of a trial
// is forgotten.
func (e *Evidence) Advance(age plan.Time) {
	halvings := e.clock.Advance(EvidenceHalfLife, age)
	if halvings == 0 {
		return
	}
	e.filter(func(n *entry) bool {
		n.shown >>= halvings
		n.won >>= halvings
		return n.shown > 0
	})
}

// Shown counts a trial of the column on a period's date, unless one of that date
// or a later one was counted.
func (e *Evidence) Shown(place, column profile.Key, date plan.Date) {
	date = e.turn(date)
	i, ok := e.find(place, column)
	if !ok {
		if e.count == MaxEntries {
			e.evict()
			i, _ = e.find(place, column)
		}
		e.count++
		copy(e.room[i+1:e.count], e.room[i:])
		e.room[i] = entry{place: place, column: column, tried: never, gained: never}
	}
	if n := &e.room[i]; n.tried < date {
		n.tried = date
		e.add(&n.shown)
	}
}

// Won counts a success of the column on a period's date, unless one of that date or
// a later one was counted, or nothing is left of its trials: a success says
// something only beside them.
func (e *Evidence) Won(place, column profile.Key, date plan.Date) {
	date = e.turn(date)
	i, ok := e.find(place, column)
	if !ok {
		return
	}
	if n := &e.room[i]; n.gained < date {
		n.gained = date
		e.add(&n.won)
	}
}

// Read returns the column's trials and successes now, decayed: 0 and 0 where there
// are none, and never more successes than trials, although a success may be credited in
// a later period than its trial.
func (e *Evidence) Read(place, column profile.Key) (shown, won float64) {
	return e.ReadAfter(place, column, 0)
}

// ReadAfter returns what Read would once age seconds had passed. The evidence stays.
func (e *Evidence) ReadAfter(place, column profile.Key, age plan.Time) (shown, won float64) {
	i, ok := e.find(place, column)
	if !ok {
		return 0, 0
	}
	clock, n := e.clock, &e.room[i]
	halvings := clock.Advance(EvidenceHalfLife, age)
	f := clock.Factor(EvidenceHalfLife)
	trials := f.Read(n.shown >> halvings)
	return float64(trials) / decay.One, float64(min(f.Read(n.won>>halvings), trials)) / decay.One
}

// Rewind makes every date later than the given one be that date: the clock was set
// back (package profile says why).
func (e *Evidence) Rewind(date plan.Date) {
	date = within(date)
	e.newest = min(e.newest, date)
	for i := range e.room[:e.count] {
		n := &e.room[i]
		n.tried, n.gained = min(n.tried, date), min(n.gained, date)
	}
}

// Adopt fits the evidence to another plan: columns that it does not name are
// forgotten. Adopting the same plan twice changes nothing.
func (e *Evidence) Adopt(places []PlaceNames) {
	e.filter(func(n *entry) bool {
		for i := range places {
			if places[i].Name == n.place && n.column.IndexOf(places[i].Columns) >= 0 {
				return true
			}
		}
		return false
	})
}

// filter drops the entries that keep refuses.
func (e *Evidence) filter(keep func(*entry) bool) {
	kept := 0
	for i := range e.room[:e.count] {
		if keep(&e.room[i]) {
			e.room[kept] = e.room[i]
			kept++
		}
	}
	clear(e.room[kept:e.count])
	e.count = kept
}

// turn moves the newest date on to date, if it is later, forgets dates that are now
// before the window, and returns date within its bounds. A date before the window
// counts as its first: one date still, if the newest stays, and one that has bytes.
func (e *Evidence) turn(date plan.Date) plan.Date {
	date = within(date)
	if date <= e.newest {
		return max(date, e.newest-window)
	}
	e.newest = date
	for i := range e.room[:e.count] {
		n := &e.room[i]
		for _, d := range []*plan.Date{&n.tried, &n.gained} {
			if date-*d > window {
				*d = never
			}
		}
	}
	return date
}

func within(date plan.Date) plan.Date { return min(max(date, 0), maxDate) }

// add counts one.
func (e *Evidence) add(sum *uint32) {
	e.clock.Factor(EvidenceHalfLife).Add(sum, decay.One)
	*sum = min(*sum, maxSum)
}

// evict drops the entry that was shown least, the first of several.
func (e *Evidence) evict() {
	least := 0
	for i := range e.room[:e.count] {
		if e.room[i].shown < e.room[least].shown {
			least = i
		}
	}
	copy(e.room[least:], e.room[least+1:e.count])
	e.count--
	e.room[e.count] = entry{}
}

// find returns where the column's entry stands, or would be put.
func (e *Evidence) find(place, column profile.Key) (at int, ok bool) {
	low, high := 0, e.count
	for low < high {
		mid := (low + high) / 2
		if e.room[mid].before(place, column) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < e.count && e.room[low].place == place && e.room[low].column == column
}

func (n *entry) before(place, column profile.Key) bool {
	return n.place < place || n.place == place && n.column < column
}

// Append appends the evidence's bytes, at most MaxEvidence; doc.go draws them.
func (e *Evidence) Append(b []byte) []byte {
	b = wire.AppendUvarint(e.clock.Append(b), uint64(e.newest))
	b = wire.AppendUvarint(b, uint64(e.count))
	for i := range e.room[:e.count] {
		n := &e.room[i]
		b = wire.AppendU64(wire.AppendU64(b, uint64(n.place)), uint64(n.column))
		b = wire.AppendUvarint(wire.AppendUvarint(b, uint64(n.shown)), uint64(n.won))
		b = append(b, e.back(n.tried)<<4|e.back(n.gained))
	}
	return b
}

// back returns how many days a date is before the newest, window+1 for never.
func (e *Evidence) back(date plan.Date) byte {
	if date == never {
		return window + 1
	}
	return byte(e.newest - date)
}

// Decode takes evidence off r, whose error says whether it was some, into the zero
// value, which it stays if not. (In place: it is 8 KB, which a result by value would
// leave on the stack twice.)
func (e *Evidence) Decode(r *wire.Reader) {
	e.clock, e.newest = decay.ReadClock(r, EvidenceHalfLife), plan.Date(r.Max(uint64(maxDate)))
	e.count = r.Count(MaxEntries)
	for i := range e.room[:e.count] {
		n := &e.room[i]
		n.place, n.column = profile.Key(r.U64()), profile.Key(r.U64())
		n.shown, n.won = uint32(r.Max(maxSum)), uint32(r.Max(maxSum))
		dates := r.Byte()
		n.tried, n.gained = e.date(r, dates>>4), e.date(r, dates&15)
		if n.shown == 0 || i > 0 && !e.room[i-1].before(n.place, n.column) {
			r.Fail(wire.ErrForm)
		}
	}
	if r.Err() != nil {
		*e = Evidence{}
	}
}

// date is the inverse of back.
func (e *Evidence) date(r *wire.Reader, back byte) plan.Date {
	if back == window+1 {
		return never
	}
	if plan.Date(back) > e.newest {
		r.Fail(wire.ErrForm)
	}
	return e.newest - plan.Date(back)
}
