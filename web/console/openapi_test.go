package console

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// documented holds an answer to the OpenAPI document, and the request of one that succeeded:
// every call that a test of this package makes comes by here.
func (b *bench) documented(req *http.Request, sent string, res *http.Response, got []byte) {
	b.t.Helper()
	path, ok := strings.CutPrefix(req.URL.Path, "/api/v1")
	if _, measured := b.t.(*testing.B); !ok || measured {
		return
	}
	if b.doc == nil {
		require.NoError(b.t, json.Unmarshal(b.document, &b.doc))
	}
	doc := b.doc
	operation, where := operationOf(doc, req.Method, path)
	if operation == nil {
		require.Contains(b.t, []int{404, 405}, res.StatusCode, "%s is not in the document", where)
		return
	}
	where = fmt.Sprintf("%s %d", where, res.StatusCode)
	answer, ok := operation["responses"].(map[string]any)[strconv.Itoa(res.StatusCode)].(map[string]any)
	require.True(b.t, ok, "%s is not in the document: %s", where, got)
	if answer["content"] == nil {
		require.Empty(b.t, got, where)
	} else {
		media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
		require.NoError(b.t, err)
		of, ok := answer["content"].(map[string]any)[media].(map[string]any)
		require.True(b.t, ok, "%s is of %s", where, media)
		var v any
		require.NoError(b.t, json.Unmarshal(got, &v))
		require.NoError(b.t, fits(doc, of["schema"], v, where))
	}
	if body, ok := operation["requestBody"].(map[string]any); ok && res.StatusCode < 300 {
		var v any
		require.NoError(b.t, json.Unmarshal([]byte(sent), &v), where)
		of := body["content"].(map[string]any)["application/json"].(map[string]any)["schema"]
		require.NoError(b.t, fits(doc, of, v, "the body of "+where))
	}
	for name := range req.URL.Query() {
		list, _ := operation["parameters"].([]any)
		require.True(b.t, slices.ContainsFunc(list, func(p any) bool { return p.(map[string]any)["name"] == name }), "%s?%s is not in the document", where, name)
	}
}

// operationOf finds a call; where names it.
func operationOf(doc map[string]any, method, path string) (operation map[string]any, where string) {
	for at, item := range doc["paths"].(map[string]any) {
		like := "^" + regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(at), `[^/]+`) + "$"
		if regexp.MustCompile(like).MatchString(path) {
			operation, _ = item.(map[string]any)[strings.ToLower(method)].(map[string]any)
			return operation, method + " " + at
		}
	}
	return nil, method + " " + path
}

// fits holds a value to a schema, as far as this package writes them: another word is an
// error. Objects of a component have no other properties.
func fits(doc map[string]any, of, v any, where string) error {
	s := of.(map[string]any)
	bad := func(format string, a ...any) error { return fmt.Errorf(where+": "+format, a...) }
	for word, says := range s {
		switch word {
		case "description", "required", "additionalProperties", "maxItems":
		case "$ref":
			name := strings.TrimPrefix(says.(string), "#/components/schemas/")
			named, ok := doc["components"].(map[string]any)["schemas"].(map[string]any)[name]
			if !ok {
				return bad("%s is no component", says)
			}
			if err := fits(doc, named, v, where); err != nil {
				return err
			}
		case "allOf":
			for _, one := range says.([]any) {
				if err := fits(doc, one, v, where); err != nil {
					return err
				}
			}
		case "anyOf":
			var failed error
			for _, one := range says.([]any) {
				if failed = fits(doc, one, v, where); failed == nil {
					break
				}
			}
			if failed != nil {
				return failed
			}
		case "type":
			kinds, ok := says.([]any)
			if !ok {
				kinds = []any{says}
			}
			if !slices.ContainsFunc(kinds, func(k any) bool { return isKind(k.(string), v) }) {
				return bad("%v is no %v", v, says)
			}
		case "enum":
			if !slices.Contains(says.([]any), v) {
				return bad("%v is none of %v", v, says)
			}
		case "const":
			if says != v {
				return bad("%v is not %v", v, says)
			}
		case "pattern":
			if text, ok := v.(string); ok && !regexp.MustCompile(says.(string)).MatchString(text) {
				return bad("%q is not as %s", text, says)
			}
		case "format":
			if _, err := time.Parse(time.RFC3339Nano, v.(string)); says != "date-time" || err != nil {
				return bad("%v is no %s", v, says)
			}
		case "minimum":
			if n, ok := v.(float64); ok && n < says.(float64) {
				return bad("%v is below %v", v, says)
			}
		case "items":
			list, _ := v.([]any) // or null, where type lets it
			for i, one := range list {
				if err := fits(doc, says, one, fmt.Sprintf("%s[%d]", where, i)); err != nil {
					return err
				}
			}
		case "properties":
			fields, ok := v.(map[string]any)
			if !ok {
				continue // which type says
			}
			for name, one := range fields {
				field, ok := says.(map[string]any)[name]
				if !ok {
					if s["type"] == "object" {
						return bad("%s is not in the document", name)
					}
					continue
				}
				if err := fits(doc, field, one, where+"."+name); err != nil {
					return err
				}
			}
			required, _ := s["required"].([]any)
			for _, name := range required {
				if _, ok := fields[name.(string)]; !ok {
					return bad("%s is absent", name)
				}
			}
		default:
			return bad("%s is a word that this test does not know", word)
		}
	}
	return nil
}

