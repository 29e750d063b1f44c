package release_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
)

// unpack writes a store of testdata where a test may change it.
func unpack(t testing.TB, name string) (path string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "releases.db")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	return path
}

// What the first version released is read, verified and added to for ever; reading
// changes nothing of the file.
func TestFirstFormat(t *testing.T) {
	var peers [2]peer.Key
	for role := range peers {
		id, err := peer.Generate(rand.NewChaCha8([32]byte{byte(role)}))
		require.NoError(t, err)
		peers[role] = id.Public()
	}
	for name, dates := range map[string][]string{
		"leader": {"2024-10-04", "2024-10-11"},
		"helper": {"2024-10-04", "2024-10-10", "2024-10-11"},
	} {
		t.Run(name, func(t *testing.T) {
			path := unpack(t, "v1/"+name+".db.gz")
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			check := func(s *release.Store) {
				all, err := s.List()
				require.NoError(t, err)
				require.Len(t, all, len(dates))
				for i, r := range all {
					require.Equal(t, dates[i], r.Period.Date.String())
					require.NoError(t, r.Verify(peers[0], peers[1]))
					require.Len(t, r.Cells, 20)
					signed, err := s.Plan(r.Plan)
					require.NoError(t, err)
					require.NotEmpty(t, signed)
				}
			}
			s, err := release.OpenRead(path)
			require.NoError(t, err)
			check(s)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.Equal(before, after))

			s, err = release.Open(path)
			require.NoError(t, err)
			check(s)
			require.NoError(t, s.Put(sign(t, sample())))
			_, err = s.Get(sample().Plan, sample().Period.Date)
			require.NoError(t, err)
		})
	}
}

func TestNewerFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "releases.db")
	later := store.Options{Path: path, Advice: "none", Schema: 2, Buckets: []string{"releases", "plans"}, Migrate: []func(*bolt.Tx) error{nil}}
	require.NoError(t, later.Make())
	for _, open := range []func(string) (*release.Store, error){release.Open, release.OpenRead} {
		_, err := open(path)
		require.ErrorIs(t, err, store.ErrNewer)
		require.ErrorContains(t, err, "install at least")
	}
}

// A store of something else, such as batches.db, is not taken for one of releases.
func TestAnotherStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "batches.db")
	other := store.Options{Path: path, Advice: "none", Schema: 1, Buckets: []string{"partitions", "plans"}}
	require.NoError(t, other.Make())
	for _, open := range []func(string) (*release.Store, error){release.Open, release.OpenRead} {
		_, err := open(path)
		require.ErrorIs(t, err, store.ErrKind)
		require.ErrorContains(t, err, "right file")
	}
}

// A crash before a record is durable leaves none, one afterwards leaves it; the same put
// again ends the same.
func TestSteps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "releases.db")
	r := sign(t, sample())
	var points []string
	crash := ""
	s, err := release.OpenSteps(path, func(point string) error {
		points = append(points, point)
		if point == crash {
			return os.ErrClosed
		}
		return nil
	})
	require.NoError(t, err)
	points = nil
	crash = "release.put before"
	require.ErrorIs(t, s.Put(r), os.ErrClosed)
	_, err = s.Get(r.Plan, r.Period.Date)
	require.ErrorIs(t, err, release.ErrNotFound)
	crash = "release.put after"
	require.ErrorIs(t, s.Put(r), os.ErrClosed)
	got, err := s.Get(r.Plan, r.Period.Date)
	require.NoError(t, err)
	require.Equal(t, r, got)
	crash = ""
	require.NoError(t, s.Put(r))
	require.NoError(t, s.PutPlan(r.Plan, []byte("signed plan")))
	require.Equal(t, []string{"release.put before", "release.put before", "release.put after", "release.put before", "release.put after",
		"release.plan before", "release.plan after"}, points)
}

func TestBackupAndRestore(t *testing.T) {
	s, err := release.Open(unpack(t, "v1/helper.db.gz"))
	require.NoError(t, err)
	want, err := s.List()
	require.NoError(t, err)
	var w bytes.Buffer
	// A release that is stored while the backup is read is in the next one.
	require.NoError(t, s.Backup(writer(func(b []byte) (int, error) {
		require.NoError(t, s.Put(sign(t, sample())))
		return w.Write(b)
	})))
	path := filepath.Join(t.TempDir(), "releases.db")
	require.NoError(t, release.Restore(path, bytes.NewReader(w.Bytes())))
	back, err := release.Open(path)
	require.NoError(t, err)
	got, err := back.List()
	require.NoError(t, err)
	require.Equal(t, want, got)
	signed, err := s.Plan(want[0].Plan)
	require.NoError(t, err)
	again, err := back.Plan(want[0].Plan)
	require.NoError(t, err)
	require.Equal(t, signed, again)
	require.ErrorIs(t, release.Restore(path, &w), store.ErrExists)
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// A backup with a record that is none, or under another's name, is not restored.
func TestRestoreOfDamagedRecords(t *testing.T) {
	s := sign(t, sample())
	whole, err := s.Append(nil)
	require.NoError(t, err)
	key := append([]byte{0, 0, 0x4e, 0x20}, s.Plan[:]...)
	other := s.Plan
	other[0]++
	for name, c := range map[string]struct{ key, value []byte }{
		"cut off":        {key, whole[:len(whole)-1]},
		"another plan":   {append([]byte{0, 0, 0x4e, 0x20}, other[:]...), whole},
		"another period": {append([]byte{0, 0, 0x4e, 0x21}, s.Plan[:]...), whole},
		"whole":          {key, whole},
	} {
		t.Run(name, func(t *testing.T) {
			made := store.Options{Path: filepath.Join(t.TempDir(), "x.db"), Advice: "none", Schema: 1, Buckets: []string{"releases", "plans"}}
			require.NoError(t, made.Make())
			require.NoError(t, made.Update("put", func(tx *bolt.Tx) error { return tx.Bucket([]byte("releases")).Put(c.key, c.value) }))
			b, err := os.ReadFile(made.Path)
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "releases.db")
			err = release.Restore(path, bytes.NewReader(b))
			if name == "whole" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, store.ErrBackup)
			require.ErrorIs(t, err, release.ErrRecord)
			require.NoFileExists(t, path)
		})
	}
}
