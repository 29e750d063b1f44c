package browser_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
	"github.com/dunlin-analytics/dunlin/cmd/browser/world"
)

// pushYAML is a plan by which who has looked at two pages is asked back once a day, one
// message is quiet over noon, which it is, and one comes in pages alone.
var pushYAML = strings.NewReplacer(
	"topics: [shoes, bags]", `topics: [shoes, bags]
channels: [notification, toast]
messages:
  come_back: {channels: [notification], when: views >= 2, cap: 1, every: 1 day, goal: view}
  tonight: {channels: [notification], quiet: 10-15, goal: view}
  in_page: {channels: [toast], goal: view}`,
).Replace(dunlinYAML)

// pushes starts a world for pushes, with a page that has no script.
func pushes(t *testing.T) *world.World {
	t.Helper()
	return start(t, func(o *world.Options) {
		o.Plan = []byte(pushYAML)
		o.Pages = map[string]string{"/plain": "<!doctype html><title>plain</title>"}
		for path, html := range pages {
			o.Pages[path] = html
		}
	})
}

// subscribe registers the service worker as embed.md says.
func (p *person) subscribe() { p.t.Helper(); p.register("dunlin-push.js") }

func (p *person) register(script string) {
	p.t.Helper()
	require.NoError(p.t, p.v.AllowNotifications(p.w.URL))
	require.Equal(p.t, "activated", eval[string](p, `(async () => {
		const registration = await navigator.serviceWorker.register("/dunlin/`+script+`");
		const coming = registration.installing ?? registration.waiting;
		if (coming) await new Promise((done) => { coming.onstatechange = () => coming.state === "activated" && done(); });
		return registration.active?.state;
	})()`))
}

const registration = `navigator.serviceWorker.getRegistration("/dunlin/")`

// notification is what is shown.
type notification struct {
	Title, Body, Tag, Icon string
	Silent                 bool
}

// notified are the notifications in view, the newest first.
func (p *person) notified() []notification {
	p.t.Helper()
	return eval[[]notification](p, registration+`.then((r) => r.getNotifications()).then((all) =>
		all.sort((a, b) => b.timestamp - a.timestamp).map(({title, body, tag, icon, silent}) => ({title, body, tag, icon, silent})))`)
}

// pushed delivers a push and tells what is shown of it, which has that tag. Nothing is
// closed before: a notification that closes takes the next one of its tag with it.
func (p *person) pushed(tag, payload string) notification {
	p.t.Helper()
	require.NoError(p.t, p.Push(p.w.URL, p.w.URL+"/dunlin/", payload))
	got := p.notified()[0]
	require.Equal(p.t, tag, got.Tag)
	return got
}

func broadcast(message string) string {
	return fmt.Sprintf(`{"message": %q, "title": {"en": "Shoes are here", "zh": "鞋子到了"}, "body": {"en": "Come and look"}, "url": "/shoes/1",
		"icon": "/dunlin/icon.png", "otherwise": {"title": {"en": "The shop has news", "zh": "商店有新内容"}, "url": "/"}}`, message)
}

// stored is all that IndexedDB holds of the device, its bytes in hexadecimal digits; null
// if there is no database.
const stored = `(async () => {
  if (!(await indexedDB.databases()).some(({name}) => name === "dunlin")) return null;
  const db = await new Promise((done) => { const r = indexedDB.open("dunlin"); r.onsuccess = () => done(r.result); });
  const all = db.transaction("dunlin").objectStore("dunlin");
  const wait = (r) => new Promise((done) => (r.onsuccess = () => done(r.result)));
  const [keys, values] = await Promise.all([wait(all.getAllKeys()), wait(all.getAll())]);
  db.close();
  const hex = (b) => [...new Uint8Array(b.buffer ?? b)].map((x) => x.toString(16).padStart(2, "0")).join("");
  const show = (v) => v instanceof ArrayBuffer || ArrayBuffer.isView(v) ? hex(v) : v instanceof CryptoKey ? "key" : v && typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, show(x)])) : v;
  return Object.fromEntries(keys.map((k, i) => [k, show(values[i])]));
})()`

