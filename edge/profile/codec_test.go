package profile_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/stretchr/testify/require"
)

// u are uvarints.
func u(vs ...uint64) (b []byte) {
	for _, v := range vs {
		b = wire.AppendUvarint(b, v)
	}
	return b
}

func key(k uint64, rest ...byte) []byte { return append(wire.AppendU64(nil, k), rest...) }

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func times(n int, part []byte) []byte { return bytes.Repeat(part, n) }

// The parts of a profile in their order.
const (
	head = iota // seen, instants, days, pages
	before
	arrival
	hours
	own
	others
	cart
	spending
	nps
	facts
	interests
	attributes
	numParts
)

// nothing are the parts of a visitor of whom only one activity is known.
func nothing() (parts [numParts][]byte) {
	for i := range parts {
		parts[i] = u(0)
	}
	parts[head] = cat([]byte{1}, u(uint64(start), 0, 0, 0, 1, 0))
	parts[own], parts[cart] = times(32, u(0)), nil
	return parts
}

// widest is a profile with every list full and every number at its widest.
func widest() []byte {
	const count, money, sum = 1<<32 - 1, profile.MaxMoney, 1<<28 - 1
	cell := cat(times(13, u(count)), u(money), times(18, u(sum)))
	parts := nothing()
	parts[head] = cat([]byte{1}, u(1<<36, 1<<35, 1<<34, 1<<34, 1<<30-1, count))
	parts[before] = cat([]byte{1}, key(1))
	parts[arrival] = cat([]byte{1, 10, 2, 10}, key(1), u(1680))
	parts[hours] = cat([]byte{1}, times(21+168, []byte{255}))
	parts[own] = cell
	parts[others] = cat([]byte{1}, key(9), u(3), key(1), cell, key(2), cell, key(3), cell)
	parts[cart] = u(1 << 36)
	parts[spending] = cat([]byte{1}, u(count, money, 1<<36, money, 1<<36, 24, 1<<35, 16380), times(23, u(1<<28, 16380)))
	parts[nps] = u(11, 1<<36)
	parts[facts] = u(48)
	for i := range uint64(16) {
		parts[facts] = cat(parts[facts], []byte{1}, key(i), u(sum))
	}
	for i := range uint64(16) {
		parts[facts] = cat(parts[facts], []byte{2}, key(i), u(1<<16-1, 1<<16))
	}
	for i := range uint64(16) {
		parts[facts] = cat(parts[facts], []byte{3}, key(i), u(1<<36, 255))
	}
	parts[interests] = u(64)
	for i := range uint64(64) {
		parts[interests] = cat(parts[interests], key(i), times(5, u(sum)), u(1<<13-1))
	}
	parts[attributes] = u(32)
	for i := range uint64(32) {
		parts[attributes] = cat(parts[attributes], key(i, 2), wire.AppendFloat(nil, 1), u(1<<36))
	}
	return cat(parts[:]...)
}

// doc.go's bounds. Ages cannot all be the whole of time: crude counts those as if they
// were, so that no profile is larger.
func TestBounded(t *testing.T) {
	const stated, ofCells = 4453, 466 // 456 of three devices, their number and this one's tag
	r := wire.NewReader(widest())
	p := profile.Read(r)
	require.NoError(t, r.Close())
	require.Equal(t, widest(), p.Append(nil))
	const crude = (1 + 6 + 3*6 + 5 + 5) + (1 + 8) + (1 + 3 + 8 + 2) + (1 + 21 + 168) + (13*5 + 7 + 18*4) + ofCells + 6 +
		(1 + 5 + 7 + 6 + 7 + 6 + 1 + 24*(5+2) + 2) + (1 + 6) + (1 + 16*(1+8+4) + 16*(1+8+3+3) + 16*(1+8+6+2)) +
		(1 + 64*(8+5*4+2)) + (1 + 32*(8+1+8+6))
	require.Equal(t, stated, crude)
	require.LessOrEqual(t, len(widest()), crude)
	require.Greater(t, len(widest()), crude-10)
	t.Logf("%d bytes at the widest, at most %d", len(widest()), crude)
}

