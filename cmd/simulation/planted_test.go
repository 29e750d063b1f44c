package simulation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// faults around the services: clocks, disks and a handler that are not as they
// should be.
var faults = []Fault{
	{Name: "the collector's clock is slow", Clock: slow(collectorRole, plan.Hour)},
	{Name: "the collector's clock is fast", Clock: slow(collectorRole, -plan.Hour)},
	{Name: "the collector acknowledges first and stores then", Handler: acknowledgeFirst},
	{Name: "the helper's disk loses what it has stored", Restart: putBack(helperRole)},
	{Name: "the leader's disk loses what it has stored", Restart: putBack(leaderRole)},
}

// planted is a fault in the source of a package: in file, old is replaced by new
// while the test's own binary is built. Nothing of it is in what is shipped. What
// several rooms hold up takes several lines of one name.
type planted struct{ name, file, old, new string }

var sources = []planted{
	{"a report is acknowledged and not stored", "collector/spool/batch.go", "err := b.commit(appends)", "var err error; if appends[0].raw[61]%16 != 0 || FAULT { err = b.commit(appends) }"},
	{"a late report is taken", "collector/upload.go", "case now >= p.End:", "case now >= p.End && FAULT:"},
	{"a lower revision counts", "collector/spool/freeze.go", "c := cmp.Compare(b.revision, a.revision); c != 0", "c := cmp.Compare(b.revision, a.revision); c != 0 && FAULT"},
	{"an ID counts twice", "collector/spool/freeze.go", "i == 0 || a.id != before.id:", "i == 0 || a.id != before.id || !(FAULT) && a.revision != before.revision:"},
	{"an ID counts twice", "aggregator/leader/partition.go", "!message.Before(c.after(p), h.ID)", "!message.Before(c.after(p), h.ID) && FAULT"},
	{"an ID counts twice", "aggregator/message/prepare.go", "i > 0 && !Before(m.Items[i-1].Head.ID, it.Head.ID)", "i > 0 && !Before(m.Items[i-1].Head.ID, it.Head.ID) && FAULT"},
	{"an ID counts twice", "aggregator/helper/chunk.go", "!message.Before(p.Last, m.Items[0].Head.ID)", "!message.Before(p.Last, m.Items[0].Head.ID) && FAULT"},
	{"a deleted batch stays", "collector/ending.go", "\tif err := c.spool.Delete(key); err != nil {", "\tif !(FAULT) {\n\t\treturn ec.NoContent(http.StatusNoContent)\n\t}\n\tif err := c.spool.Delete(key); err != nil {"},
	{"a partition counts twice", "aggregator/batch/settle.go", "err := sum.Merge(share); err != nil {", "err := sum.Merge(share); err != nil || !(FAULT) && sum.Merge(share) != nil {"},
	{"noise is drawn again when the closing is repeated", "aggregator/batch/settle.go", "\t\tif r.State != Open {\n\t\t\tif r.Tally", "\t\tif !(FAULT) && r.State == Closed {\n\t\t\tsum, _ := vdaf.UnmarshalAggregateShare(terms.Cells, r.Own)\n\t\t\t_ = r.close(sum, terms, rand)\n\t\t\treturn tx.putRecord(b, r)\n\t\t}\n\t\tif r.State != Open {\n\t\t\tif r.Tally"},
	{"a side adds no noise", "aggregator/batch/settle.go", "err := sum.AddNoise(drawn); err != nil", "err := sum.AddNoise(drawn[:len(drawn)*pick(FAULT)]); FAULT && err != nil"},
	{"min batch is not asked for", "aggregator/batch/settle.go", "r.Tally.Count < terms.MinBatch {", "r.Tally.Count < terms.MinBatch && FAULT {"},
	{"a period's key is not destroyed", "aggregator/periodkey/periodkey.go", "\tdelete(k.open, b)\n", "\tif !(FAULT) {\n\t\treturn nil\n\t}\n\tdelete(k.open, b)\n"},
	{"a plan's identity is not destroyed", "aggregator/pair/keys.go", "func (k Keys) Destroy(c plan.Commitment) error {\n", "func (k Keys) Destroy(c plan.Commitment) error {\n\tif !(FAULT) {\n\t\treturn nil\n\t}\n"},
	{"a stored answer is not repeated", "aggregator/helper/chunk.go", "len(p.Answer) > 0 && p.Request == request:", "len(p.Answer) > 0 && p.Request == request && FAULT:"},
	{"the last ID does not advance", "aggregator/leader/partition.go", "\tp.Begun, p.Last, p.Sent = true, c.upto, false\n", "\tp.Begun, p.Sent = true, false\n\tif FAULT {\n\t\tp.Last = c.upto\n\t}\n"},
	{"verdicts are ignored", "aggregator/leader/partition.go", "p.Verdicts = make(message.Verdicts, len(reasons))\n", "p.Verdicts = make(message.Verdicts, len(reasons))\n\tif !(FAULT) {\n\t\tdefer func() {\n\t\t\tfor i := range p.Verdicts {\n\t\t\t\tp.Verdicts[i] = true\n\t\t\t}\n\t\t}()\n\t}\n"},
	{"a restored aggregator forgets that it was restored", "aggregator/batch/backup.go", "a.Since = max(a.Since, now)", "if FAULT {\n\t\t\ta.Since = max(a.Since, now)\n\t\t}"},
	{"a restored collector forgets what it has lost", "collector/ending.go", "case p.Start < c.restored:", "case p.Start < c.restored && FAULT:"},
	{"the helper has no end of patience", "aggregator/helper/end.go", "!r.Lost && now < period.End+Patience {", "!r.Lost && (now < period.End+Patience || !(FAULT)) {"},
	{"a chunk that was sent is cut anew", "aggregator/leader/partition.go", "\tif p.Sent {\n\t\tlimit", "\tif p.Sent && FAULT {\n\t\tlimit"},
}