type reaching struct {
	OK    bool
	Value struct{ Channel, Why string }
}

// kinds are the kinds of the events in the journal.
func (p *person) kinds() (out []string) {
	p.t.Helper()
	for _, e := range asked[struct {
		Events []struct{ Event struct{ Kind string } }
	}](p, `{do: "journal"}`).Events {
		out = append(out, e.Event.Kind)
	}
	return out
}

// A broadcast wakes the device of a visitor who has left: it is shown what it may be
// shown, once, and knows it. Others are told what everybody is told, and the requests of
// both are the same.
func TestBroadcastPush(t *testing.T) {
	w := pushes(t)
	p := visit(t, w)
	p.to("/shoes/1")
	p.agree()
	p.subscribe()
	p.to("/shoes/2")
	p.ready(1)
	p.until(`dunlin.reach("come_back").then((r) => r.value.channel === "notification")`)
	p.to("/plain") // no page of the script is in view any more

	neutral := notification{Title: "The shop has news", Tag: "dunlin", Silent: true, Icon: w.URL + "/dunlin/icon.png"}
	before := eval[map[string]any](p, stored)
	require.Contains(t, before, "terms")
	delete(before, "pen")
	asks := map[string][]string{}
	for _, message := range []string{"tonight", "in_page", "unheard_of"} {
		w.Clear()
		require.Equal(t, neutral, p.pushed("dunlin", broadcast(message)), message)
		asks[message] = paths(w)
		after := eval[map[string]any](p, stored)
		delete(after, "pen")
		require.Equal(t, before, after, "%s: the state is as it was", message)
	}

	w.Clear()
	shown := p.pushed("dunlin:come_back", broadcast("come_back"))
	require.Equal(t, notification{Title: "Shoes are here", Body: "Come and look", Tag: "dunlin:come_back", Icon: w.URL + "/dunlin/icon.png"}, shown)
	require.Equal(t, asks["in_page"], paths(w), "what is asked for says nothing of what was shown")
	require.Equal(t, []string{"/icon.png", "/v1/plan"}, asks["in_page"])
	require.Equal(t, asks["in_page"], asks["unheard_of"])
	p.until("(" + stored + ").then((now) => now.state.data !== " + quoted(t, before["state"].(map[string]any)["data"]) + ")")

	require.Equal(t, neutral, p.pushed("dunlin", broadcast("come_back")), "capped")
	p.to("/")
	p.ready(1)
	require.Equal(t, "capped", eval[reaching](p, `dunlin.reach("come_back")`).Value.Why)
	require.Equal(t, 1, strings.Count(strings.Join(p.kinds(), " "), "reached"))
	require.Empty(t, p.debug().Trouble)

	// With a page in view the device is the page's.
	require.Equal(t, "The shop has news", p.pushed("dunlin", broadcast("come_back")).Title)
	require.Equal(t, "running", p.debug().Worker.Stage)
	for _, payload := range []string{"", "no JSON {", "[]", `{"message": 7}`} {
		got := p.pushed("dunlin", payload)
		require.Equal(t, "127.0.0.1", got.Title, payload)
		require.Equal(t, "There is something new.", got.Body, payload)
	}
}

// What a click on a message does to the device, on the one page that it opens too.
func TestClickOnBroadcast(t *testing.T) {
	w := pushes(t)
	p := visit(t, w)
	p.to("/shoes/1")
	p.agree()
	p.subscribe()
	p.to("/shoes/2")
	p.ready(1)
	p.to("/plain")
	p.pushed("dunlin:come_back", broadcast("come_back"))

	worker, err := p.v.ServiceWorker(w.URL + "/dunlin/dunlin-push.js")
	require.NoError(t, err)
	// The browser's own click cannot be made from outside; its event can, and without a
	// visitor's hand no window opens.
	_, err = browser.Eval[any](worker, `(async () => {
		const [notification] = await registration.getNotifications();
		const event = new NotificationEvent("notificationclick", { notification });
		let lasting;
		Object.defineProperty(event, "waitUntil", { value: (what) => (lasting = what) });
		dispatchEvent(event);
		await lasting;
	})()`)
	require.NoError(t, err)
	p.until(registration + ".then((r) => r.getNotifications()).then((all) => all.length === 0)")
	p.to("/shoes/1")
	p.ready(1)
	p.until(`dunlin.ask({do: "journal"}).then((r) => r.value.events.some(({event}) => event.kind === "responded" && event.message === "come_back"))`)
}

