package collector

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheFormThatAClientPrefers(t *testing.T) {
	all := &encoded{plain: []byte("plain"), brotli: []byte("br"), gzip: func() []byte { return []byte("gzip") }}
	for _, c := range []struct{ accept, want string }{
		{"", "plain"},
		{"br", "br"},
		{"gzip", "gzip"},
		{"gzip, deflate, br, zstd", "br"},
		{"gzip;q=1.0, br;q=0.9", "gzip"},
		{"br;q=0.5, gzip;q=0.4", "br"},
		{"br;q=0, gzip", "gzip"},
		{"br;q=0, gzip;q=0.0", "plain"},
		{"*", "br"},
		{"*;q=0", "plain"},
		{"br;q=0, *", "gzip"},
		{"gzip, *;q=0", "gzip"},
		{"identity", "plain"},
		{"identity;q=0.9, br;q=0.8", "plain"},
		{"identity;q=0.5, br;q=0.8", "br"},
		{"identity, br", "br"},
		{"identity;q=0", "plain"},
		{"BR ; Q=0.7 , GZip;q=0.6", "br"},
		{"deflate, zstd", "plain"},
		{"brotli, x-gzip", "plain"},
		{"br;q=2", "plain"},
		{"br;q=-1, gzip;q=x", "plain"},
		{"br;q=NaN", "plain"},
		{"br;level=3", "plain"},
		{",,;,=", "plain"},
	} {
		body, name := all.best(c.accept)
		require.Equal(t, c.want, string(body), "%q", c.accept)
		if c.want == "plain" {
			c.want = ""
		}
		require.Equal(t, c.want, name, "%q", c.accept)
	}
	bare := &encoded{plain: []byte("plain")}
	body, name := bare.best("br, gzip")
	require.Equal(t, "plain", string(body))
	require.Empty(t, name)
}
