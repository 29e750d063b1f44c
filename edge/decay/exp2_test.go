package decay

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each entry v is the nearest to 2^(i/64+30), exactly: (2v-1)^64 < 2^(i+31*64) < (2v+1)^64.
func TestTableIsExact(t *testing.T) {
	for i, v := range exp2 {
		power := func(odd int64) *big.Int {
			return new(big.Int).Exp(big.NewInt(odd), big.NewInt(steps), nil)
		}
		want := new(big.Int).Lsh(big.NewInt(1), uint(i+(unit+1)*steps))
		require.Negative(t, power(2*int64(v)-1).Cmp(want), "%d", i)
		require.Positive(t, power(2*int64(v)+1).Cmp(want), "%d", i)
	}
}
