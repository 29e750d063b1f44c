package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
)

// object is one of JSON; its keys are written in order.
type object map[string]any

// statuses are those of the problems that calls name.
var statuses = map[string]int{
	"malformed": 400, "signed-out": 401, "wrong-token": 401, "wrong-secret": 401, "link-used": 401, "link-over": 401, "password-wanted": 401,
	"forbidden": 403, "foreign-origin": 403, "no-releases": 404, "no-site": 404, "which-site": 400, "account-elsewhere": 409, "site-down": 503, "not-found": 404, "own-account": 409, "too-many": 409, "no-helm": 409, "media-type": 415,
	"slow-down": 429, "internal": 500, "busy": 503,
}

// enums are the values of types that have few.
var enums = map[reflect.Type][]any{
	reflect.TypeFor[Role]():            {"viewer", "analyst", "officer", "admin", "guest"},
	reflect.TypeFor[panel.Hidden]():    {"", "noise", "wide", "empty"},
	reflect.TypeFor[finding.State]():   {"found", "none", "unknown", "not asked"},
	reflect.TypeFor[finding.Against](): {"previous", "year"},
}

// nulls are the lists that may be null: where nothing counts them.
var nulls = map[string]bool{"Report.audience": true, "Sort.cohorts": true}

// openAPI writes the OpenAPI 3.1 document of the calls.
func openAPI(calls []route, cookie string) ([]byte, error) {
	s := schemas{made: object{}, of: map[reflect.Type]string{}}
	s.ref(reflect.TypeFor[Problem](), false)
	problem := s.made["Problem"].(object)["properties"].(object)["type"].(object)
	problem["pattern"] = "^urn:dunlin:problem:[a-z-]+$"
	paths := object{}
	for _, r := range calls {
		at := regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.path, "{$1}")
		item, _ := paths[at].(object)
		if item == nil {
			item = object{}
			paths[at] = item
		}
		item[strings.ToLower(r.method)] = s.operation(r)
	}
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Dunlin console", "version": "1",
			"description": "The releases of a site, or of several, and who may read them. What changes something wants Content-Type: application/json. Errors are RFC 9457 problem documents whose detail says what to do.",
			"license":     object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers": []any{object{"url": "/api/v1"}},
		"paths":   paths,
		"components": object{
			"schemas": s.made,
			"securitySchemes": object{
				"cookie": object{"type": "apiKey", "in": "cookie", "name": cookie, "description": "a session, which POST /session begins"},
				"bearer": object{"type": "http", "scheme": "bearer", "description": "a token of POST /tokens or of `dunlin console token`, or the secret of POST /shared"},
			},
		},
	}, "", " ")
}

// schemas are the components, by name.
type schemas struct {
	made object
	of   map[reflect.Type]string
}

