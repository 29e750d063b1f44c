package browser_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
)

// An analyst reads what the loop changed, stops what the shop's home page is personalized
// with, and whoever comes to the shop then is shown its default; resumes it, and rolls the
// optimiser back and forth; and accepts a budget that the return of the last one proposes.
func TestTheLoopIsSteered(t *testing.T) {
	d := startDemo(t)
	// What devices pick for the hero, of some that come for the first time.
	picks := func(devices int) (out []string) {
		for range devices {
			tab := d.somebody()
			require.NoError(t, tab.Go(d.Shop()))
			require.NoError(t, tab.Until(`window.dunlin?.consent`))
			d.do(tab, `dunlin.consent({ measure: true, personalize: true })`)
			require.NoError(t, tab.Until(`dunlin.choose("hero").then((it) => it.ok)`))
			variant, err := browser.Eval[string](tab, `dunlin.choose("hero").then((it) => it.value.variant)`)
			require.NoError(t, err)
			out = append(out, variant)
		}
		return out
	}
	tab := d.analyst("loop")
	until := func(expression string) { t.Helper(); require.NoError(t, tab.Until(expression)) }
	shot := func(name string) {
		if dir := os.Getenv("SHOTS"); dir != "" {
			b, err := tab.Shot()
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(dir+"/"+name+".png", b, 0o644))
		}
	}
	// Twice: the first press asks.
	press := func(name string) {
		t.Helper()
		button := `[...document.querySelectorAll("button")].find((it) => (it.getAttribute("aria-label") ?? it.textContent.trim()) === "` + name + `")`
		until(button)
		d.do(tab, button+`.click()`)
		until(`document.querySelector(".said").textContent.includes("Once more")`)
		d.do(tab, button+`.click()`)
		until(`document.querySelector(".said").textContent.includes("Done")`)
	}
	logged := func(text string) {
		t.Helper()
		until(`[...document.querySelectorAll("td")].some((it) => it.textContent.includes("` + text + `"))`)
	}
	until(`document.querySelectorAll(".panel .chart svg").length >= 3`)
	shot("loop")
	press(`Stop all but “plain”: hero`)
	logged("stopped · hero: all but the default")
	require.Equal(t, []string{"plain", "plain", "plain", "plain"}, picks(4))
	shot("loop-stopped")
	press("Resume all: hero")
	logged("resumed · hero")
	press("Stop bags in hero")
	logged("stopped · hero: bags")
	require.NotContains(t, picks(2), "bags")

	d.do(tab, `(() => { const it = document.querySelector('form input[type="date"]'); it.value = "2026-10-31"; it.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	roll := `[...document.querySelectorAll("form button")].find((it) => it.textContent.trim() === "Roll back")`
	d.do(tab, roll+`.click()`)
	until(`document.querySelector(".said").textContent.includes("Once more")`)
	d.do(tab, roll+`.click()`)
	until(`[...document.querySelectorAll(".note")].some((it) => it.textContent.includes("Rolled back by demo"))`)
	press("Read all releases again")
	logged("let go on")

	// The voucher's return pays for more of it.
	d.do(tab, `document.querySelector('nav a[href^="#/notes"]').click()`)
	until(`document.querySelector('form[aria-label="Enter"]')`)
	for field, value := range map[string]string{"name": "spring", "from": "2026-10-08", "to": "2026-11-06", "amount": "40000", "currency": "EUR", "margin": "40"} {
		d.do(tab, `document.querySelector('form[aria-label="Enter"] [name="`+field+`"]').value = "`+value+`"`)
	}
	d.do(tab, `document.querySelector('form[aria-label="Enter"] button').click()`)
	logged("40000 EUR")
	d.do(tab, `document.querySelector('nav a[href^="#/loop"]').click()`)
	until(`[...document.querySelectorAll("li")].some((it) => it.textContent.includes("spring: raise from 40,000 EUR to 48,000 EUR for 7 Nov – 6 Dec 2026"))`)
	press("Accept the budget of spring")
	d.do(tab, `document.querySelector('nav a[href^="#/notes"]').click()`)
	logged("48000.00 EUR")
}
