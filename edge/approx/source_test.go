package approx_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fusible returns the products of a file that a compiler may fuse with a sum:
// those that neither float64() rounds nor a further product or quotient takes. Go's
// specification allows it across statements, so that a variable is no protection.
func fusible(f *ast.File, info *types.Info) (found []token.Pos) {
	float := func(e ast.Expr) bool {
		basic, ok := info.TypeOf(e).Underlying().(*types.Basic)
		return ok && basic.Info()&types.IsFloat != 0 && info.Types[e].Value == nil // constants are exact
	}
	var parents []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			parents = parents[:len(parents)-1]
			return true
		}
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.MUL_ASSIGN && float(n.Lhs[0]) {
				found = append(found, n.Pos())
			}
		case *ast.BinaryExpr:
			if n.Op == token.MUL && float(n) && !rounded(parents) {
				found = append(found, n.OpPos)
			}
		}
		parents = append(parents, n)
		return true
	})
	return found
}

func rounded(parents []ast.Node) bool {
	for i := len(parents) - 1; i >= 0; i-- {
		switch n := parents[i].(type) {
		case *ast.ParenExpr:
			continue
		case *ast.CallExpr:
			name, ok := n.Fun.(*ast.Ident)
			return ok && name.Name == "float64"
		case *ast.BinaryExpr:
			return n.Op == token.MUL || n.Op == token.QUO
		}
		return false
	}
	return false
}

func TestFusibleFindsProducts(t *testing.T) {
	for body, want := range map[string]int{
		"return x + float64(y*z)":          0,
		"return x + float64(x*(y*z))":      0,
		"return x + float64(y*z)/(2-x)":    0,
		"return x + y*z/2":                 0,
		"return x + y*z":                   1,
		"return x*y":                       1,
		"p := x*y; return z - (p)":         1,
		"x *= y; return x - z":             1,
		"return g(x * y)":                  1,
		"return x + float64(i*i)":          0,
		"i *= i*i; return x + float64(i)":  0,
		"return float64(x + y*z)":          1,
		"return float64((x * y)) + z*x*y":  1,
		"const c = 2 * 3.; return x + c":   0,
		"return float64(x*y) - float64(z)": 0,
	} {
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, "f.go", "package p\nfunc g(x float64) float64\nfunc f(x, y, z float64, i int) float64 {"+body+"}", 0)
		require.NoError(t, err)
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
		_, err = new(types.Config).Check("p", set, []*ast.File{f}, info)
		require.NoError(t, err)
		require.Len(t, fusible(f, info), want, body)
	}
}

// This package and those that compute with it.
func TestSourceIsDeterministic(t *testing.T) {
	exact := []string{"Inf", "IsInf", "NaN", "IsNaN", "Float64bits", "Float64frombits", "Sqrt"}
	set := token.NewFileSet()
	sources := importer.ForCompiler(set, "source", nil)
	for _, dir := range []string{".", "../choose", "../recommend"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		var files []*ast.File
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			files = append(files, f)
		}
		require.NotEmpty(t, files)
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
		_, err = (&types.Config{Importer: sources}).Check(dir, set, files, info)
		require.NoError(t, err)
		for _, f := range files {
			for _, at := range fusible(f, info) {
				t.Errorf("%s: a product that may be fused with a sum", set.Position(at))
			}
		}
		for id, object := range info.Uses {
			if _, function := object.(*types.Func); function && object.Pkg() != nil && object.Pkg().Path() == "math" && !slices.Contains(exact, id.Name) {
				t.Errorf("%s: math.%s", set.Position(id.Pos()), id.Name)
			}
		}
		for e, of := range info.Types {
			if _, m := of.Type.Underlying().(*types.Map); m {
				t.Errorf("%s: a map, whose order differs between runs", set.Position(e.Pos()))
			}
		}
	}
}
