package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/stretchr/testify/require"
)

func varsOf(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	c := planVarsCommand()
	c.SetOut(&out)
	c.SetArgs(args)
	require.NoError(t, c.Execute())
	return out.String()
}

// Without a file everything there can be is listed, each with its source.
func TestPlanVars(t *testing.T) {
	text := "\n" + varsOf(t)
	for _, v := range plan.Variables {
		require.Contains(t, text, "\n"+v.Name+" ", "%s", v.Name)
		require.NotEmpty(t, v.Source, v.Name)
		require.NotEmpty(t, v.Meaning, v.Name)
	}
	for _, line := range strings.Split(text, "\n") {
		require.LessOrEqual(t, len(line), 80, line)
	}
	require.Equal(t, len(plan.Variables), plan.VarStage+1)
	for i, v := range plan.Variables {
		require.Equal(t, i, v.Index, v.Name)
	}
}

// With a file its own are listed, and each name that is listed stands in a rule.
func TestPlanVarsOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "school.yaml")
	require.NoError(t, os.WriteFile(path, plans.School, 0o600))
	var vars []variable
	require.NoError(t, json.Unmarshal([]byte(varsOf(t, path, "--json")), &vars))
	names := map[string]variable{}
	for _, v := range vars {
		names[v.Name] = v
	}
	require.Equal(t, "maths, english, code, science, history", names["top_topic"].Range)
	require.Equal(t, "text", names["payment"].Type)
	for _, name := range []string{"ability.algebra", "affinity.maths", "lapse_risk", "buy_chance", "entry"} {
		require.Contains(t, names, name)
	}
	for _, v := range vars {
		rule := v.Name + " > 0"
		if v.Type == "text" {
			value, _, _ := strings.Cut(v.Range, ", ")
			rule = v.Name + ` == \"` + value + `\"`
		}
		if v.Name == "periods_since_first" || v.Name == "stage" {
			continue // of dimensions alone
		}
		src := strings.Replace(string(plans.School), "rule: lapse_risk > 0.4", `rule: "`+rule+`"`, 1)
		_, problems := planfile.Parse("school.yaml", []byte(src))
		require.Empty(t, problems, rule)
	}

	require.NoError(t, os.WriteFile(path, plans.Small, 0o600))
	require.NotContains(t, varsOf(t, path), "lapse_risk")
}
