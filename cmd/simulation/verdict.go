package simulation

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// judge holds the end of a schedule against the book.
func (w *world) judge() {
	for _, p := range w.batches {
		if w.now < p.bounds.End+plan.Hour || !w.isHanded(p.of) {
			continue
		}
		if err := w.judgeBatch(p); err != nil {
			w.violate("%s: %v", p.name, err)
		}
	}
}

func (w *world) judgeBatch(p *period) error {
	l, err := w.record(leaderRole, p.Batch)
	if err != nil {
		return err
	}
	h, err := w.record(helperRole, p.Batch)
	if err != nil {
		return err
	}
	w.logf("end: %s: leader %s, helper %s", p.name, l.State, h.State)
	sl, errL := w.services[leaderRole].releases.Get(p.Plan, p.Date)
	sh, errH := w.services[helperRole].releases.Get(p.Plan, p.Date)
	released := errL == nil
	switch {
	case errL != nil && !errors.Is(errL, release.ErrNotFound):
		return errL
	case errH != nil && !errors.Is(errH, release.ErrNotFound):
		return errH
	case released != (errH == nil):
		return fmt.Errorf("one side alone has a release: leader %v, helper %v", errL, errH)
	case released != (l.State == batch.Released), released != (h.State == batch.Released):
		return fmt.Errorf("leader is %s and helper is %s, released is %v", l.State, h.State, released)
	}
	fewest, most := w.book.bounds(p.Batch)
	if !released {
		return w.judgeUnreleased(p, l, h, fewest)
	}
	// A side that was restored since has its release from the other, without counts.
	tallies := []message.Tally{l.Tally, h.Tally}
	if w.mayAbandon[p.Batch] {
		tallies = slices.DeleteFunc(tallies, func(t message.Tally) bool { return t == message.Tally{} })
	}
	for _, t := range tallies {
		switch {
		case most < plan.MinBatchFloor || t.Count < plan.MinBatchFloor:
			return fmt.Errorf("released with %d reports, and %d at most may count", t.Count, most)
		case t != tallies[0]:
			return fmt.Errorf("leader counts %d and helper %d, or not the same reports", l.Tally.Count, h.Tally.Count)
		}
	}
	if !slices.Equal(sl.Cells, sh.Cells) || sl.Leader != sh.Leader || sl.Helper != sh.Helper {
		return errors.New("leader and helper keep different records")
	}
	if err := sl.Verify(w.known(leaderRole), w.known(helperRole)); err != nil {
		return err
	}
	return w.judgeSums(p, sl.Cells, tallies)
}

// judgeUnreleased: a batch goes unreleased because it is short, by both counts, or
// because something happened after which it must be abandoned.
func (w *world) judgeUnreleased(p *period, l, h batch.Record, fewest int) error {
	switch {
	case !l.State.Final():
		return fmt.Errorf("it has not ended: leader %s, helper %s", l.State, h.State)
	case l.State == batch.Short && h.State == batch.Short:
		if fewest >= plan.MinBatchFloor {
			return fmt.Errorf("short with %d reports, though %d or more must count", l.Tally.Count, fewest)
		}
		if l.Tally != h.Tally {
			return errors.New("short, and the sides do not agree on what counts")
		}
		return nil
	case !h.State.Final() && !w.waits(p, l):
		return fmt.Errorf("the helper waits for nothing: leader %s, helper %s", l.State, h.State)
	case !w.mayAbandon[p.Batch]:
		return fmt.Errorf("leader %s, helper %s, for no reason", l.State, h.State)
	}
	return nil
}

// waits tells whether the helper may have a batch that has not ended: until its
// patience is over when it did not hear that the leader has given the batch up, or for
// ever when a store that knows nothing of the batch took the place of its own.
func (w *world) waits(p *period, l batch.Record) bool {
	unheard := l.State == batch.Abandoned && w.now < p.bounds.End+helper.Patience
	return w.mayAbandon[p.Batch] && (unheard || w.lost[helperRole])
}

// judgeSums takes each side's noise off the released sums. What is left must be a
// choice of what the book allows, and the tally's hash must be of the same choice.
func (w *world) judgeSums(p *period, cells []int64, tallies []message.Tally) error {
	var drawn [2][][]int64
	for side := range drawn {
		var err error
		if drawn[side], err = w.noise[side].vectors(p.Batch, len(cells)); err != nil {
			return err
		}
	}
	var why error = errors.New("a side has drawn no noise")
	for _, a := range drawn[0] {
		for _, b := range drawn[1] {
			raw := slices.Clone(cells)
			for i := range raw {
				raw[i] -= a[i] + b[i]
			}
			if why = w.book.explains(p, raw, tallies); why == nil {
				return nil
			}
		}
	}
	return why
}

