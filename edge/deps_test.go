package edge_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What edge may reach of the standard library: each costs the visitor bytes, and
// none can tell the time, reach a network or a file, or draw randomness. reflect
// comes with encoding/binary, whose reflecting half the linker drops.
var allowed = []string{
	"cmp", "encoding/binary", "errors", "io", "iter", "math", "math/bits", "reflect", "runtime", "slices", "sort",
	"strconv", "structs", "sync", "sync/atomic", "unicode", "unicode/utf8", "unsafe",
}

const module = "github.com/dunlin-analytics/dunlin/"

var rooms = []string{"edge", "edge/approx", "edge/choose", "edge/decay", "edge/measure", "edge/predict", "edge/profile", "edge/reach", "edge/recommend", "privacy/ledger", "privacy/plan", "privacy/report", "privacy/sha256", "privacy/share", "privacy/wire"}

func TestImports(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	out, err := cmd.Output()
	require.NoError(t, err)
	packages := strings.Fields(string(out))
	require.Contains(t, packages, module+"edge")
	for _, p := range packages {
		room, ours := strings.CutPrefix(p, module)
		switch {
		case ours:
			require.Contains(t, rooms, room)
		case p == "internal" || strings.HasPrefix(p, "internal/") || strings.Contains(p, "/internal/"):
			// The runtime's own; what they serve is in the list.
		default:
			require.Contains(t, allowed, p)
		}
	}
}

// Native Go and the module must agree byte for byte: no function of math that
// differs between machines, and no map, whose order differs between runs.
func TestDeterministicSource(t *testing.T) {
	exact := []string{"Inf", "IsInf", "NaN", "IsNaN", "Float64bits", "Float64frombits", "MaxInt32", "Sqrt"}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, dir := range []string{"approx", "choose", "decay", "measure", "profile", "recommend"} {
		more, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		files = append(files, more...)
	}
	read := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		read++
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.MapType:
				t.Errorf("%s: a map", name)
			case *ast.GoStmt:
				t.Errorf("%s: a goroutine", name)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "math" && !slices.Contains(exact, n.Sel.Name) {
					t.Errorf("%s: math.%s", name, n.Sel.Name)
				}
			}
			return true
		})
	}
	require.Greater(t, read, 10)
}
