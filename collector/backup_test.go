package collector_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const prefix = "collector/"

// backup returns a collector's backup among another role's files.
func (s *service) backup() []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	other := func(name string) {
		require.NoError(s.t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: 3}))
		_, err := w.Write([]byte("abc"))
		require.NoError(s.t, err)
	}
	other("leader/batches.db")
	require.NoError(s.t, s.c.Backup(w, prefix))
	other("leader/end")
	require.NoError(s.t, w.Close())
	return out.Bytes()
}

func restore(archive []byte, dir string, change ...func(*collector.RestoreOptions)) error {
	o := collector.RestoreOptions{Dir: dir, Prefix: prefix, Verify: verify, Now: start.Add(3*day + 6*time.Hour)}
	for _, f := range change {
		f(&o)
	}
	return collector.Restore(tar.NewReader(bytes.NewReader(archive)), o)
}

// files are those of an archive, by name.
func files(t *testing.T, archive []byte) (names []string, content map[string][]byte) {
	content = map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names, content
		}
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		names = append(names, h.Name)
		content[h.Name] = b
	}
}

// lived is a collector on its fourth day: the first batch was deleted, the second
// closed, the third holds a report, and the fourth is being filled.
func lived(t *testing.T) (s *service, p *plan.Plan, digest, sum plan.Digest) {
	s = serve(t, t.TempDir())
	p = testPlan("shop.example", 1, firstDate, 9)
	s.put(p)
	digest, _ = published(t, p)
	for i := range 4 {
		s.set(start.Add(time.Duration(i)*day + time.Hour))
		sum = s.publish(digest, i)
		status, reason := s.post(reportOf(t, p, firstDate+plan.Date(i), 1, 1, 'a'))
		require.Equal(t, http.StatusAccepted, status, reason)
	}
	s.closeBatch(p, firstDate+1)
	status, _ := s.end(p, firstDate)
	require.Equal(t, http.StatusNoContent, status)
	return s, p, digest, sum
}

func TestBackupAndRestore(t *testing.T) {
	before, p, digest, sum := lived(t)
	archive := before.backup()
	names, content := files(t, archive)
	previous, _ := priorsOf(2)
	require.ElementsMatch(t, []string{
		"leader/batches.db", prefix + "collector",
		prefix + "batches/" + digest.String() + "-" + firstDate.String() + ".deleted",
		prefix + "plans/" + digest.String() + ".plan", prefix + "plans/" + digest.String() + ".priors",
		prefix + "priors/" + sum.String(), prefix + "priors/" + previous.String(),
		prefix + "end", "leader/end",
	}, names)
	for name, b := range content {
		require.NotContains(t, string(b), strings.Repeat("a", 50), "%s: no report, sealed or not", name)
	}

	dir := filepath.Join(t.TempDir(), "made")
	require.NoError(t, restore(archive, dir))
	s := serve(t, dir)
	s.set(start.Add(3*day + 7*time.Hour))
	require.Equal(t, sum.String(), s.header(p))
	require.Equal(t, start.Add(3*day+6*time.Hour).Format(time.RFC3339), s.status().Restored)
	require.Equal(t, every(collector.BatchDeleted), s.refusals(p, firstDate))
	for date := firstDate + 1; date < firstDate+3; date++ {
		require.Equal(t, every(collector.BatchLost), s.refusals(p, date), "no empty batch takes its place")
	}
	// The period that runs had begun: what was acknowledged on its first morning is
	// gone, so nothing is added and nothing is released.
	status, reason := s.post(reportOf(t, p, firstDate+3, 2, 1, 'a'))
	require.Equal(t, http.StatusGone, status)
	require.Equal(t, collector.BatchLost, reason)
	s.set(start.Add(4 * day))
	s.restart()
	require.Equal(t, every(collector.BatchLost), s.refusals(p, firstDate+3))
	require.NoFileExists(t, s.spoolFile(p, firstDate+3))
	// The leader abandons it and says so.
	status, _ = s.end(p, firstDate+3)
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, every(collector.BatchDeleted), s.refusals(p, firstDate+3))
	// The next one is whole.
	status, reason = s.post(reportOf(t, p, firstDate+4, 2, 1, 'a'))
	require.Equal(t, http.StatusAccepted, status, reason)
	s.set(start.Add(5 * day))
	require.EqualValues(t, 1, s.closeBatch(p, firstDate+4).Reports)

	again := filepath.Join(t.TempDir(), "again")
	require.NoError(t, restore(s.backup(), again, func(o *collector.RestoreOptions) { o.Now = s.now() }), "a restored one can be backed up")
}

