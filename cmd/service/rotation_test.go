package service_test

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/stretchr/testify/require"
)

func TestRotateAndPromote(t *testing.T) {
	dir := t.TempDir()
	public, err := service.GenerateKeys(dir, []string{"helper"}, rand.Reader)
	require.NoError(t, err)
	none := seal.Passphrase{}
	read := func(name string) peer.Key {
		t.Helper()
		id, err := peer.ReadIdentity(filepath.Join(dir, name))
		require.NoError(t, err)
		return id.Public()
	}

	_, _, err = service.Promote(dir, "helper", none)
	require.ErrorContains(t, err, "make it with --rotate")
	before, next, err := service.Rotate(dir, "helper", none, rand.Reader)
	require.NoError(t, err)
	require.Equal(t, public.Peers["helper"], before)
	require.Equal(t, before, read("helper.pem"))
	require.Equal(t, next, read("helper-next.pem"))
	_, _, err = service.Rotate(dir, "helper", none, rand.Reader)
	require.ErrorContains(t, err, "a rotation is under way")
	require.Equal(t, next, read("helper-next.pem"), "not overwritten: its key may be on lists by now")

	now, was, err := service.Promote(dir, "helper", none)
	require.NoError(t, err)
	require.Equal(t, next, now)
	require.Equal(t, before, was)
	require.Equal(t, next, read("helper.pem"))
	require.NoFileExists(t, filepath.Join(dir, "helper-next.pem"))
	former, err := os.ReadFile(filepath.Join(dir, "helper.former"))
	require.NoError(t, err)
	require.Contains(t, string(former), before.String()+"\n")
	require.NotContains(t, string(former), next.String())

	// Broken off after the list was written: once more, and nothing is listed twice.
	_, third, err := service.Rotate(dir, "helper", none, rand.Reader)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "helper.former"), append(former, (next.String()+"\n")...), 0o644))
	now, _, err = service.Promote(dir, "helper", none)
	require.NoError(t, err)
	require.Equal(t, third, now)
	former, err = os.ReadFile(filepath.Join(dir, "helper.former"))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(former), next.String()))
	require.Equal(t, 2, strings.Count(string(former), "dunlin-peer1"))

	_, _, err = service.Rotate(dir, "leader", none, rand.Reader)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoFileExists(t, filepath.Join(dir, "helper-old.pem"))
}

// Promotion destroys what the former file held, under every name, and wherever it was
// broken off: the present identity is never what is destroyed.
func TestPromotionDestroysTheFormerIdentity(t *testing.T) {
	none := seal.Passphrase{}
	for name, broken := range map[string]func(t *testing.T, dir string){
		"whole": func(*testing.T, string) {},
		"before the rename": func(t *testing.T, dir string) {
			require.NoError(t, os.Link(filepath.Join(dir, "helper.pem"), filepath.Join(dir, "helper-old.pem")))
		},
		"before the former of an earlier one was destroyed": func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "helper-old.pem"), []byte("older"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := service.GenerateKeys(dir, []string{"helper"}, rand.Reader)
			require.NoError(t, err)
			path := filepath.Join(dir, "helper.pem")
			held, err := os.Open(path) // what a copy of the disk would find
			require.NoError(t, err)
			defer held.Close()
			_, next, err := service.Rotate(dir, "helper", none, rand.Reader)
			require.NoError(t, err)
			broken(t, dir)
			_, _, err = service.Promote(dir, "helper", none)
			require.NoError(t, err)
			id, err := peer.ReadIdentity(path)
			require.NoError(t, err)
			require.Equal(t, next, id.Public())
			require.NoFileExists(t, filepath.Join(dir, "helper-old.pem"))
			b, err := io.ReadAll(held)
			require.NoError(t, err)
			require.NotEmpty(t, b)
			require.Equal(t, make([]byte, len(b)), b)
		})
	}
	t.Run("after the rename", func(t *testing.T) {
		dir := t.TempDir()
		_, err := service.GenerateKeys(dir, []string{"helper"}, rand.Reader)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "helper-old.pem"), []byte("former"), 0o600))
		before, err := peer.ReadIdentity(filepath.Join(dir, "helper.pem"))
		require.NoError(t, err)
		now, _, err := service.Promote(dir, "helper", none)
		require.NoError(t, err)
		require.Equal(t, before.Public(), now)
		require.NoFileExists(t, filepath.Join(dir, "helper-old.pem"))
	})
	t.Run("after it was given up", func(t *testing.T) {
		dir := t.TempDir()
		_, err := service.GenerateKeys(dir, []string{"helper"}, rand.Reader)
		require.NoError(t, err)
		path := filepath.Join(dir, "helper.pem")
		require.NoError(t, os.Link(path, filepath.Join(dir, "helper-old.pem")))
		before, err := peer.ReadIdentity(path)
		require.NoError(t, err)
		_, _, err = service.Promote(dir, "helper", none)
		require.NoError(t, err)
		after, err := peer.ReadIdentity(path)
		require.NoError(t, err)
		require.Equal(t, before.Public(), after.Public(), "a second name of it was all that went")
	})
}

