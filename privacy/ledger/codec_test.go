package ledger

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func encode(t testing.TB, l Ledger) []byte {
	t.Helper()
	b, err := l.AppendBinary(nil)
	require.NoError(t, err)
	require.Len(t, b, Size)
	return b
}

func samples(t testing.TB) map[string]Ledger {
	var zero, serial, once, full, gaps Ledger
	require.NoError(t, serial.Accept(1<<63+5))
	require.NoError(t, once.Spend(today, daily))
	for i := range Date(45) {
		require.NoError(t, full.Spend(today+i, CapDay))
	}
	for _, d := range []Date{-3, 0, 1, 25, 27} {
		require.NoError(t, gaps.Spend(d, 1))
	}
	return map[string]Ledger{
		"zero": zero, "serial": serial, "once": once, "full": full, "gaps": gaps, "barred": Exhausted(today),
	}
}

// The layout of doc.go, byte by byte.
func TestLayout(t *testing.T) {
	var l Ledger
	require.NoError(t, l.Accept(0x0102030405060708))
	require.NoError(t, l.Spend(-2, daily))
	require.NoError(t, l.Spend(1, CapDay))
	body := "444c4c47" + "01" + "01" + "00000001" + "0102030405060708" +
		"0173a482" + strings.Repeat("00", 8) + "0172a8aa" + strings.Repeat("00", 4*26)
	want, err := hex.DecodeString(body)
	require.NoError(t, err)
	want = binary.BigEndian.AppendUint32(want, crc32.ChecksumIEEE(want))
	require.Equal(t, want, encode(t, l))

	with := []byte("kept")
	with, err = l.AppendBinary(with)
	require.NoError(t, err)
	require.Equal(t, append([]byte("kept"), want...), with)

	barred := encode(t, Exhausted(today))
	require.Equal(t, byte(2), barred[5])
	require.Equal(t, uint32(today+29), binary.BigEndian.Uint32(barred[6:]))
}

func TestDecodeIsTheInverse(t *testing.T) {
	for name, l := range samples(t) {
		got, err := Decode(encode(t, l))
		require.NoError(t, err, name)
		require.Equal(t, l, got, name)
	}
}

func TestEveryDamageIsNoticed(t *testing.T) {
	for name, l := range samples(t) {
		b := encode(t, l)
		for n := range b {
			_, err := Decode(b[:n])
			require.ErrorIs(t, err, ErrDamaged, "%s: first %d bytes", name, n)
			for bit := range 8 {
				b[n] ^= 1 << bit
				got, err := Decode(b)
				require.ErrorIs(t, err, ErrDamaged, "%s: byte %d, bit %d", name, n, bit)
				require.Equal(t, Ledger{}, got)
				b[n] ^= 1 << bit
			}
		}
		_, err := Decode(append(b[:Size:Size], 0))
		require.ErrorIs(t, err, ErrDamaged, "%s: a byte too many", name)
	}
}

// seal puts the right checksum on b.
func seal(b []byte) []byte {
	binary.BigEndian.PutUint32(b[Size-4:], crc32.ChecksumIEEE(b[:Size-4]))
	return b
}

// A right checksum does not make a state that no calls lead to.
func TestImpossibleStates(t *testing.T) {
	for name, c := range map[string]struct {
		of     string
		change func(b []byte)
	}{
		"another magic":          {"once", func(b []byte) { b[0] = 'd' }},
		"another version":        {"once", func(b []byte) { b[4] = 2 }},
		"unknown state":          {"once", func(b []byte) { b[5] = 3 }},
		"above the cap of a day": {"once", func(b []byte) { binary.BigEndian.PutUint32(b[18:], uint32(CapDay)+1) }},
		"old one above the cap":  {"once", func(b []byte) { b[18+4*29] = 0xff }},
		"charged, but nothing":   {"once", func(b []byte) { clear(b[18:22]) }},
		"fresh with a charge":    {"once", func(b []byte) { b[5] = 0; clear(b[6:10]) }},
		"fresh with a date":      {"zero", func(b []byte) { b[9] = 1 }},
		"barred with a charge":   {"barred", func(b []byte) { b[Size-5] = 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			b := encode(t, samples(t)[c.of])
			c.change(b)
			_, err := Decode(seal(b))
			require.ErrorIs(t, err, ErrDamaged)
		})
	}
}

func TestChecksumIsCRC32(t *testing.T) {
	require.Equal(t, uint32(0xcbf43926), checksum([]byte("123456789")), "the check value of CRC-32/ISO-HDLC")
	for name, l := range samples(t) {
		b := encode(t, l)
		require.Equal(t, crc32.ChecksumIEEE(b), checksum(b), name)
	}
}

func FuzzDecode(f *testing.F) {
	for _, l := range samples(f) {
		f.Add(encode(f, l))
	}
	f.Add([]byte(nil))
	f.Add(make([]byte, Size))
	f.Fuzz(func(t *testing.T, b []byte) {
		inputs := [][]byte{b}
		if len(b) == Size { // and past the checksum
			inputs = append(inputs, seal(append([]byte(nil), b...)))
		}
		for _, b := range inputs {
			l, err := Decode(b)
			if err != nil {
				require.ErrorIs(t, err, ErrDamaged)
				require.Equal(t, Ledger{}, l)
				continue
			}
			require.Equal(t, b, encode(t, l))
			// Whatever was accepted keeps the caps.
			last, ok := l.Last()
			require.False(t, !ok && l.Window(last) > 0)
			require.LessOrEqual(t, l.Window(last), Cap30)
			for i := range Date(Days) {
				require.LessOrEqual(t, l.Spent(last-i), CapDay)
			}
			if err := l.Spend(last, 1); ok {
				require.Error(t, err)
			}
		}
	})
}
