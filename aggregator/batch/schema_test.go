package batch

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// first is what testdata/v1/world.json says of the first format's files.
type first struct {
	Plan     plan.Digest `json:"plan"`
	Accepted plan.Time   `json:"accepted"`
	Signed   string      `json:"signed"`
	Days     []struct {
		Date           string
		Leader, Helper firstBatch
	} `json:"days"`
}

type firstBatch struct {
	State      string
	Count      uint64
	Hash       string
	Rejects    message.Rejects
	Own, Peer  string
	Partitions []struct {
		Partition            byte
		Count, Sequence      uint64
		Hash, Share, Request string
		Finished, Sent       bool
		PendingBytes         int `json:"pending_bytes"`
		AnswerBytes          int `json:"answer_bytes"`
	}
}

func unpack(t testing.TB, role, dir string) (path string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata/v1", role+".db.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	path = filepath.Join(dir, "batches.db")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	return path
}

// The first released format opens: everything that was in it is there, under the
// batches' keys, and nothing of it lies in the file in the clear, nor in the former one.
func TestFirstFormat(t *testing.T) {
	var world first
	b, err := os.ReadFile("testdata/v1/world.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &world))
	for _, role := range []string{"leader", "helper"} {
		t.Run(role, func(t *testing.T) {
			dir := t.TempDir()
			path := unpack(t, role, dir)
			former := filepath.Join(t.TempDir(), "former")
			require.NoError(t, os.Link(path, former))
			whole, err := os.ReadFile(path)
			require.NoError(t, err)
			s := reopened(t, dir)
			a, err := s.Plan(world.Plan)
			require.NoError(t, err)
			require.Equal(t, world.Signed, hex.EncodeToString(a.Signed))
			require.Equal(t, world.Accepted, a.Since)
			require.Equal(t, FormerOwner, a.Owner)
			file, err := os.ReadFile(path)
			require.NoError(t, err)
			keys, shares := 0, 0
			for _, d := range world.Days {
				want := d.Leader
				if role == "helper" {
					want = d.Helper
				}
				date, err := plan.ParseDate(d.Date)
				require.NoError(t, err)
				b := message.Batch{Plan: world.Plan, Date: date}
				r, err := s.Record(b)
				require.NoError(t, err)
				require.Equal(t, want.State, r.State.String(), d.Date)
				if r.State != Open && r.State != Abandoned {
					require.Equal(t, want.Count, r.Tally.Count)
					require.Equal(t, want.Hash, hex.EncodeToString(r.Tally.Hash[:]))
					require.Equal(t, want.Rejects, r.Rejects)
				}
				require.Equal(t, want.Own, hex.EncodeToString(r.Own))
				require.Equal(t, want.Peer, hex.EncodeToString(r.Peer))
				if !r.State.Final() {
					keys++
				}
				secrets := []string{want.Own, want.Peer}
				for _, q := range want.Partitions {
					p, err := s.Partition(b, q.Partition)
					require.NoError(t, err)
					require.Equal(t, q.Count, p.Tally.Count)
					require.Equal(t, q.Hash, hex.EncodeToString(p.Tally.Hash[:]))
					require.Equal(t, q.Share, hex.EncodeToString(p.Share))
					require.Equal(t, q.Sequence, p.Sequence)
					require.Equal(t, q.Request, hex.EncodeToString(p.Request[:]))
					require.Equal(t, []any{q.Finished, q.Sent, q.PendingBytes, q.AnswerBytes}, []any{p.Finished, p.Sent, len(p.Pending), len(p.Answer)})
					secrets = append(secrets, q.Share, hex.EncodeToString(p.Pending))
				}
				for _, secret := range secrets {
					raw, err := hex.DecodeString(secret)
					require.NoError(t, err)
					if len(raw) > 0 {
						shares++
						require.True(t, bytes.Contains(whole, raw[:16]), "it was in the former file")
						require.False(t, bytes.Contains(file, raw[:16]), "it is not in the new one")
					}
				}
			}
			require.Positive(t, shares)
			require.Equal(t, keys, keyFiles(t, dir))
			left, err := os.ReadFile(former)
			require.NoError(t, err)
			require.Equal(t, make([]byte, len(left)), left, "its blocks are overwritten")
			// Again: nothing is left to do.
			require.NoError(t, s.CloseStore())
			s = reopened(t, dir)
			views, err := s.Views()
			require.NoError(t, err)
			require.Len(t, views, len(world.Days))
		})
	}
}

// A crash at any step of it leaves a store that opens and loses nothing.
func TestCrashInMigration(t *testing.T) {
	for at := range 40 {
		dir := t.TempDir()
		path := unpack(t, "leader", dir)
		n := 0
		s, err := OpenStore(Options{Path: path, Step: func(string) error {
			if n++; n > at {
				return io.ErrUnexpectedEOF
			}
			return nil
		}})
		if err == nil {
			require.NoError(t, s.CloseStore())
			require.Greater(t, at, 4)
			return
		}
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		s = reopened(t, dir)
		views, err := s.Views()
		require.NoError(t, err)
		require.Len(t, views, 9)
		for _, v := range views {
			require.False(t, v.Lost)
		}
	}
	t.Fatal("it never came to its end")
}
