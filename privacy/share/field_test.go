package share

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// prime is computed from its definition, not from the constants under test.
func prime() *big.Int {
	p := new(big.Int).Lsh(big.NewInt(1), 128)
	p.Sub(p, new(big.Int).Lsh(big.NewInt(7), 66))
	return p.Add(p, big.NewInt(1))
}

func toBig(x element) *big.Int {
	z := new(big.Int).SetUint64(x.hi)
	return z.Lsh(z, 64).Add(z, new(big.Int).SetUint64(x.lo))
}

func fromBig(x *big.Int) element {
	mask := new(big.Int).SetUint64(^uint64(0))
	return element{new(big.Int).And(x, mask).Uint64(), new(big.Int).Rsh(x, 64).Uint64()}
}

// residues: every edge where a carry, a borrow or a reduction can go wrong, and
// random ones.
func residues() []element {
	p := prime()
	var out []element
	for _, center := range []*big.Int{
		big.NewInt(0), p,
		new(big.Int).Rsh(p, 1),
		new(big.Int).Lsh(big.NewInt(1), 64),
		new(big.Int).Lsh(big.NewInt(1), 127),
		new(big.Int).Lsh(new(big.Int).SetUint64(primeHi-1), 64),
		new(big.Int).Lsh(new(big.Int).SetUint64(primeHi), 64),
		new(big.Int).Lsh(big.NewInt(28), 64),
		toBig(montOne), toBig(minusOne), toBig(montSquare), toBig(montHalf),
	} {
		for d := int64(-3); d <= 3; d++ {
			x := new(big.Int).Add(center, big.NewInt(d))
			out = append(out, fromBig(x.Mod(x, p)))
		}
	}
	rng := rand.New(rand.NewChaCha8([32]byte{4}))
	for range 100 {
		x := element{rng.Uint64(), rng.Uint64()}
		switch rng.IntN(4) {
		case 0:
			x.lo >>= rng.IntN(64)
		case 1:
			x.hi >>= rng.IntN(64)
		case 2:
			x.lo |= ^uint64(0) << rng.IntN(64)
		}
		if canonical(x) {
			out = append(out, x)
		}
	}
	return out
}

func TestConstants(t *testing.T) {
	p := prime()
	require.True(t, p.ProbablyPrime(40))
	require.Equal(t, fromBig(p), element{primeLo, primeHi})
	r := new(big.Int).Lsh(big.NewInt(1), 128)
	mod := func(x *big.Int) element { return fromBig(new(big.Int).Mod(x, p)) }
	require.Equal(t, mod(r), montOne)
	require.Equal(t, mod(new(big.Int).Mul(r, r)), montSquare)
	require.Equal(t, mod(new(big.Int).Neg(r)), minusOne)
	half := new(big.Int).ModInverse(big.NewInt(2), p)
	require.Equal(t, mod(half.Mul(half, r)), montHalf)
	order := new(big.Int).Lsh(big.NewInt(cofactor), rootsOrder)
	require.Zero(t, order.Add(order, big.NewInt(1)).Cmp(p))
}

func TestFieldAgainstBig(t *testing.T) {
	p := prime()
	inverse := new(big.Int).ModInverse(new(big.Int).Lsh(big.NewInt(1), 128), p)
	want := new(big.Int)
	values := residues()
	require.Greater(t, len(values), 150)
	for _, x := range values {
		bx := toBig(x)
		require.True(t, canonical(x))
		require.Equal(t, x, fromMont(toMont(x)))
		want.Mul(bx, inverse).Mod(want, p)
		require.Equal(t, fromBig(want), fromMont(x))
		for _, y := range values {
			by := toBig(y)
			want.Add(bx, by).Mod(want, p)
			if got := add(x, y); got != fromBig(want) {
				require.Equal(t, fromBig(want), got, "%v + %v", bx, by)
			}
			want.Sub(bx, by).Mod(want, p)
			if got := sub(x, y); got != fromBig(want) {
				require.Equal(t, fromBig(want), got, "%v - %v", bx, by)
			}
			want.Mul(bx, by).Mul(want, inverse).Mod(want, p)
			if got := mul(x, y); got != fromBig(want) {
				require.Equal(t, fromBig(want), got, "%v * %v", bx, by)
			}
		}
	}
}

func TestPowerAndRoots(t *testing.T) {
	p := prime()
	for _, e := range []uint64{0, 1, 2, 3, 63, 1 << 40, cofactor, ^uint64(0)} {
		want := new(big.Int).Exp(big.NewInt(generator), new(big.Int).SetUint64(e), p)
		require.Equal(t, fromBig(want), fromMont(power(toMont(element{generator, 0}), e)), "7^%d", e)
	}
	for k := 1; k <= rootsOrder; k++ {
		w := rootOfUnity(k)
		for range k - 1 {
			w = mul(w, w)
		}
		require.Equal(t, minusOne, w, "the root of order 2^%d is not primitive", k)
	}
}

func TestEncoding(t *testing.T) {
	p := prime()
	for _, c := range []struct {
		x  *big.Int
		ok bool
	}{
		{big.NewInt(0), true},
		{new(big.Int).Sub(p, big.NewInt(1)), true},
		{p, false},
		{new(big.Int).Add(p, big.NewInt(1)), false},
		{new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1)), false},
	} {
		var b [elementSize]byte
		x := fromBig(c.x)
		x.put(b[:])
		for i := range b {
			require.Equal(t, byte(new(big.Int).Rsh(c.x, uint(8*i)).Uint64()), b[i])
		}
		require.Equal(t, x, read(b[:]))
		require.Equal(t, c.ok, canonical(x), "%v", c.x)
	}
	lo, hi := times28(^uint64(0))
	want := new(big.Int).Mul(new(big.Int).SetUint64(^uint64(0)), big.NewInt(28))
	require.Equal(t, fromBig(want), element{lo, hi})
}

// TestTransform checks odd against the definition: interpolate by Lagrange in
// the naive way, evaluate by Horner.
func TestTransform(t *testing.T) {
	rng := rand.New(rand.NewChaCha8([32]byte{5}))
	for p := 2; p <= 64; p *= 2 {
		tr := newTransform(p)
		psi := tr.psi()
		coefficients := make([]element, p)
		for i := range coefficients {
			coefficients[i] = toMont(element{rng.Uint64(), rng.Uint64() >> 1})
		}
		at := func(x element) (y element) {
			for i := p - 1; i >= 0; i-- {
				y = add(mul(y, x), coefficients[i])
			}
			return y
		}
		values, want := make([]element, p), make([]element, p)
		for i := range p {
			values[i] = at(power(psi, uint64(2*i)))
			want[i] = at(power(psi, uint64(2*i+1)))
		}
		tr.odd(values)
		require.Equal(t, want, values, "%d points", p)
	}
}

// psi is the principal root of order 2P, found afresh.
func (t *transform) psi() element {
	p := prime()
	e := new(big.Int).Sub(p, big.NewInt(1))
	e.Div(e, big.NewInt(int64(2*len(t.twist))))
	return toMont(fromBig(e.Exp(big.NewInt(generator), e, p)))
}