// Restoring, crashed at each step or given any part of an archive: the folder is
// refused until it is whole.
func TestRestoreIsWholeOrRefused(t *testing.T) {
	before, _, _, _ := lived(t)
	archive := before.backup()
	refused := func(dir string, why ...any) {
		options := before.options
		options.Dir = dir
		_, err := collector.Open(options)
		require.ErrorContains(t, err, "restore the backup again", why...)
		require.ErrorContains(t, restore(archive, dir), "restore into an empty folder", why...)
	}
	var points []string
	require.NoError(t, restore(archive, t.TempDir(), func(o *collector.RestoreOptions) {
		o.Step = func(point string) error {
			points = append(points, point)
			return nil
		}
	}))
	require.Greater(t, len(points), 20)
	errCrash := errors.New("crashed")
	for at, point := range points {
		dir, taken := t.TempDir(), 0
		err := restore(archive, dir, func(o *collector.RestoreOptions) {
			o.Step = func(string) error {
				if taken++; taken > at {
					return errCrash
				}
				return nil
			}
		})
		require.ErrorIs(t, err, errCrash)
		switch entries, err := os.ReadDir(dir); {
		case point == "restored.rename after":
			options := before.options
			options.Dir = dir
			c, err := collector.Open(options)
			require.NoError(t, err)
			require.NoError(t, c.Close())
		case len(entries) <= 1 && strings.HasPrefix(point, "restoring."):
			require.NoError(t, err, "nothing was written, or its name alone")
		default:
			refused(dir, "crashed at %s", point)
		}
	}
	for n := 0; n < len(archive)-2000; n += 331 {
		dir := t.TempDir()
		require.ErrorIs(t, restore(archive[:n], dir), collector.ErrBackup, "%d of %d bytes", n, len(archive))
		refused(dir)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plans"), nil, 0o600))
	require.ErrorContains(t, restore(archive, dir), "plans")
}

func TestBadBackupsAreRefused(t *testing.T) {
	before, p, digest, _ := lived(t)
	names, content := files(t, before.backup())
	names = names[1 : len(names)-1]
	outside := filepath.Join(t.TempDir(), "outside")
	signed := content[prefix+"plans/"+digest.String()+".plan"]
	forged := bytes.Clone(signed)
	forged[len(forged)-1] ^= 1
	q := testPlan("other.example", 1, firstDate, 2)
	other, _ := published(t, q)
	for name, change := range map[string]func() (at int, file tar.Header, content []byte){
		"another form": func() (int, tar.Header, []byte) {
			return 0, tar.Header{Name: prefix + "collector"}, []byte("dunlin collector backup 2\n")
		},
		"no head": func() (int, tar.Header, []byte) { return 0, tar.Header{Name: prefix + "end"}, nil },
		"a forged plan": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "plans/" + digest.String() + ".plan"}, forged
		},
		"a plan under another's name": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "plans/" + other.String() + ".plan"}, signed
		},
		"a bad pointer": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "plans/" + digest.String() + ".priors"}, []byte("none")
		},
		"other priors": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "priors/" + other.String()}, []byte("others")
		},
		"a way out": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "priors/../../" + filepath.Base(outside)}, nil
		},
		"a mark with content": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "batches/" + digest.String() + "-2024-10-04.deleted"}, []byte("x")
		},
		"a mark of no date": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "batches/" + digest.String() + "-2024-10-4.deleted"}, nil
		},
		"a report": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "spool/" + digest.String() + "-2024-10-04.spool"}, reportOf(t, p, firstDate, 1, 1, 'a')
		},
		"a link": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "priors", Typeflag: tar.TypeSymlink, Linkname: outside}, nil
		},
		"the head": func() (int, tar.Header, []byte) {
			return 1, tar.Header{Name: prefix + "collector"}, []byte("dunlin collector backup 3\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			at, h, bad := change()
			var out bytes.Buffer
			w := tar.NewWriter(&out)
			write := func(h tar.Header, b []byte) {
				h.Size = int64(len(b))
				require.NoError(t, w.WriteHeader(&h))
				_, err := w.Write(b)
				require.NoError(t, err)
			}
			for i, name := range names {
				if i == at {
					write(h, bad)
				}
				if i > 0 || at > 0 {
					write(tar.Header{Name: name, Typeflag: tar.TypeReg}, content[name])
				}
			}
			require.NoError(t, w.Close())
			dir := t.TempDir()
			err := restore(out.Bytes(), dir)
			require.ErrorIs(t, err, collector.ErrBackup)
			_, err = collector.Open(collector.Options{Dir: dir, Verify: verify, Clock: time.Now})
			require.Error(t, err)
			require.NoFileExists(t, outside)
		})
	}
	for name, o := range map[string]collector.RestoreOptions{
		"Dir": {Verify: verify, Now: start}, "Verify": {Dir: t.TempDir(), Now: start}, "Now": {Dir: t.TempDir(), Verify: verify},
	} {
		require.ErrorContains(t, collector.Restore(tar.NewReader(strings.NewReader("")), o), name)
	}
}

// A file that does not say when the folder was restored is no reason to guess.
func TestRestoredFile(t *testing.T) {
	before, _, _, _ := lived(t)
	dir := t.TempDir()
	require.NoError(t, restore(before.backup(), dir))
	path := filepath.Join(dir, "restored")
	for _, content := range []string{"", "yesterday\n", fmt.Sprint(start.Unix())} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		options := before.options
		options.Dir = dir
		_, err := collector.Open(options)
		require.ErrorContains(t, err, path)
	}
}
