package recommend

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// ErrCatalogue: bytes that are no catalogue of the plan: malformed, out of bounds, a key
// twice, a topic or skill that the plan has not.
var ErrCatalogue = errors.New("recommend: malformed or impossible catalogue")

const (
	// MaxCatalogue bounds the items of a catalogue.
	MaxCatalogue = 2000
	// MaxDifficulty bounds an exercise's difficulty, in logits either way.
	MaxDifficulty = 10
	// MaxCatalogueBytes bounds a catalogue's bytes: an item takes at most 37.
	MaxCatalogueBytes = 2 + MaxCatalogue*(8+10+7+3+1+8)

	maxDay = 1 << 20
	// minItem is the least that an item takes.
	minItem = 8 + 1 + 1 + 1 + 1
	// slots of the table of keys: less than half of them are taken.
	slots = 4096
	// tiers are low, middle and high, of as many items each.
	tiers = 3
)

// Item is one of a catalogue.
type Item struct {
	Key        uint64  // profile.KeyOf of its id, above 0
	Topics     uint64  // bits of the plan's
	Price      int64   // minor units; 0: it has none
	Added      int32   // UTC day of the epoch; 0: not known
	Skill      uint8   // index in Plan.Skills + 1; 0: it trains none
	Difficulty float64 // logits, where there is a skill

	tier  uint8 // 1 low to 3 high; 0 without a price
	named uint8 // index in the list's Items + 1, once bound; 0: it is none of them
}

// Catalogue holds the items that a list may show. Beside them it has the room that Rank
// works in, so that no call allocates: it is one caller's at a time.
type Catalogue struct {
	items    []Item
	at       [slots]uint16 // index + 1 of an item by its key's hash, linear probing
	cut      [tiers - 1]int64
	perTopic [plan.MaxTopics]uint16 // items about each topic

	list  *plan.List // whose Items the items' named are
	score []scored
}

// Decode reads a catalogue for a plan. It keeps no reference to the bytes.
//
// Errors: ErrCatalogue.
func Decode(b []byte, p *plan.Plan) (*Catalogue, error) {
	if len(b) > MaxCatalogueBytes {
		return nil, ErrCatalogue
	}
	r := wire.NewReader(b)
	n := r.Count(MaxCatalogue)
	if n > r.Len()/minItem {
		return nil, ErrCatalogue
	}
	c := &Catalogue{items: make([]Item, n), score: make([]scored, n)}
	for i := range c.items {
		it := &c.items[i]
		it.Key, it.Topics = r.U64(), r.Uvarint()
		it.Price, it.Added = int64(r.Max(profile.MaxMoney)), int32(r.Max(maxDay))
		if it.Skill = r.Byte(); it.Skill > 0 {
			it.Difficulty = r.Float()
		}
		if it.Key == 0 || it.Topics>>len(p.Topics) != 0 || int(it.Skill) > len(p.Skills) ||
			it.Difficulty < -MaxDifficulty || it.Difficulty > MaxDifficulty || !c.place(i) {
			return nil, ErrCatalogue
		}
		for t := range c.perTopic {
			c.perTopic[t] += uint16(it.Topics >> t & 1)
		}
	}
	if r.Close() != nil {
		return nil, ErrCatalogue
	}
	c.grade()
	return c, nil
}

// Encode returns the bytes of a catalogue, which Decode refuses where an item is out of
// bounds.
func Encode(items []Item) []byte {
	b := wire.AppendUvarint(nil, uint64(len(items)))
	for i := range items {
		it := &items[i]
		b = wire.AppendUvarint(wire.AppendU64(b, it.Key), it.Topics)
		b = wire.AppendUvarint(wire.AppendUvarint(b, uint64(it.Price)), uint64(it.Added))
		b = append(b, it.Skill)
		if it.Skill > 0 {
			b = wire.AppendFloat(b, it.Difficulty)
		}
	}
	return b
}

// place puts item i into the table of keys; false if its key is there already.
func (c *Catalogue) place(i int) bool {
	h := hash(c.items[i].Key)
	for ; c.at[h] != 0; h = (h + 1) % slots {
		if c.items[c.at[h]-1].Key == c.items[i].Key {
			return false
		}
	}
	c.at[h] = uint16(i + 1)
	return true
}

// hash is a slot of the table: keys are hashes, whose low bits are as good as any.
func hash(key uint64) uint64 { return key % slots }

// Len returns the number of items.
func (c *Catalogue) Len() int { return len(c.items) }

// Item returns the item of an index.
func (c *Catalogue) Item(i int) Item { return c.items[i] }

// Find returns the index of the item with a key.
func (c *Catalogue) Find(key uint64) (index int, ok bool) {
	if key == 0 {
		return 0, false
	}
	for h := hash(key); c.at[h] != 0; h = (h + 1) % slots {
		if i := int(c.at[h]) - 1; c.items[i].Key == key {
			return i, true
		}
	}
	return 0, false
}

// Tier returns the tier of a price in minor units among the catalogue's: 1 for less
// than a third of the items with a price cost at most, 3 for more than two thirds do, 2
// between, where equal prices fall too; 0 for no price.
func (c *Catalogue) Tier(price int64) uint8 {
	switch {
	case price <= 0 || c.cut[0] == 0:
		return 0
	case price < c.cut[0]:
		return 1
	case price > c.cut[1]:
		return 3
	}
	return 2
}

// grade finds the cuts between the tiers and gives every item its own.
func (c *Catalogue) grade() {
	n := 0
	for i := range c.items {
		if c.items[i].Price > 0 {
			n++
		}
	}
	if n > 0 {
		c.cut = [...]int64{c.ranked(n / tiers), c.ranked(n - 1 - n/tiers)}
	}
	for i := range c.items {
		c.items[i].tier = c.Tier(c.items[i].Price)
	}
}

// ranked returns the price that rank others are below or equal to, counted from 0: by
// halving the range, so that nothing is sorted.
func (c *Catalogue) ranked(rank int) int64 {
	low, high := int64(1), int64(profile.MaxMoney)
	for low < high {
		mid, n := low+(high-low)/2, 0
		for i := range c.items {
			if p := c.items[i].Price; p > 0 && p <= mid {
				n++
			}
		}
		if n > rank {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// bind gives every item its index among those that a list measures by name.
func (c *Catalogue) bind(l *plan.List) {
	if c.list == l {
		return
	}
	c.list = l
	for i := range c.items {
		c.items[i].named = 0
	}
	for n, id := range l.Items {
		if i, ok := c.Find(uint64(profile.KeyOf(id))); ok {
			c.items[i].named = uint8(n + 1)
		}
	}
}