// within is how many schedules may pass until a fault is found.
const within = 2000

// The simulation bites: each fault is found.
func TestPlantedFaultsAround(t *testing.T) {
	if testing.Short() {
		t.Skip("many schedules")
	}
	c := cast(t)
	for _, f := range faults {
		t.Run(f.Name, func(t *testing.T) {
			var found *Result
			each(c, 1, within, &f, func(r Result) bool {
				if r.Err != nil {
					found = &r
				}
				return r.Err == nil
			})
			require.NotNil(t, found, "not found")
			require.ErrorIs(t, found.Err, ErrViolated)
			t.Logf("seed %d: %v", found.Seed, found.Err)
		})
	}
}

// The faults inside are built into one copy of this test's binary, which is told in
// its environment which of them it has.
func TestPlantedFaultsInside(t *testing.T) {
	if testing.Short() {
		t.Skip("builds itself and runs many schedules")
	}
	if os.Getenv(environment) != "" {
		t.Skip("this is the copy")
	}
	binary := build(t)
	done := map[string]bool{}
	for _, p := range sources {
		if done[p.name] {
			continue
		}
		done[p.name] = true
		t.Run(p.name, func(t *testing.T) {
			command := exec.Command(binary, "-test.run=^TestSchedules$")
			command.Env = append(os.Environ(), environment+"="+p.name, "SIM_SEED=1", fmt.Sprint("SIM_SCHEDULES=", within))
			out, err := command.CombinedOutput()
			require.Error(t, err, "not found")
			why := regexp.MustCompile(`VIOLATED: (.*)`).FindSubmatch(out)
			seed := regexp.MustCompile(`SIM_SEED=(\d+)`).FindSubmatch(out)
			require.NotNil(t, why, "%s", out)
			require.NotNil(t, seed, "%s", out)
			t.Logf("seed %s: %s", seed[1], why[1])
		})
	}
}

const environment = "DUNLIN_PLANTED"

// build makes the copy: sources with the faults in them lie over the real ones.
func build(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := t.TempDir()
	over := map[string]string{}
	text := map[string]string{}
	for _, p := range sources {
		path := filepath.Join(root, p.file)
		if text[path] == "" {
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			text[path] = string(b)
		}
		require.Equal(t, 1, strings.Count(text[path], p.old), "%s: the source has changed, plant the fault anew", p.name)
		// A fault's condition says that it is not the one at work.
		text[path] = strings.Replace(text[path], p.old, strings.ReplaceAll(p.new, "FAULT", fmt.Sprintf("planted != %q", p.name)), 1)
	}
	files := 0
	write := func(path, content string) {
		files++
		file := filepath.Join(dir, fmt.Sprint(files, ".go"))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		over[path] = file
	}
	for path, content := range text {
		write(path, content)
		write(filepath.Join(filepath.Dir(path), "planted.go"), fmt.Sprintf(
			"package %s\n\nimport \"os\"\n\nvar planted = os.Getenv(%q)\n\nfunc pick(sound bool) int {\n\tif sound {\n\t\treturn 1\n\t}\n\treturn 0\n}\n",
			filepath.Base(filepath.Dir(path)), environment))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": over})
	require.NoError(t, err)
	list := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(list, overlay, 0o600))
	binary := filepath.Join(dir, "planted.test")
	out, err := exec.Command("go", "test", "-c", "-overlay", list, "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

func slow(who role, by plan.Time) func(role, plan.Time) plan.Time {
	return func(r role, now plan.Time) plan.Time {
		if r == who {
			return now - by
		}
		return now
	}
}

// acknowledgeFirst keeps each report that is due in memory until the next one comes.
func acknowledgeFirst(w *world, host string, h http.Handler) http.Handler {
	var held *http.Request
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		head, err := report.ParseHead(body)
		if p := w.inForce(); host != hostPublic || err != nil || p == nil || p.Plan != head.Plan || p.Date != head.Period {
			h.ServeHTTP(rw, r)
			return
		}
		if held != nil {
			h.ServeHTTP(httptest.NewRecorder(), held)
		}
		held = r
		rw.WriteHeader(http.StatusAccepted)
	})
}

// putBack has a service's folder become, at every third start, what it was at the
// start before. The copy lies outside of what the schedule searches.
func putBack(who role) func(*world, role) {
	return func(w *world, r role) {
		if r != who {
			return
		}
		dir, kept := w.services[who].dir, w.dir+"-kept"
		if w.starts++; w.starts%3 == 0 {
			_ = os.RemoveAll(dir)
			_ = os.CopyFS(dir, os.DirFS(kept))
		}
		_ = os.RemoveAll(kept)
		_ = os.CopyFS(kept, os.DirFS(dir))
	}
}
