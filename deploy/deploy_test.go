package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/stretchr/testify/require"
)

// units are the unit files as they would be installed, with a program that is there.
func units(t *testing.T) (dir string, names []string) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	files, err := filepath.Glob("systemd/*@.*")
	require.NoError(t, err)
	require.Len(t, files, 7)
	dir = t.TempDir()
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		text := strings.ReplaceAll(string(b), "/usr/local/bin/dunlin", program)
		name := strings.Replace(filepath.Base(f), "@", "@shop", 1)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		names = append(names, filepath.Join(dir, name))
	}
	return dir, names
}

func systemd(t *testing.T) string {
	t.Helper()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not here: the units are not checked")
	}
	return analyze
}

func TestUnitsAreSound(t *testing.T) {
	analyze := systemd(t)
	_, names := units(t)
	out, err := exec.Command(analyze, append([]string{"verify", "--man=no", "--recursive-errors=no"}, names...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	// verify ends well over a setting that it does not know, and says so.
	require.NotContains(t, string(out), "Unknown key", "%s", out)
	require.NotContains(t, string(out), "dunlin", "%s", out)
}

// systemd's own judgement of what a unit may do, 0 to 10; below 2 is "OK".
func TestUnitsAreConfined(t *testing.T) {
	analyze := systemd(t)
	_, names := units(t)
	for _, name := range names {
		if !strings.HasSuffix(name, ".service") {
			continue
		}
		most := "20" // tenths
		if strings.Contains(name, "backup") {
			most = "40" // it runs a shell, for the date
		}
		out, err := exec.Command(analyze, "security", "--offline=true", "--threshold="+most, "--no-pager", name).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

func TestImageRunsAsNobodyFromScratch(t *testing.T) {
	b, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	text := regexp.MustCompile(`\\\n`).ReplaceAllString(string(b), " ")
	var stages []string
	last := map[string]string{} // instructions of the last stage
	stage := regexp.MustCompile(`(?i)^FROM\s+(\S+)(?:\s+AS\s+(\S+))?$`)
	known := regexp.MustCompile(`^(FROM|COPY|RUN|WORKDIR|ENV|USER|VOLUME|STOPSIGNAL|ENTRYPOINT|CMD) `)
	from := regexp.MustCompile(`--from=(\S+)`)
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		require.Regexp(t, known, line)
		if m := stage.FindStringSubmatch(line); m != nil {
			stages, last = append(stages, m[2]), map[string]string{"FROM": m[1]}
			continue
		}
		if m := from.FindStringSubmatch(line); m != nil {
			require.Contains(t, stages, m[1], line)
		}
		name, rest, _ := strings.Cut(line, " ")
		last[name] = rest
	}
	require.Equal(t, "scratch", last["FROM"])
	require.Regexp(t, `^[1-9]\d*:[1-9]\d*$`, last["USER"])
	require.NotContains(t, last, "RUN")
	for _, exec := range []string{"ENTRYPOINT", "CMD"} {
		var words []string
		require.NoError(t, json.Unmarshal([]byte(last[exec]), &words), "scratch has no shell: %s must be a list", exec)
	}
}

type panel struct {
	Type        string
	Title       string
	FieldConfig struct{ Defaults struct{ Unit string } }
	GridPos     struct{ X, Y, W, H int }
	Targets     []struct{ Expr string }
}

// Each panel asks for metrics that there are, has a unit and lies on the grid; each of
// Dunlin's metrics is shown somewhere but those that only say what runs.
func TestDashboardShowsWhatIsExported(t *testing.T) {
	b, err := os.ReadFile("grafana/dunlin.json")
	require.NoError(t, err)
	var dashboard struct{ Panels []panel }
	require.NoError(t, json.Unmarshal(b, &dashboard))
	exported := map[string]bool{"dunlin_collector_upload_seconds_bucket": true, "process_resident_memory_bytes": true, "go_memstats_heap_inuse_bytes": true}
	for _, name := range operator.Names() {
		exported[name] = true
	}
	shown := map[string]bool{}
	metric := regexp.MustCompile(`\b(?:dunlin|go|process)_[a-z_]+`)
	for _, p := range dashboard.Panels {
		require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24, p.Title)
		if p.Type == "row" {
			continue
		}
		require.NotEmpty(t, p.FieldConfig.Defaults.Unit, p.Title)
		require.NotEmpty(t, p.Targets, p.Title)
		for _, target := range p.Targets {
			names := metric.FindAllString(target.Expr, -1)
			require.NotEmpty(t, names, p.Title)
			for _, name := range names {
				require.True(t, exported[name], "%s asks for %s, which is not exported", p.Title, name)
				shown[strings.TrimSuffix(name, "_bucket")] = true
			}
		}
	}
	aside := map[string]bool{"dunlin_info": true, "dunlin_start_timestamp_seconds": true, "dunlin_stopping": true, "dunlin_status_failed": true, "dunlin_aggregator_last_released_period_end_timestamp_seconds": true}
	for _, name := range operator.Names() {
		require.True(t, shown[name] != aside[name], "%s: shown %t, left aside %t", name, shown[name], aside[name])
	}
}

// The guide lists each metric with the roles' own words for it.
func TestGuideListsTheMetrics(t *testing.T) {
	b, err := os.ReadFile("../docs/operations.md")
	require.NoError(t, err)
	var listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(dunlin_[a-z_]+)` \\|").FindAllStringSubmatch(string(b), -1) {
		listed = append(listed, m[1])
	}
	require.Equal(t, operator.Names(), listed)
}