func (s *schemas) operation(r route) object {
	cookie, bearer := object{"cookie": []any{}}, object{"bearer": []any{}}
	out := object{"operationId": r.id(), "summary": r.about}
	problems := append([]string{"wrong-token", "link-over", "internal"}, r.problems...)
	switch {
	case r.person:
		out["security"] = []any{cookie}
		problems = append(problems, "signed-out", "forbidden")
	case r.need != 0:
		out["security"] = []any{cookie, bearer}
		problems = append(problems, "signed-out", "forbidden")
	default:
		out["security"] = []any{object{}, cookie, bearer}
	}
	if r.need != 0 {
		who := r.need.with()
		if guest.rights()&r.need == r.need {
			who += " or guest (of a shared link)"
		}
		out["description"] = "For the role " + who + "."
	}
	if r.need != 0 || r.path == "/session" && r.method == http.MethodGet {
		r.query = append(slices.Clone(r.query), parameter{name: "site", about: "which of several, by GET /sites; without it the only one that the caller may see"})
		problems = append(problems, "no-site", "which-site")
	}
	if slices.Contains(r.problems, "no-releases") {
		problems = append(problems, "site-down")
	}
	var parameters []any
	for _, name := range regexp.MustCompile(`:(\w+)`).FindAllStringSubmatch(r.path, -1) {
		parameters = append(parameters, object{"name": name[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, q := range r.query {
		of := object{"type": "string"}
		if q.pattern != "" {
			of["pattern"] = q.pattern
		}
		if q.most > 1 {
			of = object{"type": "array", "items": of, "maxItems": q.most}
		}
		parameters = append(parameters, object{"name": q.name, "in": "query", "required": q.must, "description": q.about, "schema": of})
	}
	if parameters != nil {
		out["parameters"] = parameters
	}
	if r.method != http.MethodGet {
		of := object{"type": "object", "description": "nothing"}
		if r.body != nil {
			of = s.ref(reflect.TypeOf(r.body), true)
		}
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": of}}}
		problems = append(problems, "foreign-origin", "media-type")
	}
	answers := object{}
	done := object{"description": "done"}
	if r.answer != nil {
		done = object{"description": "the answer", "content": object{"application/json": object{"schema": s.schema(reflect.TypeOf(r.answer), false)}}}
	}
	answers[strconv.Itoa(r.status)] = done
	for status, reasons := range byStatus(problems) {
		answers[strconv.Itoa(status)] = refusals(status, reasons)
	}
	out["responses"] = answers
	return out
}

// byStatus sorts problems by their status: that of the reason, but where it stands before it.
func byStatus(problems []string) map[int][]string {
	out := map[int][]string{}
	for _, one := range problems {
		status := statuses[one]
		if number, reason, ok := strings.Cut(one, " "); ok {
			status, _ = strconv.Atoi(number)
			one = reason
		}
		if !slices.Contains(out[status], one) {
			out[status] = append(out[status], one)
		}
	}
	for _, reasons := range out {
		slices.Sort(reasons)
	}
	return out
}

func refusals(status int, reasons []string) object {
	var types []any
	for _, one := range reasons {
		types = append(types, "urn:dunlin:problem:"+one)
	}
	out := object{
		"description": strings.Join(reasons, ", "),
		"content": object{"application/problem+json": object{"schema": object{"allOf": []any{
			object{"$ref": "#/components/schemas/Problem"},
			object{"properties": object{"type": object{"enum": types}, "status": object{"const": status}}},
		}}}},
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		out["headers"] = object{"Retry-After": object{"description": "seconds", "schema": object{"type": "integer", "minimum": 1}}}
	}
	return out
}

// id is the call's name: getReport, deleteTokensId.
func (r *route) id() string {
	out := strings.ToLower(r.method)
	for _, part := range strings.FieldsFunc(r.path, func(c rune) bool { return !unicode.IsLetter(c) }) {
		out += strings.ToUpper(part[:1]) + part[1:]
	}
	return out
}

// ref names a struct's schema, and makes it if need be. body: it is one that is sent, so
// it holds nothing else.
func (s *schemas) ref(t reflect.Type, body bool) object {
	name, ok := s.of[t]
	if !ok {
		name = strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
		if _, taken := s.made[name]; taken { // by another package's
			in := path.Base(t.PkgPath())
			name = strings.ToUpper(in[:1]) + in[1:] + name
		}
		s.of[t] = name
		made := object{"type": "object"}
		s.made[name] = made // before its fields, which may hold it
		properties, required := object{}, []string{}
		s.fields(t, name, body, properties, &required)
		made["properties"] = properties
		if len(required) > 0 {
			made["required"] = required
		}
		if body {
			made["additionalProperties"] = false
		}
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// fields adds a struct's fields, those of embedded ones too.
func (s *schemas) fields(t reflect.Type, name string, body bool, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		key, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && key == "" {
			s.fields(f.Type, name, body, properties, required)
			continue
		}
		if key == "" || key == "-" {
			continue
		}
		one := s.schema(f.Type, body)
		if nulls[name+"."+key] {
			one = orNull(one)
		}
		if words := f.Tag.Get("enum"); words != "" {
			one = object{"type": "string", "enum": strings.Split(words, " ")}
		}
		if about := f.Tag.Get("doc"); about != "" {
			one["description"] = about
		}
		properties[key] = one
		if rest != "omitempty" {
			*required = append(*required, key)
		}
	}
}

func orNull(of object) object {
	if kind, ok := of["type"].(string); ok {
		of = maps.Clone(of)
		of["type"] = []any{kind, "null"}
		return of
	}
	return object{"anyOf": []any{of, object{"type": "null"}}}
}

// schema is a type's. It knows the kinds that the API's structs are made of, and panics of
// another: a test makes the document.
func (s *schemas) schema(t reflect.Type, body bool) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case enums[t] != nil:
		return object{"type": "string", "enum": enums[t]}
	}
	switch t.Kind() {
	case reflect.Map:
		return object{"type": "object"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Pointer:
		return orNull(s.schema(t.Elem(), body))
	case reflect.Slice:
		return object{"type": "array", "items": s.schema(t.Elem(), body)}
	case reflect.Struct:
		return s.ref(t, body)
	}
	panic(fmt.Sprintf("console: the API's document has no word for %s", t))
}

// getOpenAPI answers the document, which was made when the console was opened.
func (c *Console) getOpenAPI(ec echo.Context, _ caller) error {
	return ec.JSONBlob(http.StatusOK, c.document)
}
