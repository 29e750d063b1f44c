package planfile

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// officer is a key pair from fixed bytes.
func officer(t testing.TB, fill string) (ed25519.PrivateKey, ed25519.PublicKey) {
	t.Helper()
	file, public, err := GenerateOfficer(strings.NewReader(strings.Repeat(fill, 32)))
	require.NoError(t, err)
	key, err := ParseOfficerKey(file)
	require.NoError(t, err)
	require.Equal(t, public, key.Public())
	return key, public
}

func TestSignAndVerify(t *testing.T) {
	key, public := officer(t, "a")
	_, other := officer(t, "b")
	published := []byte("any bytes: what they say is Decode's business")
	signed := Sign(published, key)
	require.Len(t, signed, 69+len(published))

	got, err := Verify(signed, public)
	require.NoError(t, err)
	require.Equal(t, published, got)
	got, err = Unverified(signed)
	require.NoError(t, err)
	require.Equal(t, published, got)

	_, err = Verify(signed, other)
	require.ErrorIs(t, err, ErrSignature)
	_, err = Verify(signed, nil)
	require.ErrorIs(t, err, ErrSignature)
	for i := range signed {
		bad := bytes.Clone(signed)
		bad[i] ^= 1
		_, err := Verify(bad, public)
		want := ErrSignature
		if i < 5 {
			want = ErrSigned
		}
		require.ErrorIs(t, err, want, "byte %d", i)
	}
	for n := range signed {
		_, err := Verify(signed[:n], public)
		require.Error(t, err, "%d bytes", n)
	}
	_, err = Verify(append(bytes.Clone(signed), 0), public)
	require.ErrorIs(t, err, ErrSignature)

	// A signature over the bytes alone, without the label, is none.
	bare := bytes.Clone(signed)
	copy(bare[5:69], ed25519.Sign(key, published))
	_, err = Verify(bare, public)
	require.ErrorIs(t, err, ErrSignature)
}

func TestOfficerKeys(t *testing.T) {
	_, public := officer(t, "a")
	text := FormatOfficer(public)
	require.Regexp(t, `^dunlin-officer1[0-9a-f]{64}$`, text)
	back, err := ParseOfficer(text)
	require.NoError(t, err)
	require.Equal(t, public, back)
	for _, bad := range []string{"", "dunlin-officer1", text[:len(text)-1], text + "0", strings.ToUpper(text), "dunlin-peer1" + text[15:], "dunlin-officer1" + strings.Repeat("g", 64), " " + text,
		"dunlin-officer1" + strings.Repeat("AB", 32)} {
		_, err := ParseOfficer(bad)
		require.ErrorIs(t, err, ErrOfficer, bad)
	}
	file, _, err := GenerateOfficer(strings.NewReader(strings.Repeat("a", 32)))
	require.NoError(t, err)
	for _, bad := range [][]byte{nil, []byte("hello"), file[:40], append(bytes.Clone(file), "more"...), bytes.Replace(file, []byte("PRIVATE"), []byte("PUBLIC"), 2)} {
		_, err := ParseOfficerKey(bad)
		require.ErrorIs(t, err, ErrOfficerKey, "%q", bad)
	}
	_, _, err = GenerateOfficer(strings.NewReader("short"))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestShowSaysWhatTheBytesSay(t *testing.T) {
	f := parse(t, string(read(t, "plans/standard.yaml")))
	in := input()
	in.Issued = 1795000000
	p, err := f.Plan(in)
	require.NoError(t, err)
	published, err := plan.Encode(p)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, Show(&b, published))
	text := b.String()
	for _, line := range []string{
		"plan          " + plan.DigestOf(published).String(),
		"site          shop.example",
		"issued        2026-11-18 11:06:40Z",
		"expires       2027-11-21 23:00:00Z",
		"periods       364 periods of 1 day, local midnights of Europe/Berlin",
		"  first       2026-11-23: 2026-11-22 23:00:00Z to 2026-11-23 23:00:00Z",
		"  last        2027-11-21: 2027-11-20 23:00:00Z to 2027-11-21 23:00:00Z",
		"consent       Dunlin asks the visitor",
		"attribution   7 days after the last exposure",
		"leader        age1leader",
		"helper        age1helper",
		"verify key    committed to by 010203000000",
		`attribute     age_band: one of "under 25", "25 to 44", "45 and over"`,
		`segment       1. "best customers": orders >= 5 && days_since_order <= 90 && average_order >= 80`,
		`segment       6. "young and sporty": age_band == "under 25" && (top_topic == "sports" || affinity.sports >= 0.3)`,
		`slot          "hero": reached by order, worth 20`,
		`  variant     "sale", about "sale", costs 0.25`,
		"slot hero             exposed               64  8 segments x (7 variants + holdout)          1",
		"slot shelf            converted              7  6 variants + holdout                         1",
		"What the device picks: holdout 10 %, explore 5 %, floor 1 % for each variant",
		"  slot hero   plain        order      20  sale 0.25",
		`10 % of devices get the default always and are counted in the column "holdout", whatever they were shown`,
		`segment       8. "everyone else": everyone else`,
		`funnel        4. "checkout": reached by "checkout"`,
		`campaign      "season_mail": the site gives the arm among "none", "new in",`,
		`  variant     "plain", the default`,
		`  variant     "gifts", about "bags", "watches"`,
		"weight 12, sigma squared 247 in each",
		"30 days                30  0.728745   6.4706",
	} {
		require.Contains(t, text, line)
	}
	require.ErrorIs(t, Show(&b, published[:100]), wire.ErrShort)
	require.ErrorIs(t, Show(&b, nil), plan.ErrMagic)
	require.ErrorIs(t, Show(failing{}, published), os.ErrClosed)
}

// Names that would fool a reader's terminal are quoted.
func TestShowQuotesWhatWouldMislead(t *testing.T) {
	require.Equal(t, "商店.中国", plain("商店.中国"))
	require.Equal(t, `"a\u202eb"`, plain("a\u202eb"))
	require.Equal(t, `"a\x1b[2Jb"`, plain("a\x1b[2Jb"))
	require.Equal(t, `orders > 1 && a == "x"`, plain(`orders > 1 && a == "x"`))
}
