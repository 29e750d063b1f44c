package browser_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
)

// kept lists all that the browser keeps of the site.
const kept = `(async () => ({
  local: Object.keys(localStorage), session: Object.keys(sessionStorage), cookies: document.cookie,
  databases: (await indexedDB.databases()).map((d) => d.name), caches: await caches.keys() }))()`

type storage struct {
	Local, Session, Databases, Caches []string
	Cookies                           string
}

func (p *person) storesNothing() {
	p.t.Helper()
	require.Equal(p.t, storage{Local: []string{}, Session: []string{}, Databases: []string{}, Caches: []string{}}, eval[storage](p, kept))
}

// onlyTheScript fails unless nothing but the loader was asked for, now and for a while.
func (p *person) onlyTheScript(d time.Duration) {
	p.t.Helper()
	require.Never(p.t, func() bool {
		for _, q := range p.w.Requests() {
			if !strings.HasPrefix(q.Path, "/dunlin.js") {
				p.t.Logf("%s %s", q.Method, q.Path)
				return true
			}
		}
		return false
	}, d, 20*time.Millisecond)
}

// Without consent, with a refusal, or under Global Privacy Control where consent is
// assumed, nothing is stored and nothing but the script itself is asked for; the page is
// whole.
func TestNothingWithoutConsent(t *testing.T) {
	const signal = `Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });`
	for _, c := range []struct{ name, mode, script, say string }{
		{"not asked yet", "ask", "", ""},
		{"refused", "ask", "", `dunlin.consent({measure: false, personalize: false})`},
		{"the site said nothing", "site", "", ""},
		{"signal", "assumed", signal, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			w := start(t, nil)
			w.Tag = func(tag string) string { return strings.Replace(tag, `consent="ask"`, `consent="`+c.mode+`"`, 1) }
			p := visit(t, w, c.script)
			p.to("/")
			if c.say != "" {
				eval[any](p, c.say)
			}
			require.Equal(t, "Welcome", eval[string](p, shown))
			eval[any](p, `document.querySelector("button").click()`)
			refused := eval[struct {
				OK  bool
				Why string
			}](p, `dunlin.track("order", {value: 1})`)
			require.Equal(t, "off", refused.Why)
			p.onlyTheScript(1500 * time.Millisecond)
			require.Equal(t, "off", p.debug().Why)
			p.storesNothing()
			p.to("/shoes/1")
			require.NoError(t, p.Leave())
			p.onlyTheScript(500 * time.Millisecond)
		})
	}
}

// The signal gives way to the visitor's own word.
func TestTheVisitorsOwnWord(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w, `Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });`)
	p.to("/")
	p.agree()
	require.NoError(t, p.Leave())
	p.sent(1)
}

// Withdrawn: the profile goes, and no request follows. What stays is the stub that keeps
// a device from reporting a period twice.
func TestConsentWithdrawn(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w)
	p.to("/shoes/1")
	p.agree()
	before := eval[int](p, stateBytes)
	p.to("/shoes/2")
	p.sent(1)
	p.ready(2)
	eval[any](p, `dunlin.consent({measure: false, personalize: false})`)
	w.Clear()
	got := eval[storage](p, kept)
	require.Empty(t, got.Local)
	require.Empty(t, got.Cookies)
	require.Less(t, eval[int](p, stateBytes), before, "only the stub is left")
	require.Equal(t, "off", p.debug().Why)
	p.to("/")
	require.Equal(t, "Welcome", eval[string](p, shown))
	require.NoError(t, p.Leave())
	p.onlyTheScript(time.Second)

	// Withdrawn before anything was charged: nothing stays at all.
	other := visit(t, w)
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/plan") {
			out.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	})
	other.to("/")
	eval[any](other, both)
	other.until(`dunlin.debug().then((d) => d.value.worker?.trouble.length > 0)`)
	eval[any](other, `dunlin.consent({measure: false, personalize: false})`)
	other.storesNothing()
}

