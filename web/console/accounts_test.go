package console

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Accounts are made and removed beside a console that serves.
func TestAccountsBeside(t *testing.T) {
	b := open(t, 1)
	beside, err := OpenAccounts(b.opt.Dir, b.time, rand.Reader)
	require.NoError(t, err)
	token, err := beside.Invite("bob", Analyst)
	require.NoError(t, err)
	bob := b.browser()
	b.signIn(bob, fmt.Sprintf(`{"token":%q}`, token))
	res, _ := b.ask(bob, "PUT", "/api/v1/password", fmt.Sprintf(`{"password":%q}`, pass))
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	unused, err := beside.Invite("bob", Analyst)
	require.NoError(t, err)
	_, err = beside.Invite("ann", Analyst)
	require.NoError(t, err)
	all, err := beside.List()
	require.NoError(t, err)
	require.Equal(t, []Account{{"ann", Analyst, false}, {"bob", Analyst, true}}, all)

	require.NoError(t, beside.Remove("bob"))
	require.ErrorIs(t, beside.Remove("bob"), ErrNobody)
	require.Equal(t, "signed-out", b.refused(bob, 401, "GET", "/api/v1/site", ""))
	require.Equal(t, "wrong-secret", b.refused(bob, 401, "POST", "/api/v1/session", fmt.Sprintf(`{"name":"bob","password":%q}`, pass)))
	require.Equal(t, "link-used", b.refused(bob, 401, "POST", "/api/v1/session", fmt.Sprintf(`{"token":%q}`, unused)))
	require.NoError(t, beside.Close())
	_, err = beside.List()
	require.ErrorIs(t, err, os.ErrClosed)
	res, _ = b.ask(bob, "GET", "/api/v1/session", "")
	require.Equal(t, http.StatusOK, res.StatusCode, "the console goes on")
}

// A damaged file is named, with what to do.
func TestDamaged(t *testing.T) {
	b := open(t, 0)
	path := filepath.Join(b.opt.Dir, accountsFile)
	require.NoError(t, os.Truncate(path, 100))
	require.Equal(t, "internal", b.refused(b.browser(), 500, "POST", "/api/v1/session", `{"token":"x"}`))
	_, err := Open(b.opt)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "dunlin console invite")
}
