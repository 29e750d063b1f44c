package release_test

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

type key ed25519.PublicKey

func (k key) Verify(m, s []byte) bool { return ed25519.Verify(ed25519.PublicKey(k), m, s) }

func keyOf(seed byte) (key, ed25519.PrivateKey) {
	private := ed25519.NewKeyFromSeed(append(make([]byte, 31), seed))
	return key(private.Public().(ed25519.PublicKey)), private
}

func sample() release.Record {
	return release.Record{
		Plan: plan.DigestOf([]byte("a plan")), Period: plan.Period{Date: 20000, Start: 20000 * plan.Day, End: 20001 * plan.Day},
		Weight: 12, Sigma2: 247, Cells: []int64{431, -17, 0, 1 << 40, -1 << 40},
	}
}

func sign(t testing.TB, r release.Record) release.Signed {
	t.Helper()
	body, err := r.Append(nil)
	require.NoError(t, err)
	_, leader := keyOf(1)
	_, helper := keyOf(2)
	s := release.Signed{Record: r}
	copy(s.Leader[:], ed25519.Sign(leader, release.Message(body)))
	copy(s.Helper[:], ed25519.Sign(helper, release.Message(body)))
	return s
}

func Example() {
	r := sample()
	body, _ := r.Append(nil)
	back, err := release.Decode(body)
	fmt.Println(back.Period.Date, back.Cells[:3], "variance", back.Variance(), err)
	// Output: 2024-10-04 [431 -17 0] variance 494 <nil>
}

func TestSignatures(t *testing.T) {
	leader, _ := keyOf(1)
	helper, _ := keyOf(2)
	s := sign(t, sample())
	require.NoError(t, s.Verify(leader, helper))
	require.ErrorIs(t, s.Verify(helper, leader), release.ErrSignature, "roles swapped")
	for name, change := range map[string]func(*release.Signed){
		"cell":    func(s *release.Signed) { s.Cells = []int64{432, -17, 0, 1 << 40, -1 << 40} },
		"sigma2":  func(s *release.Signed) { s.Sigma2++ },
		"weight":  func(s *release.Signed) { s.Weight++ },
		"plan":    func(s *release.Signed) { s.Plan[0]++ },
		"date":    func(s *release.Signed) { s.Period.Date++ },
		"end":     func(s *release.Signed) { s.Period.End++ },
		"leader":  func(s *release.Signed) { s.Leader[0] ^= 1 },
		"helper":  func(s *release.Signed) { s.Helper = s.Leader },
		"cut off": func(s *release.Signed) { s.Cells = s.Cells[:4] },
	} {
		t.Run(name, func(t *testing.T) {
			s := sign(t, sample())
			change(&s)
			require.ErrorIs(t, s.Verify(leader, helper), release.ErrSignature)
		})
	}
}

func TestBounds(t *testing.T) {
	for name, change := range map[string]func(*release.Record){
		"no cells":       func(r *release.Record) { r.Cells = nil },
		"too many cells": func(r *release.Record) { r.Cells = make([]int64, plan.MaxCells+1) },
		"huge cell":      func(r *release.Record) { r.Cells[0] = 1<<40 + 1 },
		"no noise":       func(r *release.Record) { r.Sigma2 = 0 },
		"no weight":      func(r *release.Record) { r.Weight = 0 },
		"empty period":   func(r *release.Record) { r.Period.End = r.Period.Start },
		"long period":    func(r *release.Record) { r.Period.End = r.Period.Start + 30*plan.Day },
		"before 1970":    func(r *release.Record) { r.Period.Date = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			r := sample()
			change(&r)
			_, err := r.Append(nil)
			require.ErrorIs(t, err, release.ErrRecord)
		})
	}
}

func TestStoreKeepsTheFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "releases.db")
	s, err := release.Open(path)
	require.NoError(t, err)
	r := sign(t, sample())
	_, err = s.Get(r.Plan, r.Period.Date)
	require.ErrorIs(t, err, release.ErrNotFound)
	require.NoError(t, s.Put(r))
	require.NoError(t, s.Put(r), "the same again")
	second := sample()
	second.Cells = []int64{430, -17, 0, 1 << 40, -1 << 40}
	require.ErrorIs(t, s.Put(sign(t, second)), release.ErrConflict)
	unsigned := r
	unsigned.Helper[3] ^= 1
	require.ErrorIs(t, s.Put(unsigned), release.ErrConflict, "same body, other signature")

	early := sample()
	early.Period = plan.Period{Date: 19999, Start: 19999 * plan.Day, End: 20000 * plan.Day}
	require.NoError(t, s.Put(sign(t, early)))
	require.NoError(t, s.PutPlan(r.Plan, []byte("signed plan")))
	require.NoError(t, s.PutPlan(r.Plan, []byte("signed plan")))
	require.ErrorIs(t, s.PutPlan(r.Plan, []byte("other bytes")), release.ErrConflict)

	s, err = release.Open(path)
	require.NoError(t, err)
	got, err := s.Get(r.Plan, r.Period.Date)
	require.NoError(t, err)
	require.Equal(t, r, got)
	all, err := s.List()
	require.NoError(t, err)
	require.Equal(t, []release.Signed{sign(t, early), r}, all)
	p, err := s.Plan(r.Plan)
	require.NoError(t, err)
	require.Equal(t, "signed plan", string(p))
	_, err = s.Plan(plan.Digest{})
	require.ErrorIs(t, err, release.ErrNotFound)

	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, whole[:len(whole)/2], 0o600))
	_, err = release.Open(path)
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, path)
}

func TestJSON(t *testing.T) {
	b, err := json.Marshal(sign(t, sample()))
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(b, &m))
	require.Equal(t, "2024-10-04", m["period"])
	require.EqualValues(t, 494, m["variance"])
	require.EqualValues(t, -17, m["cells"].([]any)[1])
	require.NotContains(t, m, "count")
}

// Any values within bounds survive; any bytes that decode encode to themselves.
func TestRandomRecords(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		in := sample()
		in.Cells = make([]int64, 1+r.IntN(plan.MaxCells))
		for i := range in.Cells {
			in.Cells[i] = r.Int64N(1<<41) - 1<<40
		}
		s := sign(t, in)
		b, err := s.Append(nil)
		require.NoError(t, err)
		require.LessOrEqual(t, len(b), release.MaxSize)
		got, err := release.Parse(b)
		require.NoError(t, err)
		require.Equal(t, s, got)
	}
}

// Among 400 releases of the largest size, more than a year's of a site by the day.
func BenchmarkGet(b *testing.B) {
	s, err := release.Open(filepath.Join(b.TempDir(), "releases.db"))
	require.NoError(b, err)
	r := sample()
	r.Cells = make([]int64, plan.MaxCells)
	for i := range r.Cells {
		r.Cells[i] = 1<<40 - int64(i)
	}
	for i := range 400 {
		date := plan.Date(20000 + i)
		r.Period = plan.Period{Date: date, Start: plan.Time(date) * plan.Day, End: plan.Time(date+1) * plan.Day}
		require.NoError(b, s.Put(sign(b, r)))
	}
	for b.Loop() {
		_, err := s.Get(r.Plan, 20200)
		require.NoError(b, err)
	}
}

func FuzzParse(f *testing.F) {
	s := sign(f, sample())
	b, err := s.Append(nil)
	require.NoError(f, err)
	f.Add(b)
	f.Add(b[:len(b)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := release.Parse(in)
		if err != nil {
			require.ErrorIs(t, err, release.ErrRecord)
			return
		}
		out, err := got.Append(nil)
		require.NoError(t, err)
		require.Equal(t, in, out)
	})
}