// own is a site's own service worker, which has pushes of its own beside Dunlin's.
const own = `addEventListener("push", (event) => {
  if (event.data?.text() !== "parcel") return;
  event.stopImmediatePropagation();
  event.waitUntil(registration.showNotification("Your parcel is on its way", { tag: "own" }));
});
importScripts("/dunlin/dunlin-push.js");`

// A site's own worker imports the script: each push is answered by one of them.
func TestBroadcastInOwnWorker(t *testing.T) {
	w := pushes(t)
	w.Stand(func(out http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/own.js" {
			return false
		}
		out.Header().Set("Content-Type", "text/javascript")
		_, err := io.WriteString(out, own)
		return err == nil
	})
	p := visit(t, w)
	p.to("/shoes/1")
	p.agree()
	p.register("own.js")
	p.to("/shoes/2")
	p.ready(1)
	p.to("/plain")
	require.Equal(t, "Shoes are here", p.pushed("dunlin:come_back", broadcast("come_back")).Title)
	require.Equal(t, "Your parcel is on its way", p.pushed("own", "parcel").Title)
	require.Len(t, p.notified(), 2)
}

// Without consent a push says what everybody is told, and the device is not woken: nothing
// but the icon is fetched, nothing made and nothing changed.
func TestBroadcastWithoutConsent(t *testing.T) {
	w := pushes(t)
	p := visit(t, w)
	p.to("/shoes/1")
	p.subscribe()
	p.until("dunlin.consent().then((c) => c.ok)")
	neutral := func(what string) {
		t.Helper()
		before := eval[json.RawMessage](p, stored)
		w.Clear()
		require.Equal(t, "The shop has news", p.pushed("dunlin", broadcast("come_back")).Title, what)
		require.Equal(t, []string{"/icon.png"}, paths(w), what)
		require.JSONEq(t, string(before), string(eval[json.RawMessage](p, stored)), what)
	}
	neutral("nobody has said anything")
	require.Equal(t, "null", string(eval[json.RawMessage](p, stored)))

	p.agree()
	p.to("/shoes/2")
	p.ready(1)
	eval[any](p, `dunlin.ask({do: "pause", paused: true})`)
	p.settleStored()
	p.to("/plain")
	neutral("paused")

	p.to("/shoes/3")
	eval[any](p, `dunlin.ask({do: "pause", paused: false})`)
	eval[any](p, `dunlin.consent({measure: true, personalize: false})`)
	p.until("(" + stored + ").then((now) => now.terms.consent.personalize === false && !now.paused)")
	p.to("/plain")
	neutral("personalize is refused")

	p.to("/shoes/3")
	eval[any](p, `dunlin.consent({measure: false, personalize: false})`)
	p.to("/plain")
	neutral("refused")
	require.NotContains(t, string(eval[json.RawMessage](p, stored)), `"terms"`)
}

// settleStored waits until what is stored no longer changes.
func (p *person) settleStored() {
	p.t.Helper()
	p.until(`(async () => { const a = JSON.stringify(await ` + stored + `); await new Promise((r) => setTimeout(r, 300)); return a === JSON.stringify(await ` + stored + `); })()`)
}

// paths are what was asked of the collector, sorted; the service worker's own file is not
// among them, for the browser asks for that when it likes.
func paths(w *world.World) (out []string) {
	for _, q := range w.Requests() {
		if !strings.HasSuffix(q.Path, "dunlin-push.js") {
			out = append(out, q.Path)
		}
	}
	sort.Strings(out)
	return out
}

func quoted(t *testing.T, x any) string {
	t.Helper()
	b, err := json.Marshal(x)
	require.NoError(t, err)
	return string(b)
}
