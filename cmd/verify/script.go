package verify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"strings"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// loader fetches the script that the tag names and holds it against the page's promises.
// nil: there is none to go on with.
func (v *verifier) loader(ctx context.Context, t *tag) []byte {
	if t.src.Scheme == "http" && v.page.url.Scheme == "https" {
		v.r.wrong("script", "write its address without scheme and host: src=\""+t.src.EscapedPath()+"\"", "it is asked for by http on a page of https: browsers refuse mixed content")
		return nil
	}
	if !sameOrigin(t.src, v.page.url) {
		v.r.wrong("script", "hand "+t.folder.EscapedPath()+" on to the collector on "+v.page.url.Host+" (docs/serve.md) and name no host in src",
			"it comes from %s: the collector must stand on the page's own origin", quoted(t.src.Host))
		return nil
	}
	a, err := v.ask(ctx, t.src)
	if err != nil {
		v.r.wrong("script", v.handOn(t), "%s: %s", t.src, quoted(err.Error()))
		return nil
	}
	if a.status != 200 {
		v.r.wrong("script", v.scriptFix(a, t), "%s: %s", t.src, a.why())
		return nil
	}
	if kind := a.mediaType(); !javascript(kind) {
		v.r.wrong("script", v.handOn(t), "%s is %s and no script", t.src, quoted(cmp.Or(kind, "of no content type")))
		return nil
	}
	sum := sha256.Sum256(a.body)
	version := hex.EncodeToString(sum[:4])
	v.r.ok("script", "%s, version %s, %d bytes", t.src, version, len(a.body))
	v.integrity("integrity", t.element, a.body)
	if own, err := fs.ReadFile(v.o.Scripts, collector.LoaderFile); err == nil && sha256.Sum256(own) != sum {
		v.r.warn("version", "use the `dunlin` that the collector runs, or update the collector and print the tag again (docs/serve.md)",
			"the script is another version than this command's")
	}
	return a.body
}

func javascript(mediaType string) bool {
	return mediaType == "text/javascript" || mediaType == "application/javascript" || mediaType == "application/x-javascript"
}

// handOn is the fix where something else answers than the collector.
func (v *verifier) handOn(t *tag) string {
	return "see that the collector runs, and that the web server hands " + t.folder.EscapedPath() + " on to it with the path as it is (docs/serve.md)"
}

func (v *verifier) scriptFix(a *answer, t *tag) string {
	if _, ok := a.problem(); ok && a.status == 404 {
		return "print the tag again with `dunlin snippet`: the page's is of another version"
	}
	return v.handOn(t)
}

// integrity holds bytes against the digests of an element, as browsers do: of the
// strongest function that is named one must match.
func (v *verifier) integrity(about string, e element, body []byte) {
	sum := sha512.Sum384(body)
	right := "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
	fix := `write integrity="` + right + `", if these are the bytes that you mean: print the tag again with ` + "`dunlin snippet`"
	var strongest string
	matched := false
	for word := range strings.FieldsSeq(e.attributes["integrity"]) {
		function, digest, ok := strings.Cut(word, "-")
		digest, _, _ = strings.Cut(digest, "?")
		want := digestOf(function, body)
		if !ok || want == "" {
			continue // of a function that browsers do not know: as if it were not there
		}
		if function > strongest { // sha256 < sha384 < sha512
			strongest, matched = function, false
		}
		if function == strongest && digest == want {
			matched = true
		}
	}
	switch {
	case strongest == "":
		v.r.warn(about, fix, "the tag has no digest: whoever serves the script may serve another one, and nobody sees it")
	case !matched:
		v.r.wrong(about, fix, "%s is not the digest of what is served: browsers refuse it", quoted(e.attributes["integrity"]))
	default:
		v.r.ok(about, "%s", strongest)
	}
}

