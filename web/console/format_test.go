package console

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/dunlin-analytics/dunlin/aggregator/store"
)

// Who has an account of the first version, a link or a session signs in with this one.
func TestFirstFormat(t *testing.T) {
	var known struct {
		Now time.Time
		Ann struct{ Password, Session string }
		Bob struct{ Link string }
	}
	b, err := os.ReadFile("testdata/v1/accounts.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &known))
	f, err := os.Open("testdata/v1/console.db.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err = io.ReadAll(z)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, accountsFile), b, 0o600))

	a, err := OpenAccounts(dir, func() time.Time { return known.Now.Add(time.Hour) }, rand.NewChaCha8([32]byte{}))
	require.NoError(t, err)
	all, err := a.List()
	require.NoError(t, err)
	require.Equal(t, []Account{{"ann", Analyst, true}, {"bob", Analyst, false}}, all)
	s, ok, err := a.session(known.Ann.Session)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "ann", s.Name)
	require.Equal(t, Analyst, s.role, "as much as before, and no more")
	ann, ok, err := a.account("ann")
	require.NoError(t, err)
	require.True(t, ok)
	right, err := newHashing(rand.NewChaCha8([32]byte{})).check(context.Background(), ann.Hash, known.Ann.Password)
	require.NoError(t, err)
	require.True(t, right)
	name, _, err := a.redeem(known.Bob.Link, "")
	require.NoError(t, err)
	require.Equal(t, "bob", name)
	checked, err := a.CheckAudit(0, "")
	require.NoError(t, err)
	require.EqualValues(t, 1, checked.Last, "bob's signing in is the first line")

	// The same again, now that the store says its format.
	a, err = OpenAccounts(dir, a.clock, a.random)
	require.NoError(t, err)
	again, err := a.List()
	require.NoError(t, err)
	require.Equal(t, all, again)
}

// A store whose word of its format has gone is not taken for one of the first.
func TestNoFormerFormat(t *testing.T) {
	dir := t.TempDir()
	a, err := OpenAccounts(dir, time.Now, rand.NewChaCha8([32]byte{}))
	require.NoError(t, err)
	_, err = a.Invite("ann", Admin)
	require.NoError(t, err)
	require.NoError(t, a.update(func(tx *siteTx) error { return tx.DeleteBucket([]byte("meta")) }))
	_, err = OpenAccounts(dir, time.Now, rand.NewChaCha8([32]byte{}))
	require.ErrorIs(t, err, errFormer)
}

func TestNewerFormat(t *testing.T) {
	dir := t.TempDir()
	later := store.Options{Path: filepath.Join(dir, accountsFile), Advice: "none", Schema: schema + 1,
		Buckets: buckets, Migrate: []func(*bolt.Tx) error{nil, nil, nil}}
	require.NoError(t, later.Make())
	_, err := OpenAccounts(dir, time.Now, rand.NewChaCha8([32]byte{}))
	require.ErrorIs(t, err, store.ErrNewer)
	require.ErrorContains(t, err, "install at least")
}