func isKind(kind string, v any) bool {
	switch v := v.(type) {
	case nil:
		return kind == "null"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "integer" && v == float64(int64(v))
	case []any:
		return kind == "array"
	}
	return kind == "object"
}

// The document holds every call that is served, and no other; its references lead
// somewhere, its names are one each, and what it says of who may is what the table says.
func TestDocument(t *testing.T) {
	b := open(t, 0)
	res, got := b.ask(b.browser(), "GET", "/api/v1/openapi.json", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(got, &doc))
	require.Equal(t, "3.1.0", doc["openapi"])
	var served, written []string
	for _, r := range b.echo.Routes() {
		if path, ok := strings.CutPrefix(r.Path, "/api/v1"); ok {
			served = append(served, r.Method+" "+path)
		}
	}
	ids := map[string]bool{}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	for at, item := range doc["paths"].(map[string]any) {
		for method, one := range item.(map[string]any) {
			operation := one.(map[string]any)
			written = append(written, strings.ToUpper(method)+" "+regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(at, ":$1"))
			id := operation["operationId"].(string)
			require.False(t, ids[id], id)
			ids[id] = true
			require.Regexp(t, `^[A-Z][^\n]*\.$`, operation["summary"])
			require.NotEmpty(t, operation["security"], at)
			success := 0
			for status, answer := range operation["responses"].(map[string]any) {
				require.NotEmpty(t, answer.(map[string]any)["description"], "%s %s", at, status)
				require.NotEqual(t, "0", status, "%s: a reason has no status", at)
				if strings.HasPrefix(status, "2") {
					success++
				}
			}
			require.Equal(t, 1, success, at)
			for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(at, -1) {
				require.Equal(t, name[1], operation["parameters"].([]any)[0].(map[string]any)["name"])
			}
		}
	}
	require.ElementsMatch(t, served, written)
	for _, ref := range regexp.MustCompile(`"\$ref": "#/components/schemas/([^"]*)"`).FindAllStringSubmatch(string(got), -1) {
		require.Contains(t, schemas, ref[1])
	}
	for _, r := range b.table() {
		operation, where := operationOf(doc, r.method, strings.ReplaceAll(r.path, ":id", "x"))
		require.NotNil(t, operation, where)
		text, err := json.Marshal(operation["security"])
		require.NoError(t, err)
		want := `[{"cookie":[]},{"bearer":[]}]`
		if r.person {
			want = `[{"cookie":[]}]`
		} else if r.need == 0 {
			want = `[{},{"cookie":[]},{"bearer":[]}]`
		}
		require.Equal(t, want, string(text), where)
	}
	require.Equal(t, []any{"name"}, schemas["Invitation"].(map[string]any)["required"])
	require.Equal(t, false, schemas["Invitation"].(map[string]any)["additionalProperties"])
}

// The document and the dashboard's types agree on which lists may be null.
func TestDocumentIsThatOfTheDashboard(t *testing.T) {
	source, err := os.ReadFile("../dashboard/src/api.ts")
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(open(t, 0).document, &doc))
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	lists := 0
	for name, s := range declarations(t, string(source)) {
		of, ok := schemas[name].(map[string]any)
		if !ok || s.fields == nil {
			continue
		}
		for key, f := range s.fields {
			if f.list == nil {
				continue
			}
			lists++
			kind := of["properties"].(map[string]any)[key].(map[string]any)["type"]
			_, null := kind.([]any)
			require.Equal(t, f.null, null, "%s.%s: see nulls in openapi.go", name, key)
		}
	}
	require.Greater(t, lists, 20)
}

// The check finds what does not fit.
func TestFits(t *testing.T) {
	var doc map[string]any
	require.NoError(t, json.Unmarshal(open(t, 0).document, &doc))
	schema := map[string]any{"$ref": "#/components/schemas/Token"}
	good := `{"id":"1","name":"x","role":"viewer","by":"","made":"2026-11-22T09:00:00Z","expires":"2026-11-22T09:00:00Z"}`
	for bad, change := range map[string][2]string{
		"no [string]|is no string": {`"x"`, `1`}, "is none of": {`viewer`, `king`}, "is absent": {`"by":"",`, ``}, "is not in the document": {`"by":""`, `"by":"","more":1`},
		"is no date-time": {"2026-11-22T09:00:00Z", "today"}, "is no object": {good, `[]`},
	} {
		var v any
		require.NoError(t, json.Unmarshal([]byte(strings.Replace(good, change[0], change[1], 1)), &v))
		require.Regexp(t, bad, fits(doc, schema, v, "it"))
	}
	var v any
	require.NoError(t, json.Unmarshal([]byte(good), &v))
	require.NoError(t, fits(doc, schema, v, "it"))
	require.ErrorContains(t, fits(doc, map[string]any{"oneOf": nil}, v, "it"), "does not know")
}