func digestOf(function string, body []byte) string {
	switch function {
	case "sha256":
		sum := sha256.Sum256(body)
		return base64.StdEncoding.EncodeToString(sum[:])
	case "sha384":
		sum := sha512.Sum384(body)
		return base64.StdEncoding.EncodeToString(sum[:])
	case "sha512":
		sum := sha512.Sum512(body)
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	return ""
}

var (
	// named is a script that is named by its bytes, as others name it.
	named = regexp.MustCompile(`\b([a-z]+)-([0-9a-f]{8})\.js\b`)
	// pinned is the module's digest in the Worker's script.
	pinned = regexp.MustCompile("[\"'`]([0-9a-f]{64})[\"'`]")
)

// maxChunks bounds how many scripts are followed.
const maxChunks = 40

// chunks fetches what the loader loads, and what that loads, and holds each against its
// name. It returns the Worker's answer and the module's digest; nil and empty without them.
func (v *verifier) chunks(ctx context.Context, t *tag, loader []byte) (worker *answer, module string) {
	queue, seen, bad := named.FindAllString(string(loader), -1), map[string]bool{}, 0
	if len(queue) == 0 {
		v.r.wrong("files", v.handOn(t), "what is served as the script names no file of Dunlin's")
		return nil, ""
	}
	total := 0
	for len(queue) > 0 && len(seen) < maxChunks {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		at := t.folder.ResolveReference(&url.URL{Path: name})
		a, err := v.ask(ctx, at)
		sum := sha256.Sum256(nil)
		if err == nil {
			sum = sha256.Sum256(a.body)
		}
		form := named.FindStringSubmatch(name)
		switch {
		case err != nil:
			bad++
			v.r.wrong("files", v.handOn(t), "%s: %s", at, quoted(err.Error()))
		case a.status != 200:
			bad++
			v.r.wrong("files", v.handOn(t), "%s: %s", at, a.why())
		case !javascript(a.mediaType()):
			bad++
			v.r.wrong("files", v.handOn(t), "%s is %s: browsers refuse it as a module", at, quoted(cmp.Or(a.mediaType(), "of no content type")))
		case hex.EncodeToString(sum[:4]) != form[2]:
			bad++
			v.r.wrong("files", "switch off what rewrites scripts below "+t.folder.EscapedPath()+" (minifying, injecting), and empty its cache",
				"%s has other bytes than its name says", at)
		default:
			total += len(a.body)
			if !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
				v.mutable = append(v.mutable, name)
			}
			queue = append(queue, named.FindAllString(string(a.body), -1)...)
		}
		if form[1] == "worker" && err == nil && a.status == 200 {
			worker = a
			if m := pinned.FindSubmatch(a.body); m != nil {
				module = string(m[1])
			}
		}
	}
	if bad == 0 {
		v.r.ok("files", "%d scripts have the bytes of their names", len(seen))
	}
	return worker, module
}

// module fetches the device and holds it against the digest that the Worker pins.
func (v *verifier) module(ctx context.Context, t *tag, digest string) {
	at := v.api(t, "/module/"+digest+".wasm")
	a, err := v.ask(ctx, at)
	switch {
	case err != nil:
		v.r.wrong("module", v.handOn(t), "%s: %s", at, quoted(err.Error()))
	case a.status != 200:
		v.r.wrong("module", v.handOn(t), "%s: %s", at, a.why())
	case plan.Digest(sha256.Sum256(a.body)).String() != digest:
		v.r.wrong("module", "switch off what rewrites files below "+t.folder.EscapedPath()+", and empty its cache",
			"%s has other bytes than the script pins: devices refuse it", at)
	case a.encoded == "":
		v.r.warn("module", "hand the header Accept-Encoding on to the collector and do not unpack what it answers", "%s comes uncompressed, %d bytes", at, len(a.body))
	default:
		if !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			v.mutable = append(v.mutable, "the module")
		}
		v.r.ok("module", "SHA-256 %s…, %d bytes, %s", digest[:16], len(a.body), a.encoded)
	}
}

// api is an address of the collector's interface.
func (v *verifier) api(t *tag, rest string) *url.URL {
	return t.folder.ResolveReference(&url.URL{Path: t.api + rest})
}

// elementScript checks that an element on the page has its script there, with its digest.
func (v *verifier) elementScript(ctx context.Context, t *tag, name, flag string) {
	form := regexp.MustCompile(`^` + name + `-[0-9a-f]{8}\.js$`)
	about := "<dunlin-" + name + ">"
	for _, s := range v.page.scripts {
		path := pathOf(s.attributes["src"])
		if !form.MatchString(path[strings.LastIndexByte(path, '/')+1:]) {
			continue
		}
		at, err := v.page.base.Parse(s.attributes["src"])
		var a *answer
		if err == nil {
			a, err = v.ask(ctx, at)
		}
		switch {
		case err != nil:
			v.r.wrong(about, v.handOn(t), "its script: %s", quoted(err.Error()))
		case a.status != 200:
			v.r.wrong(about, "print its tag again with `dunlin snippet "+flag+"`", "its script, %s: %s", at, a.why())
		case !strings.EqualFold(s.attributes["type"], "module"):
			v.r.wrong(about, "write type=\"module\"", "its script is not loaded as a module")
		default:
			v.integrity(about, s, a.body)
		}
		return
	}
	v.r.wrong(about, fmt.Sprintf("put its script into <head>: `dunlin snippet %s` prints it", flag), "the page has the element and not its script: nothing is shown")
}