// Under a passphrase: what is made is locked, and services open it by the file that
// the services file names, the environment, or systemd's credential.
func TestServicesUnderAPassphrase(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("correct horse battery staple\n"), 0o600))
	pass, err := seal.ReadPassphrase(secret)
	require.NoError(t, err)

	helper := helperHost(t)
	keys := filepath.Join(helper.dir, "keys")
	for _, name := range []string{"officer.pem", "helper.pem"} {
		lockCheaply(t, filepath.Join(keys, name), "correct horse battery staple")
	}
	start := func() error {
		h, err := service.StartHelper(helper.conf(), testWorld(nil))
		if err == nil {
			err = h.Close(context.Background())
		}
		return err
	}
	plain := helper.text()

	t.Run("none", func(t *testing.T) {
		require.ErrorIs(t, start(), seal.ErrNoPassphrase)
		require.ErrorContains(t, start(), filepath.Join(keys, "helper.pem"))
	})
	t.Run("the environment's", func(t *testing.T) {
		t.Setenv(service.PassphraseEnv, secret)
		require.NoError(t, start())
	})
	t.Run("systemd's, which its mode does not guard", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "dunlin-passphrase"), []byte("correct horse battery staple"), 0o440))
		t.Setenv("CREDENTIALS_DIRECTORY", dir)
		require.NoError(t, start())
	})
	t.Run("a wrong one", func(t *testing.T) {
		wrong := filepath.Join(t.TempDir(), "wrong")
		require.NoError(t, os.WriteFile(wrong, []byte("incorrect horse battery"), 0o600))
		helper.write(plain, "passphrase_file: "+wrong)
		require.ErrorIs(t, start(), seal.ErrPassphrase)
		require.NoError(t, os.Chmod(wrong, 0o644))
		require.ErrorContains(t, start(), "chmod 600 "+wrong)
		require.NoError(t, os.Remove(wrong))
		require.ErrorContains(t, start(), "read the passphrase")
	})
	t.Run("the services file's", func(t *testing.T) {
		if testing.Short() {
			t.Skip("scrypt at its full cost, many times over")
		}
		helper.write(plain, "passphrase_file: "+secret)
		require.NoError(t, start())

		// What pairing makes is locked too, and the officer signs with a locked key.
		site := siteHost(t, helper.public.Officer)
		introduce(t, site, helper, "shop", noon)
		h, err := service.StartHelper(helper.conf(), testWorld(nil))
		require.NoError(t, err)
		planned(t, site, helper, "shop.example")
		made, err := filepath.Glob(filepath.Join(helper.dir, "data", "pairings", "age-*.age"))
		require.NoError(t, err)
		require.Len(t, made, 1)
		b, err := os.ReadFile(made[0])
		require.NoError(t, err)
		require.True(t, seal.Locked(b))
		c, err := service.StartCollector(site.conf(), testWorld(nil))
		require.NoError(t, err)
		l, err := service.OpenLeader(site.conf(), testWorld(nil))
		require.NoError(t, err)
		require.NoError(t, l.AddPlans(t.Context(), site.conf().Leader.Plans), "the helper opens its plan's identity")
		require.NoError(t, l.Close())
		require.NoError(t, c.Close(context.Background()))
		require.NoError(t, h.Close(context.Background()))

		// A rotation under it.
		_, _, err = service.Rotate(keys, "helper", pass, rand.Reader)
		require.NoError(t, err)
		b, err = os.ReadFile(filepath.Join(keys, "helper-next.pem"))
		require.NoError(t, err)
		require.True(t, seal.Locked(b))
		_, _, err = service.Promote(keys, "helper", seal.Passphrase{})
		require.ErrorIs(t, err, seal.ErrNoPassphrase)
		_, _, err = service.Promote(keys, "helper", pass)
		require.NoError(t, err)
		require.NoError(t, start())
	})
}

// lockCheaply puts a file under a passphrase as age does, with little work.
func lockCheaply(t *testing.T, path, passphrase string) {
	t.Helper()
	plain, err := os.ReadFile(path)
	require.NoError(t, err)
	to, err := age.NewScryptRecipient(passphrase)
	require.NoError(t, err)
	to.SetWorkFactor(2)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	require.NoError(t, err)
	w, err := age.Encrypt(f, to)
	require.NoError(t, err)
	_, err = w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
}

// GenerateLockedKeys locks what GenerateKeys would write.
func TestKeysThatAreMadeUnderAPassphrase(t *testing.T) {
	if testing.Short() {
		t.Skip("scrypt at its full cost")
	}
	dir := t.TempDir()
	pass, err := seal.NewPassphrase("correct horse battery staple")
	require.NoError(t, err)
	public, err := service.GenerateLockedKeys(dir, []string{"collector"}, pass, rand.Reader)
	require.NoError(t, err)
	b, err := service.ReadSecret(filepath.Join(dir, "collector.pem"))
	require.NoError(t, err)
	require.True(t, seal.Locked(b))
	b, err = pass.Unlock(b)
	require.NoError(t, err)
	id, err := peer.ParseIdentity(b)
	require.NoError(t, err)
	require.Equal(t, public.Peers["collector"], id.Public())
}
