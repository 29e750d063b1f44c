package aggregator_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/settle"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// unhex is bytes that a JSON file has in hexadecimal.
type unhex []byte

func (u *unhex) UnmarshalText(text []byte) (err error) {
	*u, err = hex.DecodeString(string(text))
	return err
}

// day is a date that a JSON file has as text.
type day struct{ plan.Date }

func (d *day) UnmarshalText(text []byte) (err error) {
	d.Date, err = plan.ParseDate(string(text))
	return err
}

// former is a run of the first version that ended in the middle of everything
// (batch/testdata/v1/README.md).
type former struct {
	Signed      unhex
	OfficerSeed unhex `json:"officer_seed"`
	Identities  [2]string
	VerifyKey   unhex `json:"verify_key"`
	Days        []struct {
		Date           day
		Leader, Helper struct {
			State string
			Own   unhex
		}
		Oracle  []int64
		Counts  map[int]int `json:"collector_counts"`
		Reports []unhex     `json:"collector_reports"`
	}
}

func readFormer(t *testing.T) (f former, c *cast) {
	t.Helper()
	b, err := os.ReadFile("batch/testdata/v1/world.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &f))
	c = &cast{officer: ed25519.NewKeyFromSeed(f.OfficerSeed), signed: f.Signed}
	copy(c.key[:], f.VerifyKey)
	for role, to := range []*seal.Identity{&c.leader, &c.helper} {
		*to, err = seal.ParseIdentity(bytes.NewReader([]byte(f.Identities[role])))
		require.NoError(t, err)
		c.peers[role], err = peer.Generate(rand.NewChaCha8([32]byte{byte(role)}))
		require.NoError(t, err)
	}
	published, err := planfile.Verify(c.signed, c.officer.Public().(ed25519.PublicKey))
	require.NoError(t, err)
	c.plan, err = plan.Decode(published)
	require.NoError(t, err)
	c.digest, c.layout = plan.DigestOf(published), plan.LayoutOf(c.plan)
	return f, c
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, b, 0o600))
}

// collector answers for each day as the former run's did: an open day has its frozen
// reports, or where every partition was finished their number alone.
func (f *former) collector(c *cast, now func() plan.Time) http.Handler {
	mux := http.NewServeMux()
	days := map[string]http.Handler{}
	for _, d := range f.Days {
		var reports [][]byte
		for _, r := range d.Reports {
			reports = append(reports, r)
		}
		s := newSpool(c, reports, now)
		for n, count := range d.Counts {
			if len(reports) == 0 {
				s.parts[n] = make([][]byte, count)
			}
		}
		days[d.Date.String()] = s.handler()
	}
	byDay := func(w http.ResponseWriter, r *http.Request) { days[r.PathValue("date")].ServeHTTP(w, r) }
	mux.HandleFunc("/v1/batches/{digest}/{date}", byDay)
	mux.HandleFunc("/v1/batches/{digest}/{date}/{rest...}", byDay)
	return mux
}

// An upgrade from the first version, in the middle of everything: each batch goes on from
// where it was, counts what it had begun to count once, and is released with the noise
// that was drawn before, where it was.
func TestUpgradeFromTheFirstFormat(t *testing.T) {
	f, c := readFormer(t)
	roles := []string{"leader", "helper"}
	w := newWorld(t, c, nil, func(w *world) {
		w.now = c.plan.Periods[len(c.plan.Periods)-1].End + 2
		w.chunk = 3 // of the former run: 5
		w.inner = f.collector(c, w.clock)
		for role, name := range roles {
			unpack(t, "batch/testdata/v1/"+name+".db.gz", w.path(role, "batches.db"))
			unpack(t, "release/testdata/v1/"+name+".db.gz", w.path(role, "releases.db"))
		}
	})
	for range 2 { // and restarted, once all is done
		_, err := w.Leader.Step(context.Background())
		require.NoError(t, err)
		w.startHelper()
		w.startLeader()
	}
	ends := map[string]batch.State{"2024-10-05": batch.Short, "2024-10-08": batch.Short, "2024-10-12": batch.Abandoned}
	noise := 6 * math.Sqrt(2*float64(c.plan.Sigma2)) // one cell in a billion lies beyond
	for _, d := range f.Days {
		b := message.Batch{Plan: c.digest, Date: d.Date.Date}
		l, err := w.batches[0].Record(b)
		require.NoError(t, err)
		h, err := w.batches[1].Record(b)
		require.NoError(t, err)
		require.Equal(t, l.Tally, h.Tally, d.Date)
		end, ok := ends[d.Date.String()]
		if !ok {
			end = batch.Released
		}
		require.Equal(t, end, l.State, d.Date)
		require.Equal(t, end, h.State, d.Date)
		if end != batch.Released {
			continue
		}
		require.EqualValues(t, 100, l.Tally.Count)
		one, err := w.releases[0].Get(c.digest, d.Date.Date)
		require.NoError(t, err)
		other, err := w.releases[1].Get(c.digest, d.Date.Date)
		require.NoError(t, err)
		require.Equal(t, one, other)
		require.NoError(t, one.Verify(w.peers[0].Public(), w.peers[1].Public()))
		for i, n := range one.Cells {
			require.InDelta(t, d.Oracle[i], n, noise, "%s, cell %d", d.Date, i)
		}
		if len(d.Leader.Own) > 0 && len(d.Helper.Own) > 0 {
			drawn, err := settle.Sums(d.Leader.Own, d.Helper.Own, c.layout.Cells)
			require.NoError(t, err)
			require.Equal(t, drawn, one.Cells, "noise is drawn once")
		}
	}
	// The fifth day was half prepared, with a chunk on its way: nothing of it is lost or
	// counted twice.
	half, err := w.batches[0].Record(message.Batch{Plan: c.digest, Date: f.Days[4].Date.Date})
	require.NoError(t, err)
	require.EqualValues(t, 13, half.Tally.Count)
}
