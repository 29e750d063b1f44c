package batch

import (
	"io"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/settle"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// field128 is the prime of Prio3MultihotCountVec's field.
var field128, _ = new(big.Int).SetString("340282366920938462946865773367900766209", 10)

// element encodes v modulo the prime, little endian.
func element(v *big.Int) []byte {
	b := new(big.Int).Mod(v, field128).FillBytes(make([]byte, 16))
	for i := range 8 {
		b[i], b[15-i] = b[15-i], b[i]
	}
	return b
}

// exactShares splits a vector of counts into two shares, one of them random.
func exactShares(r *rand.ChaCha8, counts []int64) (leader, helper []byte) {
	for _, c := range counts {
		b := make([]byte, 15)
		_, _ = r.Read(b) // never fails
		mask := new(big.Int).SetBytes(b)
		leader = append(leader, element(mask)...)
		helper = append(helper, element(new(big.Int).Sub(big.NewInt(c), mask))...)
	}
	return leader, helper
}

// fill puts a share and a count into a finished partition, as if its reports had
// been prepared.
func fill(t testing.TB, s *Store, b message.Batch, share []byte, count uint64) {
	t.Helper()
	require.NoError(t, s.Update(b, 0, func(p *Partition) error {
		p.Begun, p.Finished, p.Sequence, p.Share, p.Tally.Count = true, true, 1, share, count
		return nil
	}))
}

func quick(t testing.TB) *Store {
	t.Helper()
	dir := t.TempDir()
	if m, err := os.MkdirTemp("/dev/shm", "dunlin-"); err == nil { // each batch makes and destroys a key file
		dir = m
		t.Cleanup(func() { _ = os.RemoveAll(m) })
	}
	s, err := OpenStore(Options{Path: filepath.Join(dir, "batches.db")})
	require.NoError(t, err)
	s.db.NoSync = true // thousands of batches; no test here is about power failures
	t.Cleanup(func() { _ = s.CloseStore() })
	return s
}

// minus returns what an aggregator put out, less its exact share: its noise.
func minus(t testing.TB, noised, exact []byte) []int64 {
	t.Helper()
	out, err := settle.Sums(noised, negate(exact), len(noised)/16)
	require.NoError(t, err)
	return out
}

func negate(exact []byte) []byte {
	negated := make([]byte, 0, len(exact))
	for i := 0; i < len(exact); i += 16 {
		var be [16]byte
		for k := range 16 {
			be[k] = exact[i+15-k]
		}
		negated = append(negated, element(new(big.Int).Neg(new(big.Int).SetBytes(be[:])))...)
	}
	return negated
}

// advantage is how much more often the sum of 12 cells reaches 6 when a victim's
// report is in (mean 12) than when it is not.
type advantage struct{ with, without, hitWith, hitWithout float64 }

func (a *advantage) see(sum int64, victim bool) {
	hit := 0.0
	if sum >= 6 {
		hit = 1
	}
	if victim {
		a.with++
		a.hitWith += hit
	} else {
		a.without++
		a.hitWithout += hit
	}
}

func (a *advantage) value() float64 { return a.hitWith/a.with - a.hitWithout/a.without }

// PRIVACY.md section 9, through the code that releases: each aggregator's output
// less its own exact share, and the released sum. A source that is missing,
// halved or shared shows as a greater advantage; a doubled one as a smaller.
func TestDistinguisher(t *testing.T) {
	const (
		ones  = 12
		cells = plan.MaxCells
		each  = cells / ones
	)
	l, h := quick(t), quick(t)
	split := rand.NewChaCha8([32]byte{1})
	noises := [2]io.Reader{rand.NewChaCha8([32]byte{2}), rand.NewChaCha8([32]byte{3})}
	terms := Terms{Cells: cells, Sigma2: 247, MinBatch: 100}
	// Two batches, with the victim in every cell and without, split once; the
	// noise is what is drawn anew each time.
	var counts [2][]int64
	var exact, negated [2][2][]byte
	for v := range counts {
		counts[v] = make([]int64, cells)
		for i := range counts[v] {
			counts[v][i] = int64(v)
		}
		exact[v][0], exact[v][1] = exactShares(split, counts[v])
		negated[v][0], negated[v][1] = negate(exact[v][0]), negate(exact[v][1])
	}
	var leader, helper, released advantage
	for n := 0; released.with < draws || released.without < draws; n++ {
		v := n % 2
		b := message.Batch{Plan: plan.Digest{byte(n), byte(n >> 8)}, Date: 1}
		var out [2][]byte
		for role, s := range []*Store{l, h} {
			fill(t, s, b, exact[v][role], 100)
			tally, err := s.Tally(b, cells)
			require.NoError(t, err)
			r, err := s.Settle(b, terms, tally, noises[role])
			require.NoError(t, err)
			require.Equal(t, Closed, r.State)
			out[role] = r.Own
			_, err = s.Recover(b)
			require.NoError(t, err) // or the files grow to hundreds of megabytes
		}
		sums, err := settle.Sums(out[0], out[1], cells)
		require.NoError(t, err)
		var own [2][]int64
		for role := range own {
			own[role], err = settle.Sums(out[role], negated[v][role], cells)
			require.NoError(t, err)
		}
		for g := range each {
			var a [3]int64
			for i := g * ones; i < (g+1)*ones; i++ {
				a[0] += own[0][i] + counts[v][i]
				a[1] += own[1][i] + counts[v][i]
				a[2] += sums[i]
			}
			leader.see(a[0], v == 1)
			helper.see(a[1], v == 1)
			released.see(a[2], v == 1)
		}
	}
	// Two proportions near a half: four standard errors, one false alarm in 16,000.
	tolerance := 4 * math.Sqrt(2*0.25/draws)
	t.Logf("advantage: leader %.4f, helper %.4f (.0878), released %.4f (.0621), tolerance %.4f", leader.value(), helper.value(), released.value(), tolerance)
	require.InDelta(t, .0878, leader.value(), tolerance)
	require.InDelta(t, .0878, helper.value(), tolerance)
	require.InDelta(t, .0621, released.value(), tolerance)
}

// The sums themselves are right: less both noises they are the counts.
func TestSharesOfThisTest(t *testing.T) {
	leader, helper := exactShares(rand.NewChaCha8([32]byte{9}), []int64{0, 1, 500, -7})
	sums, err := settle.Sums(leader, helper, 4)
	require.NoError(t, err)
	require.Equal(t, []int64{0, 1, 500, -7}, sums)
	a, err := vdaf.UnmarshalAggregateShare(4, leader)
	require.NoError(t, err)
	require.NoError(t, a.AddNoise([]int64{3, 0, -9, 1 << 30}))
	b, err := a.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, []int64{3, 0, -9, 1 << 30}, minus(t, b, leader))
}
