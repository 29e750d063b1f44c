package steer_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

var (
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	hero = steer.Place{Kind: "slot", Name: "hero"}
	mail = steer.Place{Kind: "campaign", Name: "mail"}
)

func shop() *plan.Plan {
	return &plan.Plan{
		Slots: []plan.Slot{{Name: "hero", Variants: []plan.Variant{{Name: "plain"}, {Name: "shoes"}, {Name: "bags"}}}},
		Campaigns: []plan.Campaign{
			{Name: "mail", Mode: plan.Chosen, Arms: []string{"none", "voucher"}}, {Name: "spring", Mode: plan.Assigned, Arms: []string{"none", "voucher"}},
		},
	}
}

func TestWhatFits(t *testing.T) {
	for name, c := range map[string]struct {
		order steer.Order
		says  string // empty: it fits
	}{
		"a variant":             {steer.Order{Action: steer.Stop, Place: hero, Variant: "bags"}, ""},
		"all of a place":        {steer.Order{Action: steer.Stop, Place: hero}, ""},
		"an arm":                {steer.Order{Action: steer.Resume, Place: mail, Variant: "voucher"}, ""},
		"rails":                 {steer.Order{Action: steer.Unwatch, Place: mail}, ""},
		"a date":                {steer.Order{Action: steer.RollBack, Until: "2026-11-20"}, ""},
		"on":                    {steer.Order{Action: steer.GoOn}, ""},
		"the default":           {steer.Order{Action: steer.Stop, Place: hero, Variant: "plain"}, "is the default"},
		"no such variant":       {steer.Order{Action: steer.Stop, Place: hero, Variant: "coats"}, "it has plain, shoes, bags"},
		"no such place":         {steer.Order{Action: steer.Stop, Place: steer.Place{Kind: "slot", Name: "mail"}}, "no slot \"mail\""},
		"the site gives it":     {steer.Order{Action: steer.Stop, Place: steer.Place{Kind: "campaign", Name: "spring"}}, "no campaign \"spring\" that devices pick for"},
		"no kind":               {steer.Order{Action: steer.Stop, Place: steer.Place{Name: "hero"}}, "say its kind and name"},
		"no name":               {steer.Order{Action: steer.Stop, Place: steer.Place{Kind: "slot"}}, "say its kind and name"},
		"no action":             {steer.Order{Place: hero}, "an action is stop, resume"},
		"no date":               {steer.Order{Action: steer.RollBack}, "takes the date"},
		"no day":                {steer.Order{Action: steer.RollBack, Until: "2026-02-30"}, "takes the date"},
		"a place rolled back":   {steer.Order{Action: steer.RollBack, Until: "2026-11-20", Place: hero}, "a date alone"},
		"a date stopped":        {steer.Order{Action: steer.Stop, Place: hero, Until: "2026-11-20"}, "takes no date"},
		"a variant watched":     {steer.Order{Action: steer.Watch, Place: hero, Variant: "bags"}, "watching no variant"},
		"on with a place":       {steer.Order{Action: steer.GoOn, Place: hero}, "takes nothing else"},
		"a long name":           {steer.Order{Action: steer.Stop, Place: hero, Variant: strings.Repeat("é", 65)}, "more than 128 bytes"},
		"control characters":    {steer.Order{Action: steer.Stop, Place: hero, Variant: "a\x1b[2J"}, "no text"},
		"bytes that no text is": {steer.Order{Action: steer.Stop, Place: hero, Variant: "\xff"}, "no text"},
	} {
		t.Run(name, func(t *testing.T) {
			c.order.Site = "shop.example"
			err := c.order.Fits(shop())
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, steer.ErrOrder)
			require.ErrorContains(t, err, c.says)
		})
	}
	o := steer.Order{Action: steer.GoOn}
	require.ErrorContains(t, o.Fits(shop()), "of a site")
}

func open(t *testing.T) (*steer.Store, string) {
	path := filepath.Join(t.TempDir(), steer.File)
	s, err := steer.Open(path)
	require.NoError(t, err)
	return s, path
}

// give keeps orders a minute apart and returns the state that they come to.
func give(t *testing.T, s *steer.Store, orders ...steer.Order) *steer.State {
	t.Helper()
	for _, o := range orders {
		log, err := s.List()
		require.NoError(t, err)
		o.Site, o.At = "shop.example", noon.Add(time.Duration(len(log))*time.Minute)
		got, err := s.Give(o)
		require.NoError(t, err)
		require.Equal(t, uint64(len(log)+1), got.ID)
	}
	log, err := s.List()
	require.NoError(t, err)
	return steer.StateOf("shop.example", log)
}

