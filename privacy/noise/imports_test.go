package noise

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// breaches lists what a source file of the sampler must not contain: seeded
// generators always, and floating point where draws are made.
func breaches(t *testing.T, name string, src any, floats bool) (found []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	require.NoError(t, err)
	for _, i := range f.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		require.NoError(t, err)
		if strings.HasPrefix(path, "math/rand") || path == "math" && !floats {
			found = append(found, "imports "+path)
		}
	}
	if floats {
		return found
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.FLOAT || n.Kind == token.IMAG {
				found = append(found, "literal "+n.Value)
			}
		case *ast.Ident:
			if strings.HasPrefix(n.Name, "float") || strings.HasPrefix(n.Name, "complex") {
				found = append(found, n.Name)
			}
		}
		return true
	})
	return found
}

func TestTheSamplerHasNoFloatsAndNoSeededGenerator(t *testing.T) {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	checked := map[string]bool{}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		checked[name] = true
		require.Empty(t, breaches(t, name, nil, name == "accounting.go"), name)
	}
	for _, name := range []string{"source.go", "bernoulli.go", "laplace.go", "gaussian.go", "accounting.go"} {
		require.True(t, checked[name], "%s was not looked at", name)
	}
	require.Equal(t,
		[]string{"imports math", "imports math/rand/v2", "float64", "literal 0.5"},
		breaches(t, "bad.go", `package p; import ("math"; _ "math/rand/v2"); var x float64 = 0.5; var _ = math.Pi`, false),
		"the check itself must bite")
}
