package service_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/stretchr/testify/require"
)

// site makes the keys and the services file of all roles in a folder, listening
// at ports of the system's choice.
func site(t *testing.T) (dir, config string) {
	t.Helper()
	dir = t.TempDir()
	public, err := service.GenerateKeys(dir, service.Roles, rand.Reader)
	require.NoError(t, err)
	config = filepath.Join(dir, "services.yaml")
	at := service.Addresses{Public: freeAddress(t), Inner: freeAddress(t), Helper: freeAddress(t)}
	require.NoError(t, service.WriteNew(config, service.ServicesFile(public, at), 0o644))
	return dir, config
}

func TestKeyFilesAreForTheirOwnerAlone(t *testing.T) {
	dir, _ := site(t)
	for _, name := range []string{"officer.pem", "collector.pem", "leader.pem", "helper.pem"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm(), name)
	}
}

// What would be overwritten stops keygen before it has written anything.
func TestKeysAreNeverOverwritten(t *testing.T) {
	dir := t.TempDir()
	last := filepath.Join(dir, "helper.pem")
	require.NoError(t, os.WriteFile(last, []byte("mine"), 0o600))
	_, err := service.GenerateKeys(dir, service.Roles, rand.Reader)
	require.ErrorContains(t, err, last+" exists already and is not overwritten")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	b, err := os.ReadFile(last)
	require.NoError(t, err)
	require.Equal(t, "mine", string(b))
}

// A service does not start with a key file that others can read.
func TestKeyFilesThatOthersReadAreRefused(t *testing.T) {
	for _, c := range []struct {
		role, file string
	}{{"collector", "collector.pem"}, {"leader", "leader.pem"}, {"leader", "leader.age"}, {"helper", "helper.pem"}, {"helper", "helper.age"}} {
		t.Run(c.file, func(t *testing.T) {
			dir, config := site(t)
			path := filepath.Join(dir, c.file)
			if filepath.Ext(path) == ".age" { // as older versions made it
				olderAge(t, config, c.role)
			}
			require.NoError(t, os.Chmod(path, 0o640))
			conf, err := service.Read(config)
			require.NoError(t, err)
			err = service.Serve(t.Context(), conf, c.role, testWorld(nil), os.Stderr)
			require.ErrorContains(t, err, path+" can be read by others; run: chmod 600 "+path)
		})
	}
}

// olderAge gives a role the long-lived age key that older versions made.
func olderAge(t *testing.T, config, role string) plan.Recipient {
	t.Helper()
	file, recipient, err := seal.GenerateIdentity()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(config), role+".age"), file, 0o600))
	text, err := os.ReadFile(config)
	require.NoError(t, err)
	identity := "  identity: " + role + ".pem\n"
	require.Contains(t, string(text), identity)
	text = []byte(strings.Replace(string(text), identity, identity+"  age: "+role+".age\n", 1))
	require.NoError(t, os.WriteFile(config, text, 0o644))
	return recipient
}