func TestWhatOrdersComeTo(t *testing.T) {
	s, path := open(t)
	stopped := func(st *steer.State) (out []string) {
		for _, v := range []string{"shoes", "bags"} {
			if _, ok := st.Stopped(hero, v); ok {
				out = append(out, v)
			}
		}
		return out
	}
	st := give(t, s)
	require.False(t, st.Any())
	require.True(t, st.Watched(hero))
	st = give(t, s, steer.Order{Action: steer.Stop, Place: hero, Variant: "bags", By: "li"})
	require.Equal(t, []string{"bags"}, stopped(st))
	o, _ := st.Stopped(hero, "bags")
	require.Equal(t, [2]string{"li", "2026-11-23T12:00:00Z"}, [2]string{o.By, o.At.Format(time.RFC3339)})
	_, ok := st.Stopped(steer.Place{Kind: "campaign", Name: "hero"}, "bags")
	require.False(t, ok, "a campaign of the same name")
	require.True(t, st.Resumed(hero, "bags").IsZero())
	require.False(t, steer.StateOf("other.example", must(s.List())).Any())

	st = give(t, s, steer.Order{Action: steer.Stop, Place: hero})
	require.Equal(t, []string{"shoes", "bags"}, stopped(st))
	st = give(t, s, steer.Order{Action: steer.Resume, Place: hero})
	require.Empty(t, stopped(st), "all of them, also what was stopped alone")
	require.Equal(t, noon.Add(2*time.Minute), st.Resumed(hero, "bags"))
	st = give(t, s, steer.Order{Action: steer.Stop, Place: hero, Variant: "shoes"}, steer.Order{Action: steer.Resume, Place: hero, Variant: "shoes"})
	require.Empty(t, stopped(st))
	require.Equal(t, noon.Add(4*time.Minute), st.Resumed(hero, "shoes"))

	_, _, back := st.Until()
	require.False(t, back)
	st = give(t, s, steer.Order{Action: steer.RollBack, Until: "2026-11-20"}, steer.Order{Action: steer.RollBack, Until: "2026-11-18", By: "li"})
	until, o, back := st.Until()
	require.True(t, back)
	require.Equal(t, [2]string{"2026-11-18", "li"}, [2]string{until.String(), o.By})
	st = give(t, s, steer.Order{Action: steer.GoOn}, steer.Order{Action: steer.Unwatch, Place: hero})
	_, _, back = st.Until()
	require.False(t, back)
	require.False(t, st.Watched(hero))
	require.True(t, st.Watched(mail))
	st = give(t, s, steer.Order{Action: steer.Watch, Place: hero})
	require.True(t, st.Watched(hero))

	// Another process reads the same.
	again, err := steer.Open(path)
	require.NoError(t, err)
	require.Equal(t, st, steer.StateOf("shop.example", must(again.List())))
}

func must(log []steer.Order, err error) []steer.Order {
	if err != nil {
		panic(err)
	}
	return log
}

// What makes no sense is not kept.
func TestNonsenseIsNotKept(t *testing.T) {
	s, _ := open(t)
	_, err := s.Give(steer.Order{Site: "shop.example", Action: "burn"})
	require.ErrorIs(t, err, steer.ErrOrder)
	require.Empty(t, must(s.List()))
}

// Leader and console write the same file from two processes: none of their orders is lost.
func TestTwoWriters(t *testing.T) {
	_, path := open(t)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			s, err := steer.Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			for range 10 {
				if _, err := s.Give(steer.Order{Site: "shop.example", Action: steer.GoOn, At: noon}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	s, err := steer.Open(path)
	require.NoError(t, err)
	for i, o := range must(s.List()) {
		require.Equal(t, uint64(i+1), o.ID)
	}
	require.Len(t, must(s.List()), 20)
}

func TestBackup(t *testing.T) {
	s, path := open(t)
	give(t, s, steer.Order{Action: steer.Stop, Place: hero, Why: &steer.Reason{Metric: "goal", Against: "holdout", Value: -.1, Low: -.2, High: -.05}})
	var b bytes.Buffer
	require.NoError(t, s.Backup(&b))
	to := filepath.Join(t.TempDir(), steer.File)
	require.NoError(t, steer.Restore(to, bytes.NewReader(b.Bytes())))
	again, err := steer.Open(to)
	require.NoError(t, err)
	require.Equal(t, must(s.List()), must(again.List()))
	require.Equal(t, -.2, must(again.List())[0].Why.Low)
	require.ErrorIs(t, steer.Restore(to, bytes.NewReader(b.Bytes())), store.ErrExists)
	require.Error(t, steer.Restore(to+"2", strings.NewReader("no store")))

	// A line that was changed by another hand is found, and said what to do about.
	db, err := bolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("orders")).Put([]byte{0, 0, 0, 0, 0, 0, 0, 1}, []byte(`{"id":7,"site":"a","action":"go on"}`))
	}))
	require.NoError(t, db.Close())
	_, err = s.List()
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, "move it away")
}