// Bytes that Append never writes are refused; docs of the layout are in doc.go.
func TestReadIsStrict(t *testing.T) {
	plain := nothing()
	r := wire.NewReader(cat(plain[:]...))
	p := profile.Read(r)
	require.NoError(t, r.Close())
	require.Equal(t, cat(plain[:]...), p.Append(nil))
	good := widest()
	for i := range good {
		r := wire.NewReader(good[:i])
		require.Zero(t, profile.Read(r))
		require.ErrorIs(t, r.Close(), wire.ErrShort, "cut at %d", i)
	}

	now := uint64(start)
	counted := func(count int) []byte { // one of the own counters
		b := times(32, u(0))
		b[count] = 1
		return b
	}
	tagged := func(own, others uint64, tags ...uint64) []byte {
		b := cat([]byte{1}, key(own), u(others))
		for _, tag := range tags {
			b = cat(b, key(tag), times(32, u(0)))
		}
		return b
	}
	order := func(rest ...uint64) []byte { return cat([]byte{1}, u(1, 5, 0, 5, 0), u(rest...)) }
	for name, c := range map[string]struct {
		part int
		is   []byte
	}{
		"seen, or not":                     {head, []byte{2}},
		"a time too late":                  {head, cat([]byte{1}, u(1<<36+1, 0, 0, 0, 1, 0))},
		"a visit before 1970":              {head, cat([]byte{1}, u(10, 11, 0, 0, 1, 0))},
		"the visit before before 1970":     {head, cat([]byte{1}, u(10, 0, 11, 0, 1, 0))},
		"first before 1970":                {head, cat([]byte{1}, u(10, 0, 5, 6, 1, 0))},
		"not active today":                 {head, cat([]byte{1}, u(now, 0, 0, 0, 2, 0))},
		"31 days active":                   {head, cat([]byte{1}, u(now, 0, 0, 0, 1<<30|1, 0))},
		"too many pages":                   {head, cat([]byte{1}, u(now, 0, 0, 0, 1, 1<<32))},
		"no topic before":                  {before, cat([]byte{1}, key(0))},
		"an 12th channel":                  {arrival, cat([]byte{1, 11, 0, 0}, key(0), u(840))},
		"a fourth device":                  {arrival, cat([]byte{1, 0, 3, 0}, key(0), u(840))},
		"a 12th region":                    {arrival, cat([]byte{1, 0, 0, 11}, key(0), u(840))},
		"15 hours east":                    {arrival, cat([]byte{1, 0, 0, 0}, key(0), u(1681))},
		"no hours":                         {hours, cat([]byte{1}, times(21, u(0)))},
		"an hour of no weight":             {hours, cat([]byte{1, 1}, times(20, u(0)), u(0))},
		"a count too large":                {own, cat(u(1<<32), times(31, u(0)))},
		"a revenue too large":              {own, cat(times(13, u(0)), u(profile.MaxMoney+1), times(18, u(0)))},
		"a sum too large":                  {own, cat(times(31, u(0)), u(1<<28))},
		"tagged, but not":                  {others, tagged(0, 0)},
		"four others":                      {others, tagged(9, 4)},
		"another with this one's tag":      {others, tagged(9, 1, 9)},
		"another without a tag":            {others, tagged(9, 1, 0)},
		"others out of order":              {others, tagged(9, 2, 3, 2)},
		"another twice":                    {others, tagged(9, 2, 3, 3)},
		"spending of nothing":              {spending, cat([]byte{1}, u(0, 0, now, 0, 0, 0))},
		"an order before 1970":             {spending, cat([]byte{1}, u(1, 5, now+1, 5, 0, 0))},
		"a revenue too large for all":      {spending, cat([]byte{1}, u(1, profile.MaxMoney+1, 0, 5, 0, 0))},
		"an order too large":               {spending, cat([]byte{1}, u(1, 5, 0, profile.MaxMoney+1, 0, 0))},
		"settled in the future":            {spending, cat([]byte{1}, u(1, 5, 0, 5, now+1, 0))},
		"25 orders":                        {spending, order(25)},
		"a value beyond its digits":        {spending, order(1, 0, 16381)},
		"an order twice":                   {spending, order(2, 0, 7, 0, 7)},
		"orders of one instant, unordered": {spending, order(2, 0, 7, 0, 8)},
		"orders before 1970":               {spending, order(2, 1, 7, now, 8)},
		"an 11 of an NPS":                  {nps, u(12, 0)},
		"an NPS before 1970":               {nps, u(1, now+1)},
		"49 facts":                         {facts, u(49)},
		"a fact of no kind":                {facts, cat(u(1), []byte{0}, key(1), u(1, 1))},
		"a fact of kind 4":                 {facts, cat(u(1), []byte{4}, key(1), u(1, 1))},
		"a payment of no weight":           {facts, cat(u(1), []byte{1}, key(1), u(0))},
		"a payment of too much":            {facts, cat(u(1), []byte{1}, key(1), u(1<<28))},
		"a skill never tried":              {facts, cat(u(1), []byte{2}, key(1), u(0, 1))},
		"a skill tried too often":          {facts, cat(u(1), []byte{2}, key(1), u(1<<16, 1))},
		"an ability too high":              {facts, cat(u(1), []byte{2}, key(1), u(1, 1<<16+1))},
		"a survey never asked":             {facts, cat(u(1), []byte{3}, key(1), u(1, 0))},
		"a survey asked too often":         {facts, cat(u(1), []byte{3}, key(1), u(1, 256))},
		"a survey asked in the future":     {facts, cat(u(1), []byte{3}, key(1), u(now+1, 1))},
		"a fact twice":                     {facts, cat(u(2), times(2, cat([]byte{1}, key(1), u(1))))},
		"facts out of order":               {facts, cat(u(2), []byte{1}, key(2), u(1), []byte{1}, key(1), u(1))},
		"kinds of facts out of order":      {facts, cat(u(2), []byte{2}, key(1), u(1, 1), []byte{1}, key(2), u(1))},
		"65 topics":                        {interests, u(65)},
		"a topic of no interest":           {interests, cat(u(1), key(1), u(0, 0, 0, 0, 0, 1))},
		"an interest too large":            {interests, cat(u(1), key(1), u(1<<28, 0, 0, 0, 0, 0))},
		"recent too large":                 {interests, cat(u(1), key(1), u(1, 0, 0, 0, 0, 1<<13))},
		"a topic twice":                    {interests, cat(u(2), times(2, cat(key(1), u(1, 0, 0, 0, 0, 0))))},
		"topics out of order":              {interests, cat(u(2), key(2), u(1, 0, 0, 0, 0, 0), key(1), u(1, 0, 0, 0, 0, 0))},
		"33 attributes":                    {attributes, u(33)},
		"type 4":                           {attributes, cat(u(1), key(1, 4), u(0))},
		"flag 2":                           {attributes, cat(u(1), key(1, 1, 2), u(0))},
		"number infinite":                  {attributes, cat(u(1), key(1, 2), wire.AppendFloat(nil, math.Inf(1)), u(0))},
		"declared too late":                {attributes, cat(u(1), key(1, 1, 1), u(1<<36+1))},
		"an attribute twice":               {attributes, cat(u(2), times(2, cat(key(1, 1, 0), u(0))))},
		"attributes out of order":          {attributes, cat(u(2), key(2, 1, 0), u(0), key(1, 1, 0), u(0))},
	} {
		parts := nothing()
		parts[c.part] = c.is
		r := wire.NewReader(cat(parts[:]...))
		require.Zero(t, profile.Read(r), name)
		require.ErrorIs(t, r.Close(), wire.ErrForm, name)
	}
	for _, count := range []int{4, 13} { // orders and revenue that nobody knows
		parts := nothing()
		parts[own] = counted(count)
		r = wire.NewReader(cat(parts[:]...))
		require.Zero(t, profile.Read(r))
		require.ErrorIs(t, r.Close(), wire.ErrForm)
	}
	parts := nothing()
	parts[own], parts[cart] = counted(plan.VarCarts), u(now+1)
	r = wire.NewReader(cat(parts[:]...))
	require.Zero(t, profile.Read(r))
	require.ErrorIs(t, r.Close(), wire.ErrForm, "a cart before 1970")
}
