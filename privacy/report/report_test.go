package report_test

import (
	"fmt"
	"testing"

	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/stretchr/testify/require"
)

func sample() report.Report {
	r := report.Report{Leader: []byte("sealed for the leader"), Helper: []byte("sealed for the helper")}
	r.Period, r.Revision = 20000, 3
	for i := range r.Plan {
		r.Plan[i] = byte(i)
	}
	for i := range r.ID {
		r.ID[i], r.Nonce[i] = byte(0xa0+i), byte(0x50+i)
	}
	for i := range r.Public {
		r.Public[i] = byte(200 - i)
	}
	return r
}

func ExampleParse() {
	r := sample()
	b, _ := r.Append(nil)
	got, err := report.Parse(b)
	fmt.Println(len(b), got.Period, got.Revision, got.ID, err)
	// Output: 186 2024-10-04 3 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf <nil>
}

func TestEveryTruncationAndExtensionIsRefused(t *testing.T) {
	r := sample()
	b, err := r.Append(nil)
	require.NoError(t, err)
	for n := range b {
		_, err := report.Parse(b[:n])
		require.ErrorIs(t, err, report.ErrMalformed, "first %d bytes", n)
	}
	_, err = report.Parse(append(b[:len(b):len(b)], 0))
	require.ErrorIs(t, err, report.ErrMalformed)
	h, err := report.ParseHead(b[:report.HeadSize])
	require.NoError(t, err)
	require.Equal(t, r.Head, h)
	_, err = report.ParseHead(b[:report.HeadSize-1])
	require.ErrorIs(t, err, report.ErrMalformed)
}

func TestBoundsOfAReport(t *testing.T) {
	for name, change := range map[string]func(*report.Report){
		"revision 0":      func(r *report.Report) { r.Revision = 0 },
		"negative period": func(r *report.Report) { r.Period = -1 },
		"no leader share": func(r *report.Report) { r.Leader = nil },
		"helper too long": func(r *report.Report) { r.Helper = make([]byte, report.MaxSealed+1) },
	} {
		t.Run(name, func(t *testing.T) {
			r := sample()
			change(&r)
			_, err := r.Append(nil)
			require.ErrorIs(t, err, report.ErrMalformed)
		})
	}
	r := sample()
	r.Leader, r.Helper = make([]byte, report.MaxSealed), make([]byte, report.MaxSealed)
	b, err := r.Append(nil)
	require.NoError(t, err)
	require.Len(t, b, report.MaxSize)
	_, err = report.Parse(b)
	require.NoError(t, err)
}

// A plaintext opens only under the very head and role that it was made for.
func TestPlainIsBoundToItsReport(t *testing.T) {
	r := sample()
	share := []byte("an input share")
	p := report.AppendPlain(nil, report.Leader, &r.Head, share)
	require.Len(t, p, report.PlainHead+len(share))
	got, err := report.OpenPlain(p, report.Leader, &r.Head, len(share))
	require.NoError(t, err)
	require.Equal(t, share, got)

	for name, change := range map[string]func(*report.Head){
		"plan":     func(h *report.Head) { h.Plan[31] ^= 1 },
		"period":   func(h *report.Head) { h.Period++ },
		"id":       func(h *report.Head) { h.ID[0] ^= 1 },
		"revision": func(h *report.Head) { h.Revision++ },
		"nonce":    func(h *report.Head) { h.Nonce[15] ^= 1 },
		"public":   func(h *report.Head) { h.Public[63] ^= 1 },
	} {
		t.Run(name, func(t *testing.T) {
			h := r.Head
			change(&h)
			_, err := report.OpenPlain(p, report.Leader, &h, len(share))
			require.ErrorIs(t, err, report.ErrUnlike)
		})
	}
	_, err = report.OpenPlain(p, report.Helper, &r.Head, len(share))
	require.ErrorIs(t, err, report.ErrUnlike, "role")
	_, err = report.OpenPlain(p, report.Leader, &r.Head, len(share)-1)
	require.ErrorIs(t, err, report.ErrMalformed)
	p[0] = 2
	_, err = report.OpenPlain(p, report.Leader, &r.Head, len(share))
	require.ErrorIs(t, err, report.ErrMalformed)
}

// Parsing and appending again is the identity; nothing panics.
// What the context is, byte for byte: PRIVACY.md section 3, rule 8.
func TestContext(t *testing.T) {
	d := sample().Plan
	want := append([]byte("dunlin v1"), d[:]...)
	want = append(want, 0, 0, 0x4e, 0x20)
	require.Equal(t, want, report.Context(d, 20000))
}

func FuzzParse(f *testing.F) {
	r := sample()
	b, _ := r.Append(nil)
	f.Add(b)
	f.Add(b[:report.HeadSize])
	f.Add([]byte("DLR1"))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := report.Parse(in)
		if err != nil {
			return
		}
		out, err := got.Append(nil)
		require.NoError(t, err)
		require.Equal(t, in, out)
		h, err := report.ParseHead(in)
		require.NoError(t, err)
		require.Equal(t, got.Head, h)
	})
}

func FuzzOpenPlain(f *testing.F) {
	r := sample()
	f.Add(report.AppendPlain(nil, report.Helper, &r.Head, make([]byte, 64)), byte(1))
	f.Add([]byte{}, byte(0))
	f.Fuzz(func(t *testing.T, in []byte, role byte) {
		share, err := report.OpenPlain(in, report.Role(role), &r.Head, 64)
		if err == nil {
			require.Equal(t, in, report.AppendPlain(nil, report.Role(role), &r.Head, share))
		}
	})
}