// bounds are the fewest and the most reports that may count in a batch.
func (k *book) bounds(b message.Batch) (fewest, most int) {
	for _, all := range k.batches[b] {
		nothing, something := false, false
		for _, may := range outcomes(all) {
			nothing, something = nothing || may == nil, something || may != nil
		}
		if something {
			most++
		}
		if something && !nothing {
			fewest++
		}
	}
	return fewest, most
}

// explains finds what must have counted for the sums to be raw, and checks that it
// may have, and that the hash says the same.
func (k *book) explains(p *period, raw []int64, tallies []message.Tally) error {
	left := slices.Clone(raw)
	var open [][]*parcel // IDs of which the sums do not say which parcel counted
	var counted []*parcel
	for _, id := range k.ids(p.Batch) {
		var fit []*parcel
		may := outcomes(k.batches[p.Batch][id])
		for _, r := range may {
			if (r == nil || raw[r.cell] > 0) && !slices.Contains(fit, r) {
				fit = append(fit, r)
			}
		}
		// An honest device's two cells are its own: either tells what counted.
		if len(fit) > 1 {
			fit = slices.DeleteFunc(fit, func(r *parcel) bool {
				return r == nil && slices.ContainsFunc(fit, func(s *parcel) bool { return s != nil })
			})
		}
		switch len(fit) {
		case 0:
			return fmt.Errorf("of %s nothing counts that may", name(may))
		case 1:
			if fit[0] != nil {
				counted = append(counted, fit[0])
			}
		default:
			open = append(open, fit)
		}
	}
	for _, r := range counted {
		left[0]--
		left[r.cell]--
	}
	for _, fit := range open { // revisions of one parity share a cell
		left[0]--
		left[fit[0].cell]--
	}
	for i, n := range left {
		if n != 0 {
			return fmt.Errorf("cell %d is off by %d", i, n)
		}
	}
	if len(tallies) > 0 && !hashed(p, counted, open, tallies[0]) {
		return fmt.Errorf("the sums are of %d reports, and the hash over what counted is of others", raw[0])
	}
	return nil
}

func name(may []*parcel) string {
	for _, r := range may {
		if r != nil {
			return r.name
		}
	}
	return "a report that may not count"
}

// ids in order, of all that arrived.
func (k *book) ids(b message.Batch) (all []plan.ReportID) {
	for id := range k.batches[b] {
		all = append(all, id)
	}
	slices.SortFunc(all, func(a, b plan.ReportID) int { return slices.Compare(a[:], b[:]) })
	return all
}

// hashed tries every choice of what the sums leave open.
func hashed(p *period, counted []*parcel, open [][]*parcel, tally message.Tally) bool {
	if len(open) > 0 {
		for _, r := range open[0] {
			if hashed(p, append(slices.Clip(counted), r), open[1:], tally) {
				return true
			}
		}
		return false
	}
	return tallyOf(p.Batch, counted) == tally
}

// tallyOf computes a batch's count and hash from what counts, by the letter of
// docs/formats.md and not by the aggregators' code.
func tallyOf(b message.Batch, counted []*parcel) message.Tally {
	slices.SortFunc(counted, func(a, b *parcel) int { return slices.Compare(a.ID[:], b.ID[:]) })
	key := binary.BigEndian.AppendUint32(append([]byte(nil), b.Plan[:]...), uint32(b.Date))
	whole := append([]byte("dunlin batch v1"), key...)
	for n := range 256 {
		chain := sha256.Sum256(append(append([]byte("dunlin partition v1"), key...), byte(n)))
		var count uint64
		for _, r := range counted {
			if r.ID[0] != byte(n) {
				continue
			}
			link := append(append([]byte(nil), chain[:]...), r.ID[:]...)
			link = append(binary.BigEndian.AppendUint32(link, r.Revision), r.Nonce[:]...)
			chain = sha256.Sum256(link)
			count++
		}
		whole = append(binary.BigEndian.AppendUint64(whole, count), chain[:]...)
	}
	return message.Tally{Count: uint64(len(counted)), Hash: sha256.Sum256(whole)}
}