// inDatabases is a promise of all values that the site's databases hold.
const inDatabases = `(async () => {
  const done = (request) => new Promise((ok, no) => { request.onsuccess = () => ok(request.result); request.onerror = () => no(request.error); });
  const all = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await done(indexedDB.open(name));
    for (const store of db.objectStoreNames) all.push(...(await done(db.transaction(store).objectStore(store).getAll())));
    db.close();
  }
  return all;
})()`

// stateBytes sums the bytes that the Worker's database holds.
const stateBytes = `(async () => {
  const size = (v) => v instanceof ArrayBuffer || ArrayBuffer.isView(v) ? v.byteLength
    : v && typeof v === "object" && !(v instanceof CryptoKey) ? Object.values(v).reduce((n, x) => n + size(x), 0) : 0;
  return size(await ` + inDatabases + `);
})()`

// dump is all that the Worker's database holds, as text, to compare.
const dump = `(async () => {
  const text = (v) => v instanceof ArrayBuffer ? [...new Uint8Array(v)].join() : ArrayBuffer.isView(v) ? [...v].join()
    : v && typeof v === "object" && !(v instanceof CryptoKey) ? Object.entries(v).map(([k, x]) => k + ":" + text(x)).join(";") : String(v);
  return text(await ` + inDatabases + `);
})()`

// extractable says of each key in the databases whether scripts can export it.
const extractable = `(async () => {
  const keys = (v) => v instanceof CryptoKey ? [v.extractable] : v && typeof v === "object" && !ArrayBuffer.isView(v) ? Object.values(v).flatMap(keys) : [];
  return keys(await ` + inDatabases + `);
})()`

// What lies in IndexedDB is under a key that no script can export.
func TestTheProfileIsEncrypted(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w)
	p.to("/shoes/1")
	p.agree()
	require.Greater(t, eval[int](p, stateBytes), 200, "there is a profile")
	require.NotContains(t, eval[string](p, dump), "68,76,83,84", "DLST, with which a state begins")
	require.Equal(t, []bool{false}, eval[[]bool](p, extractable))
}

// An automated browser, and the owner's own, do not report; the latter's slots work.
func TestWhoDoesNotReport(t *testing.T) {
	w := start(t, nil)
	bot := visitIn(t, another(t, browser.Options{Automated: true}), w)
	bot.to("/")
	require.True(t, eval[bool](bot, "navigator.webdriver"))
	eval[any](bot, both)
	bot.onlyTheScript(time.Second)
	require.Equal(t, "bot", bot.debug().Why)
	bot.storesNothing()

	owner := visit(t, w, `window.confirm = () => true;`)
	owner.to("/#dunlin-owner")
	eval[any](owner, both)
	owner.until(`dunlin.debug().then((d) => d.value.worker?.times.decision > 0)`)
	owner.to("/shoes/1")
	owner.until(`dunlin.debug().then((d) => d.value.worker?.times.decision > 0)`)
	require.NoError(t, owner.Leave())
	require.Never(t, func() bool { return len(w.Reports()) > 0 }, time.Second, 20*time.Millisecond)
	owner.to("/#dunlin-not-owner")
	owner.ready(1)
}

// A second tab beside the first writes nothing and sends nothing: one device, one report.
func TestSecondTab(t *testing.T) {
	w := start(t, nil)
	p := visit(t, w)
	p.to("/shoes/1")
	p.agree()
	p.settle()
	before := eval[string](p, dump)
	tab, err := p.v.Tab()
	require.NoError(t, err)
	second := &person{tab, t, p.v, w}
	second.to("/shoes/2")
	second.until(`dunlin.debug().then((d) => d.value.worker?.stage === "waiting")`)
	eval[any](second, `dunlin.track("cart", {topics: ["shoes"]}), 1`)
	require.NoError(t, second.Leave())
	require.Never(t, func() bool { return len(w.Reports()) > 0 }, time.Second, 20*time.Millisecond)
	require.Equal(t, before, eval[string](p, dump))
	require.NoError(t, p.Leave())
	p.sent(1)
	ids := map[string]bool{}
	for _, r := range w.Reports() {
		ids[string(r.Body[40:56])] = true
	}
	require.Len(t, ids, 1)
}
