package console

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// What people do is written down, in order, without the names that nobody has.
func TestAudit(t *testing.T) {
	b := open(t, 1)
	admin := b.member("admin", Admin)
	b.ask(admin, "PUT", "/api/v1/password", fmt.Sprintf(`{"password":%q}`, pass))
	b.refused(b.browser(), 401, "POST", "/api/v1/session", `{"name":"admin","password":"wrong wrong wrong"}`)
	b.refused(b.browser(), 401, "POST", "/api/v1/session", `{"name":"hunter2hunter2","password":"wrong"}`)
	b.ask(admin, "POST", "/api/v1/accounts", `{"name":"bob","role":"viewer"}`)
	b.ask(admin, "PUT", "/api/v1/accounts", `{"name":"bob","role":"officer"}`)
	b.ask(admin, "POST", "/api/v1/tokens", `{"name":"nightly","role":"viewer","days":1}`)
	b.ask(admin, "DELETE", "/api/v1/accounts?name=bob", "{}")
	_, got := b.ask(admin, "GET", "/api/v1/audit", "")
	var page AuditPage
	require.NoError(t, json.Unmarshal(got, &page))
	var lines []string
	for _, l := range page.Lines {
		require.Equal(t, start, l.Time)
		lines = append(lines, fmt.Sprintf("%d %s, %s: %s %s %s", l.N, l.Who, l.Via, l.What, l.About, l.Detail))
	}
	require.Equal(t, []string{
		"8 admin, session: account removed bob ",
		"7 admin, session: token made nightly viewer",
		"6 admin, session: role changed bob officer",
		"5 admin, session: invited bob viewer",
		"4 , session: wrong password admin ",
		"3 admin, session: password set  ",
		"2 admin, session: signed in  by a link",
		"1 , shell: invited admin admin",
	}, lines)
	require.Zero(t, page.More)
	require.Equal(t, mostLines, page.Kept)
	raw, err := os.ReadFile(filepath.Join(b.opt.Dir, accountsFile))
	require.NoError(t, err)
	require.NotContains(t, string(raw), "hunter2hunter2")
}

// Pages join without a gap, and a page before nothing is empty.
func TestAuditPages(t *testing.T) {
	b := open(t, 0)
	admin := b.member("admin", Admin)
	write(t, b.Accounts, 2*pageLines)
	var all []uint64
	path := "/api/v1/audit"
	for path != "" {
		_, got := b.ask(admin, "GET", path, "")
		var page AuditPage
		require.NoError(t, json.Unmarshal(got, &page))
		for _, l := range page.Lines {
			all = append(all, l.N)
		}
		path = ""
		if page.More > 0 {
			path = fmt.Sprintf("/api/v1/audit?before=%d", page.More)
		}
	}
	require.Len(t, all, 2*pageLines+2)
	for i, n := range all {
		require.EqualValues(t, len(all)-i, n)
	}
	_, got := b.ask(admin, "GET", "/api/v1/audit?before=1", "")
	require.Contains(t, string(got), `"lines":[]`)
	_, got = b.ask(admin, "GET", "/api/v1/audit?before=99999999", "")
	require.Contains(t, string(got), `"n":402`)
	for _, bad := range []string{"0", "-1", "x", "99999999999999999999"} {
		require.Equal(t, "malformed", b.refused(admin, 400, "GET", "/api/v1/audit?before="+bad, ""), bad)
	}
}

func write(t *testing.T, a *Accounts, lines int) {
	require.NoError(t, a.update(func(tx *siteTx) error {
		for i := range lines {
			if err := record(tx, start, shell, "tried", fmt.Sprint(i), ""); err != nil {
				return err
			}
		}
		return nil
	}))
}

// A line that was changed or removed shows, wherever it stood.
func TestAuditShowsChanges(t *testing.T) {
	key := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	for name, change := range map[string]func(*bolt.Bucket) error{
		"line 5 is not the one": func(log *bolt.Bucket) error {
			v := append([]byte(nil), log.Get(key(5))...)
			v[len(v)-5] ^= 1
			return log.Put(key(5), v)
		},
		"after line 4 comes line 6":      func(log *bolt.Bucket) error { return log.Delete(key(5)) },
		"ends with line 9, and line 10":  func(log *bolt.Bucket) error { return log.Delete(key(10)) },
		"it begins with line 2, and":     func(log *bolt.Bucket) error { return log.Delete(key(1)) },
		"line 6 is not the one":          func(log *bolt.Bucket) error { return log.Put(key(6), append([]byte(nil), log.Get(key(5))...)) },
		"after line 10 stands what is":   func(log *bolt.Bucket) error { return log.Put([]byte("what"), []byte("x")) },
		"line 1 is not the one that was": func(log *bolt.Bucket) error { return log.Put(key(1), append([]byte(nil), log.Get(key(2))...)) },
	} {
		b := open(t, 0)
		write(t, b.Accounts, 10)
		c, err := b.CheckAudit(0, "")
		require.NoError(t, err)
		require.EqualValues(t, 1, c.First)
		require.EqualValues(t, 10, c.Last)
		_, err = b.CheckAudit(10, c.Head)
		require.NoError(t, err)
		require.NoError(t, b.update(func(tx *siteTx) error { return change(tx.Bucket(bucketAudit)) }))
		_, err = b.CheckAudit(0, "")
		require.ErrorIs(t, err, ErrAudit, name)
		require.ErrorContains(t, err, name)
	}
	// Another log of as many lines follows from itself, but not from what was noted.
	b, other := open(t, 0), open(t, 0)
	write(t, b.Accounts, 10)
	c, err := b.CheckAudit(0, "")
	require.NoError(t, err)
	other.pass(1)
	require.NoError(t, other.update(func(tx *siteTx) error { return record(tx, start, shell, "else", "", "") }))
	write(t, other.Accounts, 20)
	_, err = other.CheckAudit(c.Last, c.Head)
	require.ErrorContains(t, err, "line 10 has not the hash")
	_, err = b.CheckAudit(11, c.Head)
	require.ErrorContains(t, err, "before line 11 that was noted")
}

// The log is bounded, and still follows.
func TestAuditBound(t *testing.T) {
	b := open(t, 0)
	c, err := b.CheckAudit(0, "")
	require.NoError(t, err, "none yet")
	require.Zero(t, c.Last)
	write(t, b.Accounts, mostLines+3)
	c, err = b.CheckAudit(0, "")
	require.NoError(t, err)
	require.EqualValues(t, 4, c.First)
	require.EqualValues(t, mostLines+3, c.Last)
	_, err = b.CheckAudit(3, c.Head)
	require.ErrorContains(t, err, "no longer kept")
}
